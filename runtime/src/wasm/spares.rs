//! What executions that have ended had at hand, for the next ones: code, and instances that look fresh.
//!
//! It is kept in parts by thread, so that threads that run contracts at the same time don't wait for each
//! other: not for a lock, nor for the memory that a count of owners is in.
//!
//! Invariant: code that the cache has let go of is not kept here.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::instances::Instances;
use crate::limits::MAX_SPARES;

/// How many parts there are; if there are more threads, some share one.
const PARTS: usize = 16;

/// What is at hand for the next executions.
#[derive(Default)]
pub(super) struct Spares {
    parts: [Part; PARTS],
    /// How often all was let go of.
    cleared: AtomicU64,
}

/// The part of one thread, apart from the others' in the processor's caches too.
#[derive(Default)]
#[repr(align(128))]
struct Part(Mutex<Vec<Instances>>);

impl Part {
    fn lock(&self) -> MutexGuard<'_, Vec<Instances>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spares {
    /// What an earlier execution has left; nothing if there is none.
    pub(super) fn take(&self) -> Instances {
        let spare = self.part().lock().pop();
        spare.unwrap_or_else(|| Instances::new(self.cleared.load(Ordering::Acquire)))
    }

    /// Keeps what an execution had, unless there is enough, or all was let go of since it began.
    pub(super) fn put(&self, instances: Instances) {
        let mut spares = self.part().lock();
        if spares.len() < MAX_SPARES && instances.since == self.cleared.load(Ordering::Acquire) {
            spares.push(instances);
        }
    }

    /// Lets go of all, of what is in use as soon as it comes back.
    pub(super) fn clear(&self) {
        self.cleared.fetch_add(1, Ordering::AcqRel);
        for part in &self.parts {
            part.lock().clear();
        }
    }

    fn part(&self) -> &Part {
        &self.parts[thread_number() % PARTS]
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
