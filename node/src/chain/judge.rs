//! Judging somebody's block before this node votes for it.
//!
//! Invariant: nothing is found valid here that another honest node with the same state finds invalid, but for
//! a block's time, which is held against this node's clock when the block is proposed for the first time.

use std::sync::Arc;

use sillok_abi::{Block, Header, validators_digest};
use sillok_runtime::{BlockError, Fault, Identified, StateReader};

use super::Producer;
use super::producer::Tentative;
use crate::consensus::{Stage, Verdict};
use crate::ledger::Tip;
use crate::limits;
use crate::lock::lock;
use crate::metrics::Metrics;

impl Producer {
    /// Judges a block, whose height, chain, proposer and validators are right; none if another height is next.
    /// Who signed a decided block's transactions is looked at later (`audit`).
    ///
    /// # Errors
    /// The fault that must halt the node.
    pub(crate) fn judge(&mut self, block: &Arc<Block>, stage: Stage) -> Result<Option<Verdict>, Fault> {
        let is_tried = stage == Stage::Decided && self.is_tried(block);
        if !is_tried {
            self.settle()?;
        }
        let ((tip, state), header) = (self.base(), &block.header);
        if header.height != tip.height + 1 {
            return Ok(None);
        }
        let fault = if is_tried {
            self.header_or_set_fault(&tip, &*state, header, stage)?
        } else {
            let Some(identified) = Identified::of(block) else { return Ok(Some(Verdict::Forged)) };
            self.fault_of(&tip, state, block, &identified, stage)?
        };
        let verdict = match fault {
            None => Verdict::Valid,
            Some(reason) => {
                // What is told of it is of the last block.
                self.settle()?;
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
        state: Arc<dyn StateReader>,
        block: &Arc<Block>,
        identified: &Identified<'_>,
        stage: Stage,
    ) -> Result<Option<String>, Fault> {
        let fault = self.header_or_set_fault(tip, &*state, &block.header, stage)?;
        if fault.is_some() {
            return Ok(fault);
        }
        let id = block.header.id();
        let tried = self.tentative.as_ref().filter(|tentative| tentative.id == id);
        let is_signed = tried.is_some_and(|tentative| tentative.is_signed);
        if stage != Stage::Decided && !is_signed && !self.are_signed(identified) {
            return Ok(Some("a transaction is not signed by its submitter".into()));
        }
        match self.tentative.as_mut().filter(|tentative| tentative.id == id) {
            Some(tentative) => tentative.is_signed |= stage != Stage::Decided,
            None => return self.try_block(tip, state, block, identified, stage),
        }
        Ok(None)
    }

    /// Executes a decided block, or what a peer says is one, while the block before it, `tip`, is written. Whether it is
    /// valid is seen when it is judged.
    pub(super) fn try_ahead(
        &mut self,
        tip: &Tip,
        state: Arc<dyn StateReader>,
        block: &Arc<Block>,
    ) -> Result<(), Fault> {
        let is_next = block.header.height == tip.height + 1;
        if !is_next || self.header_fault(tip, &block.header, Stage::Decided).is_some() {
            return Ok(());
        }
        let Some(identified) = Identified::of(block) else { return Ok(()) };
        self.try_block(tip, state, block, &identified, Stage::Decided).map(drop)
    }

    /// Executes a block after `tip`, which has left this state; answers what it breaks.
    fn try_block(
        &mut self,
        tip: &Tip,
        state: Arc<dyn StateReader>,
        block: &Arc<Block>,
        identified: &Identified<'_>,
        stage: Stage,
    ) -> Result<Option<String>, Fault> {
        self.tentative = None;
        let root = self.chain.commitment.at(tip.height, |before| before.root())?;
        let measured = self.metrics().execution.clone();
        let begun = self.chain.clock.now();
        let executed = Metrics::time(&measured, || self.executor.execute(state, &root, identified, false));
        self.executed_since(begun, &block.transactions);
        match executed {
            Ok(execution) => {
                let (id, is_signed) = (block.header.id(), stage != Stage::Decided);
                self.tentative = Some(Tentative { id, block: block.clone(), execution, is_signed });
                Ok(None)
            }
            Err(BlockError::Invalid(reason)) => Ok(Some(reason)),
            Err(BlockError::Fault(fault)) => Err(fault),
        }
    }

    /// Whether this very block was executed already.
    fn is_tried(&self, block: &Arc<Block>) -> bool {
        self.tentative.as_ref().is_some_and(|tentative| Arc::ptr_eq(&tentative.block, block))
    }

    /// What a header breaks, or the set that it announces.
    fn header_or_set_fault(
        &self,
        tip: &Tip,
        state: &dyn StateReader,
        header: &Header,
        stage: Stage,
    ) -> Result<Option<String>, Fault> {
        if let Some(reason) = self.header_fault(tip, header, stage) {
            return Ok(Some(reason.into()));
        }
        let next = self.executor.next_validators(state)?;
        let announces_others = header.next_validators != validators_digest(&next);
        Ok(announces_others.then(|| "it announces other validators than the chain has".into()))
    }

    fn header_fault(&self, tip: &Tip, header: &Header, stage: Stage) -> Option<&'static str> {
        let fresh = stage == Stage::Fresh;
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
        self.chain.signatures.are_signed(&unknown)
    }
}
