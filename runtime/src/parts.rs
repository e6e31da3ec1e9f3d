//! One thing for each thread, so that threads that run contracts at the same time don't wait for each other: not for
//! a lock, nor for the memory that a count of owners is in. A processor that writes to what another has just written
//! to waits a tenth of a short call.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many there are; if there are more threads, some share one.
const PARTS: usize = 16;

/// One for each thread.
#[derive(Default)]
pub(crate) struct Parts<T>([Part<T>; PARTS]);

/// That of one thread, apart from the others' in the processor's caches too.
#[derive(Default)]
#[repr(align(128))]
struct Part<T>(T);

impl<T> Parts<T> {
    /// Makes each.
    pub(crate) fn new(mut make: impl FnMut() -> T) -> Self {
        Parts(std::array::from_fn(|_| Part(make())))
    }

    /// The running thread's.
    pub(crate) fn own(&self) -> &T {
        &self.0[thread_number() % PARTS].0
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|part| &part.0)
    }
}

/// The running thread's number. Threads are numbered as they first ask.
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}
