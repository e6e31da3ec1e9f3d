//! Storage on RocksDB: a column family for each table, one write batch for each block.
//!
//! Settings keep memory bounded whatever the database's size: one shared block cache, one bound on
//! all write buffers together, a bounded number of open files.

mod open;
mod options;
mod packing;
mod removed;

use std::path::Path;
use std::sync::Arc;

use rocksdb::{
    Cache, ColumnFamily, ColumnFamilyDescriptor, DB, IteratorMode, ReadOptions, Snapshot, WriteBatch,
    WriteOptions, properties,
};
use sillok_runtime::{Direction, PageLimit};

pub(crate) use open::wait_until_closed;

use super::{Batch, Change, Entry, Storage, StorageError, Table, Tables};
use open::Open;
use options::{database_options, table_options};
use packing::{pack, unpack};
use removed::Removed;

/// What a batch has of a change beside key and value, at most: a tag, a table's number, two lengths.
const ENTRY_HEAD_BYTES: usize = 1 + 3 * 5;

/// Storage on RocksDB.
pub(crate) struct RocksStorage {
    // Before the database: it ends what it has the database do.
    removed: Removed,
    database: Arc<DB>,
    synced: WriteOptions,
    // After the database.
    _open: Open,
}

impl RocksStorage {
    /// Opens the database in `path` that has these tables, making it if there is none. Of what it reads it keeps
    /// so many bytes in memory.
    pub(super) fn open(path: &Path, tables: &[Table], cache_bytes: usize) -> Result<Self, StorageError> {
        let open = Open::new();
        let cache = Cache::new_lru_cache(cache_bytes);
        let mut families = Vec::with_capacity(tables.len());
        for table in tables {
            families.push(ColumnFamilyDescriptor::new(table.name(), table_options(*table, &cache)?));
        }
        let database = DB::open_cf_descriptors(&database_options()?, path, families)
            .map_err(|error| open_error(path, error))?;
        let database = Arc::new(database);
        let removed = Removed::watch(&database)?;
        let mut synced = WriteOptions::default();
        synced.set_sync(true);
        Ok(RocksStorage { removed, database, synced, _open: open })
    }

    fn write_batch(&self, batch: &Batch<'_>) -> Result<WriteBatch, StorageError> {
        let room = |change: &Change<'_>| {
            change.key.len() + change.value.as_ref().map_or(0, |value| value.len()) + ENTRY_HEAD_BYTES
        };
        // Made once: else it is moved a dozen times while it grows to a megabyte.
        let mut write = WriteBatch::with_capacity_bytes(batch.changes.iter().map(room).sum());
        for change in &batch.changes {
            let family = self.family(change.table)?;
            match &change.value {
                Some(value) => write.put_cf(family, &change.key, pack(change.table, value)?),
                None => write.delete_cf(family, &change.key),
            }
        }
        Ok(write)
    }

    fn family(&self, table: Table) -> Result<&ColumnFamily, StorageError> {
        let missing = || StorageError::Corrupt(format!("it has no table `{}`", table.name()));
        self.database.cf_handle(table.name()).ok_or_else(missing)
    }
}

/// RocksDB tells of a held lock in words only.
fn open_error(path: &Path, error: rocksdb::Error) -> StorageError {
    let text = error.as_ref();
    if text.contains("lock file") || text.contains("lock hold") {
        return StorageError::Locked(path.to_path_buf());
    }
    StorageError::from(error)
}

/// For what is read once, from one end to the other: it is not to push out what blocks need.
fn read_once() -> ReadOptions {
    let mut options = ReadOptions::default();
    options.fill_cache(false);
    options
}

/// How an iterator goes through a range, and from where.
fn range_options(
    mut options: ReadOptions,
    from: &[u8],
    to: &[u8],
    direction: Direction,
) -> (ReadOptions, IteratorMode<'static>) {
    options.set_iterate_lower_bound(from);
    options.set_iterate_upper_bound(to);
    let mode = match direction {
        Direction::Ascending => IteratorMode::Start,
        Direction::Descending => IteratorMode::End,
    };
    (options, mode)
}

/// What an iterator of RocksDB brings.
type Brought = Result<(Box<[u8]>, Box<[u8]>), rocksdb::Error>;

fn page_of(
    table: Table,
    entries: impl Iterator<Item = Brought>,
    limit: PageLimit,
) -> Result<Vec<Entry>, StorageError> {
    let unpacked = |(key, value): (Box<[u8]>, Box<[u8]>)| Ok((key.into(), unpack(table, value.into())?));
    limit.page(entries.map(|entry| unpacked(entry?)))
}

impl Tables for RocksStorage {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.database.get_cf(self.family(table)?, key)?.map(|value| unpack(table, value)).transpose()
    }

    fn page(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        direction: Direction,
        limit: PageLimit,
    ) -> Result<Vec<Entry>, StorageError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let (options, mode) = range_options(ReadOptions::default(), from, to, direction);
        let read =
            || page_of(table, self.database.iterator_cf_opt(self.family(table)?, options, mode), limit);
        if table == Table::State { self.removed.count(read) } else { read() }
    }
}

impl Storage for RocksStorage {
    fn freeze(&self) -> Result<Box<dyn Tables + '_>, StorageError> {
        Ok(Box::new(Frozen { storage: self, snapshot: self.database.snapshot() }))
    }

    fn write(&self, batch: Batch<'_>) -> Result<(), StorageError> {
        Ok(self.database.write_opt(self.write_batch(&batch)?, &self.synced)?)
    }

    fn write_lazily(&self, batch: Batch<'_>) -> Result<(), StorageError> {
        Ok(self.database.write(self.write_batch(&batch)?)?)
    }

    fn sync(&self) -> Result<(), StorageError> {
        Ok(self.database.flush_wal(true)?)
    }

    fn holds_back(&self) -> bool {
        // Zero, or to how many bytes a second writes are slowed down; and whether none may go on at all.
        let properties = [properties::ACTUAL_DELAYED_WRITE_RATE, properties::IS_WRITE_STOPPED];
        properties.iter().any(|property| matches!(self.database.property_int_value(*property), Ok(Some(1..))))
    }
}

/// The database as it was at one moment. While it is held, RocksDB keeps what has been replaced since.
struct Frozen<'a> {
    storage: &'a RocksStorage,
    snapshot: Snapshot<'a>,
}

impl Tables for Frozen<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let value = self.snapshot.get_cf_opt(self.storage.family(table)?, key, read_once())?;
        value.map(|value| unpack(table, value)).transpose()
    }

    fn page(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        direction: Direction,
        limit: PageLimit,
    ) -> Result<Vec<Entry>, StorageError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let (options, mode) = range_options(read_once(), from, to, direction);
        page_of(table, self.snapshot.iterator_cf_opt(self.storage.family(table)?, options, mode), limit)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DataFolder, MemoryStorage};
    use super::*;

    /// Both implementations answer alike.
    fn check(storage: &dyn Storage) {
        let mut batch = Batch::default();
        for key in [b"a", b"b", b"c"] {
            batch.put(Table::State, key.as_slice(), [key.as_slice(), b"!"].concat());
        }
        batch.put(Table::Meta, b"a".as_slice(), b"other table".as_slice());
        batch.remove(Table::State, b"b".as_slice());
        storage.write(batch).unwrap();

        assert_eq!(storage.get(Table::State, b"a").unwrap(), Some(b"a!".to_vec()));
        assert_eq!(storage.get(Table::State, b"b").unwrap(), None);
        let all = storage.range(Table::State, b"a", b"d", 10).unwrap();
        assert_eq!(all, [(b"a".to_vec(), b"a!".to_vec()), (b"c".to_vec(), b"c!".to_vec())]);
        assert_eq!(storage.range(Table::State, b"a", b"c", 10).unwrap().len(), 1);
        assert_eq!(storage.range(Table::State, b"a", b"d", 1).unwrap().len(), 1);
        assert!(storage.range(Table::State, b"d", b"a", 10).unwrap().is_empty());
        let back = |from: &[u8], to: &[u8], entries, bytes| -> Vec<Vec<u8>> {
            let limit = PageLimit { entries, bytes };
            let page = storage.page(Table::State, from, to, Direction::Descending, limit).unwrap();
            page.into_iter().map(|(key, _)| key).collect()
        };
        assert_eq!(back(b"a", b"d", 10, 100), [b"c", b"a"]);
        assert_eq!(back(b"a", b"c", 10, 100), [b"a"]);
        assert_eq!(back(b"a", b"d", 1, 100), [b"c"]);
        assert_eq!(back(b"a", b"d", 10, 3), [b"c"]);
        assert_eq!(back(b"a", b"d", 10, 4), [b"c", b"a"]);
        assert!(back(b"d", b"a", 10, 100).is_empty());

        let frozen = storage.freeze().unwrap();
        let mut batch = Batch::default();
        batch.put(Table::State, b"a".as_slice(), b"later".as_slice());
        batch.remove(Table::State, b"c".as_slice());
        storage.write(batch).unwrap();
        assert_eq!(frozen.get(Table::State, b"a").unwrap(), Some(b"a!".to_vec()));
        assert_eq!(frozen.range(Table::State, b"a", b"d", 10).unwrap(), all);
        assert_eq!(storage.range(Table::State, b"a", b"d", 10).unwrap().len(), 1);
    }

    #[test]
    fn memory_and_rocks_answer_alike() {
        check(&MemoryStorage::default());
        let folder = tempfile::tempdir().unwrap();
        check(&DataFolder::prepare(folder.path()).unwrap().open().unwrap());
    }

    #[test]
    fn it_tells_while_it_holds_writes_back() {
        let folder = tempfile::tempdir().unwrap();
        let storage = RocksStorage::open(folder.path(), Table::CHAIN, 1 << 20).unwrap();
        let state = storage.family(Table::State).unwrap();
        let write = |number: u8| {
            let mut batch = Batch::default();
            batch.put(Table::State, vec![number], vec![number]);
            storage.write(batch).unwrap();
            storage.database.flush_cf(state).unwrap();
        };
        write(1);
        assert!(!storage.holds_back());
        storage.database.set_options_cf(state, &[("level0_slowdown_writes_trigger", "2")]).unwrap();
        write(2);
        assert!(storage.holds_back());
    }

    #[test]
    fn what_was_written_is_there_after_opening_again() {
        let path = tempfile::tempdir().unwrap();
        let folder = DataFolder::prepare(path.path()).unwrap();
        check(&folder.open().unwrap());
        let again = folder.open().unwrap();
        assert_eq!(again.get(Table::Meta, b"a").unwrap(), Some(b"other table".to_vec()));
    }
}
