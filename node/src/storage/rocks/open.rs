//! Which databases this process still has open.
//!
//! A process that returns from `main` ends under the hands of its other threads: RocksDB's own statics are torn down
//! while they still read, or close a database, and then it aborts (`pthread lock: Invalid argument`) where it should
//! have ended well. Threads that follow a chain let go of it by themselves, and nobody knows which of them is the last.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::lock::lock;

static OPEN: Mutex<usize> = Mutex::new(0);
static CLOSED: Condvar = Condvar::new();

/// Held by what has a database open, until after that is closed.
pub(super) struct Open(());

impl Open {
    pub(super) fn new() -> Self {
        *lock(&OPEN) += 1;
        Open(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        *lock(&OPEN) -= 1;
        CLOSED.notify_all();
    }
}

/// Waits until this process has no database open, but not longer than so; answers whether it has none.
pub(crate) fn wait_until_closed(longest: Duration) -> bool {
    let waited = CLOSED.wait_timeout_while(lock(&OPEN), longest, |open| *open > 0);
    *waited.unwrap_or_else(PoisonError::into_inner).0 == 0
}
