//! The mempool as the producer and requests share it, and what wakes the producer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use sillok_abi::{Hash, Transaction};
use sillok_runtime::{Checked, Refusal};

use super::SubmitError;
use crate::lock::lock;
use crate::mempool::{Mempool, PoolRefusal};

/// The mempool, and what wakes the producer.
#[derive(Default)]
pub(super) struct Pool {
    mempool: Mutex<Mempool>,
    changed: Condvar,
    stopping: AtomicBool,
}

impl Pool {
    /// The mempool itself.
    pub(super) fn mempool(&self) -> &Mutex<Mempool> {
        &self.mempool
    }

    /// Takes a checked transaction and wakes the producer.
    pub(super) fn insert(&self, checked: Checked, transaction: Transaction) -> Result<(), PoolRefusal> {
        lock(&self.mempool).insert(checked, transaction)?;
        self.changed.notify_all();
        Ok(())
    }

    /// Takes those of these transactions that were not refused, and wakes the producer; answers each one's
    /// id or refusal.
    pub(super) fn insert_all(
        &self,
        transactions: impl Iterator<Item = Result<(Checked, Transaction), Refusal>>,
    ) -> Vec<Result<Hash, SubmitError>> {
        let mut mempool = lock(&self.mempool);
        let inserted = transactions.map(|admitted| {
            let (checked, transaction) = admitted?;
            mempool.insert(checked, transaction)?;
            Ok(checked.id)
        });
        let inserted = inserted.collect();
        drop(mempool);
        self.changed.notify_all();
        inserted
    }

    /// Tells the producer to stop.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        // With the lock held, so that a producer that just looked is asleep and hears it.
        let _held = lock(&self.mempool);
        self.changed.notify_all();
    }

    /// Whether the producer was told to stop.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Sleeps for `longest`, or until the producer is told to stop, or, if it asks for them, until
    /// transactions wait.
    pub(super) fn sleep(&self, longest: Duration, for_transactions: bool) {
        let idle = |pool: &mut Mempool| !self.is_stopping() && (!for_transactions || pool.is_empty());
        let woken = self.changed.wait_timeout_while(lock(&self.mempool), longest, idle);
        drop(woken);
    }
}
