//! What all tasks of a network and its handle share.
//!
//! Every lock here is held for a few steps and never across a wait.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use libp2p::Multiaddr;
use libp2p::bytes::Bytes;
use libp2p::swarm::ConnectionId;
use sillok_abi::Hash;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, watch};

use super::book::Book;
use super::config::{Config, Event, Handler, Sizes};
use super::fetch::Fetches;
use super::identity::NodeId;
use super::link::{Link, PeerState, Remote};
use super::roster::{Member, Misdeed, Refused, Roster};
use super::serve::Serving;
use super::wire::{AddressRecord, Goodbye, Hello, VERSION};
use crate::consensus::Peer;
use crate::limits;
use crate::lock::lock;

/// What the swarm's task is told.
#[derive(Debug)]
pub(super) enum Command {
    /// A connection's task has ended: the connection is of no more use.
    Ended(ConnectionId),
    /// The nodes of a connection have accepted each other.
    Welcomed(NodeId),
    /// The member list is another.
    Reconsider,
    /// An address of this node is new.
    Located(NodeId),
    /// Names were looked up: dial this node at these addresses.
    Dial(NodeId, Vec<Multiaddr>),
}

/// What is shared.
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) sizes: Sizes,
    pub(super) runtime: Handle,
    pub(super) handler: Arc<dyn Handler>,
    pub(super) fetches: Fetches,
    pub(super) serving: Serving,
    /// Threads on which frames may be decoded.
    pub(super) decoding: Semaphore,
    /// Bytes that may be on their way in.
    pub(super) incoming: Arc<Semaphore>,
    /// To the swarm's task. It takes what it is told at once; there is at most one `Ended`, `Welcomed` and
    /// `Dial` for each connection, a `Reconsider` for each change of the list, a `Located` for each record.
    pub(super) commands: mpsc::UnboundedSender<Command>,
    /// Counts the changes of the book, so that peers are told.
    pub(super) news: watch::Sender<u64>,
    node: NodeId,
    roster: Mutex<Roster>,
    book: Mutex<Book>,
    own: Mutex<AddressRecord>,
    links: Mutex<BTreeMap<Peer, Arc<Link>>>,
    next_peer: AtomicU64,
}

impl Shared {
    pub(super) fn new(
        config: Config,
        handler: Arc<dyn Handler>,
        runtime: Handle,
        commands: mpsc::UnboundedSender<Command>,
    ) -> Self {
        let own = own_record(&config, &config.announce);
        Shared {
            sizes: Sizes::of(&config),
            runtime,
            handler,
            fetches: Fetches::default(),
            serving: Serving::new(),
            decoding: Semaphore::new(limits::DECODING),
            incoming: Arc::new(Semaphore::new(limits::INCOMING_BYTES)),
            commands,
            news: watch::Sender::new(0),
            node: config.key.id(),
            roster: Mutex::new(Roster::new(&config.members, config.timing.refused_for, Instant::now())),
            book: Mutex::new(Book::new(&config.peers)),
            own: Mutex::new(own),
            links: Mutex::default(),
            next_peer: AtomicU64::new(1),
            config,
        }
    }

    /// Who this node is.
    pub(super) fn node(&self) -> NodeId {
        self.node
    }

    /// Tells the swarm's task; it is gone only when the network has stopped.
    pub(super) fn command(&self, command: Command) {
        let _ = self.commands.send(command);
    }

    // ---- members and scores

    /// The member that a node is.
    pub(super) fn admit(&self, node: &NodeId, now: Instant) -> Result<Member, Refused> {
        lock(&self.roster).admit(node, now)
    }

    /// The nodes that there should be a connection with.
    pub(super) fn others(&self) -> Vec<NodeId> {
        lock(&self.roster).nodes().into_iter().filter(|node| *node != self.node).collect()
    }

    /// Lowers the score of a link's node, and ends the link if that is enough. Returns whether it was.
    pub(super) fn charge(&self, link: &Link, misdeed: Misdeed) -> bool {
        let node = &link.remote.member.node;
        tracing::debug!(%node, ?misdeed, "a peer misbehaves");
        let refused = lock(&self.roster).charge(node, misdeed, Instant::now());
        if refused {
            tracing::warn!(%node, ?misdeed, "a peer misbehaved and is refused for a while");
            link.close(Goodbye::Misbehaved);
        }
        refused
    }

    /// Takes another member list, and ends the connections of those who are not on it as they were.
    pub(super) fn update_members(&self, members: &[Member]) {
        lock(&self.roster).replace(members, Instant::now());
        lock(&self.book).retain(|node| members.iter().any(|member| member.node == *node));
        for link in lock(&self.links).values() {
            if !members.iter().take(limits::MEMBERS).any(|member| *member == link.remote.member) {
                link.close(Goodbye::NotMember);
            }
        }
        self.command(Command::Reconsider);
    }

    // ---- addresses

    /// Where a node may be reached.
    pub(super) fn addresses(&self, node: &NodeId) -> Vec<Multiaddr> {
        lock(&self.book).addresses(node)
    }

    /// Takes a member's word for where it can be reached, if it is its word. Returns whether it was.
    pub(super) fn learn(&self, record: AddressRecord) -> bool {
        if !record.holds(&self.config.chain) {
            return false;
        }
        let node = record.node;
        let is_member = node != self.node && lock(&self.roster).has(&node);
        if is_member && lock(&self.book).learn(record) {
            self.news.send_modify(|count| *count += 1);
            self.command(Command::Located(node));
        }
        true
    }

    /// All records, this node's first.
    pub(super) fn records(&self) -> Vec<AddressRecord> {
        let own = lock(&self.own).clone();
        std::iter::once(own).chain(lock(&self.book).records().cloned()).collect()
    }

    /// This node listens there. Unless the configuration says what to announce, that is announced.
    pub(super) fn listens(&self, addresses: &[Multiaddr]) {
        if self.config.announce.is_empty() {
            *lock(&self.own) = own_record(&self.config, addresses);
            self.news.send_modify(|count| *count += 1);
        }
    }

    /// What this node says first.
    pub(super) fn hello(&self) -> Hello {
        let mut agent = self.config.agent.clone();
        while agent.len() > limits::AGENT_BYTES {
            agent.pop();
        }
        let (chain, binding) = (self.config.chain, self.config.binding.clone());
        Hello { version: VERSION, chain, agent, binding, record: lock(&self.own).clone() }
    }

    // ---- links

    /// Numbers a connection and makes it known. One that there was with the same node is ended.
    pub(super) fn join(&self, remote: Remote) -> Arc<Link> {
        let peer = Peer(self.next_peer.fetch_add(1, Ordering::Relaxed));
        let link = Arc::new(Link::new(peer, remote, &self.sizes));
        let mut links = lock(&self.links);
        let node = link.remote.member.node;
        links.values().filter(|other| other.remote.member.node == node).for_each(|other| {
            other.close(Goodbye::Replaced);
        });
        links.insert(peer, link.clone());
        drop(links);
        let member = link.remote.member;
        self.handler.input(Event::Connected { peer, member });
        link
    }

    /// The connection has ended.
    pub(super) fn leave(&self, link: &Link) {
        lock(&self.links).remove(&link.peer);
        link.abandon();
        self.handler.input(Event::Disconnected(link.peer));
    }

    /// The link of this number.
    pub(super) fn link(&self, peer: Peer) -> Option<Arc<Link>> {
        lock(&self.links).get(&peer).cloned()
    }

    /// All links.
    pub(super) fn links(&self) -> Vec<Arc<Link>> {
        lock(&self.links).values().cloned().collect()
    }

    /// Puts a frame into the outboxes that `lane` chooses, of all links or those of validators.
    pub(super) fn broadcast(
        &self,
        frame: &Bytes,
        to_observers: bool,
        lane: impl Fn(&Link) -> &super::outbox::Outbox,
    ) -> usize {
        let links = lock(&self.links);
        let chosen = links.values().filter(|link| to_observers || link.remote.member.validator.is_some());
        chosen.map(|link| lane(link).push(frame.clone())).count()
    }

    /// What is known of the peers.
    pub(super) fn states(&self) -> Vec<PeerState> {
        let now = Instant::now();
        let score = |link: &Link| lock(&self.roster).score(&link.remote.member.node, now);
        self.links().iter().map(|link| link.state(score(link))).collect()
    }
}

fn own_record(config: &Config, addresses: &[Multiaddr]) -> AddressRecord {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let fits = addresses.iter().map(Multiaddr::to_vec).filter(|bytes| bytes.len() <= limits::ADDRESS_BYTES);
    let mut record = AddressRecord {
        node: config.key.id(),
        sequence: u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX),
        addresses: fits.take(limits::NODE_ADDRESSES).collect(),
        signature: [0; 64],
    };
    let digest: Hash = record.digest(&config.chain);
    record.signature = config.key.sign(&digest);
    record
}
