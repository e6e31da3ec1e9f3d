//! The chain of one node: what requests read and submit, and the producer that executes blocks.
//!
//! One thread, the producer's, changes state. Everything else reads views of the ledger, puts
//! transactions into the pool, and hears of blocks from the feed after they are on disk.
//! Invariant: nobody hears that something is final before its batch is synced.

mod commitment;
mod contracts;
mod feed;
mod judge;
mod open;
mod pace;
mod pool;
mod producer;
mod proof;
mod retention;
mod signatures;
#[cfg(test)]
mod tests;
mod waiters;

use std::collections::BTreeSet;
use std::sync::Arc;

use codec::Encode;
use sillok_abi::{Block, Call, Hash, Receipt, Time, Transaction, TransactionBody, Validator};
use sillok_runtime::{BlockEnv, Checked, Fault, Genesis, Refusal, Runtime, Simulation, StateReader};

use crate::clock::Clock;
use crate::consensus::CertifiedBlock;
use crate::fail_point::FailPoint;
use crate::ledger::{Ledger, Place, Tip};
use crate::lock::lock;
use crate::mempool::{Dropped, PoolRefusal, PoolSize};
use crate::metrics::Metrics;
use commitment::Commitment;
pub(crate) use feed::CommittedBlock;
use feed::Feed;
#[cfg(test)]
pub(crate) use open::open_with;
pub(crate) use open::{OpenError, open};
pub(crate) use pace::Pace;
use pool::Pool;
pub(crate) use producer::{Next, Producer};
pub(crate) use proof::{ProofRefusal, Proven, Wanted};
pub(crate) use retention::{Retention, keep};
use waiters::Waiters;
pub(crate) use waiters::Waiting;

/// Why a transaction is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubmitError {
    /// It is not valid, or not now.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is valid, and the pool has no place for it.
    #[error(transparent)]
    Pool(#[from] PoolRefusal),
    /// The node failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

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
    metrics: Metrics,
}

impl Chain {
    fn new(
        genesis: Genesis,
        runtime: Arc<Runtime>,
        ledger: Ledger,
        commitment: Commitment,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (id, pool, feed, waiters) = (genesis.hash(), Pool::default(), Feed::new(), Waiters::default());
        // What state was made of: state holds it now, and it may be as large.
        let genesis = Genesis { admitted: Vec::new(), codes: Vec::new(), calls: Vec::new(), ..genesis };
        let metrics = Metrics::new();
        metrics.height.set(i64::try_from(ledger.tip().height).unwrap_or(i64::MAX));
        Chain { id, genesis, runtime, ledger, clock, commitment, pool, feed, waiters, metrics }
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

    /// The same as text, as it is now.
    pub(crate) fn measured(&self) -> String {
        let waiting = self.pool_size();
        self.metrics.mempool_transactions.set(i64::try_from(waiting.transactions).unwrap_or(i64::MAX));
        self.metrics.mempool_bytes.set(i64::try_from(waiting.bytes).unwrap_or(i64::MAX));
        self.metrics.text()
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
        self.commitment.at(self.tip().height, |committed| committed.root())
    }

    /// The validators of the next block, in the order of their turns.
    ///
    /// # Errors
    /// If they can't be read.
    pub(crate) fn validators(&self) -> Result<Arc<[Validator]>, Fault> {
        self.runtime.validators(&*self.ledger.latest().1)
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

    /// The height of the last block that is no later than `time`; none if the chain began after it.
    ///
    /// # Errors
    /// If blocks can't be read.
    pub(crate) fn height_at(&self, time: Time) -> Result<Option<u64>, Fault> {
        if time < self.genesis.time {
            return Ok(None);
        }
        // Times grow with heights: the block at `low` is early enough, the one after `high` is not.
        let (mut low, mut high) = (0, self.tip().height);
        while low < high {
            let middle = high - (high - low) / 2;
            if self.time_of(middle)?.is_some_and(|found| found <= time) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Ok(Some(low))
    }

    /// The time of the block at `height`.
    fn time_of(&self, height: u64) -> Result<Option<Time>, Fault> {
        match height {
            0 => Ok(Some(self.genesis.time)),
            _ => Ok(self.committed(height)?.map(|block| block.header().time)),
        }
    }

    /// The block at `height` with its receipts; genesis has none.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn committed(&self, height: u64) -> Result<Option<Arc<CommittedBlock>>, Fault> {
        if let Some(block) = self.feed.recent(height) {
            return Ok(Some(block));
        }
        let (Some(stored), Some(receipts)) = (self.ledger.block(height)?, self.ledger.receipts(height)?)
        else {
            return Ok(None);
        };
        Ok(Some(Arc::new(CommittedBlock { id: stored.certificate.block, stored, receipts })))
    }

    /// The height of the block with this id.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn height_of(&self, block: &Hash) -> Result<Option<u64>, Fault> {
        Ok(self.ledger.height_of(block)?)
    }

    /// Takes a transaction into the pool. Runs contracts when the submitter is not a key.
    ///
    /// # Errors
    /// If it is not valid, was included before, or has no place in the pool.
    pub(crate) fn submit(&self, transaction: Transaction) -> Result<Hash, SubmitError> {
        self.require_room()?;
        let (tip, state) = self.ledger.latest();
        let checked = self.runtime.check(state, self.next_env(&tip), &transaction)??;
        let id = checked.id;
        if self.ledger.place_of(&id).map_err(Fault::from)?.is_some() {
            return Err(SubmitError::Refused(Refusal::Replayed));
        }
        let copy = self.pool.is_relayed().then(|| transaction.clone());
        self.pool.insert(checked, transaction)?;
        self.pool.relay(copy.into_iter().collect());
        Ok(id)
    }

    fn require_room(&self) -> Result<(), PoolRefusal> {
        if lock(self.pool.mempool()).has_room() { Ok(()) } else { Err(PoolRefusal::Full) }
    }

    /// Takes many transactions into the pool; answers each one's id or refusal, in their order. Signatures
    /// are verified together. One that was included before is not refused here but by the executor.
    ///
    /// # Errors
    /// If the node fails.
    pub(crate) fn submit_many(
        &self,
        transactions: Vec<Transaction>,
    ) -> Result<Vec<Result<Hash, SubmitError>>, Fault> {
        let mut copies = if self.pool.is_relayed() { transactions.clone() } else { Vec::new() };
        let taken = self.take_many(transactions)?;
        let mut verdicts = taken.iter();
        copies.retain(|_| verdicts.next().is_some_and(Result::is_ok));
        self.pool.relay(copies);
        Ok(taken)
    }

    /// Takes transactions that a peer passes on. What is known, or can't be taken, is left out: whoever has
    /// submitted it to the peer has been told.
    ///
    /// # Errors
    /// If the node fails.
    pub(crate) fn take_from_peer(&self, mut transactions: Vec<Transaction>) -> Result<(), Fault> {
        let ids: Vec<Hash> = transactions.iter().map(|transaction| transaction.body.id()).collect();
        let mut known = {
            let pool = lock(self.pool.mempool());
            ids.iter().map(|id| pool.get(id).is_some()).collect::<Vec<bool>>()
        };
        for (known, id) in known.iter_mut().zip(&ids).filter(|(known, _)| !**known) {
            *known = self.ledger.place_of(id)?.is_some();
        }
        let mut known = known.into_iter();
        transactions.retain(|_| known.next() == Some(false));
        self.take_many(transactions)?;
        Ok(())
    }

    /// Checks many and takes those that pass.
    fn take_many(&self, transactions: Vec<Transaction>) -> Result<Vec<Result<Hash, SubmitError>>, Fault> {
        if self.require_room().is_err() {
            return Ok(transactions.iter().map(|_| Err(PoolRefusal::Full.into())).collect());
        }
        let (tip, state) = self.ledger.latest();
        let mut checker = self.runtime.checker(state, self.next_env(&tip))?;
        let checked: Vec<Result<Checked, Refusal>> =
            transactions.iter().map(|transaction| checker.check(transaction)).collect::<Result<_, _>>()?;
        let good = transactions.iter().zip(&checked).filter_map(|(transaction, checked)| {
            checked.as_ref().ok().map(|checked| (transaction, &checked.id))
        });
        let mut signed = signatures::verify(good).into_iter();
        let admitted = transactions.into_iter().zip(checked).map(|(transaction, checked)| {
            let checked = checked?;
            if signed.next() == Some(true) { Ok((checked, transaction)) } else { Err(Refusal::BadSignature) }
        });
        Ok(self.pool.insert_all(admitted))
    }

    /// What is known of the transaction with this id.
    ///
    /// # Errors
    /// If the ledger can't be read.
    pub(crate) fn status_of(&self, id: &Hash) -> Result<TransactionStatus, Fault> {
        // The pool first: a transaction leaves it only after it is in the ledger.
        let (waiting, dropped) = {
            let pool = lock(self.pool.mempool());
            (pool.get(id).cloned(), pool.dropped(id).cloned())
        };
        if let Some(place) = self.ledger.place_of(id)? {
            let missing = || Fault::new(format!("block {} is missing", place.height));
            let block = self.committed(place.height)?.ok_or_else(missing)?;
            return Ok(TransactionStatus::Final { place, block });
        }
        Ok(match (waiting, dropped) {
            (Some(transaction), _) => TransactionStatus::Pending(Box::new(transaction)),
            (None, Some(dropped)) => TransactionStatus::Dropped(dropped),
            (None, None) => TransactionStatus::Unknown,
        })
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

    /// Writes down what waits for a block, so that the next start goes on with it. To be called once nothing
    /// runs any more.
    ///
    /// # Errors
    /// If it can't be written.
    pub(crate) fn keep_waiting(&self) -> Result<(), Fault> {
        let pool = lock(self.pool.mempool());
        let waiting: Vec<&Transaction> = pool.all().collect();
        Ok(self.ledger.keep_waiting(&waiting)?)
    }

    /// Takes up again what waited when the node stopped. What is no longer valid is left out.
    fn take_up_waiting(&self) -> Result<(), Fault> {
        let waiting = self.ledger.take_waiting()?;
        let count = waiting.len();
        let taken = self.take_many(waiting)?.iter().filter(|taken| taken.is_ok()).count();
        if count > 0 {
            tracing::info!(taken, of = count, "transactions that waited when the node stopped wait again");
        }
        Ok(())
    }

    /// Makes a block durable that may be decided on at the height after the tip.
    ///
    /// # Errors
    /// If it can't be written.
    pub(crate) fn store_body(&self, id: &Hash, block: &Block) -> Result<(), Fault> {
        Metrics::time(&self.metrics.body_sync, || self.ledger.store_body(id, block))?;
        FailPoint::Stored.pass();
        Ok(())
    }

    /// The ids of the stored blocks that may be decided on at the height after the tip.
    pub(crate) fn undecided(&self) -> BTreeSet<Hash> {
        self.ledger.undecided(self.tip().height + 1)
    }

    /// The block of this id, decided or not.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn block_of(&self, id: &Hash) -> Result<Option<Arc<Block>>, Fault> {
        Ok(self.ledger.block_of(id)?)
    }

    /// Decided blocks from `height` on: as many as there are, but no more than `count`, and after the first none
    /// that would make it more than `bytes`.
    ///
    /// # Errors
    /// If they can't be read.
    pub(crate) fn decided(
        &self,
        height: u64,
        count: usize,
        bytes: usize,
    ) -> Result<Vec<CertifiedBlock>, Fault> {
        let (mut blocks, mut size) = (Vec::new(), 0);
        for height in height.max(1).. {
            let recent = self.feed.recent(height).map(|block| block.stored.clone());
            let block = recent.map_or_else(|| self.ledger.block(height), |block| Ok(Some(block)))?;
            let Some(block) = block.filter(|_| blocks.len() < count) else { break };
            size += block.encoded_size();
            if size > bytes && !blocks.is_empty() {
                break;
            }
            blocks.push(block);
        }
        Ok(blocks)
    }

    /// In how many milliseconds a block after the last one is due; none if nothing is to be done. `next_due`:
    /// when the earliest scheduled call is; `waiting`: whether waiting transactions are a reason.
    pub(crate) fn due_in(&self, pace: Pace, next_due: Option<Time>, waiting: bool) -> Option<u64> {
        let now = self.clock.now();
        self.drop_expired(now);
        let waiting = waiting && !lock(self.pool.mempool()).is_empty();
        pace.due_in(now, &self.tip(), waiting, next_due)
    }

    /// Drops what waits and can be in no block at `time` or later.
    fn drop_expired(&self, time: Time) {
        let mut pool = lock(self.pool.mempool());
        let expired = pool.expired(time);
        for id in &expired {
            pool.give_up(*id, Dropped::by(&Refusal::Expired));
        }
        drop(pool);
        self.waiters.wake(expired.iter());
    }

    /// Has `wake` called whenever transactions have come, or the chain is to stop; to be set once.
    pub(crate) fn on_change(&self, wake: impl Fn() + Send + Sync + 'static) {
        self.pool.on_change(Box::new(wake));
    }

    /// Has `relay` called with what was submitted here and taken; to be set once.
    pub(crate) fn on_submission(&self, relay: impl Fn(Vec<Transaction>) + Send + Sync + 'static) {
        self.pool.on_submission(Box::new(relay));
    }

    /// Asks whoever makes blocks to stop after the one that is being made.
    pub(crate) fn stop(&self) {
        self.pool.stop();
    }

    /// Whether it was asked to.
    pub(crate) fn is_stopping(&self) -> bool {
        self.pool.is_stopping()
    }

    /// The height and time of the block after `tip` if it is made now: later than its parent, whatever
    /// the clock shows.
    fn next_env(&self, tip: &Tip) -> BlockEnv {
        BlockEnv { height: tip.height + 1, time: self.clock.now().max(tip.time.plus(1)) }
    }
}
