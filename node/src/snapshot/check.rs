//! Whether a snapshot is true: its header final, its entries the state that the header commits to, and its blocks
//! those of the chain and enough of them. One pass over the chunks, each in memory by itself.

use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Block, Hash, Header, Transaction, Validator};
use sillok_client::trust::SetChange;
use sillok_runtime::{Changes, MemoryState, StateTree, TreeBuilder, replay_window_ms, state_key};

use super::record::{Record, each_record};
use super::{Manifest, SnapshotError, SnapshotFolder};
use crate::limits;

/// The storage key of governance's record of the chain, which says for how long transactions can be replayed.
const CHAIN_RECORD: &[u8] = b"chai";

/// What is done with what a snapshot holds while it is checked. Nothing of it is sure before the check has ended.
pub(super) trait Taker {
    /// Takes the next entry of state.
    fn entry(&mut self, key: &[u8], value: &[u8]) -> Result<(), SnapshotError>;

    /// Takes the next block.
    fn block(&mut self, id: &Hash, block: &Block) -> Result<(), SnapshotError>;
}

/// Takes nothing.
struct Nobody;

impl Taker for Nobody {
    fn entry(&mut self, _: &[u8], _: &[u8]) -> Result<(), SnapshotError> {
        Ok(())
    }

    fn block(&mut self, _: &Hash, _: &Block) -> Result<(), SnapshotError> {
        Ok(())
    }
}

/// A snapshot that is true.
pub(crate) struct Checked {
    /// Its manifest.
    pub(crate) manifest: Manifest,
    /// All changes of validators before it.
    pub(super) changes: Vec<SetChange>,
    /// The tree of its state.
    pub(super) tree: StateTree,
    /// The header of the block after which it was made.
    pub(crate) last: Header,
    /// The header of the block before its oldest one; none if that is genesis.
    pub(super) before: Option<Header>,
}

/// Checks the snapshot in a folder: of this chain, by these validators.
///
/// # Errors
/// The first that is wrong with it.
pub(crate) fn verify(
    folder: &SnapshotFolder,
    chain: &Hash,
    validators: &[Validator],
) -> Result<Checked, SnapshotError> {
    verify_into(folder, chain, validators, &mut Nobody)
}

/// The same, and hands over what it holds on the way.
pub(super) fn verify_into(
    folder: &SnapshotFolder,
    chain: &Hash,
    validators: &[Validator],
    taker: &mut impl Taker,
) -> Result<Checked, SnapshotError> {
    let manifest = folder.manifest()?;
    let finality = folder.finality()?;
    manifest.check_header(&finality, chain, validators)?;
    folder.check_names(&manifest)?;
    let mut check = Check::new(&manifest, taker);
    for (index, chunk) in (0u32..).zip(&manifest.chunks) {
        let bytes = folder.chunk(index, chunk)?;
        each_record(index, &bytes, |record| check.take(index, record))?;
    }
    let Ended { tree, last, before } = check.end()?;
    Ok(Checked { manifest, changes: finality.changes, tree, last, before })
}

/// A check that is under way.
struct Check<'a, T> {
    manifest: &'a Manifest,
    taker: &'a mut T,
    builder: TreeBuilder,
    entries: u64,
    last_key: Vec<u8>,
    /// What state says about how long transactions can be replayed.
    chain_record: MemoryState,
    before: Option<Header>,
    /// The block whose transactions come.
    open: Option<Block>,
    open_bytes: usize,
    /// The last whole block, with its id.
    last: Option<(Hash, Header)>,
}

/// What a check has found.
struct Ended {
    tree: StateTree,
    last: Header,
    before: Option<Header>,
}

impl<'a, T: Taker> Check<'a, T> {
    fn new(manifest: &'a Manifest, taker: &'a mut T) -> Self {
        Check {
            manifest,
            taker,
            builder: TreeBuilder::default(),
            entries: 0,
            last_key: Vec::new(),
            chain_record: MemoryState::default(),
            before: None,
            open: None,
            open_bytes: 0,
            last: None,
        }
    }

    fn take(&mut self, chunk: u32, record: Record) -> Result<(), SnapshotError> {
        let in_blocks = self.before.is_some() || self.open.is_some();
        match record {
            Record::Entry(key, value) if !in_blocks => self.take_entry(chunk, key, value),
            Record::Before(header) if !in_blocks => {
                self.before = Some(header);
                Ok(())
            }
            Record::Block(header) => {
                self.end_block()?;
                self.open = Some(Block { header, transactions: Vec::new() });
                Ok(())
            }
            Record::Transaction(transaction) => self.take_transaction(chunk, transaction),
            Record::Entry(..) | Record::Before(_) => Err(SnapshotError::Misplaced(chunk)),
        }
    }

    fn take_entry(&mut self, chunk: u32, key: Vec<u8>, value: Vec<u8>) -> Result<(), SnapshotError> {
        if self.entries > 0 && key <= self.last_key {
            return Err(SnapshotError::Unsorted(chunk));
        }
        self.builder.add(&key, &value).map_err(|_| SnapshotError::Record(chunk))?;
        self.taker.entry(&key, &value)?;
        self.entries += 1;
        self.last_key.clone_from(&key);
        if key == state_key(&GOVERNANCE, CHAIN_RECORD) {
            self.chain_record.apply(&Changes::from([(key, Some(value))]));
        }
        Ok(())
    }

    fn take_transaction(&mut self, chunk: u32, transaction: Transaction) -> Result<(), SnapshotError> {
        let block = self.open.as_mut().ok_or(SnapshotError::Misplaced(chunk))?;
        self.open_bytes += codec::Encode::encoded_size(&transaction);
        if self.open_bytes > limits::SNAPSHOT_BLOCK_BYTES {
            return Err(not_of_chain(&block.header, "it is larger than blocks can be"));
        }
        block.transactions.push(transaction);
        Ok(())
    }

    /// The block whose transactions came is whole: it must be the next one.
    fn end_block(&mut self) -> Result<(), SnapshotError> {
        let Some(block) = self.open.take() else { return Ok(()) };
        self.open_bytes = 0;
        let header = &block.header;
        let (height, parent) = match &self.last {
            Some((id, last)) => (last.height + 1, *id),
            None => (self.manifest.first, self.before.as_ref().map_or(header.chain, Header::id)),
        };
        if header.chain != self.manifest.header.chain {
            return Err(not_of_chain(header, "it is of another chain"));
        }
        if header.height != height || height > self.manifest.height() {
            return Err(not_of_chain(header, "it is not the next one"));
        }
        if header.parent != parent {
            return Err(not_of_chain(header, "its parent is not the block before"));
        }
        if Block::transactions_root(&block.transactions) != header.transactions_root {
            return Err(not_of_chain(header, "its transactions are not those of its header"));
        }
        let id = header.id();
        self.taker.block(&id, &block)?;
        self.last = Some((id, block.header));
        Ok(())
    }

    fn end(mut self) -> Result<Ended, SnapshotError> {
        self.end_block()?;
        let (manifest, found) = (self.manifest, self.entries);
        if found != manifest.entries {
            return Err(SnapshotError::Entries { expected: manifest.entries, found });
        }
        let tree = self.builder.finish();
        let (expected, found) = (manifest.header.state_root, tree.root());
        if found != expected {
            return Err(SnapshotError::Root { expected, found });
        }
        let last = self.last.filter(|(id, _)| *id == manifest.header.parent);
        let parent = || SnapshotError::Block {
            height: manifest.height(),
            why: "it is not the parent of the block whose header commits to the state",
        };
        let (_, last) = last.ok_or_else(parent)?;
        let window = replay_window_ms(&self.chain_record)?;
        let before = self.before;
        let expired = |header: &Header| header.time.plus(window) <= last.time;
        let is_whole = match &before {
            Some(before) => before.height + 1 == manifest.first && expired(before),
            None => manifest.first == 1,
        };
        if is_whole { Ok(Ended { tree, last, before }) } else { Err(SnapshotError::Window(manifest.first)) }
    }
}

fn not_of_chain(header: &Header, why: &'static str) -> SnapshotError {
    SnapshotError::Block { height: header.height, why }
}
