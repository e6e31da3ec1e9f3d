//! The producer: the one thread that changes state.
//!
//! A block goes through here in one direction: candidates from the pool, tentative execution, header,
//! certificate, one synced batch, then the executor's commit, then whoever listens. A fault ends the
//! loop, and with it the node.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use sillok_abi::{Block, Hash, Header, Time, Transaction, merkle_root, validators_digest};
use sillok_runtime::{BlockEnv, Executor, Fault, Proposal, Refusal};

use super::{Chain, CommittedBlock, Pace};
use crate::consensus::{self, ValidatorKey};
use crate::fail_point::FailPoint;
use crate::ledger::{BlockReceipts, StoredBlock, Tip};
use crate::limits;
use crate::lock::lock;
use crate::mempool::{BlockRoom, Dropped};

/// Makes blocks.
pub(crate) struct Producer {
    chain: Arc<Chain>,
    executor: Executor,
    key: ValidatorKey,
    pace: Pace,
    next_due: Option<Time>,
}

impl Producer {
    pub(super) fn new(
        chain: Arc<Chain>,
        executor: Executor,
        key: ValidatorKey,
        pace: Pace,
    ) -> Result<Self, Fault> {
        let next_due = executor.next_due(&*chain.ledger.latest().1)?;
        Ok(Producer { chain, executor, key, pace, next_due })
    }

    /// Makes blocks until the chain is told to stop.
    ///
    /// # Errors
    /// The fault that must halt the node.
    pub(crate) fn run(mut self) -> Result<(), Fault> {
        while !self.chain.pool.is_stopping() {
            match self.due_in() {
                Some(0) => {
                    if self.produce()?.is_none() {
                        // Nothing that waits can be in a block now: no reason to spin.
                        self.chain.pool.sleep(Duration::from_millis(limits::CERTIFY_AFTER_MS), false);
                    }
                }
                due => {
                    let longest = due.map_or(limits::LONGEST_SLEEP, Duration::from_millis);
                    self.chain.pool.sleep(longest.min(limits::LONGEST_SLEEP), self.pace.is_on_demand());
                }
            }
        }
        Ok(())
    }

    /// Makes the next block if it is due.
    ///
    /// # Errors
    /// The fault that must halt the node.
    #[cfg(test)]
    pub(super) fn step(&mut self) -> Result<Option<Arc<CommittedBlock>>, Fault> {
        if self.due_in() == Some(0) { self.produce() } else { Ok(None) }
    }

    fn due_in(&self) -> Option<u64> {
        let waiting = !lock(self.chain.pool.mempool()).is_empty();
        self.pace.due_in(self.chain.clock.now(), &self.chain.tip(), waiting, self.next_due)
    }

    /// Makes a block of what waits and what is due; none if that comes to nothing.
    fn produce(&mut self) -> Result<Option<Arc<CommittedBlock>>, Fault> {
        let (tip, state) = self.chain.ledger.to_build_on();
        let env = self.chain.next_env(&tip);
        let candidates = self.take_candidates(env.time);
        let proposal = self.executor.propose(state, env, tip.block, candidates)?;
        self.drop_refused(&proposal.refused);
        let nothing = proposal.execution.receipts.is_empty() && proposal.execution.changes.is_empty();
        if nothing && !self.pace.wants_empty(&tip) {
            self.executor.discard();
            return Ok(None);
        }
        self.commit(&tip, env, proposal).map(Some)
    }

    /// Candidates for a block at `time`; what can no longer be in one is dropped.
    fn take_candidates(&self, time: Time) -> Vec<Transaction> {
        let parameters = &self.chain.genesis.parameters;
        let room = BlockRoom {
            transactions: limits::BLOCK_CANDIDATES,
            bytes: parameters.max_block_bytes as usize,
            gas: parameters.block_gas,
        };
        let mut pool = lock(self.chain.pool.mempool());
        let expired = pool.expired(time);
        for id in &expired {
            pool.give_up(*id, dropped(&Refusal::Expired));
        }
        let candidates = pool.candidates(room);
        drop(pool);
        self.chain.waiters.wake(expired.iter());
        candidates
    }

    fn drop_refused(&self, refused: &[(Hash, Refusal)]) {
        let mut pool = lock(self.chain.pool.mempool());
        for (id, refusal) in refused {
            tracing::debug!(id = %hex::encode(id), %refusal, "transaction dropped");
            pool.give_up(*id, dropped(refusal));
        }
        drop(pool);
        self.chain.waiters.wake(refused.iter().map(|(id, _)| id));
    }

    /// Seals the block, writes it, and then tells of it.
    fn commit(&mut self, tip: &Tip, env: BlockEnv, proposal: Proposal) -> Result<Arc<CommittedBlock>, Fault> {
        FailPoint::Executed.pass();
        let Proposal { transactions, mut execution, .. } = proposal;
        let commitment = &self.chain.commitment;
        let (root, roots) = commitment.at(tip.height, |before| (before.root(), before.take_roots()))?;
        // Each receipt bears the id of its transaction, so that none is hashed again.
        let ids: Vec<Hash> =
            execution.receipts.iter().skip(execution.scheduled).map(|receipt| receipt.id).collect();
        let header = self.header(tip, env, root, merkle_root(&ids));
        let id = header.id();
        let stored = self.seal(Block { header, transactions }, id)?;
        FailPoint::Sealed.pass();
        // Hashed while it is written.
        commitment.follow(env.height, execution.changes.clone())?;
        FailPoint::Hashing.pass();
        self.chain.ledger.commit(&stored, id, &execution, &roots)?;
        self.executor.commit();
        FailPoint::Committed.pass();
        self.next_due = self.executor.next_due(&*self.chain.ledger.latest().1)?;
        let scheduled = u32::try_from(execution.scheduled).map_err(Fault::new)?;
        let receipts = BlockReceipts { scheduled, receipts: mem::take(&mut execution.receipts) };
        let block = Arc::new(CommittedBlock { id, stored, receipts });
        self.announce(&block, execution.gas_used);
        FailPoint::Announced.pass();
        Ok(block)
    }

    fn header(&self, tip: &Tip, env: BlockEnv, state_root: Hash, transactions_root: Hash) -> Header {
        Header {
            chain: self.chain.id,
            height: env.height,
            round: 0,
            time: env.time,
            proposer: self.key.public(),
            parent: tip.block,
            transactions_root,
            state_root,
            receipts_root: tip.receipts_root,
            validators: validators_digest(&self.chain.genesis.validators()),
        }
    }

    /// Decides the block: with one validator its own precommit does.
    fn seal(&self, block: Block, id: Hash) -> Result<StoredBlock, Fault> {
        let (header, validators) = (&block.header, self.chain.genesis.validators());
        let precommit = self.key.precommit(&header.chain, header.height, header.round, &id);
        let certificate = consensus::assemble(&validators, header, id, vec![precommit]);
        let certificate = certificate.ok_or_else(|| Fault::new("this node's vote alone is no quorum"))?;
        Ok(StoredBlock { block, certificate })
    }

    fn announce(&self, block: &Arc<CommittedBlock>, gas_used: u64) {
        let receipts = block.receipts.of_transactions();
        let mut pool = lock(self.chain.pool.mempool());
        for receipt in receipts {
            pool.remove(&receipt.id);
        }
        drop(pool);
        let (height, transactions) = (block.header().height, receipts.len());
        let scheduled = block.receipts.scheduled;
        let id = hex::encode(block.id);
        if transactions > 0 || scheduled > 0 {
            tracing::info!(height, transactions, scheduled, gas_used, id, "block");
        } else {
            tracing::debug!(height, id, "empty block");
        }
        self.chain.feed.publish(block.clone());
        self.chain.waiters.wake(receipts.iter().map(|receipt| &receipt.id));
    }
}

fn dropped(refusal: &Refusal) -> Dropped {
    Dropped { code: refusal.code(), reason: refusal.to_string() }
}
