//! Records: what chunks are made of, one after the other, none across two chunks.

use codec::{Decode, DecodeLimit, Encode};
use sillok_abi::{Header, Transaction};

use super::SnapshotError;
use crate::limits;

/// A record. First come all entries in the order of their keys, then the blocks that a node has to know of to
/// refuse what was in them, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Record {
    /// An entry of state: its key and value.
    Entry(Vec<u8>, Vec<u8>),
    /// The header of the block before the oldest one; there is none before the first block.
    Before(Header),
    /// The header of the next block.
    Block(Header),
    /// The next transaction of that block.
    Transaction(Transaction),
}

/// Hands over the records of the chunk with this index.
///
/// # Errors
/// If it does not decode, or `take` fails.
pub(super) fn each_record(
    index: u32,
    mut bytes: &[u8],
    mut take: impl FnMut(Record) -> Result<(), SnapshotError>,
) -> Result<(), SnapshotError> {
    while !bytes.is_empty() {
        let record = Record::decode_with_depth_limit(limits::DECODE_DEPTH, &mut bytes);
        take(record.map_err(|_| SnapshotError::Record(index))?)?;
    }
    Ok(())
}
