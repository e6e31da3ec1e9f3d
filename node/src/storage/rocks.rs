//! Storage on RocksDB: a column family for each table, one synced write batch for each block.
//!
//! Settings keep memory bounded whatever the database's size: one shared block cache, one bound on
//! all write buffers together, a bounded number of open files.

use std::path::Path;

use rocksdb::{
    BlockBasedIndexType, BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB,
    DBCompactionStyle, DBCompressionType, DataBlockIndexType, Env, IteratorMode, Options, ReadOptions,
    Snapshot, WriteBatch, WriteOptions,
};
use sillok_runtime::{Direction, PageLimit};

use super::{Batch, Entry, Storage, StorageError, Table, Tables};
use crate::limits;

/// A range read steps over what was removed as long as it is on disk, and no contract pays for that. So
/// a file is compacted soon if of this many keys one after the other…
const REMOVED_WINDOW: usize = 1_024;
/// …this many are removed ones.
const REMOVED_TRIGGER: usize = 512;

/// So much of a file that is being compacted is written to disk at a time: if the system did it all at once at the end,
/// the block that is synced then would wait behind gigabytes.
const SYNC_EVERY_BYTES: u64 = 1024 * 1024;

/// How large the pieces of an index or a filter are.
const METADATA_BLOCK_BYTES: usize = 4 * 1024;

/// Keys of a batch come in the order of their tables' keys: each is looked for from the place of the one before
/// it, and not from the top, whatever it begins with.
const IN_ORDER: &str = "memtable_insert_with_hint_prefix_extractor=fixed:0";

/// Storage on RocksDB.
pub(crate) struct RocksStorage {
    database: DB,
    synced: WriteOptions,
}

impl RocksStorage {
    /// Opens the database in `path` that has these tables, making it if there is none. Of what it reads it keeps
    /// so many bytes in memory.
    pub(super) fn open(path: &Path, tables: &[Table], cache_bytes: usize) -> Result<Self, StorageError> {
        let cache = Cache::new_lru_cache(cache_bytes);
        let mut families = Vec::with_capacity(tables.len());
        for table in tables {
            families.push(ColumnFamilyDescriptor::new(table.name(), table_options(*table, &cache)?));
        }
        let database = DB::open_cf_descriptors(&database_options()?, path, families)
            .map_err(|error| open_error(path, error))?;
        let mut synced = WriteOptions::default();
        synced.set_sync(true);
        Ok(RocksStorage { database, synced })
    }

    fn write_batch(&self, batch: &Batch<'_>) -> Result<WriteBatch, StorageError> {
        let mut write = WriteBatch::default();
        for change in &batch.changes {
            let family = self.family(change.table)?;
            match &change.value {
                Some(value) => write.put_cf(family, &change.key, value),
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

fn database_options() -> Result<Options, StorageError> {
    // Compaction takes what blocks and requests leave of the processors: it can wait, until RocksDB itself has
    // writes wait for it.
    let mut environment = Env::new()?;
    environment.lower_thread_pool_cpu_priority();
    let mut options = Options::default();
    options.set_env(&environment);
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_db_write_buffer_size(limits::STORAGE_WRITE_BUFFER_BYTES);
    options.set_max_total_wal_size(limits::STORAGE_LOG_BYTES);
    options.set_bytes_per_sync(SYNC_EVERY_BYTES);
    options.set_max_open_files(limits::STORAGE_OPEN_FILES);
    options.set_keep_log_file_num(4);
    Ok(options)
}

/// What a table is used for, as far as storage cares.
enum Use {
    /// Read key by key at every transaction.
    ByKey,
    /// The same, of keys that may well not be there, and that are written once.
    Index,
    /// Read in ranges, and grows for ever.
    Versions,
    /// An entry for each block.
    Blocks,
}

impl Use {
    fn of(table: Table) -> Self {
        match table {
            Table::State => Use::ByKey,
            Table::Transactions | Table::BlockIds => Use::Index,
            Table::History | Table::FieldRoots | Table::Accounts | Table::Contracts => Use::Versions,
            _ => Use::Blocks,
        }
    }
}

fn table_options(table: Table, cache: &Cache) -> Result<Options, StorageError> {
    let mut blocks = BlockBasedOptions::default();
    blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
    blocks.set_block_cache(cache);
    blocks.set_cache_index_and_filter_blocks(true);
    // Indexes and filters in pieces: those of a large file are megabytes, which a cache that is full of other things
    // would read anew, whole, for each key that is looked for.
    blocks.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
    blocks.set_partition_filters(true);
    blocks.set_metadata_block_size(METADATA_BLOCK_BYTES);
    blocks.set_pin_top_level_index_and_filter(true);
    let mut options = Options::default();
    let usage = Use::of(table);
    if matches!(usage, Use::ByKey | Use::Index) {
        // Found by hash within a block, and not compressed: in random ids there is nothing to compress. A filter
        // tells which files a key is not in, and a tenth of a write buffer which keys are not in that.
        blocks.set_data_block_index_type(DataBlockIndexType::BinaryAndHash);
        blocks.set_bloom_filter(10.0, false);
        options.set_memtable_whole_key_filtering(true);
        options.set_memtable_prefix_bloom_ratio(0.1);
        options.set_compression_type(DBCompressionType::None);
    } else {
        options.set_compression_type(DBCompressionType::Lz4);
    }
    if matches!(usage, Use::Index | Use::Versions) {
        // What is never replaced need not be rewritten level by level.
        options.set_compaction_style(DBCompactionStyle::Universal);
    }
    // Small enough for a processor's cache, where finding a key's place takes half as long; and the first level
    // is as large as what comes to it at a time.
    options.set_write_buffer_size(limits::STORAGE_TABLE_BUFFER_BYTES);
    options.set_max_bytes_for_level_base(4 * limits::STORAGE_TABLE_BUFFER_BYTES as u64);
    options.set_block_based_table_factory(&blocks);
    options.add_compact_on_deletion_collector_factory(REMOVED_WINDOW, REMOVED_TRIGGER, 0.0);
    Ok(options.get_options_from_string(IN_ORDER)?)
}

/// RocksDB tells of a held lock in words only.
fn open_error(path: &Path, error: rocksdb::Error) -> StorageError {
    let text = error.as_ref();
    if text.contains("lock file") || text.contains("lock hold") {
        return StorageError::Locked(path.to_path_buf());
    }
    StorageError::from(error)
}

/// How an iterator goes through a range, and from where.
fn range_options(from: &[u8], to: &[u8], direction: Direction) -> (ReadOptions, IteratorMode<'static>) {
    let mut options = ReadOptions::default();
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

fn page_of(entries: impl Iterator<Item = Brought>, limit: PageLimit) -> Result<Vec<Entry>, StorageError> {
    limit.page(entries.map(|entry| Ok(entry.map(|(key, value)| (key.into(), value.into()))?)))
}

impl Tables for RocksStorage {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.database.get_cf(self.family(table)?, key)?)
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
        let (options, mode) = range_options(from, to, direction);
        page_of(self.database.iterator_cf_opt(self.family(table)?, options, mode), limit)
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
}

/// The database as it was at one moment. While it is held, RocksDB keeps what has been replaced since.
struct Frozen<'a> {
    storage: &'a RocksStorage,
    snapshot: Snapshot<'a>,
}

impl Tables for Frozen<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.snapshot.get_cf(self.storage.family(table)?, key)?)
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
        let (mut options, mode) = range_options(from, to, direction);
        // What is read once, from one end to the other, is not to push out what blocks need.
        options.fill_cache(false);
        page_of(self.snapshot.iterator_cf_opt(self.storage.family(table)?, options, mode), limit)
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
    fn what_was_written_is_there_after_opening_again() {
        let path = tempfile::tempdir().unwrap();
        let folder = DataFolder::prepare(path.path()).unwrap();
        check(&folder.open().unwrap());
        let again = folder.open().unwrap();
        assert_eq!(again.get(Table::Meta, b"a").unwrap(), Some(b"other table".to_vec()));
    }
}
