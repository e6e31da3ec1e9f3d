//! Snapshots of a real chain: made alike by whoever makes them, checked against everything that can be wrong with
//! them, restored into a chain that goes on as the others do.

use std::fs;
use std::path::{Path, PathBuf};

use codec::{DecodeAll, Encode};
use sillok_abi::{CertificateError, Validator};
use tempfile::TempDir;

use super::*;
use crate::snapshot::{self, Chunk, Finality, Manifest, Record, SnapshotError, SnapshotFolder};
use crate::storage::DataFolder;

/// A chain with some payments, and a snapshot of it.
struct Made {
    bench: Bench,
    folder: TempDir,
    manifest: Manifest,
}

fn validators() -> Vec<Validator> {
    dev::genesis().unwrap().validators()
}

/// A chain with so many payments from nonce 1 on, the last of which is certified.
fn paid(payments: u64) -> Bench {
    let mut bench = Bench::new(Pace::OnDemand);
    bench.settle();
    for nonce in 1..=payments {
        bench.chain.submit(bench.payment(nonce, nonce)).unwrap();
        bench.settle();
    }
    bench
}

fn create(chain: &Chain, height: u64, out: &Path) -> Result<Manifest, SnapshotError> {
    snapshot::create(chain.ledger(), height, out, || true)
}

/// Puts a snapshot of a chain with some payments on the shelf at this path, in chunks of this size.
pub(crate) fn snapshot_in_chunks(shelf: &Path, size: usize) -> Manifest {
    let bench = paid(2);
    let height = snapshot::newest(bench.chain.ledger());
    let out = shelf.join(format!("{height:012}"));
    snapshot::create_in_chunks(bench.chain.ledger(), height, &out, size, || true).unwrap()
}

impl Made {
    fn new() -> Self {
        let (bench, folder) = (paid(3), tempfile::tempdir().unwrap());
        let manifest = create(&bench.chain, snapshot::newest(bench.chain.ledger()), folder.path()).unwrap();
        Made { bench, folder, manifest }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn verify(&self) -> Result<Manifest, SnapshotError> {
        let chain = self.bench.chain.id();
        let folder = SnapshotFolder::at(self.folder.path());
        snapshot::verify(&folder, &chain, &validators()).map(|checked| checked.manifest)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Verifies with this file's content changed, and puts it back.
    fn changed(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> SnapshotError {
        let whole = self.read(name);
        let mut bytes = whole.clone();
        change(&mut bytes);
        fs::write(self.path(name), bytes).unwrap();
        let error = self.verify().unwrap_err();
        fs::write(self.path(name), whole).unwrap();
        self.verify().unwrap();
        error
    }

    /// Verifies with other records in the only chunk, to which the manifest agrees.
    fn forged(&self, change: impl FnOnce(&mut Vec<Record>)) -> SnapshotError {
        let (chunk, manifest) = (self.read("chunks/000000"), self.read("manifest"));
        let mut records = records(&chunk);
        change(&mut records);
        let forged: Vec<u8> = records.iter().flat_map(Encode::encode).collect();
        let mut other = self.manifest.clone();
        other.chunks = vec![Chunk::of(&forged)];
        fs::write(self.path("chunks/000000"), &forged).unwrap();
        fs::write(self.path("manifest"), other.encode()).unwrap();
        let error = self.verify().unwrap_err();
        fs::write(self.path("chunks/000000"), chunk).unwrap();
        fs::write(self.path("manifest"), manifest).unwrap();
        self.verify().unwrap();
        error
    }
}

fn records(mut chunk: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    while !chunk.is_empty() {
        records.push(codec::Decode::decode(&mut chunk).unwrap());
    }
    records
}

/// Where the first block's header is among the records.
fn first_block(records: &[Record]) -> usize {
    records.iter().position(|record| matches!(record, Record::Block(_))).unwrap()
}

#[test]
fn a_snapshot_is_the_same_whoever_makes_it_and_whenever() {
    let made = Made::new();
    let height = made.manifest.height();
    assert_eq!(made.verify().unwrap(), made.manifest);
    // Later blocks change accounts again; what they have changed is set back.
    let mut bench = made.bench;
    for nonce in 4..=6 {
        bench.chain.submit(bench.payment(nonce, nonce)).unwrap();
        bench.settle();
    }
    let again = tempfile::tempdir().unwrap();
    assert_eq!(create(&bench.chain, height, again.path()).unwrap(), made.manifest);
    let files = |folder: &Path| fs::read(folder.join("chunks/000000")).unwrap();
    assert_eq!(files(again.path()), files(made.folder.path()));
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let made = Made::new();
    for name in ["manifest", "finality", "chunks/000000"] {
        let length = made.read(name).len();
        let step = (length / 40).max(1);
        for place in (0..length).step_by(step) {
            made.changed(name, |bytes| bytes[place] ^= 1 << (place % 8));
        }
        for kept in [0, length / 2, length - 1] {
            made.changed(name, |bytes| bytes.truncate(kept));
        }
        made.changed(name, |bytes| bytes.push(0));
    }
    let chunk = made.changed("chunks/000000", |bytes| bytes[100] ^= 1);
    assert!(matches!(chunk, SnapshotError::ChunkDigest(0)), "{chunk}");
    let short = made.changed("chunks/000000", |bytes| bytes.truncate(100));
    assert!(matches!(short, SnapshotError::ChunkLength { chunk: 0, found: 100, .. }), "{short}");
    let head = made.changed("manifest", |bytes| bytes.truncate(50));
    assert!(matches!(head, SnapshotError::Manifest), "{head}");
    let version = made.changed("manifest", |bytes| bytes[0] = 9);
    assert!(matches!(version, SnapshotError::Version { found: 9, .. }), "{version}");
    let finality = made.changed("finality", |bytes| bytes.truncate(50));
    assert!(matches!(finality, SnapshotError::Finality), "{finality}");
    let bit = made.changed("finality", |bytes| *bytes.last_mut().unwrap() ^= 1);
    assert!(matches!(bit, SnapshotError::NotFinal { error: CertificateError::BadSignature, .. }), "{bit}");
}

#[test]
fn a_chunk_that_is_missing_or_too_much_is_named() {
    let made = Made::new();
    let chunk = made.read("chunks/000000");
    fs::remove_file(made.path("chunks/000000")).unwrap();
    assert!(matches!(made.verify(), Err(SnapshotError::MissingChunk(0))));
    fs::write(made.path("chunks/000000"), &chunk).unwrap();
    for name in ["000001", "0", "readme"] {
        let foreign = made.path("chunks").join(name);
        fs::write(&foreign, &chunk).unwrap();
        assert!(matches!(made.verify(), Err(SnapshotError::ForeignFile(path)) if path == foreign));
        fs::remove_file(foreign).unwrap();
    }
    fs::remove_file(made.path("manifest")).unwrap();
    assert!(matches!(made.verify(), Err(SnapshotError::NoManifest(_))));
}

#[test]
fn chunks_have_their_places() {
    let bench = paid(1);
    let folder = tempfile::tempdir().unwrap();
    let height = snapshot::newest(bench.chain.ledger());
    let create = |out: &Path| snapshot::create_in_chunks(bench.chain.ledger(), height, out, 4_000, || true);
    let manifest = create(folder.path()).unwrap();
    assert!(manifest.chunks.len() > 5, "{}", manifest.chunks.len());
    let made = Made { bench, folder, manifest };
    made.verify().unwrap();
    // Two of one length, in each other's place; and two of any length.
    let (second, third) = (made.read("chunks/000001"), made.read("chunks/000002"));
    fs::write(made.path("chunks/000001"), &third).unwrap();
    fs::write(made.path("chunks/000002"), &second).unwrap();
    let error = made.verify().unwrap_err();
    assert!(matches!(error, SnapshotError::ChunkDigest(1) | SnapshotError::ChunkLength { chunk: 1, .. }));
    // And though the manifest agrees: their keys tell.
    let mut other = made.manifest.clone();
    other.chunks.swap(1, 2);
    fs::write(made.path("manifest"), other.encode()).unwrap();
    let error = made.verify().unwrap_err();
    assert!(matches!(error, SnapshotError::Unsorted(2)), "{error}");
    // One too few that the manifest names, and one too many.
    fs::write(made.path("chunks/000001"), &second).unwrap();
    fs::write(made.path("chunks/000002"), &third).unwrap();
    let mut other = made.manifest.clone();
    other.chunks.pop();
    fs::write(made.path("manifest"), other.encode()).unwrap();
    assert!(matches!(made.verify(), Err(SnapshotError::ForeignFile(_))));
    fs::remove_file(made.path(&format!("chunks/{:06}", other.chunks.len()))).unwrap();
    // What is missing is the last block, or entries too, as the last chunk has it.
    let error = made.verify().unwrap_err();
    assert!(matches!(error, SnapshotError::Block { .. } | SnapshotError::Entries { .. }), "{error}");
}

#[test]
fn strangers_and_other_chains_prove_nothing() {
    let made = Made::new();
    let (folder, chain) = (SnapshotFolder::at(made.folder.path()), made.bench.chain.id());
    let stranger = ValidatorKey::from_seed(&[9; 32], Arc::new(FixedRng)).unwrap();
    let strangers = vec![Validator { key: stranger.public(), power: 1 }];
    let other = snapshot::verify(&folder, &chain, &strangers).err().unwrap();
    assert!(matches!(other, SnapshotError::OtherValidators(_)), "{other}");
    let other = snapshot::verify(&folder, &[7; 32], &validators()).err().unwrap();
    assert!(matches!(other, SnapshotError::OtherChain { expected, .. } if expected == [7; 32]), "{other}");
    // A certificate of strangers for the very header.
    let error = made.changed("finality", |bytes| {
        let mut finality = Finality::decode_all(&mut bytes.as_slice()).unwrap();
        let certificate = &mut finality.certificate;
        let (height, round, block) = (certificate.height, certificate.round, certificate.block);
        certificate.signatures = vec![stranger.precommit(&chain, height, round, &block)];
        *bytes = finality.encode();
    });
    let is_not_final = matches!(error, SnapshotError::NotFinal { error: CertificateError::NotValidator, .. });
    assert!(is_not_final, "{error}");
    // A header that was never decided on.
    let error = made.changed("manifest", |bytes| {
        let mut manifest = made.manifest.clone();
        manifest.header.state_root = [5; 32];
        *bytes = manifest.encode();
    });
    let is_not_final = matches!(error, SnapshotError::NotFinal { error: CertificateError::OtherBlock, .. });
    assert!(is_not_final, "{error}");
}

#[test]
fn entries_that_are_not_the_state_are_refused_though_the_manifest_agrees() {
    let made = Made::new();
    let error = made.forged(|records| records.swap(3, 4));
    assert!(matches!(error, SnapshotError::Unsorted(0)), "{error}");
    let error = made.forged(|records| records.insert(4, records[3].clone()));
    assert!(matches!(error, SnapshotError::Unsorted(0)), "{error}");
    let error = made.forged(|records| drop(records.remove(3)));
    assert!(matches!(error, SnapshotError::Entries { .. }), "{error}");
    let error = made.forged(|records| match &mut records[3] {
        Record::Entry(_, value) => value.push(0),
        _ => unreachable!("state has more entries"),
    });
    assert!(matches!(error, SnapshotError::Root { .. }), "{error}");
    let error = made.forged(|records| match &mut records[3] {
        Record::Entry(key, _) => key.push(0),
        _ => unreachable!("state has more entries"),
    });
    assert!(matches!(error, SnapshotError::Root { .. }), "{error}");
    let error = made.forged(|records| records.insert(0, Record::Entry(vec![1; 9], Vec::new())));
    assert!(matches!(error, SnapshotError::Record(0)), "{error}");
    let error = made.forged(|records| {
        let entry = records[0].clone();
        records.push(entry);
    });
    assert!(matches!(error, SnapshotError::Misplaced(0)), "{error}");
}

#[test]
fn blocks_that_are_not_those_of_the_chain_are_refused() {
    let made = Made::new();
    let refused = |change: fn(&mut Vec<Record>, usize), expected: &str| {
        let error = made.forged(|records| {
            let first = first_block(records);
            change(records, first);
        });
        assert!(error.to_string().contains(expected), "{error}");
    };
    refused(|records, _| drop(records.pop()), "transactions are not those of its header");
    refused(|records, first| drop(records.remove(first)), "is not the next one");
    refused(|records, first| records.truncate(first), "not the parent of the block");
    refused(|records, first| records.insert(first, records[first].clone()), "is not the next one");
    refused(
        |records, first| match &mut records[first] {
            Record::Block(header) => header.round += 1,
            _ => unreachable!("a block"),
        },
        "its parent is not the block before",
    );
    refused(
        |records, first| match &mut records[first] {
            Record::Block(header) => header.chain = [1; 32],
            _ => unreachable!("a block"),
        },
        "another chain",
    );
    refused(
        |records, first| {
            let transaction = records.iter().find(|record| matches!(record, Record::Transaction(_)));
            records.insert(first, transaction.unwrap().clone());
        },
        "out of its place",
    );
}

#[test]
fn blocks_of_the_last_minutes_have_to_be_there_and_older_ones_need_not() {
    let mut bench = paid(2);
    bench.clock.advance(3_600_000);
    for nonce in 3..=4 {
        bench.chain.submit(bench.payment(nonce, nonce)).unwrap();
        bench.settle();
    }
    let folder = tempfile::tempdir().unwrap();
    let height = snapshot::newest(bench.chain.ledger());
    let manifest = create(&bench.chain, height, folder.path()).unwrap();
    assert!(manifest.first > 1, "{}", manifest.first);
    let made = Made { bench, folder, manifest };
    made.verify().unwrap();
    // Without the oldest of them, it says so itself: the header before is too young.
    let (chunk, head) = (made.read("chunks/000000"), made.read("manifest"));
    let mut records = records(&chunk);
    let before = records.iter().position(|record| matches!(record, Record::Before(_))).unwrap();
    let Record::Block(header) = records[before + 1].clone() else { unreachable!("a block") };
    records[before] = Record::Before(header);
    let next = first_block(&records[before + 2..]) + before + 2;
    records.drain(before + 1..next);
    let forged: Vec<u8> = records.iter().flat_map(Encode::encode).collect();
    let mut other = made.manifest.clone();
    (other.chunks, other.first) = (vec![Chunk::of(&forged)], other.first + 1);
    fs::write(made.path("chunks/000000"), &forged).unwrap();
    fs::write(made.path("manifest"), other.encode()).unwrap();
    let error = made.verify().unwrap_err();
    assert!(matches!(error, SnapshotError::Window(first) if first == other.first), "{error}");
    fs::write(made.path("chunks/000000"), chunk).unwrap();
    fs::write(made.path("manifest"), head).unwrap();
    made.verify().unwrap();
}

/// A transaction whose nonce is used can't be in the next block.
fn assert_replay_is_refused(chain: &Chain, producer: &mut Producer, replayed: Transaction) {
    let id = chain.submit(replayed).unwrap();
    let block = producer.build(chain.tip().height + 1, 0).unwrap().unwrap();
    assert!(block.transactions.is_empty());
    let status = chain.status_of(&id).unwrap();
    assert!(matches!(status, TransactionStatus::Dropped(Dropped { code: 1005, .. })));
}

#[test]
fn a_restored_chain_goes_on_as_the_other_does() {
    let made = Made::new();
    let height = made.manifest.height();
    let data = tempfile::tempdir().unwrap();
    let folder = DataFolder::prepare(data.path()).unwrap();
    let snapshot = SnapshotFolder::at(made.folder.path());
    let genesis = dev::genesis().unwrap();
    snapshot::restore(&snapshot, &folder, &genesis, &validators()).unwrap();
    let again = snapshot::restore(&snapshot, &folder, &genesis, &validators());
    assert!(matches!(again, Err(SnapshotError::NotFresh(_))));

    let mut bench = made.bench;
    let replayed = bench.payment(3, 3);
    let open = || open_on(Arc::new(folder.open().unwrap()), bench.clock.clone());
    let (restored, mut producer) = open();
    assert_eq!(restored.tip().block, bench.chain.committed(height).unwrap().unwrap().id);
    assert_eq!(restored.lowest(), height);
    assert!(restored.at(height - 1).unwrap().is_none());
    assert!(restored.committed(height).unwrap().is_none());
    assert_eq!(restored.lowest_block(), height + 1);
    assert_eq!(restored.height_at(bench.clock.now()).unwrap(), Some(height));
    assert_replay_is_refused(&restored, &mut producer, replayed.clone());

    // What the other decides is what it would have decided itself.
    for nonce in 4..=5 {
        bench.chain.submit(bench.payment(nonce, nonce)).unwrap();
        bench.settle();
    }
    let follow = |chain: &Chain, producer: &mut Producer, bench: &Bench| {
        for height in chain.tip().height + 1..=bench.chain.tip().height {
            let block = bench.chain.committed(height).unwrap().unwrap();
            let verdict = producer.judge(&block.stored.block, consensus::Stage::Decided).unwrap();
            assert_eq!(verdict, Some(consensus::Verdict::Valid), "block {height}");
            producer
                .commit(block.stored.certificate.clone(), Some(block.stored.block.clone()), drop)
                .unwrap();
        }
        assert_eq!(chain.state_root().unwrap(), bench.chain.state_root().unwrap());
    };
    follow(&restored, &mut producer, &bench);
    drop((restored, producer));
    // And after opening again, with the replay guard from blocks of both kinds.
    let (restored, mut producer) = open_on(Arc::new(folder.open().unwrap()), bench.clock.clone());
    assert_replay_is_refused(&restored, &mut producer, replayed);
    bench.chain.submit(bench.payment(6, 6)).unwrap();
    bench.settle();
    follow(&restored, &mut producer, &bench);
    // A proof of the snapshot's own height, from the fields' roots that came with it.
    let wanted = Wanted::Field(bench.cash(), *b"none");
    let searched = restored.search_at(height, std::slice::from_ref(&wanted)).ok().unwrap();
    let block = restored.committing(&searched).unwrap().unwrap();
    assert_eq!(block.header().height, height + 1);
    let proven = restored.prove(vec![wanted], &searched, &block).ok().unwrap();
    assert_eq!(proven.before.unwrap().height, height);
    // It makes the same snapshots from then on.
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let newest = snapshot::newest(restored.ledger());
    let here = create(&restored, newest, one.path()).unwrap();
    assert_eq!(here, create(&bench.chain, newest, other.path()).unwrap());
    let early = create(&restored, height - 1, tempfile::tempdir().unwrap().path()).unwrap_err();
    assert!(early.to_string().contains(&format!("keeps states from block {height} on")), "{early}");
}

#[test]
fn what_is_not_true_leaves_nothing_and_what_is_unfinished_is_no_chain() {
    let made = Made::new();
    let data = tempfile::tempdir().unwrap();
    let folder = DataFolder::prepare(data.path()).unwrap();
    let (snapshot, genesis) = (SnapshotFolder::at(made.folder.path()), dev::genesis().unwrap());
    let chunk = made.read("chunks/000000");
    let mut damaged = chunk.clone();
    damaged[1_000] ^= 1;
    fs::write(made.path("chunks/000000"), damaged).unwrap();
    let refused = snapshot::restore(&snapshot, &folder, &genesis, &validators());
    assert!(matches!(refused, Err(SnapshotError::ChunkDigest(0))));
    assert_eq!(Ledger::stored_chain(&folder.open().unwrap()).unwrap(), None);
    fs::write(made.path("chunks/000000"), chunk).unwrap();

    // As a crash leaves it.
    let storage: Arc<dyn Storage> = Arc::new(folder.open().unwrap());
    let mut begun = crate::ledger::Restore::begin(storage.clone(), made.manifest.height()).unwrap();
    begun.entry(&[1; 40], &[2; 3_000_000]).unwrap();
    drop(begun);
    let opened = open(storage, 64, outside(), genesis.clone(), made.bench.clock.clone(), [1; 32]);
    assert!(matches!(opened.err(), Some(OpenError::Storage(StorageError::Unfinished))));
    snapshot::restore(&snapshot, &folder, &genesis, &validators()).unwrap();
    let (chain, _producer) = open_on(Arc::new(folder.open().unwrap()), made.bench.clock.clone());
    assert_eq!(chain.tip().height, made.manifest.height());
}

#[test]
fn a_height_that_is_not_committed_to_or_no_longer_kept_has_no_snapshot() {
    let bench = paid(1);
    let tip = bench.chain.tip().height;
    let refused = |height| {
        let out = tempfile::tempdir().unwrap();
        create(&bench.chain, height, out.path()).unwrap_err().to_string()
    };
    assert!(refused(tip).contains("committed to by the next block"), "{}", refused(tip));
    assert!(refused(0).contains("genesis"), "{}", refused(0));
    while bench.chain.ledger().prune(tip - 1).unwrap() {}
    assert!(refused(1).contains(&format!("states from block {} on", tip - 1)), "{}", refused(1));
    let out = tempfile::tempdir().unwrap();
    create(&bench.chain, tip - 1, out.path()).unwrap();
    let again = create(&bench.chain, tip - 1, out.path());
    assert!(matches!(again, Err(SnapshotError::NotEmpty(_))));
}
