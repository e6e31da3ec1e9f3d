//! The producer: the one that executes blocks and changes state.
//!
//! It makes blocks of what waits, judges those of others (`judge`), and makes decided ones permanent (`commit`), on
//! the orders of whoever runs consensus. What it has executed last is kept, so that a block is executed once if it is
//! decided. Invariant: state moves only by a decided block, in one batch, and nobody hears of it
//! before.

use std::sync::Arc;

use sillok_abi::governance::NodeInfo;
use sillok_abi::{Block, Hash, Header, PublicKey, Time, Transaction, Validator};
use sillok_abi::{merkle_root, validators_digest};
use sillok_runtime::{BlockEnv, Execution, Executor, Fault, Proposal, Refusal, StateReader};

use super::Chain;
use super::commit::Writing;
use super::sizing::Sizing;
use super::writer::Writer;
use crate::fail_point::FailPoint;
use crate::ledger::Tip;
use crate::limits;
use crate::lock::lock;
use crate::mempool::{BlockRoom, Dropped, UsedNonces};
use crate::metrics::Metrics;

/// Executes blocks.
pub(crate) struct Producer {
    pub(super) chain: Arc<Chain>,
    pub(super) executor: Executor,
    /// Who proposes.
    pub(super) key: PublicKey,
    /// The nodes before the last block.
    pub(super) nodes_before: Arc<[NodeInfo]>,
    pub(super) tentative: Option<Tentative>,
    /// What a peer says is decided after the block that is committed next.
    pub(super) upcoming: Option<Arc<Block>>,
    pub(super) sizing: Sizing,
    pub(super) writer: Writer,
    pub(super) writing: Option<Writing>,
}

/// A block that is executed, and not decided.
pub(super) struct Tentative {
    pub(super) id: Hash,
    pub(super) block: Arc<Block>,
    pub(super) execution: Execution,
    /// Whether this node has seen that all its transactions are signed.
    pub(super) is_signed: bool,
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
    /// If the nodes can't be read, or there is no thread to write blocks.
    pub(super) fn new(chain: Arc<Chain>, executor: Executor, key: PublicKey) -> Result<Self, Fault> {
        let (tip, state) = chain.ledger.latest();
        let before = tip.height.checked_sub(1).and_then(|height| chain.ledger.at(height));
        let nodes_before = match before {
            Some(before) => executor.nodes(&*before)?,
            None => executor.nodes(&*state)?,
        };
        Ok(Producer {
            chain,
            executor,
            key,
            nodes_before,
            tentative: None,
            upcoming: None,
            sizing: Sizing::default(),
            writer: Writer::start()?,
            writing: None,
        })
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
        let (tip, state) = self.base();
        self.chain.next(&tip, &*state, &self.nodes_before)
    }

    /// Has this block, which a peer says is decided, executed while the one before it is written. It is not known to be
    /// valid.
    pub(crate) fn expect_next(&mut self, block: Option<Arc<Block>>) {
        self.upcoming = block;
    }

    /// Makes a block of what waits and what is due; none if another height is next.
    ///
    /// # Errors
    /// The fault that must halt the node.
    pub(crate) fn build(&mut self, height: u64, round: u32) -> Result<Option<Arc<Block>>, Fault> {
        self.settle()?;
        if let Some(block) = self.built_ahead(height, round) {
            return Ok(Some(block));
        }
        let (tip, state) = self.base();
        if height != tip.height + 1 {
            return Ok(None);
        }
        self.chain.drop_expired(self.chain.next_env(&tip).time);
        Ok(Some(self.propose(&tip, state, round, &UsedNonces::default())?))
    }

    /// Makes a block of what waits, but for what is used up, and what is due, on the state after `tip`.
    pub(super) fn propose(
        &mut self,
        tip: &Tip,
        state: Arc<dyn StateReader>,
        round: u32,
        used: &UsedNonces,
    ) -> Result<Arc<Block>, Fault> {
        self.tentative = None;
        let env = self.chain.next_env(tip);
        let validators = validators_digest(&self.executor.validators(&*state, env.height)?);
        let next_validators = validators_digest(&self.executor.next_validators(&*state)?);
        let candidates = self.candidates(&*state, used)?;
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
        let header = self.header(tip, env, round, transactions_root, (validators, next_validators))?;
        let (id, block) = (header.id(), Arc::new(Block { header, transactions }));
        self.tentative = Some(Tentative { id, block: block.clone(), execution, is_signed: true });
        Ok(block)
    }

    /// Candidates for a block, but for those whose nonces are used.
    fn candidates(&self, state: &dyn StateReader, used: &UsedNonces) -> Result<Vec<Arc<Transaction>>, Fault> {
        let parameters = self.chain.runtime.parameters(state)?;
        let room = BlockRoom {
            transactions: limits::BLOCK_CANDIDATES,
            bytes: parameters.max_block_bytes as usize,
            gas: self.sizing.room(parameters.block_gas),
        };
        Ok(lock(self.chain.pool.mempool()).candidates(room, used))
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
}

/// The gas that transactions may use together.
pub(super) fn gas_limits(transactions: &[Transaction]) -> u64 {
    transactions.iter().map(|transaction| transaction.body.gas_limit).fold(0, u64::saturating_add)
}

/// The root over a block's transactions. Each receipt bears the id of its transaction, so that none is hashed
/// again.
fn transactions_root(transactions: &[Transaction], execution: &Execution) -> Hash {
    let receipts = execution.receipts.iter().skip(execution.scheduled);
    let leaves: Vec<Hash> =
        transactions.iter().zip(receipts).map(|(one, receipt)| one.leaf(&receipt.id)).collect();
    merkle_root(&leaves)
}
