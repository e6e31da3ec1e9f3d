//! Names the module on which an engine hangs. An engine that does not charge for a loop never comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long one module may take: a few thousand times as long as it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends the process if it is not fed.
pub(crate) struct Watchdog {
    seed: Arc<AtomicU64>,
}

impl Watchdog {
    /// Watches over modules of this kind, the first of which has this seed.
    pub(crate) fn new(kind: &'static str, seed: u64) -> Self {
        let shared = Arc::new(AtomicU64::new(seed));
        let watched = Arc::downgrade(&shared);
        #[allow(clippy::disallowed_methods, reason = "a test's own thread, which runs no contract")]
        std::thread::spawn(move || {
            let mut last = None;
            loop {
                std::thread::sleep(PATIENCE);
                let Some(seed) = watched.upgrade().map(|seed| seed.load(Ordering::Relaxed)) else { return };
                if last.replace(seed) == Some(seed) {
                    eprintln!("{kind}, seed {seed}: an engine hangs");
                    std::process::abort();
                }
            }
        });
        Watchdog { seed: shared }
    }

    /// The module of this seed is next.
    pub(crate) fn feed(&self, seed: u64) {
        self.seed.store(seed, Ordering::Relaxed);
    }
}
