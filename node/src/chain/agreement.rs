//! What consensus and peers need of the chain: bodies of blocks, decided blocks, and when the next is due.

use std::collections::BTreeSet;
use std::sync::Arc;

use codec::Encode;
use sillok_abi::{Block, Hash, Time, Transaction};
use sillok_runtime::{Fault, Refusal};

use super::{Chain, Pace};
use crate::fail_point::FailPoint;
use crate::lock::lock;
use crate::mempool::Dropped;
use crate::metrics::Metrics;

impl Chain {
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

    /// Decided blocks from `height` on, each as a [`CertifiedBlock`](crate::consensus::CertifiedBlock) is
    /// encoded: as many as there are, but no more than `count`, and after the first none that would make it more than
    /// `bytes`. Who catches up is sent what is on disk as it is there.
    ///
    /// # Errors
    /// If they can't be read.
    pub(crate) fn decided(&self, height: u64, count: usize, bytes: usize) -> Result<Vec<Vec<u8>>, Fault> {
        let (mut blocks, mut size) = (Vec::new(), 0);
        for height in height.max(1)..height.max(1).saturating_add(count as u64) {
            let recent = self.feed.recent(height).map(|block| block.stored.encode());
            let block = recent.map_or_else(|| self.ledger.encoded_block(height), |block| Ok(Some(block)))?;
            let Some(block) = block else { break };
            size += block.len();
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
    pub(crate) fn drop_expired(&self, time: Time) {
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

    /// Whether decided blocks that were fetched wait to be taken up: what is less urgent waits for them.
    pub(crate) fn is_behind(&self) -> bool {
        self.pool.is_behind()
    }

    /// Notes by how many blocks others say that they are ahead, and whether there are decided ones to go on with: a
    /// peer's mere word keeps the node from nothing.
    pub(crate) fn set_behind(&self, blocks: u64, catches_up: bool) {
        self.metrics.sync_gap.set(i64::try_from(blocks).unwrap_or(i64::MAX));
        self.pool.set_behind(catches_up);
    }

    /// Asks whoever makes blocks to stop after the one that is being made.
    pub(crate) fn stop(&self) {
        self.pool.stop();
    }

    /// Whether it was asked to.
    pub(crate) fn is_stopping(&self) -> bool {
        self.pool.is_stopping()
    }
}
