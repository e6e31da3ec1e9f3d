//! Removed keys that are still on disk. A range read steps over them, and no contract pays for that: whether there
//! are any is not the same on all nodes.
//!
//! Merging a table takes them out. To do it as soon as there are some would rewrite all of state again and again, as
//! most removed keys are nowhere near what is read. So it is done once stepping over them has taken about as long as
//! it takes: whatever is read and removed, at most so much is lost as merging would have taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rocksdb::perf::{PerfContext, PerfMetric};
use rocksdb::{CompactOptions, DB};

use crate::storage::{StorageError, Table};

/// Merging an entry takes as long as so many steps, or somewhat longer.
const STEPS_PER_ENTRY: u64 = 4;
/// Fewer steps than this are not worth a look.
const FEWEST_STEPS: u64 = 10_000;

/// The watch over removed keys of state.
pub(super) struct Removed {
    database: Arc<DB>,
    steps: Arc<Steps>,
    wake: Option<SyncSender<()>>,
    merging: Option<JoinHandle<()>>,
}

/// Steps over removed keys since the last merge.
struct Steps {
    taken: AtomicU64,
    /// How many are worth a look.
    bound: AtomicU64,
}

impl Removed {
    /// Watches, and merges by a thread of its own.
    ///
    /// # Errors
    /// If there can be no thread.
    pub(super) fn watch(database: &Arc<DB>) -> Result<Self, StorageError> {
        let steps = Arc::new(Steps { taken: AtomicU64::new(0), bound: AtomicU64::new(FEWEST_STEPS) });
        let (wake, woken) = sync_channel(1);
        let (merged, counted) = (database.clone(), steps.clone());
        let work = move || merge_when_worth(&merged, &counted, &woken);
        let merging = thread::Builder::new().name("removed".into()).spawn(work);
        let merging =
            merging.map_err(|error| StorageError::Engine(format!("no thread to merge state by: {error}")))?;
        Ok(Removed { database: database.clone(), steps, wake: Some(wake), merging: Some(merging) })
    }

    /// Reads, and counts the steps that it takes.
    pub(super) fn count<T>(&self, read: impl FnOnce() -> T) -> T {
        let context = PerfContext::default();
        let before = context.metric(PerfMetric::InternalDeleteSkippedCount);
        let found = read();
        let steps = context.metric(PerfMetric::InternalDeleteSkippedCount).wrapping_sub(before);
        if steps > 0 {
            let taken = self.steps.taken.fetch_add(steps, Ordering::Relaxed) + steps;
            if taken >= self.steps.bound.load(Ordering::Relaxed) {
                // If it is being looked at, that is enough.
                let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
            }
        }
        found
    }
}

impl Drop for Removed {
    fn drop(&mut self) {
        self.wake = None;
        self.database.cancel_all_background_work(false);
        if let Some(merging) = self.merging.take() {
            // It only ends early by a panic, which has been told.
            let _ = merging.join();
        }
    }
}

fn merge_when_worth(database: &DB, steps: &Steps, woken: &Receiver<()>) {
    let Some(state) = database.cf_handle(Table::State.name()) else { return };
    while woken.recv().is_ok() {
        let entries = database.property_int_value_cf(state, rocksdb::properties::ESTIMATE_NUM_KEYS);
        let bound = FEWEST_STEPS.max(entries.ok().flatten().unwrap_or(0).saturating_mul(STEPS_PER_ENTRY));
        steps.bound.store(bound, Ordering::Relaxed);
        if steps.taken.load(Ordering::Relaxed) >= bound {
            let mut options = CompactOptions::default();
            options.set_exclusive_manual_compaction(false);
            database.compact_range_cf_opt(state, None::<&[u8]>, None::<&[u8]>, &options);
            steps.taken.store(0, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use sillok_runtime::{Direction, PageLimit};

    use super::*;
    use crate::storage::{Batch, DataFolder, Storage, Tables};

    #[test]
    fn what_reads_step_over_is_merged_away() {
        let path = tempfile::tempdir().unwrap();
        let storage = DataFolder::prepare(path.path()).unwrap().open().unwrap();
        let change = |change: &dyn Fn(&mut Batch<'_>, Vec<u8>)| {
            let mut batch = Batch::default();
            (0..20_000u32).for_each(|number| change(&mut batch, number.to_be_bytes().to_vec()));
            storage.write(batch).unwrap();
        };
        change(&|batch, key| batch.put(Table::State, key, b"value".as_slice()));
        change(&|batch, key| batch.remove(Table::State, key));
        let steps = || {
            let context = PerfContext::default();
            let before = context.metric(PerfMetric::InternalDeleteSkippedCount);
            let all = storage.page(Table::State, &[0], &[9], Direction::Ascending, PageLimit::entries(1));
            assert!(all.unwrap().is_empty());
            context.metric(PerfMetric::InternalDeleteSkippedCount) - before
        };
        assert_eq!(steps(), 20_000, "each read steps over all of them");
        let patience = Instant::now() + Duration::from_secs(60);
        while steps() > 0 {
            assert!(Instant::now() < patience, "nobody has merged them");
            thread::sleep(Duration::from_millis(5));
        }
    }
}
