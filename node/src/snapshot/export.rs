//! Making a snapshot of a ledger.

use std::path::Path;

use codec::Encode;
use sillok_runtime::{Fault, replay_window_ms};

use super::manifest::Chunk;
use super::record::Record;
use super::{Finality, Manifest, SnapshotError, SnapshotFolder};
use crate::ledger::{FrozenLedger, Ledger};
use crate::limits;
use crate::storage::StorageError;

/// The newest height that a snapshot can be of: the header of the next block commits to its state.
pub(crate) fn newest(ledger: &Ledger) -> u64 {
    ledger.tip().height.saturating_sub(1)
}

/// Writes a snapshot of the state after the block at `height` into the folder at `out`, which is new or empty.
/// Blocks may go on meanwhile. After every chunk `pause` answers whether to go on.
///
/// # Errors
/// If the state is not kept, or not committed to yet, something can't be read or written, or it is not to go on.
pub(crate) fn create(
    ledger: &Ledger,
    height: u64,
    out: &Path,
    pause: impl Fn() -> bool,
) -> Result<Manifest, SnapshotError> {
    create_in_chunks(ledger, height, out, limits::SNAPSHOT_CHUNK_BYTES, pause)
}

/// The same, with chunks of at most `size` bytes: only of one size are snapshots alike.
pub(crate) fn create_in_chunks(
    ledger: &Ledger,
    height: u64,
    out: &Path,
    size: usize,
    pause: impl Fn() -> bool,
) -> Result<Manifest, SnapshotError> {
    let frozen = ledger.freeze()?;
    check_height(&frozen, height)?;
    let header = frozen.block(height + 1)?.header;
    let certificate = frozen.certificate(height + 1)?;
    let certificate = certificate.ok_or_else(|| StorageError::Corrupt("a certificate is missing".into()))?;
    let state = ledger.at(height).ok_or_else(|| not_kept(height, ledger.lowest()))?;
    let first = first_replayable(&frozen, height, replay_window_ms(&*state)?)?;
    let folder = SnapshotFolder::make(out)?;
    let mut writer = Writer { folder, size, chunk: Vec::new(), chunks: Vec::new(), pause };
    let mut entries = 0;
    frozen.state(height).each(|key, value| {
        entries += 1;
        writer.write(&Record::Entry(key.to_vec(), value.to_vec()))
    })?;
    write_blocks(&mut writer, &frozen, first, height)?;
    writer.end_chunk()?;
    let manifest = Manifest::new(header, entries, first, writer.chunks);
    let changes = ledger.all_validator_changes(height)?;
    writer.folder.write_head(&manifest, &Finality { changes, certificate })?;
    Ok(manifest)
}

fn check_height(frozen: &FrozenLedger<'_>, height: u64) -> Result<(), SnapshotError> {
    let (tip, lowest) = (frozen.tip().height, frozen.lowest());
    let why = if height == 0 {
        "that state is genesis".into()
    } else if height >= tip {
        format!("the last block here is {tip}, and a state is committed to by the next block")
    } else if height < lowest {
        return Err(not_kept(height, lowest));
    } else {
        return Ok(());
    };
    Err(SnapshotError::NoSuchHeight { height, why })
}

fn not_kept(height: u64, lowest: u64) -> SnapshotError {
    SnapshotError::NoSuchHeight { height, why: format!("this node keeps states from block {lowest} on") }
}

/// The oldest block whose transactions could be replayed after the block at `height`, in the chain's `window` of
/// milliseconds; at least that block itself.
fn first_replayable(frozen: &FrozenLedger<'_>, height: u64, window: u64) -> Result<u64, SnapshotError> {
    let end = frozen.block(height)?.header.time;
    let mut first = height;
    while first > frozen.first_block() && frozen.block(first - 1)?.header.time.plus(window) > end {
        first -= 1;
    }
    if let Some(before) = frozen.before_first()
        && first == frozen.first_block()
        && before.time.plus(window) > end
    {
        let why = format!("this node has no blocks before {first}, and their transactions could be replayed");
        return Err(SnapshotError::NoSuchHeight { height, why });
    }
    Ok(first)
}

fn write_blocks<P: Fn() -> bool>(
    writer: &mut Writer<P>,
    frozen: &FrozenLedger<'_>,
    first: u64,
    last: u64,
) -> Result<(), SnapshotError> {
    if first > frozen.first_block() {
        writer.write(&Record::Before(frozen.block(first - 1)?.header))?;
    } else if let Some(before) = frozen.before_first() {
        writer.write(&Record::Before(before.clone()))?;
    }
    for height in first..=last {
        let block = frozen.block(height)?;
        writer.write(&Record::Block(block.header))?;
        block.transactions.into_iter().try_for_each(|one| writer.write(&Record::Transaction(one)))?;
    }
    Ok(())
}

/// Records on their way into chunks.
struct Writer<P> {
    folder: SnapshotFolder,
    size: usize,
    chunk: Vec<u8>,
    chunks: Vec<Chunk>,
    pause: P,
}

impl<P: Fn() -> bool> Writer<P> {
    fn write(&mut self, record: &Record) -> Result<(), SnapshotError> {
        let bytes = record.encode();
        if bytes.len() > limits::SNAPSHOT_CHUNK_BYTES {
            return Err(Fault::new("a record is longer than a chunk").into());
        }
        if self.chunk.len() + bytes.len() > self.size {
            self.end_chunk()?;
        }
        self.chunk.extend(bytes);
        Ok(())
    }

    fn end_chunk(&mut self) -> Result<(), SnapshotError> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        if self.chunks.len() == limits::SNAPSHOT_CHUNKS {
            return Err(SnapshotError::TooLarge);
        }
        let index = u32::try_from(self.chunks.len()).map_err(Fault::new)?;
        self.folder.write_chunk(index, &self.chunk)?;
        self.chunks.push(Chunk::of(&self.chunk));
        self.chunk.clear();
        if (self.pause)() { Ok(()) } else { Err(SnapshotError::Stopped) }
    }
}
