//! Joins over loopback sockets, from peers of which some are not honest.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use codec::Encode;
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use sillok_abi::{Block, Hash};
use sillok_runtime::Genesis;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::*;
use crate::chain::tests::snapshots::snapshot_in_chunks;
use crate::dev;
use crate::ledger::Ledger;
use crate::network::{Config, Event, Handler, Network, NetworkHandle, NetworkKey, Timing};
use crate::snapshot::{Ask, Chunk, Head, Offer, read};

/// The number of the node that joins.
const OWN: u8 = 9;

fn key(number: u8) -> NetworkKey {
    NetworkKey::from_seed([number; 32]).unwrap()
}

fn members() -> Vec<Member> {
    (1..=OWN).map(|number| Member { node: key(number).id(), validator: None }).collect()
}

fn config(number: u8, peers: Vec<Multiaddr>) -> Config {
    Config {
        chain: dev::genesis().unwrap().hash(),
        key: key(number),
        binding: None,
        verify: Arc::new(|_, _, _| false),
        agent: "test".into(),
        listen: vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()],
        announce: Vec::new(),
        peers,
        members: members(),
        max_block_bytes: 4 * 1024 * 1024,
        max_transaction_bytes: 768 * 1024,
        timing: Timing::default(),
    }
}

/// How a peer answers.
type Answers = Box<dyn Fn(Ask) -> Option<Vec<u8>> + Send + Sync>;

struct Serves(Answers);

impl Handler for Serves {
    fn input(&self, _: Event) {}

    fn block(&self, _: &Hash) -> Option<Arc<Block>> {
        None
    }

    fn decided(&self, _: u64, _: usize, _: usize) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn snapshot(&self, request: &[u8]) -> Option<Vec<u8>> {
        (self.0)(read(request)?)
    }
}

/// A snapshot on a shelf, peers that have it, and an empty folder for who joins.
struct Stage {
    genesis: Genesis,
    folder: TempDir,
    manifest: Manifest,
    runtime: Runtime,
    peers: Vec<(NetworkHandle, Multiaddr)>,
    data: TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manifest = snapshot_in_chunks(folder.path(), 4_000);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (genesis, data) = (dev::genesis().unwrap(), tempfile::tempdir().unwrap());
        Stage { genesis, folder, manifest, runtime, peers: Vec::new(), data }
    }

    /// A shelf with the snapshot.
    fn shelf(&self) -> Shelf {
        Shelf::open(self.folder.path()).unwrap()
    }

    fn head(&self) -> Head {
        let height = self.manifest.height();
        let folder = SnapshotFolder::at(&self.folder.path().join(format!("{height:012}")));
        Head::new(&folder.manifest().unwrap(), folder.finality().unwrap())
    }

    /// Adds a peer that answers so.
    fn peer(&mut self, answers: impl Fn(Ask) -> Option<Vec<u8>> + Send + Sync + 'static) {
        let number = self.peers.len() as u8 + 1;
        let handler = Arc::new(Serves(Box::new(answers)));
        let handle = Network::start(config(number, Vec::new()), handler, self.runtime.handle()).unwrap();
        let listening = self.runtime.block_on(handle.listening());
        let address = listening[0].clone().with(Protocol::P2p(handle.node().peer_id().unwrap()));
        self.peers.push((handle, address));
    }

    /// Adds one that is honest; answers how many chunks it has sent.
    fn honest(&mut self) -> Arc<AtomicUsize> {
        let (shelf, sent) = (self.shelf(), Arc::new(AtomicUsize::new(0)));
        let count = sent.clone();
        self.peer(move |ask| {
            count.fetch_add(usize::from(matches!(ask, Ask::Chunk(..))), Ordering::SeqCst);
            shelf.answer(&ask.encode())
        });
        sent
    }

    fn join_trusting(&self, validators: &[Validator]) -> Result<Option<Manifest>, JoinError> {
        let peers = self.peers.iter().map(|(_, address)| address.clone()).collect();
        join(JoinParts {
            network: config(OWN, peers),
            members: members(),
            genesis: &self.genesis,
            validators,
            folder: &self.data(),
        })
    }

    fn join(&self) -> Option<Manifest> {
        self.join_trusting(&self.genesis.validators()).unwrap()
    }

    fn data(&self) -> DataFolder {
        DataFolder::prepare(self.data.path()).unwrap()
    }

    /// What it has joined is there, and on its own shelf.
    fn assert_joined(&self) {
        let storage = self.data().open().unwrap();
        assert_eq!(Ledger::stored_chain(&storage).unwrap(), Some(self.genesis.hash()));
        let ledger = Ledger::open(Arc::new(storage)).unwrap();
        assert_eq!(ledger.tip().height, self.manifest.height());
        let offers = Shelf::open(&self.data().snapshots()).unwrap().answer(&Ask::Offers.encode()).unwrap();
        let own = Offer { height: self.manifest.height(), id: self.manifest.id() };
        assert_eq!(read::<Vec<Offer>>(&offers), Some(vec![own]));
    }

    /// Where the one with this id is fetched.
    fn part(&self, id: &Hash) -> PathBuf {
        Shelf::open(&self.data().snapshots()).unwrap().part(id)
    }
}

#[test]
fn all_peers_are_asked_and_who_sends_false_chunks_is_asked_no_more() {
    let mut stage = Stage::new();
    let honest = [stage.honest(), stage.honest()];
    let (shelf, lies) = (stage.shelf(), Arc::new(AtomicUsize::new(0)));
    let count = lies.clone();
    stage.peer(move |ask| {
        let mut answer = shelf.answer(&ask.encode())?;
        if matches!(ask, Ask::Chunk(..)) {
            count.fetch_add(1, Ordering::SeqCst);
            answer[7] ^= 1;
        }
        Some(answer)
    });
    assert_eq!(stage.join(), Some(stage.manifest.clone()));
    stage.assert_joined();
    assert_eq!(lies.load(Ordering::SeqCst), 1, "once is enough");
    let sent: Vec<usize> = honest.iter().map(|sent| sent.load(Ordering::SeqCst)).collect();
    assert!(sent.iter().all(|sent| *sent > 0), "{sent:?}");
    assert_eq!(sent.iter().sum::<usize>(), stage.manifest.chunks.len());
}

#[test]
fn a_newer_snapshot_that_nobody_decided_and_one_that_is_not_the_state_are_given_up() {
    let mut stage = Stage::new();
    stage.honest();
    // A header that was never decided on.
    let Head { manifest, finality } = stage.head();
    let mut newer = Manifest::decode(&manifest).unwrap();
    newer.header.height += 1_000;
    let offer = vec![Offer { height: newer.height(), id: newer.id() }];
    let head = Head::new(&newer, finality.clone());
    stage.peer(move |ask| match ask {
        Ask::Offers => Some(offer.encode()),
        Ask::Head(_) => Some(head.encode()),
        Ask::Chunk(..) => unreachable!("nobody asks for what is not final"),
    });
    // The true header, with chunks that are another state: there is no telling before all of them are there. It
    // says that it is newer, so that it is tried first.
    let zeros = vec![0; 1_000];
    let mut other = Manifest::decode(&manifest).unwrap();
    other.chunks = vec![Chunk::of(&zeros)];
    let offer = vec![Offer { height: other.height() + 1, id: other.id() }];
    let head = Head::new(&other, finality);
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    stage.peer(move |ask| match ask {
        Ask::Offers => Some(offer.encode()),
        Ask::Head(_) => Some(head.encode()),
        Ask::Chunk(..) => {
            count.fetch_add(1, Ordering::SeqCst);
            Some(zeros.clone())
        }
    });
    assert_eq!(stage.join(), Some(stage.manifest.clone()));
    stage.assert_joined();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(!stage.part(&other.id()).exists() && !stage.part(&newer.id()).exists());
}

#[test]
fn what_was_fetched_before_is_not_fetched_again() {
    let mut stage = Stage::new();
    let sent = stage.honest();
    let (manifest, head) = (stage.manifest.clone(), stage.head());
    let part = SnapshotFolder::at(&stage.part(&manifest.id()));
    part.make_chunks().unwrap();
    part.write_head(&manifest, &head.finality).unwrap();
    let shelf = stage.shelf();
    let missing = 5;
    for index in (0u32..).take(manifest.chunks.len()).skip(missing) {
        let bytes = shelf.answer(&Ask::Chunk(manifest.id(), index).encode()).unwrap();
        part.write_chunk(index, &bytes).unwrap();
    }
    // One of those was cut short by the crash.
    part.write_chunk(7, b"half of").unwrap();
    assert_eq!(stage.join(), Some(manifest));
    stage.assert_joined();
    assert_eq!(sent.load(Ordering::SeqCst), missing + 1);
}

#[test]
fn a_peer_that_has_no_more_or_does_not_answer_is_left_for_others() {
    let mut stage = Stage::new();
    let (shelf, chunks) = (stage.shelf(), Arc::new(AtomicUsize::new(0)));
    let count = chunks.clone();
    // It has removed the snapshot after two chunks.
    stage.peer(move |ask| {
        let gone = count.load(Ordering::SeqCst) >= 2;
        count.fetch_add(usize::from(matches!(ask, Ask::Chunk(..))), Ordering::SeqCst);
        match ask {
            Ask::Offers if gone => Some(Vec::<Offer>::new().encode()),
            _ if gone => None,
            _ => shelf.answer(&ask.encode()),
        }
    });
    stage.honest();
    assert_eq!(stage.join(), Some(stage.manifest.clone()));
    stage.assert_joined();
}

#[test]
fn without_snapshots_a_node_begins_with_genesis_and_other_validators_are_an_error() {
    let mut stage = Stage::new();
    stage.peer(|ask| matches!(ask, Ask::Offers).then(|| Vec::<Offer>::new().encode()));
    assert_eq!(stage.join(), None);
    assert_eq!(Ledger::stored_chain(&stage.data().open().unwrap()).unwrap(), None);
    stage.honest();
    let strangers = [Validator { key: [3; 32], power: 1 }];
    let error = stage.join_trusting(&strangers).err().unwrap();
    assert!(
        matches!(error, JoinError::OtherValidators(height) if height == stage.manifest.height()),
        "{error}"
    );
    assert!(error.hint().contains("trust_file"));
}
