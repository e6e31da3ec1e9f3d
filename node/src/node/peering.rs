//! Between the network and the rest of the node.

use std::sync::{Arc, Mutex};

use sillok_abi::governance::{NodeInfo, Role};
use sillok_abi::{Block, Hash};
use tokio::runtime::Runtime;

use super::NodeError;
use super::intake::Intake;
use crate::chain::Chain;
use crate::consensus::{Input, Message, Offence, Peer, To};
use crate::lock::lock;
use crate::network::{self, Event, Handler, Member, NetworkHandle, NodeId, PeerState};
use crate::reactor::{Inbox, Network};
use crate::snapshot::Shelf;

/// What the network asks of the node.
struct Peering {
    chain: Arc<Chain>,
    inbox: Inbox,
    intake: Intake,
    shelf: Arc<Shelf>,
}

/// A network that runs, on threads of its own.
pub(crate) struct Peers {
    handle: NetworkHandle,
    runtime: Mutex<Option<Runtime>>,
}

impl Peers {
    /// Starts the network for this chain, whose nodes these are; what it brings goes to the reactor and into the
    /// mempool, and what is submitted here goes to the others.
    ///
    /// # Errors
    /// If it can't listen, or the system refuses threads.
    pub(crate) fn start(
        config: network::Config,
        chain: &Arc<Chain>,
        nodes: &[NodeInfo],
        inbox: &Inbox,
        shelf: &Arc<Shelf>,
    ) -> Result<Arc<dyn Network>, NodeError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("network")
            .enable_all()
            .build()?;
        let intake = Intake::start(chain.clone())?;
        let handler =
            Arc::new(Peering { chain: chain.clone(), inbox: inbox.clone(), intake, shelf: shelf.clone() });
        let config = network::Config { members: members(nodes), ..config };
        let handle = network::Network::start(config, handler, runtime.handle())?;
        let heard = handle.clone();
        runtime.spawn(async move {
            let addresses: Vec<String> = heard.listening().await.iter().map(ToString::to_string).collect();
            tracing::info!(addresses = addresses.join(", "), node = %heard.node(), "listening for other nodes");
        });
        let peers = Arc::new(Peers { handle, runtime: Mutex::new(Some(runtime)) });
        // The network knows the chain: if the chain held it too, neither would ever go.
        let relay = Arc::downgrade(&peers);
        chain.on_submission(move |transactions| {
            relay.upgrade().map(|peers| peers.handle.send_transactions(&transactions));
        });
        Ok(peers)
    }
}

/// The chain's nodes as the network knows them. A suspended validator is one still, without a vote.
pub(crate) fn members(nodes: &[NodeInfo]) -> Vec<Member> {
    let validator = |role: &Role| match role {
        Role::Validator { key, .. } | Role::Suspended { key, .. } => Some(*key),
        Role::Observer {} => None,
    };
    nodes.iter().map(|node| Member { node: NodeId(node.peer), validator: validator(&node.role) }).collect()
}

impl Handler for Peering {
    fn input(&self, event: Event) {
        let input = match event {
            Event::Connected { peer, member } => {
                tracing::debug!(peer = peer.0, node = %member.node, "a peer is there");
                self.chain.metrics().peers.inc();
                self.intake.pass_on();
                Input::Connected { peer, validator: member.validator }
            }
            Event::Disconnected(peer) => {
                self.chain.metrics().peers.dec();
                Input::Disconnected(peer)
            }
            Event::Message { from, message } => Input::Message { from, message },
            Event::Block { from, block } => Input::Block { from, block },
            Event::Blocks { from, blocks } => Input::Blocks { from, blocks },
            Event::Transactions { from, transactions } => return self.intake.offer(from, transactions),
            // A node that runs asks for none.
            Event::Snapshot { .. } => return,
        };
        if !self.inbox.offer(input) {
            tracing::debug!("consensus has too much to do: what a peer sent is dropped");
        }
    }

    fn block(&self, id: &Hash) -> Option<Arc<Block>> {
        self.chain.block_of(id).unwrap_or_else(|fault| {
            tracing::error!(%fault, "a block that a peer asks for can't be read");
            None
        })
    }

    fn decided(&self, height: u64, count: usize, max_bytes: usize) -> Vec<Vec<u8>> {
        self.chain.decided(height, count, max_bytes).unwrap_or_else(|fault| {
            tracing::error!(%fault, "blocks that a peer asks for can't be read");
            Vec::new()
        })
    }

    fn snapshot(&self, request: &[u8]) -> Option<Vec<u8>> {
        self.shelf.answer(request)
    }
}

impl Network for Peers {
    fn send(&self, to: To, message: &Message) {
        self.handle.send(to, message);
    }

    fn send_block(&self, to: To, block: Arc<Block>) {
        self.handle.push_block(to, block);
    }

    fn fetch_block(&self, block: Hash) {
        self.handle.fetch_block(block);
    }

    fn cancel_fetch(&self, block: &Hash) {
        self.handle.cancel_fetch(block);
    }

    fn request_blocks(&self, from: Peer, height: u64, count: usize) {
        self.handle.request_blocks(from, height, count);
    }

    fn blame(&self, peer: Peer, offence: Offence) {
        self.handle.blame(peer, offence);
    }

    fn set_nodes(&self, nodes: &[NodeInfo]) {
        self.handle.update_members(&members(nodes));
    }

    fn peers(&self) -> Vec<PeerState> {
        self.handle.peers()
    }

    fn stop(&self) {
        if let Some(runtime) = lock(&self.runtime).take() {
            self.handle.stop();
            runtime.block_on(self.handle.stopped());
            runtime.shutdown_background();
        }
    }
}
