//! The mempool as requests and the producer share it, and what wakes whoever makes blocks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

use sillok_abi::{Hash, Transaction};
use sillok_runtime::{Checked, Refusal};

use super::SubmitError;
use crate::lock::lock;
use crate::mempool::{Mempool, PoolRefusal};

/// Passes on what was submitted here.
type Relay = Box<dyn Fn(Vec<Transaction>) + Send + Sync>;

/// The mempool, and what wakes whoever makes blocks.
#[derive(Default)]
pub(super) struct Pool {
    mempool: Mutex<Mempool>,
    wake: OnceLock<Box<dyn Fn() + Send + Sync>>,
    relay: OnceLock<Relay>,
    stopping: AtomicBool,
    /// Whether decided blocks wait that this node has fetched.
    behind: AtomicBool,
}

impl Pool {
    /// The mempool itself.
    pub(super) fn mempool(&self) -> &Mutex<Mempool> {
        &self.mempool
    }

    /// Takes a checked transaction and wakes whoever makes blocks.
    pub(super) fn insert(&self, checked: Checked, transaction: Transaction) -> Result<(), PoolRefusal> {
        lock(&self.mempool).insert(checked, transaction)?;
        self.wake();
        Ok(())
    }

    /// Takes those of these transactions that were not refused, and wakes whoever makes blocks; answers each one's
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
        self.wake();
        inserted
    }

    /// Has `wake` called whenever transactions have come, or all is to stop.
    pub(super) fn on_change(&self, wake: Box<dyn Fn() + Send + Sync>) {
        // The first one stays: there is one who makes blocks.
        let _ = self.wake.set(wake);
    }

    /// Has `relay` called with what was submitted here.
    pub(super) fn on_submission(&self, relay: Relay) {
        // The first one stays: there is one network.
        let _ = self.relay.set(relay);
    }

    /// Whether anybody passes on what is submitted here.
    pub(super) fn is_relayed(&self) -> bool {
        self.relay.get().is_some()
    }

    /// Passes on what was submitted here and taken.
    pub(super) fn relay(&self, transactions: Vec<Transaction>) {
        if let Some(relay) = self.relay.get().filter(|_| !transactions.is_empty()) {
            relay(transactions);
        }
    }

    /// Notes whether fetched blocks wait to be taken up.
    pub(super) fn set_behind(&self, behind: bool) {
        self.behind.store(behind, Ordering::Relaxed);
    }

    /// Whether fetched blocks wait to be taken up.
    pub(super) fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Relaxed)
    }

    /// Tells whoever makes blocks to stop.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Whether it was told to stop.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Wakes whoever makes blocks.
    pub(super) fn wake(&self) {
        if let Some(wake) = self.wake.get() {
            wake();
        }
    }
}
