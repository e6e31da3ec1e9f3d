//! A node for tests: a network, and a handler that writes down what happens and serves what it is given.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use codec::Encode;
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use sillok_abi::{
    Account, Block, Call, Certificate, CommitSignature, ContractId, Credential, Hash, Header, PublicKey,
    Time, Transaction, TransactionBody, digest,
};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::consensus::{CertifiedBlock, Message, Peer, Status};
use crate::lock::lock;
use crate::network::{
    Binding, Config, Event, Handler, Member, Network, NetworkHandle, NetworkKey, NodeId, PeerState, Timing,
    binding_digest,
};

/// How long a test waits for what has to happen: long, as the machine may be busy.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// The chain of all nodes but strangers.
pub(super) const CHAIN: Hash = [9; 32];

/// The network key of the node of this number.
pub(super) fn key(number: u8) -> NetworkKey {
    NetworkKey::from_seed([number; 32]).unwrap()
}

pub(super) fn node_id(number: u8) -> NodeId {
    key(number).id()
}

/// The key of the validator of this number.
pub(super) fn validator_key(number: u8) -> PublicKey {
    [number; 32]
}

/// The validator of this number, and its node.
pub(super) fn member(number: u8) -> Member {
    Member { node: node_id(number), validator: Some(validator_key(number)) }
}

/// The same node, without a vote.
pub(super) fn observer(number: u8) -> Member {
    Member { validator: None, ..member(number) }
}

/// The list of these validators.
pub(super) fn listed(numbers: impl IntoIterator<Item = u8>) -> Vec<Member> {
    numbers.into_iter().map(member).collect()
}

/// A signature that [`verify`] takes for that of a validator.
fn sign(validator: &PublicKey, signed: &Hash) -> [u8; 64] {
    let half = digest("test/signature", &(validator, signed));
    [half, half].concat().try_into().unwrap()
}

fn verify(validator: &PublicKey, signed: &Hash, signature: &[u8; 64]) -> bool {
    sign(validator, signed) == *signature
}

/// The configuration of the node of this number, which belongs to the validator of the same number.
pub(super) fn config(number: u8, members: Vec<Member>) -> Config {
    let (key, validator) = (key(number), validator_key(number));
    let signature = sign(&validator, &binding_digest(&CHAIN, &key.id()));
    Config {
        chain: CHAIN,
        key,
        binding: Some(Binding { validator, signature }),
        verify: Arc::new(verify),
        agent: format!("test/{number}"),
        listen: vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()],
        announce: Vec::new(),
        peers: Vec::new(),
        members,
        max_block_bytes: 4 * 1024 * 1024,
        max_transaction_bytes: 768 * 1024,
        timing: Timing { ping_interval: Duration::from_millis(200), ..Timing::default() },
    }
}

/// What a node serves, and where it writes down what happens.
pub(super) struct Recorder {
    events: mpsc::UnboundedSender<Event>,
    blocks: Mutex<BTreeMap<Hash, Arc<Block>>>,
    chain: Mutex<Vec<CertifiedBlock>>,
    pub(super) served: AtomicUsize,
}

impl Handler for Recorder {
    fn input(&self, event: Event) {
        let _ = self.events.send(event);
    }

    fn block(&self, id: &Hash) -> Option<Arc<Block>> {
        self.served.fetch_add(1, Ordering::Relaxed);
        lock(&self.blocks).get(id).cloned()
    }

    fn decided(&self, height: u64, count: usize, _: usize) -> Vec<Vec<u8>> {
        let chain = lock(&self.chain);
        let decided = chain.iter().filter(|block| block.certificate.height >= height);
        decided.take(count).map(Encode::encode).collect()
    }

    fn snapshot(&self, request: &[u8]) -> Option<Vec<u8>> {
        (request != b"nothing").then(|| [b"chunk ", request].concat())
    }
}

/// A node that runs.
pub(super) struct Node {
    pub(super) handle: NetworkHandle,
    pub(super) recorder: Arc<Recorder>,
    events: mpsc::UnboundedReceiver<Event>,
    /// Events that nobody has asked for yet.
    seen: VecDeque<Event>,
}

impl Node {
    /// Starts a node. It listens when this returns.
    pub(super) async fn start(config: Config) -> Self {
        let node = Node::start_deaf(config);
        timeout(PATIENCE, node.handle.listening()).await.unwrap();
        node
    }

    /// Starts a node that may listen nowhere.
    pub(super) fn start_deaf(config: Config) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let recorder = Recorder {
            events: sender,
            blocks: Mutex::default(),
            chain: Mutex::default(),
            served: AtomicUsize::new(0),
        };
        let recorder = Arc::new(recorder);
        let handle = Network::start(config, recorder.clone(), &Handle::current()).unwrap();
        Node { handle, recorder, events, seen: VecDeque::new() }
    }

    /// Where it listens, with its id.
    pub(super) async fn address(&self) -> Multiaddr {
        let listening = self.handle.listening().await;
        listening[0].clone().with(Protocol::P2p(self.handle.node().peer_id().unwrap()))
    }

    /// The port on which it listens.
    pub(super) async fn port(&self) -> u16 {
        let listening = self.handle.listening().await;
        match listening[0].iter().nth(1) {
            Some(Protocol::Tcp(port)) => port,
            other => panic!("no TCP port but {other:?}"),
        }
    }

    /// Waits for the first event of which `find` makes something; keeps those before it for later.
    pub(super) async fn expect<T>(&mut self, what: &str, mut find: impl FnMut(&Event) -> Option<T>) -> T {
        for place in 0..self.seen.len() {
            if let Some(found) = find(&self.seen[place]) {
                self.seen.remove(place);
                return found;
            }
        }
        loop {
            let next = timeout(PATIENCE, self.events.recv()).await;
            let event =
                next.unwrap_or_else(|_| panic!("{} waits in vain: {what}", self.handle.node())).unwrap();
            match find(&event) {
                Some(found) => return found,
                None => self.seen.push_back(event),
            }
        }
    }

    /// Waits until a node is connected; returns the connection's number.
    pub(super) async fn connected(&mut self, number: u8) -> Peer {
        let id = node_id(number);
        self.expect("a connection", |event| match event {
            Event::Connected { peer, member } if member.node == id => Some(*peer),
            _ => None,
        })
        .await
    }

    pub(super) async fn disconnected(&mut self, peer: Peer) {
        self.expect("the end of a connection", |event| match event {
            Event::Disconnected(gone) => (*gone == peer).then_some(()),
            _ => None,
        })
        .await;
    }

    /// Waits for a status of this height; returns who sent it.
    pub(super) async fn message(&mut self, height: u64) -> Peer {
        let awaited = message(height);
        self.expect("a message", |event| match event {
            Event::Message { from, message } if *message == awaited => Some(*from),
            _ => None,
        })
        .await
    }

    pub(super) async fn block(&mut self, id: Hash) -> Peer {
        self.expect("a block", |event| match event {
            Event::Block { from, block } if block.header.id() == id => Some(*from),
            _ => None,
        })
        .await
    }

    pub(super) async fn blocks(&mut self) -> Vec<CertifiedBlock> {
        self.expect("decided blocks", |event| match event {
            Event::Blocks { blocks, .. } => Some(blocks.clone()),
            _ => None,
        })
        .await
    }

    /// All events so far that nobody has asked for.
    pub(super) fn rest(&mut self) -> Vec<Event> {
        while let Ok(event) = self.events.try_recv() {
            self.seen.push_back(event);
        }
        self.seen.drain(..).collect()
    }

    /// What it knows of a connected node.
    pub(super) fn peer(&self, number: u8) -> Option<PeerState> {
        self.handle.peers().into_iter().find(|state| state.node == node_id(number))
    }

    /// It has this block from now on.
    pub(super) fn keep(&self, block: &Arc<Block>) {
        lock(&self.recorder.blocks).insert(block.header.id(), block.clone());
    }

    /// It has decided these blocks.
    pub(super) fn decide(&self, blocks: Vec<CertifiedBlock>) {
        lock(&self.recorder.chain).extend(blocks);
    }

    pub(super) async fn stop(self) {
        self.handle.stop();
        timeout(PATIENCE, self.handle.stopped()).await.unwrap();
    }
}

/// What a node announces that nobody is to dial back: of two connections that are made at once one would be replaced,
/// with what is on it.
pub(super) fn nowhere() -> Vec<Multiaddr> {
    vec!["/ip4/127.0.0.1/tcp/1".parse().unwrap()]
}

/// Starts validators 1 to `count`, of which each dials those before it, and nobody dials back.
pub(super) async fn connect(count: u8) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut addresses = Vec::new();
    for number in 1..=count {
        let mut config = config(number, listed(1..=count));
        config.peers = addresses.clone();
        config.announce = nowhere();
        let node = Node::start(config).await;
        addresses.push(node.address().await);
        nodes.push(node);
    }
    all_connected(&mut nodes).await;
    nodes
}

/// Starts validators 1 to `count`; each but the first knows only the address of the one before it, and hears of
/// the others.
pub(super) async fn connect_by_hearsay(count: u8) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for number in 1..=count {
        let mut config = config(number, listed(1..=count));
        if let Some(last) = nodes.last() {
            config.peers = vec![last.address().await];
        }
        nodes.push(Node::start(config).await);
    }
    all_connected(&mut nodes).await;
    nodes
}

async fn all_connected(nodes: &mut [Node]) {
    let count = nodes.len() as u8;
    for (place, node) in nodes.iter_mut().enumerate() {
        for number in (1..=count).filter(|number| usize::from(*number) != place + 1) {
            node.connected(number).await;
        }
    }
}

/// A message that is told from others by its height.
pub(super) fn message(height: u64) -> Message {
    Message::Status(Status { height, round: 0 })
}

/// A transaction with so many bytes of arguments.
pub(super) fn transaction(nonce: u64, bytes: usize) -> Transaction {
    let body = TransactionBody {
        chain: CHAIN,
        submitter: Account::Key([1; 32]),
        nonce,
        expiry: Time(1),
        gas_limit: 1,
        call: Call { contract: ContractId([2; 32]), method: "m".into(), args: vec![7; bytes] },
        authorisations: Vec::new(),
    };
    Transaction { body, credential: Credential::Sr25519([3; 64]) }
}

/// A block of this height and about so many bytes.
pub(super) fn block(height: u64, bytes: usize) -> Arc<Block> {
    let each = 64 * 1024;
    let mut transactions: Vec<Transaction> =
        (0..bytes / each).map(|nonce| transaction(nonce as u64, each - 300)).collect();
    transactions.push(transaction(u64::MAX, bytes % each));
    let header = Header {
        chain: CHAIN,
        height,
        round: 0,
        time: Time(height),
        proposer: [2; 32],
        parent: [3; 32],
        transactions_root: [4; 32],
        state_root: [5; 32],
        receipts_root: [6; 32],
        validators: [7; 32],
        next_validators: [7; 32],
    };
    Arc::new(Block { header, transactions })
}

/// A block with a certificate, which nobody here checks.
pub(super) fn decided(height: u64, bytes: usize) -> CertifiedBlock {
    let block = block(height, bytes);
    let signatures = vec![CommitSignature { validator: [1; 32], signature: [2; 64] }];
    let certificate = Certificate { height, round: 0, block: block.header.id(), signatures };
    CertifiedBlock { block, certificate }
}
