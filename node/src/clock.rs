//! The clock: where a node takes the time from. Nothing below the node ever reads one.

use std::time::{SystemTime, UNIX_EPOCH};

use sillok_abi::Time;

/// Tells the time.
pub(crate) trait Clock: Send + Sync + 'static {
    /// The time now. It may go backwards; block time does not.
    fn now(&self) -> Time;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
    }
}

/// A clock that stands still until it is set.
#[derive(Debug, Default)]
pub(crate) struct ManualClock(std::sync::atomic::AtomicU64);

impl ManualClock {
    /// A clock that shows `time`.
    pub(crate) fn at(time: Time) -> Self {
        ManualClock(time.0.into())
    }

    /// Sets it.
    pub(crate) fn set(&self, time: Time) {
        self.0.store(time.0, std::sync::atomic::Ordering::SeqCst);
    }

    /// Puts it forward.
    #[cfg(test)]
    pub(crate) fn advance(&self, milliseconds: u64) {
        self.0.fetch_add(milliseconds, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}
