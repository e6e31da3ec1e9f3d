//! Four nodes in one process: everything is real but the network, which hands over at once, and the disk.

use std::sync::{Mutex, Weak};
use std::time::{Duration, Instant};

use codec::Decode;
use sillok_abi::{
    Account, Authorisation, Authoriser, Block, Call, CallTree, Credential, Hash, SignedVote, Transaction,
    TransactionBody, Validator, Vote, VoteKind,
};
use sillok_client::keys::Keypair;
use sillok_runtime::crypto::network_key;
use sillok_testing::outside;
use tempfile::TempDir;

use super::*;
use crate::clock::SystemClock;
use crate::consensus::{CertifiedBlock, Input, Message, Offence, Peer, Signatures, To};
use crate::dev;
use crate::lock::lock;
use crate::rng::SystemRng;
use crate::storage::MemoryStorage;

/// How long a machine with much else to do may take.
const PATIENCE: Duration = Duration::from_secs(60);
const NODES: usize = 4;

/// The way to a node, and its chain.
type Way = (Inbox, Weak<Chain>);

/// The nodes that run, each by its index.
#[derive(Default)]
struct Mesh(Mutex<[Option<Way>; NODES]>);

/// A node's own end of the mesh. A node's number is its index.
struct Link {
    own: usize,
    mesh: Arc<Mesh>,
}

impl Mesh {
    fn join(&self, own: usize, chain: &Arc<Chain>, inbox: &Inbox) {
        let mut nodes = lock(&self.0);
        for (index, other) in nodes.iter().enumerate() {
            if let Some((theirs, _)) = other {
                let connected = |index: usize| Input::Connected {
                    peer: Peer(index as u64),
                    validator: Some(validator(index).public()),
                };
                inbox.offer(connected(index));
                theirs.offer(connected(own));
            }
        }
        nodes[own] = Some((inbox.clone(), Arc::downgrade(chain)));
    }

    fn leave(&self, own: usize) {
        let mut nodes = lock(&self.0);
        nodes[own] = None;
        for (theirs, _) in nodes.iter().flatten() {
            theirs.offer(Input::Disconnected(Peer(own as u64)));
        }
    }
}

impl Link {
    fn to(&self, to: To, input: impl Fn(Peer) -> Input) {
        let nodes = lock(&self.mesh.0);
        if nodes[self.own].is_none() {
            return;
        }
        for (index, other) in nodes.iter().enumerate().filter(|(index, _)| *index != self.own) {
            if let (Some((inbox, _)), true) = (other, to == To::All || to == To::One(Peer(index as u64))) {
                inbox.offer(input(Peer(self.own as u64)));
            }
        }
    }

    /// Has a peer's chain asked, and what it answers brought here.
    fn ask(&self, peer: usize, question: impl Fn(&Chain) -> Option<Input>) -> bool {
        let nodes = lock(&self.mesh.0);
        let chain = nodes[peer].as_ref().and_then(|(_, chain)| chain.upgrade());
        let (own, answer) = (nodes[self.own].clone(), chain.and_then(|chain| question(&chain)));
        match (own, answer) {
            (Some((inbox, _)), Some(answer)) => inbox.offer(answer),
            _ => false,
        }
    }
}

impl Network for Link {
    fn send(&self, to: To, message: &Message) {
        self.to(to, |from| Input::Message { from, message: message.clone() });
    }

    fn send_block(&self, to: To, block: Arc<Block>) {
        self.to(to, |from| Input::Block { from, block: block.clone() });
    }

    fn fetch_block(&self, block: Hash) {
        (0..NODES).filter(|peer| *peer != self.own).any(|peer| {
            let from = Peer(peer as u64);
            self.ask(peer, |chain| Some(Input::Block { from, block: chain.block_of(&block).unwrap()? }))
        });
    }

    fn request_blocks(&self, from: Peer, height: u64, count: usize) {
        self.ask(from.0 as usize, |chain| {
            let blocks = chain.decided(height, count, 1 << 20).unwrap();
            let blocks =
                blocks.iter().map(|block| CertifiedBlock::decode(&mut block.as_slice()).unwrap()).collect();
            Some(Input::Blocks { from, blocks })
        });
    }

    fn blame(&self, peer: Peer, offence: Offence) {
        panic!("node {} blames {peer:?} for {offence:?}", self.own);
    }
}

/// The nodes, and what outlives each.
struct Network4 {
    genesis: Genesis,
    mesh: Arc<Mesh>,
    disks: Vec<(TempDir, Arc<MemoryStorage>)>,
    nodes: Vec<Option<Node>>,
}

fn validator(index: usize) -> ValidatorKey {
    ValidatorKey::from_seed(&[index as u8 + 1; 32], Arc::new(SystemRng)).unwrap()
}

impl Network4 {
    fn start() -> Self {
        let node = |index: usize| {
            let peer = network_key(&[index as u8; 32]);
            let validator = Validator { key: validator(index).public(), power: 1 };
            dev::node(index + 1, peer, Some(validator)).unwrap()
        };
        let genesis = dev::with_nodes(dev::genesis().unwrap(), (0..NODES).map(node).collect());
        let disk = |_| (tempfile::tempdir().unwrap(), Arc::new(MemoryStorage::default()));
        let disks = (0..NODES).map(disk).collect();
        let nodes = (0..NODES).map(|_| None).collect();
        let mut network = Network4 { genesis, mesh: Arc::default(), disks, nodes };
        (0..NODES).for_each(|index| network.start_node(index));
        network
    }

    fn start_node(&mut self, index: usize) {
        let (folder, storage) = &self.disks[index];
        let parts = Parts {
            folder: DataFolder::prepare(folder.path()).unwrap(),
            storage: storage.clone(),
            state_cache_mib: 64,
            outside: outside(),
            genesis: self.genesis.clone(),
            clock: Arc::new(SystemClock),
            key: validator(index),
            timeouts: Timeouts::default(),
            votes_from: None,
            pace: Pace::OnDemand,
            retention: Retention::Archive,
            snapshots: KeepSnapshots::default(),
            surveillance: crate::surveillance::Settings::default(),
            index: crate::index::Settings::default(),
        };
        let mesh = self.mesh.clone();
        let connect = |chain: &Arc<Chain>, _: &[NodeInfo], inbox: &Inbox, _: &Arc<Shelf>| {
            mesh.join(index, chain, inbox);
            let network: Arc<dyn Network> = Arc::new(Link { own: index, mesh: mesh.clone() });
            Ok(network)
        };
        self.nodes[index] = Some(Node::start(parts, connect).unwrap());
    }

    fn stop_node(&mut self, index: usize) {
        self.mesh.leave(index);
        self.nodes[index].take().unwrap().stop().unwrap();
    }

    fn chain(&self, index: usize) -> &Chain {
        &self.nodes[index].as_ref().unwrap().chain
    }

    /// Alice pays Bob one unit, at every node that runs.
    fn pay(&self, nonce: u64) -> Hash {
        let key = |suri: &str| suri.parse::<Keypair>().unwrap();
        let alice = key("//Alice");
        let running = || self.nodes.iter().flatten().map(|node| &node.chain);
        let chain = running().next().unwrap();
        let args = codec::Encode::encode(&(alice.account(), key("//Bob").account(), 1u64));
        let call =
            Call { contract: chain.genesis().contract("cash").unwrap(), method: "transfer".into(), args };
        let tree = CallTree::leaf(call.clone());
        let body = TransactionBody {
            chain: chain.id(),
            submitter: Account::Key(alice.public()),
            nonce,
            expiry: SystemClock.now().plus(120_000),
            gas_limit: 10_000_000,
            authorisations: vec![Authorisation { by: Authoriser::Submitter, tree }],
            call,
        };
        let id = body.id();
        let transaction = Transaction { credential: Credential::Sr25519(alice.sign(&id)), body };
        running().for_each(|chain| {
            // It may be in a block already.
            let _ = chain.submit(transaction.clone());
        });
        id
    }

    /// Waits until this transaction is final at these nodes.
    fn wait_for(&self, id: &Hash, nodes: &[usize]) {
        let start = Instant::now();
        let is_final = |index: &usize| {
            matches!(self.chain(*index).status_of(id).unwrap(), chain::TransactionStatus::Final { .. })
        };
        while !nodes.iter().all(is_final) {
            assert!(start.elapsed() < PATIENCE, "not final everywhere in time");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// All that run have the same blocks and roots up to the lowest tip.
    fn assert_agreement(&self) {
        let chains: Vec<&Chain> = self.nodes.iter().flatten().map(|node| &*node.chain).collect();
        let lowest = chains.iter().map(|chain| chain.tip().height).min().unwrap();
        for height in 1..=lowest {
            let block = |chain: &&Chain| chain.committed(height).unwrap().unwrap();
            let first = block(&chains[0]);
            for chain in &chains[1..] {
                let other = block(chain);
                assert_eq!((other.id, &other.receipts), (first.id, &first.receipts), "height {height}");
            }
        }
    }
}

#[test]
fn four_nodes_agree_go_on_without_one_and_take_it_in_again() {
    let mut network = Network4::start();
    for nonce in 1..=10 {
        let id = network.pay(nonce);
        network.wait_for(&id, &[0, 1, 2, 3]);
    }
    network.assert_agreement();
    network.stop_node(2);
    for nonce in 11..=20 {
        let id = network.pay(nonce);
        network.wait_for(&id, &[0, 1, 3]);
    }
    network.start_node(2);
    let id = network.pay(21);
    network.wait_for(&id, &[0, 1, 2, 3]);
    let proposers: std::collections::BTreeSet<_> = (1..=network.chain(2).tip().height)
        .map(|height| network.chain(2).committed(height).unwrap().unwrap().header().proposer)
        .collect();
    assert_eq!(proposers.len(), NODES, "everybody had a turn");
    network.assert_agreement();
}

/// Two prevotes of a validator that exclude each other.
fn double_vote(chain: &Chain, index: usize) -> [Message; 2] {
    let key = validator(index);
    [Some([1; 32]), Some([2; 32])].map(|block| {
        let (height, validator) = (chain.tip().height + 1, key.public());
        let vote = Vote { kind: VoteKind::Prevote, height, round: 0, block, validator };
        let signature = Signatures::sign(&key, &vote.digest(&chain.id()));
        Message::Vote(SignedVote { vote, signature })
    })
}

#[test]
fn a_validator_that_votes_twice_is_reported_and_suspended_and_nobody_types_a_command() {
    let mut network = Network4::start();
    let id = network.pay(1);
    network.wait_for(&id, &[0, 1, 2, 3]);
    network.stop_node(3);
    for message in double_vote(network.chain(0), 3) {
        for index in 0..3 {
            let inbox = &network.nodes[index].as_ref().unwrap().inbox;
            inbox.offer(Input::Message { from: Peer(3), message: message.clone() });
        }
    }
    let begun = Instant::now();
    let is_out = |index: &usize| network.chain(*index).validators().unwrap().len() == NODES - 1;
    while ![0, 1, 2].iter().all(is_out) {
        assert!(begun.elapsed() < PATIENCE, "nobody has reported it");
        thread::sleep(Duration::from_millis(20));
    }
    // Nobody else has, and it is not reported again.
    let id = network.pay(2);
    network.wait_for(&id, &[0, 1, 2]);
    let reports = (1..=network.chain(0).tip().height).map(|height| {
        let block = network.chain(0).committed(height).unwrap().unwrap();
        block.stored.block.transactions.iter().filter(|one| one.body.call.method == "report").count()
    });
    assert_eq!(reports.sum::<usize>(), 1);
    network.assert_agreement();
}

#[test]
fn a_node_whose_log_is_gone_does_not_start_but_with_a_height_from_which_it_may_vote() {
    let mut network = Network4::start();
    let id = network.pay(1);
    network.wait_for(&id, &[0, 1, 2, 3]);
    network.stop_node(3);
    let folder = DataFolder::prepare(network.disks[3].0.path()).unwrap();
    std::fs::remove_file(folder.consensus_log()).unwrap();
    let storage: Arc<dyn Storage> = network.disks[3].1.clone();
    let (genesis, clock) = (network.genesis.clone(), Arc::new(SystemClock));
    let opened = chain::open(storage, 64, outside(), genesis, clock, validator(3).public()).unwrap().0;
    assert!(matches!(log::open(&folder, &opened, None), Err(LogOpenError::Missing(_))));
    assert!(log::open(&folder, &opened, Some(100)).is_ok());
}
