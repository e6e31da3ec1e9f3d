//! A state of a million keys in RocksDB, opened as a node opens its own, below what a stage has.

use std::sync::Arc;

use rocksdb::{BlockBasedOptions, Cache, DB, DBCompressionType, Options, WriteBatch};
use sillok_benches::Stage;
use sillok_runtime::{Changes, Direction, Entries, Fault, MemoryState, PageLimit, StateReader};
use tempfile::TempDir;

/// How many keys there are.
pub(crate) const KEYS: u64 = 1_000_000;
/// What the storage keys begin with.
pub(crate) const PREFIX: &[u8; 4] = b"cold";
/// What multiplies a key's number, so that neighbours are far apart.
const SPREAD: u64 = (-7_046_029_254_386_353_131_i64).cast_unsigned();
/// Memory of the cache and of what is written, as in `node/src/limits.rs`.
const CACHE_BYTES: usize = 128 * 1024 * 1024;
const BATCH: u64 = 10_000;

/// A million keys in RocksDB, which every contract sees as its own, and what else a stage has.
pub(crate) struct Database {
    database: DB,
    stage: Arc<MemoryState>,
    _folder: TempDir,
}

impl Database {
    /// A database under a stage's state.
    pub(crate) fn under(stage: &Stage) -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        let database = DB::open(&options(), folder.path()).unwrap();
        for first in (0..KEYS).step_by(BATCH as usize) {
            let mut batch = WriteBatch::default();
            for number in first..first + BATCH {
                let own = number.wrapping_mul(SPREAD).to_le_bytes();
                batch.put(shared(&[&PREFIX[..], &own].concat()), number.to_le_bytes());
            }
            database.write(batch).unwrap();
        }
        database.flush().unwrap();
        database.compact_range::<&[u8], &[u8]>(None, None);
        Arc::new(Database { database, stage: stage.world.state.clone(), _folder: folder })
    }

    /// Writes a block's changes, without waiting for the disk: a block does that once.
    pub(crate) fn write(&self, changes: &Changes) {
        let mut batch = WriteBatch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.put(key, value),
                None => batch.delete(key),
            }
        }
        self.database.write(batch).unwrap();
    }
}

/// A storage key under the contract id that stands for all.
fn shared(key: &[u8]) -> Vec<u8> {
    [&[0; 32], key].concat()
}

fn options() -> Options {
    let mut blocks = BlockBasedOptions::default();
    blocks.set_block_cache(&Cache::new_lru_cache(CACHE_BYTES));
    blocks.set_cache_index_and_filter_blocks(true);
    blocks.set_bloom_filter(10.0, false);
    let mut options = Options::default();
    options.create_if_missing(true);
    options.set_db_write_buffer_size(CACHE_BYTES);
    options.set_block_based_table_factory(&blocks);
    options.set_compression_type(DBCompressionType::Lz4);
    options
}

impl StateReader for Database {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match key.get(32..) {
            Some(own) if own.starts_with(PREFIX) => self.database.get(shared(own)).map_err(Fault::new),
            _ => self.stage.get(key),
        }
    }

    fn page(&self, from: &[u8], to: &[u8], direction: Direction, limit: PageLimit) -> Result<Entries, Fault> {
        self.stage.page(from, to, direction, limit)
    }
}
