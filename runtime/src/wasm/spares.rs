//! What executions that have ended had at hand, for the next ones: code, and instances that look fresh. Each thread
//! has its own.
//!
//! Invariant: code that the cache has let go of is not kept here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::instances::Instances;
use crate::limits::MAX_SPARES;
use crate::parts::Parts;

/// What is at hand for the next executions.
#[derive(Default)]
pub(super) struct Spares {
    parts: Parts<Mutex<Vec<Instances>>>,
    /// How often all was let go of.
    cleared: AtomicU64,
}

fn lock(part: &Mutex<Vec<Instances>>) -> MutexGuard<'_, Vec<Instances>> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Spares {
    /// What an earlier execution has left; nothing if there is none.
    pub(super) fn take(&self) -> Instances {
        let spare = lock(self.parts.own()).pop();
        spare.unwrap_or_else(|| Instances::new(self.cleared.load(Ordering::Acquire)))
    }

    /// Keeps what an execution had, unless there is enough, or all was let go of since it began.
    pub(super) fn put(&self, instances: Instances) {
        let mut spares = lock(self.parts.own());
        if spares.len() < MAX_SPARES && instances.since == self.cleared.load(Ordering::Acquire) {
            spares.push(instances);
        }
    }

    /// Lets go of all, of what is in use as soon as it comes back.
    pub(super) fn clear(&self) {
        self.cleared.fetch_add(1, Ordering::AcqRel);
        self.parts.iter().for_each(|part| lock(part).clear());
    }
}
