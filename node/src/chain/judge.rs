//! Judging somebody's block before this node votes for it.
//!
//! Invariant: nothing is found valid here that another honest node with the same state finds invalid, but for
//! a block's time, which is held against this node's clock when the block is proposed for the first time.

use std::sync::Arc;

use sillok_abi::{Account, Block, Credential, Hash, Header};
use sillok_runtime::{BlockError, Fault};

use super::producer::Tentative;
use super::{Producer, signatures};
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
        let ids: Vec<Hash> = block.transactions.iter().map(|transaction| transaction.body.id()).collect();
        if !is_of_header(block, &ids) {
            return Ok(Some(Verdict::Forged));
        }
        let verdict = match self.fault_of(&tip, block, &ids, fresh)? {
            None => Verdict::Valid,
            Some(reason) => {
                self.chain.metrics().invalid_blocks.inc();
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
        ids: &[Hash],
        fresh: bool,
    ) -> Result<Option<String>, Fault> {
        let (header, id) = (&block.header, block.header.id());
        if let Some(reason) = self.header_fault(tip, header, fresh) {
            return Ok(Some(reason.into()));
        }
        if self.tentative.as_ref().is_some_and(|tentative| tentative.id == id) {
            return Ok(None);
        }
        if !self.are_signed(block, ids) {
            return Ok(Some("a transaction is not signed by its submitter".into()));
        }
        self.tentative = None;
        let root = self.chain.commitment.at(tip.height, |before| before.root())?;
        let state = self.chain.ledger.to_build_on().1;
        let measured = self.metrics().execution.clone();
        match Metrics::time(&measured, || self.executor.execute(state, &root, block, false)) {
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
    fn are_signed(&self, block: &Block, ids: &[Hash]) -> bool {
        let transactions = block.transactions.iter().zip(ids);
        let pool = lock(self.chain.pool.mempool());
        let unknown: Vec<_> = transactions
            .filter(|(one, id)| pool.get(id).is_none_or(|known| known.credential != one.credential))
            .collect();
        drop(pool);
        let is_whole = |(one, _): &(&sillok_abi::Transaction, &Hash)| {
            !matches!(one.body.submitter, Account::Key(_)) || matches!(one.credential, Credential::Sr25519(_))
        };
        unknown.iter().all(is_whole) && signatures::verify(unknown.into_iter()).iter().all(|signed| *signed)
    }
}

/// Whether the transactions of a block are those of its header.
fn is_of_header(block: &Block, ids: &[Hash]) -> bool {
    let leaves: Vec<Hash> =
        block.transactions.iter().zip(ids).map(|(transaction, id)| transaction.leaf(id)).collect();
    sillok_abi::merkle_root(&leaves) == block.header.transactions_root
}
