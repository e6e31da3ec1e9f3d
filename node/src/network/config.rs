//! What a network is started with, and what it asks of the node around it.

use std::sync::Arc;
use std::time::Duration;

use libp2p::Multiaddr;
use sillok_abi::{Block, Hash, PublicKey, Transaction};

use super::identity::{Binding, NetworkKey};
use super::roster::Member;
use crate::consensus::{CertifiedBlock, Message, Peer};
use crate::limits;

/// Whether a signature over a digest is that validator's.
pub(crate) type Verify = Arc<dyn Fn(&PublicKey, &Hash, &[u8; 64]) -> bool + Send + Sync>;

/// What a network is started with.
#[derive(Clone)]
pub(crate) struct Config {
    /// The chain: its genesis hash.
    pub(crate) chain: Hash,
    /// This node's key.
    pub(crate) key: NetworkKey,
    /// The validator that this node belongs to, with its signature; none for an observer.
    pub(crate) binding: Option<Binding>,
    /// Checks the bindings of others.
    pub(crate) verify: Verify,
    /// What others read as this node's software; cut to [`limits::AGENT_BYTES`].
    pub(crate) agent: String,
    /// Where to listen: `/ip4/…/tcp/…` or `/ip6/…/tcp/…`; port 0 takes a free one.
    pub(crate) listen: Vec<Multiaddr>,
    /// Where others reach this node, if not where it listens. Names are resolved by those who dial.
    pub(crate) announce: Vec<Multiaddr>,
    /// Addresses of other nodes, each with `/p2p/` and the node's id at its end.
    pub(crate) peers: Vec<Multiaddr>,
    /// The chain's member list as it is now.
    pub(crate) members: Vec<Member>,
    /// The largest block of the chain, in bytes of its transactions.
    pub(crate) max_block_bytes: u32,
    /// The largest transaction of the chain, in bytes.
    pub(crate) max_transaction_bytes: u32,
    /// Times that tests make shorter.
    pub(crate) timing: Timing,
}

/// How long things take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// How often peers are pinged.
    pub(crate) ping_interval: Duration,
    /// After how long without an answer a peer is taken for dead.
    pub(crate) ping_timeout: Duration,
    /// How long a frame that has begun may take.
    pub(crate) frame_timeout: Duration,
    /// How long a peer may take to answer whether it has a block.
    pub(crate) fetch_timeout: Duration,
    /// How long who misbehaved is refused.
    pub(crate) refused_for: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            ping_interval: limits::PING_INTERVAL,
            ping_timeout: limits::PING_TIMEOUT,
            frame_timeout: limits::FRAME_TIMEOUT,
            fetch_timeout: limits::FETCH_TIMEOUT,
            refused_for: limits::REFUSED_FOR,
        }
    }
}

/// The longest frames, in bytes; those that don't depend on the chain are in [`limits`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// Of the blocks lane.
    pub(super) block: usize,
    /// Of the requests lane: one block and its certificate fit at least.
    pub(super) answer: usize,
    /// Of the transactions lane.
    pub(super) batch: usize,
}

impl Sizes {
    pub(super) fn of(config: &Config) -> Self {
        let block = config.max_block_bytes as usize + limits::BLOCK_OVERHEAD_BYTES;
        let answer = (block + limits::CERTIFICATE_BYTES).max(limits::SNAPSHOT_BYTES + 64);
        let batch = limits::BATCH_BYTES.max(config.max_transaction_bytes as usize + 64);
        Sizes { block, answer, batch }
    }
}

/// What the network tells the node.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A node is connected; both have accepted each other. Everything else about a peer comes between this
    /// and [`Event::Disconnected`].
    Connected {
        /// The connection's number. A node that comes again has another.
        peer: Peer,
        /// Who it is.
        member: Member,
    },
    /// It no longer is.
    Disconnected(Peer),
    /// A consensus message; nothing of it has been checked.
    Message {
        /// The peer.
        from: Peer,
        /// The message.
        message: Message,
    },
    /// A block; nothing of it has been checked, but that it has the id that was asked for, if it was.
    Block {
        /// The peer.
        from: Peer,
        /// The block.
        block: Arc<Block>,
    },
    /// The answer to a request for decided blocks; nothing of them has been checked. None if the peer has
    /// none, or too much to do.
    Blocks {
        /// The peer.
        from: Peer,
        /// The blocks, lowest first.
        blocks: Vec<CertifiedBlock>,
    },
    /// Transactions, on their way to validators; nothing of them has been checked.
    Transactions {
        /// The peer.
        from: Peer,
        /// The transactions.
        transactions: Vec<Transaction>,
    },
    /// The answer to a request for something of a snapshot.
    Snapshot {
        /// The peer.
        from: Peer,
        /// The request's number.
        request: u32,
        /// What it says; none if it has nothing, or too much to do.
        answer: Option<Vec<u8>>,
    },
}

/// The node around the network.
pub(crate) trait Handler: Send + Sync + 'static {
    /// Something happened. Called on the network's own tasks: it must not block, nor wait for a lock that is
    /// held for long. Events of one peer and lane come in their order, one at a time.
    fn input(&self, event: Event);

    /// A block by its id, undecided or decided, if this node has it. May read from disk.
    fn block(&self, id: &Hash) -> Option<Arc<Block>>;

    /// Decided blocks from this height on, lowest first, at most so many, and about so many bytes; each as
    /// [`CertifiedBlock`] is encoded. May read from disk. The network sends as many of them as fit.
    fn decided(&self, height: u64, count: usize, max_bytes: usize) -> Vec<Vec<u8>>;

    /// Answers a request for something of a snapshot, with at most [`limits::SNAPSHOT_BYTES`]. May read from
    /// disk.
    fn snapshot(&self, request: &[u8]) -> Option<Vec<u8>>;
}
