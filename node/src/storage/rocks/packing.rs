//! Values of whole blocks, compressed before the database has them.
//!
//! A transaction names its contract and accounts several times, so that a block takes half as much. RocksDB would
//! compress only what it writes to tables: the write-ahead log and its buffers would have all of it, and each merge
//! would compress it again.

use std::borrow::Cow;

use lz4::block;

use crate::storage::{StorageError, Table};

/// Whether values of a table are compressed one by one.
pub(super) fn is_packed(table: Table) -> bool {
    matches!(table, Table::Bodies | Table::Receipts | Table::Undo)
}

/// What the database is to have of a value.
pub(super) fn pack(table: Table, value: &[u8]) -> Result<Cow<'_, [u8]>, StorageError> {
    if !is_packed(table) {
        return Ok(Cow::Borrowed(value));
    }
    let failed =
        |error| StorageError::Engine(format!("a value of `{}` can't be compressed: {error}", table.name()));
    block::compress(value, None, true).map(Cow::Owned).map_err(failed)
}

/// The value of which the database has this.
pub(super) fn unpack(table: Table, packed: Vec<u8>) -> Result<Vec<u8>, StorageError> {
    if !is_packed(table) {
        return Ok(packed);
    }
    let value = block::decompress(&packed, None).ok();
    // LZ4 is content with less than was announced.
    let is_whole = |value: &Vec<u8>| packed.first_chunk() == Some(&(value.len() as u32).to_le_bytes());
    let damaged = || StorageError::Corrupt(format!("a value of `{}` can't be decompressed", table.name()));
    value.filter(is_whole).ok_or_else(damaged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_value_comes_back(value in prop::collection::vec(0..4u8, 0..2_000)) {
            for table in [Table::Bodies, Table::State] {
                let packed = pack(table, &value).unwrap().into_owned();
                prop_assert_eq!(unpack(table, packed).unwrap(), value.clone());
            }
        }
    }

    #[test]
    fn what_repeats_takes_less_and_damage_is_noticed() {
        let value = [[7; 300], [8; 300]].concat();
        let packed = pack(Table::Undo, &value).unwrap().into_owned();
        assert!(packed.len() < 50, "{packed:?}");
        for cut in 0..packed.len() {
            assert!(unpack(Table::Undo, packed[..cut].to_vec()).is_err(), "{cut}");
        }
        let mut endless = packed;
        endless[..4].fill(u8::MAX);
        assert!(unpack(Table::Undo, endless).is_err());
    }
}
