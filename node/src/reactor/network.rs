//! What consensus needs of a network.

use std::sync::Arc;

use sillok_abi::governance::NodeInfo;
use sillok_abi::{Block, Hash};

use crate::consensus::{Message, Offence, Peer, To};
use crate::network::PeerState;

/// The way to the other nodes. Nothing here waits; what can't be delivered is dropped.
pub(crate) trait Network: Send + Sync + 'static {
    /// Sends a message.
    fn send(&self, to: To, message: &Message);

    /// Sends a block.
    fn send_block(&self, to: To, block: Arc<Block>);

    /// Gets a block from whoever has it; it comes as an input, or never.
    fn fetch_block(&self, block: Hash);

    /// A block is no longer wanted.
    fn cancel_fetch(&self, _block: &Hash) {}

    /// Asks a peer for decided blocks, which come as an input.
    fn request_blocks(&self, from: Peer, height: u64, count: usize);

    /// A peer sent what no honest node sends.
    fn blame(&self, peer: Peer, offence: Offence);

    /// The chain's nodes are these from now on; nobody else may be connected.
    fn set_nodes(&self, _nodes: &[NodeInfo]) {}

    /// Who is connected.
    fn peers(&self) -> Vec<PeerState> {
        Vec::new()
    }

    /// Ends, once nothing is sent any more.
    fn stop(&self) {}
}

/// No network: that of a chain of one node.
pub(crate) struct Alone;

impl Network for Alone {
    fn send(&self, _: To, _: &Message) {}

    fn send_block(&self, _: To, _: Arc<Block>) {}

    fn fetch_block(&self, _: Hash) {}

    fn request_blocks(&self, _: Peer, _: u64, _: usize) {}

    fn blame(&self, _: Peer, _: Offence) {}
}
