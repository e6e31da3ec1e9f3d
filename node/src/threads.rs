//! Threads that run contracts: they need a stack that the deepest nesting of calls can't overflow; and which of
//! them go first.

use std::io;
use std::panic::resume_unwind;
use std::thread::{self, Builder, JoinHandle};

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

/// Does both at the same time; the first on a thread of this name, which may run contracts.
///
/// # Errors
/// As [`spawn_for_contracts`].
pub(crate) fn at_once<A: Send, B>(
    name: &str,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> io::Result<(A, B)> {
    thread::scope(|scope| {
        let thread = Builder::new().name(name.to_owned()).stack_size(NATIVE_STACK_BYTES);
        let one = thread.spawn_scoped(scope, one)?;
        let other = other();
        Ok((one.join().unwrap_or_else(|panic| resume_unwind(panic)), other))
    })
}

/// How much less urgent than blocks requests, submissions and surveillance are, on the scale of nice(2).
const GIVE_WAY: i32 = 10;

/// From now on this thread goes behind those that make, judge and decide blocks where processors are scarce.
/// Whoever submits more than the node carries waits longer then, or is refused, and blocks still come.
pub(crate) fn give_way() {
    // Linux has this for each thread, whatever POSIX says. Where it can't be had all are alike.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(GIVE_WAY) {
        tracing::debug!(%error, "requests are as urgent as blocks");
    }
}
