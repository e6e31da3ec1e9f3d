//! Blocks and transactions that are final: found by height, time and id.

use std::sync::Arc;

use sillok_abi::{Hash, Header, Time};
use sillok_runtime::Fault;

use super::{Chain, CommittedBlock, TransactionStatus};
use crate::ledger::Base;
use crate::lock::lock;

impl Chain {
    /// The height of the last block that is no later than `time`; none if the chain began after it, and 0 if it
    /// is one of those that a node restored from a snapshot does not know.
    ///
    /// # Errors
    /// If blocks can't be read.
    pub(crate) fn height_at(&self, time: Time) -> Result<Option<u64>, Fault> {
        if time < self.genesis.time {
            return Ok(None);
        }
        let base = self.ledger.base();
        if base.is_some_and(|base| time < base.header.time) {
            return Ok(Some(0));
        }
        // Times grow with heights: the block at `low` is early enough, the one after `high` is not.
        let (mut low, mut high) = (base.map_or(0, Base::height), self.tip().height);
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
    pub(super) fn time_of(&self, height: u64) -> Result<Option<Time>, Fault> {
        match height {
            0 => Ok(Some(self.genesis.time)),
            _ => Ok(self.header_of(height)?.map(|header| header.time)),
        }
    }

    /// The header of the block at `height`, as far as it is here; genesis has none.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn header_of(&self, height: u64) -> Result<Option<Header>, Fault> {
        match self.ledger.base().filter(|base| base.height() == height) {
            Some(base) => Ok(Some(base.header.clone())),
            None => Ok(self.committed(height)?.map(|block| block.header().clone())),
        }
    }

    /// The lowest height whose block can be asked for.
    pub(crate) fn lowest_block(&self) -> u64 {
        self.ledger.base().map_or(1, |base| base.height() + 1)
    }

    /// The time from which on states are known, if the chain was restored from a snapshot.
    pub(crate) fn known_since(&self) -> Option<Time> {
        self.ledger.base().map(|base| base.header.time)
    }

    /// The block at `height` with its receipts; genesis has none.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn committed(&self, height: u64) -> Result<Option<Arc<CommittedBlock>>, Fault> {
        if let Some(block) = self.feed.recent(height) {
            return Ok(Some(block));
        }
        // One that is being written is none yet.
        if height > self.tip().height {
            return Ok(None);
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
        // What is found of a block that is being written does not count: nobody can read the state after it yet.
        if let Some(place) = self.ledger.place_of(id)?.filter(|place| place.height <= self.tip().height) {
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
}
