//! Threads that run contracts: they need a stack that the deepest nesting of calls can't overflow.

use std::io;
use std::thread::{Builder, JoinHandle};

use sillok_runtime::limits::NATIVE_STACK_BYTES;

/// Starts a thread that may run contracts.
///
/// # Errors
/// If the system has no more threads or memory for its stack.
pub(crate) fn spawn_for_contracts<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    Builder::new().name(name.to_owned()).stack_size(NATIVE_STACK_BYTES).spawn(work)
}
