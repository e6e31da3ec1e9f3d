//! The chain of one node: what requests read and submit, and the producer that executes blocks.
//!
//! One thread, the producer's, executes blocks. Everything else reads views of the ledger, puts
//! transactions into the pool, and hears of blocks from the feed after they are on disk.
//! Invariant: nobody hears that something is final before its batch is synced.

mod agreement;
mod audit;
mod batch;
mod commit;
mod commitment;
mod contracts;
mod disagreement;
mod effects;
mod feed;
mod judge;
mod open;
mod pace;
mod past;
mod pool;
mod producer;
mod proof;
mod read_models;
mod reports;
mod retention;
mod signatures;
mod sizing;
mod submission;
#[cfg(test)]
pub(crate) mod tests;
mod waiters;
mod writer;

use std::sync::Arc;

use sillok_abi::{Call, Hash, Receipt, Time, Transaction, TransactionBody, Validator};
use sillok_client::trust::SetChange;
use sillok_runtime::{BlockEnv, Fault, Genesis, Runtime, Simulation, StateReader};

use crate::clock::Clock;
use crate::ledger::{Ledger, Place, Tip};
use crate::limits;
use crate::lock::lock;
use crate::mempool::{Dropped, PoolSize};
use crate::metrics::Metrics;
use audit::Audit;
pub(crate) use audit::audit;
pub(crate) use commit::Progress;
use commitment::Commitment;
use disagreement::Disagreement;
pub(crate) use feed::CommittedBlock;
use feed::Feed;
pub(crate) use open::{OpenError, open, open_with};
pub(crate) use pace::Pace;
use pool::Pool;
pub(crate) use producer::{Next, Producer};
pub(crate) use proof::{ProofRefusal, Proven, Wanted};
use read_models::ReadModels;
use reports::Reports;
pub(crate) use retention::{Retention, keep};
use signatures::Signatures;
pub(crate) use submission::SubmitError;
use waiters::Waiters;
pub(crate) use waiters::Waiting;

/// The state after a block, and that block's height and time.
#[derive(Clone)]
pub(crate) struct StateAt {
    /// The state; it stays as it is.
    pub(crate) state: Arc<dyn StateReader>,
    /// The block's height and time.
    pub(crate) env: BlockEnv,
}

/// What is known of a transaction.
pub(crate) enum TransactionStatus {
    /// It is in a block that is final.
    Final {
        /// Where.
        place: Place,
        /// The block.
        block: Arc<CommittedBlock>,
    },
    /// It waits for a block.
    Pending(Box<Transaction>),
    /// It waited and can no longer be in any block.
    Dropped(Dropped),
    /// It was never here, or was dropped long ago.
    Unknown,
}

/// The chain of one node, shared by everything that serves requests.
pub(crate) struct Chain {
    id: Hash,
    genesis: Genesis,
    runtime: Arc<Runtime>,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    commitment: Commitment,
    pool: Pool,
    feed: Feed,
    waiters: Waiters,
    signatures: Signatures,
    reports: Reports,
    audit: Audit,
    disagreement: Disagreement,
    metrics: Metrics,
    read_models: ReadModels,
}

impl Chain {
    fn new(
        genesis: Genesis,
        runtime: Arc<Runtime>,
        ledger: Ledger,
        commitment: Commitment,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Self {
        let (id, pool, feed) = (runtime.chain(), Pool::default(), Feed::new());
        let (waiters, signatures, reports) = (Waiters::default(), Signatures::new(), Reports::default());
        // What state was made of: state holds it now, and it may be as large.
        let genesis = Genesis { admitted: Vec::new(), codes: Vec::new(), calls: Vec::new(), ..genesis };
        metrics.height.set(i64::try_from(ledger.tip().height).unwrap_or(i64::MAX));
        Chain {
            id,
            genesis,
            runtime,
            ledger,
            clock,
            commitment,
            pool,
            feed,
            waiters,
            signatures,
            reports,
            audit: Audit::default(),
            disagreement: Disagreement::default(),
            metrics,
            read_models: ReadModels::default(),
        }
    }

    /// The chain's id: its genesis hash.
    pub(crate) fn id(&self) -> Hash {
        self.id
    }

    /// Its genesis.
    pub(crate) fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// What the node counts and measures.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What follows the chain, and is asked of its past.
    pub(crate) fn read_models(&self) -> &ReadModels {
        &self.read_models
    }

    /// The same as text, as it is now.
    pub(crate) fn measured(&self) -> String {
        let waiting = self.pool_size();
        self.metrics.mempool_transactions.set(i64::try_from(waiting.transactions).unwrap_or(i64::MAX));
        self.metrics.mempool_bytes.set(i64::try_from(waiting.bytes).unwrap_or(i64::MAX));
        self.metrics.storage_held_back.set(self.ledger.is_held_back().into());
        self.metrics.text()
    }

    /// The time by the node's clock.
    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// The last block.
    pub(crate) fn tip(&self) -> Tip {
        self.ledger.tip()
    }

    /// The root of the state after the last block.
    ///
    /// # Errors
    /// If it can't be computed.
    pub(crate) fn state_root(&self) -> Result<Hash, Fault> {
        Ok(self.tip_and_root()?.1)
    }

    /// The last block, and the root of the state after it.
    ///
    /// # Errors
    /// If it can't be computed.
    pub(crate) fn tip_and_root(&self) -> Result<(Tip, Hash), Fault> {
        loop {
            let tip = self.tip();
            // The tree is a block ahead while that is written, and further only if there is another tip since.
            if let Some(root) = self.commitment.at(tip.height, |committed| committed.root_at(tip.height))? {
                return Ok((tip, root));
            }
        }
    }

    /// The validators of the next block, in the order of their turns.
    ///
    /// # Errors
    /// If they can't be read.
    pub(crate) fn validators(&self) -> Result<Arc<[Validator]>, Fault> {
        let (tip, state) = self.ledger.latest();
        self.runtime.validators(&*state, tip.height + 1)
    }

    /// As [`Ledger::validator_changes`], a bounded number.
    ///
    /// # Errors
    /// The same.
    pub(crate) fn validator_changes(&self, from: u64) -> Result<(Vec<SetChange>, Option<u64>), Fault> {
        Ok(self.ledger.validator_changes(from, limits::VALIDATOR_CHANGES)?)
    }

    /// The state after the last block.
    pub(crate) fn latest(&self) -> StateAt {
        let (tip, state) = self.ledger.latest();
        StateAt { state, env: BlockEnv { height: tip.height, time: tip.time } }
    }

    /// The state after the block at `height`; none if there is no such block.
    ///
    /// # Errors
    /// If the block can't be read.
    pub(crate) fn at(&self, height: u64) -> Result<Option<StateAt>, Fault> {
        let Some(state) = self.ledger.at(height) else { return Ok(None) };
        Ok(self.time_of(height)?.map(|time| StateAt { state, env: BlockEnv { height, time } }))
    }

    /// The lowest height whose state can be read.
    pub(crate) fn lowest(&self) -> u64 {
        self.ledger.lowest()
    }

    /// The chain on disk.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// A place in the queue of those who wait for this transaction; none if too many wait.
    pub(crate) fn wait_for(&self, id: Hash) -> Option<Waiting<'_>> {
        self.waiters.wait_for(id)
    }

    /// Blocks from now on, each after it is final.
    pub(crate) fn subscribe(&self) -> tokio::sync::broadcast::Receiver<Arc<CommittedBlock>> {
        self.feed.subscribe()
    }

    /// How much waits for a block.
    pub(crate) fn pool_size(&self) -> PoolSize {
        lock(self.pool.mempool()).size()
    }

    /// Calls a method on a state without changing anything.
    ///
    /// # Errors
    /// If the node fails; a call that fails has a receipt.
    pub(crate) fn query(&self, at: StateAt, call: Call) -> Result<Receipt, Fault> {
        self.runtime.query(at.state, at.env, call)
    }

    /// Executes `body` on the latest state without changing anything, as if all had signed.
    ///
    /// # Errors
    /// If the node fails; a transaction that fails has a receipt.
    pub(crate) fn simulate(&self, body: &TransactionBody) -> Result<Simulation, Fault> {
        let (tip, state) = self.ledger.latest();
        self.runtime.simulate(state, self.next_env(&tip), body)
    }

    /// The height and time of the block after `tip` if it is made now: later than its parent, whatever
    /// the clock shows.
    fn next_env(&self, tip: &Tip) -> BlockEnv {
        BlockEnv { height: tip.height + 1, time: self.clock.now().max(tip.time.plus(1)) }
    }
}
