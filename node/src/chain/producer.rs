//! The producer: the one that executes blocks and changes state.
//!
//! It makes blocks of what waits, judges those of others, and makes decided ones permanent, on the orders of
//! whoever runs consensus. What it has executed last is kept, so that a block is executed once if it is
//! decided. Invariant: state moves only by a decided block, in one synced batch, and nobody hears of it
//! before.

use std::mem;
use std::sync::Arc;

use sillok_abi::governance::NodeInfo;
use sillok_abi::{Block, Certificate, Hash, Header, PublicKey, Receipt, Time, Transaction, Validator};
use sillok_abi::{merkle_root, validators_digest};
use sillok_runtime::{
    BlockEnv, BlockError, Changes, Execution, Executor, Fault, Identified, Proposal, Refusal, StateReader,
};

use super::sizing::Sizing;
use super::{Chain, CommittedBlock};
use crate::consensus::CertifiedBlock;
use crate::fail_point::FailPoint;
use crate::ledger::{BlockReceipts, Tip};
use crate::limits;
use crate::lock::lock;
use crate::mempool::{BlockRoom, Dropped};
use crate::metrics::Metrics;

/// Executes blocks.
pub(crate) struct Producer {
    pub(super) chain: Arc<Chain>,
    pub(super) executor: Executor,
    /// Who proposes.
    pub(super) key: PublicKey,
    /// The nodes before the last block.
    nodes_before: Arc<[NodeInfo]>,
    pub(super) tentative: Option<Tentative>,
    pub(super) sizing: Sizing,
}

/// A block that is executed, and not decided.
pub(super) struct Tentative {
    pub(super) id: Hash,
    pub(super) block: Arc<Block>,
    pub(super) execution: Execution,
}

/// What is to be known of the height after a block.
#[derive(Clone, Debug)]
pub(crate) struct Next {
    /// The height of the block.
    pub(crate) height: u64,
    /// The validators of the next height, in the order of their turns.
    pub(crate) validators: Arc<[Validator]>,
    /// All nodes, validators and observers: who may connect. Those that the block took out are among them
    /// once more, as the old validators decide the next block.
    pub(crate) nodes: Arc<[NodeInfo]>,
    /// When the earliest scheduled call is due.
    pub(crate) due: Option<Time>,
}

impl Producer {
    /// # Errors
    /// If the nodes can't be read.
    pub(super) fn new(chain: Arc<Chain>, executor: Executor, key: PublicKey) -> Result<Self, Fault> {
        let (tip, state) = chain.ledger.latest();
        let before = tip.height.checked_sub(1).and_then(|height| chain.ledger.at(height));
        let nodes_before = match before {
            Some(before) => executor.nodes(&*before)?,
            None => executor.nodes(&*state)?,
        };
        Ok(Producer { chain, executor, key, nodes_before, tentative: None, sizing: Sizing::default() })
    }

    /// What the node counts and measures.
    pub(crate) fn metrics(&self) -> &Metrics {
        self.chain.metrics()
    }

    /// What is to be known of the height after the last block.
    ///
    /// # Errors
    /// The fault that must halt the node.
    pub(crate) fn next(&self) -> Result<Next, Fault> {
        let (tip, state) = self.chain.ledger.latest();
        self.chain.runtime.check_version(&*state, tip.height + 1)?;
        let validators = self.executor.validators(&*state, tip.height + 1)?;
        let nodes = with_leavers(&self.nodes_before, self.executor.nodes(&*state)?);
        Ok(Next { height: tip.height, validators, nodes, due: self.executor.next_due(&*state)? })
    }

    /// Makes a block of what waits and what is due; none if another height is next.
    ///
    /// # Errors
    /// The fault that must halt the node.
    pub(crate) fn build(&mut self, height: u64, round: u32) -> Result<Option<Arc<Block>>, Fault> {
        let (tip, state) = self.chain.ledger.to_build_on();
        if height != tip.height + 1 {
            return Ok(None);
        }
        self.tentative = None;
        let env = self.chain.next_env(&tip);
        let validators = validators_digest(&self.executor.validators(&*state, height)?);
        let next_validators = validators_digest(&self.executor.next_validators(&*state)?);
        let candidates = self.take_candidates(&*state, env.time)?;
        let measured = self.metrics().execution.clone();
        let begun = self.chain.clock.now();
        let proposal = Metrics::time(&measured, || self.executor.propose(state, env, tip.block, candidates))?;
        let Proposal { transactions, refused, execution, .. } = proposal;
        // Those that wait stay where they are until the block is on disk.
        let transactions: Vec<Transaction> = transactions.iter().map(|one| (**one).clone()).collect();
        self.executed_since(begun, &transactions);
        self.drop_refused(&refused);
        FailPoint::Executed.pass();
        let transactions_root = transactions_root(&transactions, &execution);
        let header = self.header(&tip, env, round, transactions_root, (validators, next_validators))?;
        let (id, block) = (header.id(), Arc::new(Block { header, transactions }));
        self.tentative = Some(Tentative { id, block: block.clone(), execution });
        Ok(Some(block))
    }

    /// Makes a decided block permanent, and tells of it. One that is permanent already is left alone. `body` is
    /// needed if it was not stored.
    ///
    /// # Errors
    /// The fault that must halt the node.
    pub(crate) fn commit(
        &mut self,
        certificate: Certificate,
        body: Option<Arc<Block>>,
    ) -> Result<Next, Fault> {
        let tip = self.chain.tip();
        if certificate.height > tip.height {
            FailPoint::Sealed.pass();
            let executed = self.executed(&tip, &certificate.block, body)?;
            self.nodes_before = self.executor.nodes(&*self.chain.ledger.latest().1)?;
            self.append(&tip, certificate, executed)?;
        }
        self.next()
    }

    /// The decided block with what it does: as it was tried, or else executed now.
    fn executed(&mut self, tip: &Tip, id: &Hash, body: Option<Arc<Block>>) -> Result<Tentative, Fault> {
        if let Some(tentative) = self.tentative.take_if(|tentative| tentative.id == *id) {
            return Ok(tentative);
        }
        let stored = || self.chain.ledger.block_of(id).map_err(Fault::from);
        let block = body.map_or_else(stored, |body| Ok(Some(body)))?;
        let block = block.ok_or_else(|| Fault::new("the body of a decided block is missing"))?;
        let root = self.chain.commitment.at(tip.height, |before| before.root())?;
        let state = self.chain.ledger.to_build_on().1;
        // Whoever decided it has verified its signatures, and so has this node before it voted.
        let identified = Identified::of(&block)
            .ok_or_else(|| Fault::new("the body of a decided block is not that of its header"))?;
        let measured = self.metrics().execution.clone();
        let run = || self.executor.execute(state, &root, &identified, false);
        let execution = Metrics::time(&measured, run).map_err(|error| match error {
            BlockError::Fault(fault) => fault,
            BlockError::Invalid(reason) => {
                self.chain.refused(*id, &block.header, &reason);
                self.chain.disagrees(id, "a decided block is not valid here")
            }
        })?;
        Ok(Tentative { id: *id, block, execution })
    }

    /// Writes the block, and then tells of it.
    fn append(&mut self, tip: &Tip, certificate: Certificate, executed: Tentative) -> Result<(), Fault> {
        let Tentative { id, block, mut execution } = executed;
        let commitment = &self.chain.commitment;
        if FailPoint::Deviated.is_met() {
            deviate(Arc::make_mut(&mut execution.changes));
        }
        let waited = || commitment.at(tip.height, |before| before.take_roots());
        let roots = Metrics::time(&self.chain.metrics().root_wait, waited)?;
        // Hashed while it is written.
        commitment.follow(block.header.height, execution.changes.clone())?;
        FailPoint::Hashing.pass();
        let stored = CertifiedBlock { block, certificate };
        let header = &stored.block.header;
        let next = self.executor.next_validators(&*self.chain.ledger.to_build_on().1)?;
        let announced = (header.next_validators != header.validators).then_some(&*next);
        let metrics = self.chain.metrics();
        let write = || self.chain.ledger.commit(&stored, &execution, &roots, announced);
        Metrics::time(&metrics.commit, write)?;
        self.executor.commit();
        let block_gas = self.chain.runtime.parameters(&*self.chain.ledger.latest().1)?.block_gas;
        self.sizing.decided(gas_limits(&stored.block.transactions), block_gas);
        FailPoint::Committed.pass();
        let scheduled = u32::try_from(execution.scheduled).map_err(Fault::new)?;
        let receipts = BlockReceipts { scheduled, receipts: mem::take(&mut execution.receipts) };
        self.announce(Arc::new(CommittedBlock { id, stored, receipts }), execution.gas_used);
        FailPoint::Announced.pass();
        Ok(())
    }

    /// Candidates for a block at `time`; what can no longer be in one is dropped.
    fn take_candidates(&self, state: &dyn StateReader, time: Time) -> Result<Vec<Arc<Transaction>>, Fault> {
        let parameters = self.chain.runtime.parameters(state)?;
        let room = BlockRoom {
            transactions: limits::BLOCK_CANDIDATES,
            bytes: parameters.max_block_bytes as usize,
            gas: self.sizing.room(parameters.block_gas),
        };
        self.chain.drop_expired(time);
        Ok(lock(self.chain.pool.mempool()).candidates(room))
    }

    /// Takes in how long executing these has taken.
    pub(super) fn executed_since(&mut self, begun: Time, transactions: &[Transaction]) {
        let elapsed = self.chain.clock.now().0.saturating_sub(begun.0);
        self.sizing.executed(gas_limits(transactions), elapsed);
    }

    fn drop_refused(&self, refused: &[(Hash, Refusal)]) {
        let mut pool = lock(self.chain.pool.mempool());
        for (id, refusal) in refused {
            tracing::debug!(id = %hex::encode(id), %refusal, "transaction dropped");
            pool.give_up(*id, Dropped::by(refusal));
        }
        drop(pool);
        self.chain.waiters.wake(refused.iter().map(|(id, _)| id));
    }

    fn header(
        &self,
        tip: &Tip,
        env: BlockEnv,
        round: u32,
        transactions_root: Hash,
        (validators, next_validators): (Hash, Hash),
    ) -> Result<Header, Fault> {
        Ok(Header {
            chain: self.chain.id,
            height: env.height,
            round,
            time: env.time,
            proposer: self.key,
            parent: tip.block,
            transactions_root,
            state_root: self.chain.commitment.at(tip.height, |before| before.root())?,
            receipts_root: tip.receipts_root,
            validators,
            next_validators,
        })
    }

    fn announce(&self, block: Arc<CommittedBlock>, gas_used: u64) {
        let receipts = block.receipts.of_transactions();
        let mut pool = lock(self.chain.pool.mempool());
        let in_block = receipts.iter().zip(&block.stored.block.transactions);
        let settle =
            |(receipt, transaction): (&Receipt, &Transaction)| pool.settle(&receipt.id, &transaction.body);
        let given_up: Vec<Hash> = in_block.filter_map(settle).collect();
        drop(pool);
        let (height, round, transactions) = (block.header().height, block.header().round, receipts.len());
        let scheduled = block.receipts.scheduled;
        let id = hex::encode(block.id);
        if transactions > 0 || scheduled > 0 {
            tracing::info!(height, round, transactions, scheduled, gas_used, id, "block");
        } else {
            tracing::debug!(height, round, id, "empty block");
        }
        self.chain.metrics().block(height, transactions, gas_used);
        self.chain.report_again();
        self.chain.feed.publish(block.clone());
        self.chain.waiters.wake(receipts.iter().map(|receipt| &receipt.id).chain(&given_up));
    }
}

/// Makes one value another, as a node does that computes wrongly.
fn deviate(changes: &mut Changes) {
    let longest = changes.values_mut().flatten().max_by_key(|value| value.len());
    if let Some(bit) = longest.and_then(|value| value.last_mut()) {
        *bit ^= 1;
    }
}

/// The gas that transactions may use together.
fn gas_limits(transactions: &[Transaction]) -> u64 {
    transactions.iter().map(|transaction| transaction.body.gas_limit).fold(0, u64::saturating_add)
}

/// The nodes after a block, with those that it took out or changed as they were before.
fn with_leavers(before: &Arc<[NodeInfo]>, after: Arc<[NodeInfo]>) -> Arc<[NodeInfo]> {
    if Arc::ptr_eq(before, &after) {
        return after;
    }
    let is_new = |node: &&NodeInfo| !before.iter().any(|other| other.peer == node.peer);
    before.iter().chain(after.iter().filter(is_new)).cloned().collect()
}

/// The root over a block's transactions. Each receipt bears the id of its transaction, so that none is hashed
/// again.
fn transactions_root(transactions: &[Transaction], execution: &Execution) -> Hash {
    let receipts = execution.receipts.iter().skip(execution.scheduled);
    let leaves: Vec<Hash> =
        transactions.iter().zip(receipts).map(|(one, receipt)| one.leaf(&receipt.id)).collect();
    merkle_root(&leaves)
}
