//! Transactions that other nodes pass on: checked and taken on a thread of their own, many at a time.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use sillok_abi::Transaction;

use crate::chain::Chain;
use crate::consensus::Peer;
use crate::limits;
use crate::threads::{give_way, spawn_for_contracts};

/// The way to that thread.
pub(super) struct Intake(SyncSender<Work>);

/// What that thread has to do.
enum Work {
    /// Check and take these.
    Take(Vec<Transaction>),
    /// Pass on once more what waits here: a peer has come that may know nothing of it.
    PassOn,
}

impl Intake {
    /// Starts the thread. It ends when nobody can bring anything any more.
    pub(super) fn start(chain: Arc<Chain>) -> io::Result<Self> {
        let (batches, queue) = sync_channel(limits::INTAKE_BATCHES);
        spawn_for_contracts("intake", move || work(&chain, &queue))?;
        Ok(Intake(batches))
    }

    /// A peer has come: what waits here is passed on once more, when there is time.
    pub(super) fn pass_on(&self) {
        // If there is so much to do, others bring the peer what waits.
        let _ = self.0.try_send(Work::PassOn);
    }

    /// Brings transactions. If too many wait they are dropped: who submitted them hears that they did not
    /// become final, and submits them again.
    pub(super) fn offer(&self, from: Peer, transactions: Vec<Transaction>) {
        if let Err(error) = self.0.try_send(Work::Take(transactions)) {
            tracing::debug!(peer = from.0, %error, "transactions of a peer are dropped");
        }
    }
}

fn work(chain: &Chain, queue: &Receiver<Work>) {
    give_way();
    while let Ok(work) = queue.recv() {
        let mut pass_on = matches!(work, Work::PassOn);
        let mut batch = if let Work::Take(transactions) = work { transactions } else { Vec::new() };
        // Signatures cost less in larger batches.
        while batch.len() < limits::SUBMIT_BATCH
            && let Ok(more) = queue.try_recv()
        {
            match more {
                Work::Take(transactions) => batch.extend(transactions),
                Work::PassOn => pass_on = true,
            }
        }
        if let Err(fault) = chain.take_from_peer(batch) {
            tracing::error!(%fault, "transactions of a peer can't be checked");
        }
        if pass_on {
            chain.pass_on_waiting();
        }
    }
}
