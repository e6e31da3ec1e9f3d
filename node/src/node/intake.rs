//! Transactions that other nodes pass on: checked and taken on a thread of their own, many at a time.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use sillok_abi::Transaction;

use crate::chain::Chain;
use crate::consensus::Peer;
use crate::limits;
use crate::threads::spawn_for_contracts;

/// The way to that thread.
pub(super) struct Intake(SyncSender<Vec<Transaction>>);

impl Intake {
    /// Starts the thread. It ends when nobody can bring anything any more.
    pub(super) fn start(chain: Arc<Chain>) -> io::Result<Self> {
        let (batches, queue) = sync_channel(limits::INTAKE_BATCHES);
        spawn_for_contracts("intake", move || take(&chain, &queue))?;
        Ok(Intake(batches))
    }

    /// Brings transactions. If too many wait they are dropped: who submitted them hears that they did not
    /// become final, and submits them again.
    pub(super) fn offer(&self, from: Peer, transactions: Vec<Transaction>) {
        if let Err(error) = self.0.try_send(transactions) {
            tracing::debug!(peer = from.0, %error, "transactions of a peer are dropped");
        }
    }
}

fn take(chain: &Chain, queue: &Receiver<Vec<Transaction>>) {
    while let Ok(mut batch) = queue.recv() {
        // Signatures cost less in larger batches.
        while batch.len() < limits::SUBMIT_BATCH
            && let Ok(more) = queue.try_recv()
        {
            batch.extend(more);
        }
        if let Err(fault) = chain.take_from_peer(batch) {
            tracing::error!(%fault, "transactions of a peer can't be checked");
        }
    }
}
