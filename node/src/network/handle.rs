//! What the node holds of its network. Nothing here blocks; any thread may call it.

use std::fmt;
use std::sync::Arc;

use codec::{Compact, Encode};
use libp2p::Multiaddr;
use sillok_abi::{Block, Hash, Transaction};
use tokio::sync::watch;

use super::fetch::Fetches;
use super::frame::{LENGTH_BYTES, seal};
use super::identity::NodeId;
use super::link::PeerState;
use super::roster::{Member, Misdeed};
use super::shared::Shared;
use super::wire::{Ask, BlockFrame};
use crate::consensus::{Message, Peer, To};
use crate::limits;

/// A network that runs. Clones are of the same one; it runs until it is told to stop.
#[derive(Clone)]
pub(crate) struct NetworkHandle {
    pub(super) shared: Arc<Shared>,
    pub(super) listening: watch::Receiver<Vec<Multiaddr>>,
    pub(super) stop: Arc<watch::Sender<bool>>,
    /// Closes when the network has stopped.
    pub(super) stopped: watch::Receiver<()>,
}

impl NetworkHandle {
    /// Who this node is.
    pub(crate) fn node(&self) -> NodeId {
        self.shared.node()
    }

    /// Where it listens, once it does; nothing if it listens nowhere and has stopped.
    pub(crate) async fn listening(&self) -> Vec<Multiaddr> {
        let mut listening = self.listening.clone();
        let addresses = listening.wait_for(|addresses| !addresses.is_empty()).await;
        addresses.map(|addresses| addresses.clone()).unwrap_or_default()
    }

    /// Sends a consensus message: to all members that are connected, or to one. For one that is too slow, the
    /// oldest messages are dropped.
    pub(crate) fn send(&self, to: To, message: &Message) {
        let frame = seal(message);
        match to {
            To::All => {
                self.shared.broadcast(&frame, true, |link| &link.messages);
            }
            To::One(peer) => {
                let _ = self.shared.link(peer).map(|link| link.messages.push(frame));
            }
        }
    }

    /// Sends a block's body. For one that is too slow, the oldest are dropped.
    pub(crate) fn push_block(&self, to: To, block: Arc<Block>) {
        let frame = seal(&BlockFrame::Push(block));
        match to {
            To::All => {
                self.shared.broadcast(&frame, true, |link| &link.blocks);
            }
            To::One(peer) => {
                let _ = self.shared.link(peer).map(|link| link.blocks.push(frame));
            }
        }
    }

    /// Asks peers for a block, one after the other, until one has it; it comes as
    /// [`Event::Block`](super::Event::Block). Goes on until [`NetworkHandle::cancel_fetch`].
    pub(crate) fn fetch_block(&self, block: Hash) {
        Fetches::begin(&self.shared, block);
    }

    /// The block is no longer wanted.
    pub(crate) fn cancel_fetch(&self, block: &Hash) {
        self.shared.fetches.end(block);
    }

    /// Asks a peer for decided blocks. They come as [`Event::Blocks`](super::Event::Blocks), or nothing
    /// comes: if the peer is gone, does not answer, or owes too many answers. Returns whether it was asked.
    pub(crate) fn request_blocks(&self, peer: Peer, height: u64, count: usize) -> bool {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.shared.link(peer).and_then(|link| link.ask(Ask::Decided { height, count })).is_some()
    }

    /// Asks a peer for something of a snapshot, with at most [`limits::SNAPSHOT_REQUEST_BYTES`]. Returns the
    /// number that [`Event::Snapshot`](super::Event::Snapshot) comes with; none if it was not asked.
    pub(crate) fn request_snapshot(&self, peer: Peer, request: Vec<u8>) -> Option<u32> {
        if request.len() > limits::SNAPSHOT_REQUEST_BYTES {
            return None;
        }
        self.shared.link(peer)?.ask(Ask::Snapshot(request))
    }

    /// Sends transactions to all validators that are connected, in batches. Returns to how many.
    pub(crate) fn send_transactions(&self, transactions: &[Transaction]) -> usize {
        let mut validators = 0;
        for frame in batches(transactions, self.shared.sizes.batch) {
            validators = self.shared.broadcast(&frame.into(), false, |link| &link.transactions);
        }
        validators
    }

    /// A peer sent what no honest node sends.
    pub(crate) fn blame(&self, peer: Peer, offence: impl fmt::Debug) {
        let Some(link) = self.shared.link(peer) else { return };
        tracing::warn!(node = %link.remote.member.node, ?offence, "a peer is blamed");
        self.shared.charge(&link, Misdeed::Blamed);
    }

    /// The chain's member list is this from now on. Who is not on it, or no longer as it was, is disconnected
    /// at once.
    pub(crate) fn update_members(&self, members: &[Member]) {
        self.shared.update_members(members);
    }

    /// The connected nodes.
    pub(crate) fn peers(&self) -> Vec<PeerState> {
        self.shared.states()
    }

    /// Begins to stop: says goodbye, and closes everything.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until the network has stopped.
    pub(crate) async fn stopped(&self) {
        let mut stopped = self.stopped.clone();
        // It never changes; its sender goes when the network's task ends.
        while stopped.changed().await.is_ok() {}
    }
}

impl fmt::Debug for NetworkHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NetworkHandle({})", self.node())
    }
}

/// Frames of the transactions lane, each within the limit: encoded once, whoever they are for.
fn batches(transactions: &[Transaction], limit: usize) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let (mut count, mut content) = (0u32, Vec::new());
    for transaction in transactions {
        let encoded = transaction.encode();
        if count > 0 && content.len() + encoded.len() + size_of::<u32>() + 1 > limit {
            frames.push(batch(count, &content));
            (count, content) = (0, Vec::new());
        }
        content.extend(encoded);
        count += 1;
    }
    if count > 0 {
        frames.push(batch(count, &content));
    }
    frames
}

fn batch(count: u32, content: &[u8]) -> Vec<u8> {
    let count = Compact(count).encode();
    let length = u32::try_from(count.len() + content.len()).unwrap_or(u32::MAX);
    let mut frame = Vec::with_capacity(LENGTH_BYTES + length as usize);
    frame.extend(length.to_le_bytes());
    frame.extend(count);
    frame.extend(content);
    frame
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sillok_abi::{Account, Call, ContractId, Credential, Time, TransactionBody};

    use super::*;
    use crate::network::wire::{Batch, decode};

    fn transaction(args: usize) -> Transaction {
        let call = Call { contract: ContractId([1; 32]), method: "m".into(), args: vec![7; args] };
        let (submitter, authorisations) = (Account::Key([1; 32]), Vec::new());
        let body = TransactionBody {
            chain: [1; 32],
            submitter,
            nonce: 1,
            expiry: Time(2),
            gas_limit: 3,
            call,
            authorisations,
        };
        Transaction { body, credential: Credential::Sr25519([9; 64]) }
    }

    proptest! {
        #[test]
        fn batches_hold_all_transactions_in_order_within_the_limit(
            sizes in prop::collection::vec(0usize..700, 0..100),
        ) {
            let transactions: Vec<Transaction> = sizes.into_iter().map(transaction).collect();
            let frames = batches(&transactions, 1_000);
            let mut read = Vec::new();
            for frame in &frames {
                let content = &frame[LENGTH_BYTES..];
                prop_assert_eq!(frame[..LENGTH_BYTES].to_vec(), (content.len() as u32).to_le_bytes());
                prop_assert!(content.len() <= 1_000);
                read.extend(decode::<Batch>(content).unwrap());
            }
            prop_assert_eq!(read, transactions);
        }
    }
}
