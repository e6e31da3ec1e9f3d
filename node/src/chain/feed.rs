//! The feed: blocks that are final, for subscribers and for those who read the last few.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use sillok_abi::{Hash, Header};
use tokio::sync::broadcast;

use crate::consensus::CertifiedBlock;
use crate::ledger::BlockReceipts;
use crate::limits;
use crate::lock::lock;

/// A block that is final, with what became of it.
pub(crate) struct CommittedBlock {
    /// Its id.
    pub(crate) id: Hash,
    /// The block and its certificate.
    pub(crate) stored: CertifiedBlock,
    /// Its receipts.
    pub(crate) receipts: BlockReceipts,
}

impl CommittedBlock {
    /// Its header.
    pub(crate) fn header(&self) -> &Header {
        &self.stored.block.header
    }
}

/// Blocks that are final.
pub(super) struct Feed {
    blocks: broadcast::Sender<Arc<CommittedBlock>>,
    recent: Mutex<VecDeque<Arc<CommittedBlock>>>,
}

impl Feed {
    pub(super) fn new() -> Self {
        Feed { blocks: broadcast::Sender::new(limits::SUBSCRIBER_BLOCKS), recent: Mutex::default() }
    }

    /// Hands a block to all subscribers. One that is too slow loses blocks, and is told so.
    pub(super) fn publish(&self, block: Arc<CommittedBlock>) {
        let mut recent = lock(&self.recent);
        if recent.len() == limits::RECENT_BLOCKS {
            recent.pop_front();
        }
        recent.push_back(block.clone());
        drop(recent);
        // No receiver is no failure: nobody subscribed.
        let _ = self.blocks.send(block);
    }

    /// Blocks from now on.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<CommittedBlock>> {
        self.blocks.subscribe()
    }

    /// The block at `height`, if it is one of the last few.
    pub(super) fn recent(&self, height: u64) -> Option<Arc<CommittedBlock>> {
        let recent = lock(&self.recent);
        let first = recent.front()?.header().height;
        let index = usize::try_from(height.checked_sub(first)?).ok()?;
        recent.get(index).cloned()
    }
}
