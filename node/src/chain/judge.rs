//! Judging somebody's block before this node votes for it.
//!
//! Invariant: nothing is found valid here that another honest node with the same state finds invalid, but for
//! a block's time, which is held against this node's clock when the block is proposed for the first time.

use std::sync::Arc;

use sillok_abi::{Account, Block, Credential, Hash, Header, validators_digest};
use sillok_runtime::{BlockError, Fault, Identified};

use super::Producer;
use super::producer::Tentative;
use crate::consensus::Verdict;
use crate::ledger::Tip;
use crate::limits;
use crate::lock::lock;
use crate::metrics::Metrics;

impl Producer {
    /// Judges a block, whose height, chain, proposer and validators are right; none if another height is next.
    /// `fresh` says that it is proposed for the first time.
    ///
    /// # Errors
    /// The fault that must halt the node.
    pub(crate) fn judge(&mut self, block: &Arc<Block>, fresh: bool) -> Result<Option<Verdict>, Fault> {
        let (tip, header) = (self.chain.tip(), &block.header);
        if header.height != tip.height + 1 {
            return Ok(None);
        }
        let Some(identified) = Identified::of(block) else { return Ok(Some(Verdict::Forged)) };
        let verdict = match self.fault_of(&tip, block, &identified, fresh)? {
            None => Verdict::Valid,
            Some(reason) => {
                self.chain.metrics().invalid_blocks.inc();
                self.chain.refused(header.id(), header, &reason);
                tracing::warn!(height = header.height, round = header.round, id = %hex::encode(header.id()),
                    proposer = %hex::encode(header.proposer), reason, "a proposed block is not valid");
                Verdict::Invalid
            }
        };
        Ok(Some(verdict))
    }

    /// What a block breaks; none if it is valid. It is executed then.
    fn fault_of(
        &mut self,
        tip: &Tip,
        block: &Arc<Block>,
        identified: &Identified<'_>,
        fresh: bool,
    ) -> Result<Option<String>, Fault> {
        let (header, id) = (&block.header, block.header.id());
        if let Some(reason) = self.header_fault(tip, header, fresh) {
            return Ok(Some(reason.into()));
        }
        let next = self.executor.next_validators(&*self.chain.ledger.to_build_on().1)?;
        if header.next_validators != validators_digest(&next) {
            return Ok(Some("it announces other validators than the chain has".into()));
        }
        if self.tentative.as_ref().is_some_and(|tentative| tentative.id == id) {
            return Ok(None);
        }
        if !self.are_signed(identified) {
            return Ok(Some("a transaction is not signed by its submitter".into()));
        }
        self.tentative = None;
        let root = self.chain.commitment.at(tip.height, |before| before.root())?;
        let state = self.chain.ledger.to_build_on().1;
        let measured = self.metrics().execution.clone();
        let begun = self.chain.clock.now();
        let executed = Metrics::time(&measured, || self.executor.execute(state, &root, identified, false));
        self.executed_since(begun, &block.transactions);
        match executed {
            Ok(execution) => {
                self.tentative = Some(Tentative { id, block: block.clone(), execution });
                Ok(None)
            }
            Err(BlockError::Invalid(reason)) => Ok(Some(reason)),
            Err(BlockError::Fault(fault)) => Err(fault),
        }
    }

    fn header_fault(&self, tip: &Tip, header: &Header, fresh: bool) -> Option<&'static str> {
        let now = self.chain.clock.now();
        let latest = now.plus(limits::BLOCK_AHEAD_MS);
        if fresh && header.proposer != self.key {
            self.metrics().clock(now, header.time);
        }
        if header.parent != tip.block {
            Some("its parent is not the last block")
        } else if header.receipts_root != tip.receipts_root {
            Some("its receipts root is not that of the last block: one of the two executes differently")
        } else if header.time <= tip.time {
            Some("its time is not after its parent's")
        } else if fresh && header.time > latest {
            Some("its time is ahead of this node's clock")
        } else {
            None
        }
    }

    /// Whether the keys that submit have signed. What waits here too, just so, was verified when it came.
    fn are_signed(&self, identified: &Identified<'_>) -> bool {
        let pool = lock(self.chain.pool.mempool());
        let unknown: Vec<_> = identified
            .transactions()
            .filter(|(one, id)| pool.get(id).is_none_or(|known| known.credential != one.credential))
            .collect();
        drop(pool);
        let is_whole = |(one, _): &(&sillok_abi::Transaction, &Hash)| {
            !matches!(one.body.submitter, Account::Key(_)) || matches!(one.credential, Credential::Sr25519(_))
        };
        unknown.iter().all(is_whole)
            && self.chain.signatures.verify(unknown.into_iter()).iter().all(|signed| *signed)
    }
}
