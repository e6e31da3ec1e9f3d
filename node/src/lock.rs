//! Locks whose holder never leaves what they guard half changed.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`. A panic of another holder doesn't matter: what is guarded by these locks (queues,
/// lists of waiters) is whole between any two statements, and a panic in the producer halts the node.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
