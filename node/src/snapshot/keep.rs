//! The thread that makes snapshots while the node runs.

use std::sync::{Arc, Weak};
use std::thread;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;

use super::{Shelf, SnapshotError, create};
use crate::chain::Chain;
use crate::limits;

/// Which snapshots a node makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeepSnapshots {
    /// One after every so many blocks; 0 for none.
    pub(crate) every: u64,
    /// How many are kept, the newest.
    pub(crate) keep: usize,
}

impl Default for KeepSnapshots {
    fn default() -> Self {
        KeepSnapshots { every: 0, keep: 2 }
    }
}

/// Starts the thread, if snapshots are to be made. It ends with the chain.
///
/// # Errors
/// If the system has no more threads.
pub(crate) fn keep(chain: &Arc<Chain>, shelf: &Arc<Shelf>, settings: KeepSnapshots) -> std::io::Result<()> {
    if settings.every == 0 {
        return Ok(());
    }
    let mut blocks = chain.subscribe();
    let (chain, shelf) = (Arc::downgrade(chain), shelf.clone());
    let work = move || {
        loop {
            match blocks.blocking_recv() {
                // The block after commits to the state.
                Ok(block) => make_due(&chain, &shelf, settings, block.header().height - 1),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    };
    thread::Builder::new().name("snapshots".into()).spawn(work).map(drop)
}

/// Makes a snapshot of this height if one is due. One that fails costs nobody anything: blocks go on.
fn make_due(chain: &Weak<Chain>, shelf: &Shelf, settings: KeepSnapshots, height: u64) {
    if height == 0 || !height.is_multiple_of(settings.every) || shelf.has(height) {
        return;
    }
    let Some(chain) = chain.upgrade().filter(|chain| !chain.is_stopping()) else { return };
    match make(&chain, shelf, settings, height) {
        Ok(()) => tracing::info!(height, "snapshot made"),
        Err(SnapshotError::Stopped) => tracing::info!(height, "a snapshot is not finished: the node stops"),
        Err(error) => tracing::error!(height, %error, "a snapshot could not be made"),
    }
}

fn make(chain: &Chain, shelf: &Shelf, settings: KeepSnapshots, height: u64) -> Result<(), SnapshotError> {
    let draft = shelf.draft(height);
    // Between two chunks the disk belongs to others.
    let pause = || {
        thread::sleep(limits::SNAPSHOT_PAUSE);
        !chain.is_stopping()
    };
    create(chain.ledger(), height, &draft, pause)?;
    shelf.take(&draft)?;
    shelf.keep_newest(settings.keep.max(1))
}
