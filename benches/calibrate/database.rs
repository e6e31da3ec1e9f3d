//! A state of a million keys below what a stage has: in RocksDB, opened as a node opens its own, or in
//! memory if nothing is timed.

use std::collections::BTreeMap;
use std::sync::Arc;

use rocksdb::{
    BlockBasedOptions, Cache, DB, DBCompressionType, IteratorMode, Options, ReadOptions, WriteBatch,
};
use sillok_benches::Stage;
use sillok_runtime::{Changes, Direction, Fault, MemoryState, PageLimit, StateReader, Walk};
use tempfile::TempDir;

use super::cost::is_timed;

/// How many keys there are.
pub(crate) const KEYS: u64 = 1_000_000;
/// What the storage keys begin with.
pub(crate) const PREFIX: &[u8; 4] = b"cold";
/// What multiplies a key's number, so that neighbours are far apart.
const SPREAD: u64 = (-7_046_029_254_386_353_131_i64).cast_unsigned();
/// Memory of the cache and of what is written, as in `node/src/limits.rs`.
const CACHE_BYTES: usize = 128 * 1024 * 1024;
const BATCH: usize = 10_000;

/// A million keys, which every contract sees as its own, and what else a stage has.
pub(crate) struct Database {
    keys: Keys,
    stage: Arc<MemoryState>,
}

enum Keys {
    OnDisk { database: DB, _folder: TempDir },
    InMemory(BTreeMap<Vec<u8>, Vec<u8>>),
}

impl Database {
    /// A database under a stage's state.
    pub(crate) fn under(stage: &Stage) -> Arc<Self> {
        let keys = if is_timed() { on_disk() } else { Keys::InMemory(entries().collect()) };
        Arc::new(Database { keys, stage: stage.world.state.clone() })
    }

    /// Writes a block's changes, without waiting for the disk: a block does that once.
    pub(crate) fn write(&self, changes: &Changes) {
        let Keys::OnDisk { database, .. } = &self.keys else { return };
        let mut batch = WriteBatch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.put(key, value),
                None => batch.delete(key),
            }
        }
        database.write(batch).unwrap();
    }
}

/// The keys and their values.
fn entries() -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    (0..KEYS).map(|number| {
        let own = number.wrapping_mul(SPREAD).to_le_bytes();
        (shared(&[&PREFIX[..], &own].concat()), number.to_le_bytes().to_vec())
    })
}

fn on_disk() -> Keys {
    let folder = tempfile::tempdir().unwrap();
    let database = DB::open(&options(), folder.path()).unwrap();
    let entries: Vec<_> = entries().collect();
    for some in entries.chunks(BATCH) {
        let mut batch = WriteBatch::default();
        some.iter().for_each(|(key, value)| batch.put(key, value));
        database.write(batch).unwrap();
    }
    database.flush().unwrap();
    database.compact_range::<&[u8], &[u8]>(None, None);
    Keys::OnDisk { database, _folder: folder }
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
        match (key.get(32..).filter(|own| own.starts_with(PREFIX)), &self.keys) {
            (Some(own), Keys::OnDisk { database, .. }) => database.get(shared(own)).map_err(Fault::new),
            (Some(own), Keys::InMemory(entries)) => Ok(entries.get(&shared(own)).cloned()),
            (None, _) => self.stage.get(key),
        }
    }

    fn walk(&self, from: &[u8], to: &[u8], direction: Direction, limit: PageLimit) -> Result<Walk, Fault> {
        let Some(own) = from.get(32..).filter(|own| own.starts_with(PREFIX)) else {
            return self.stage.walk(from, to, direction, limit);
        };
        // Only pages upwards are measured: those downwards take the same.
        let (contract, from, to) = (&from[..32], shared(own), shared(&to[32..]));
        let as_own = |key: &[u8], value: &[u8]| Ok(([contract, &key[32..]].concat(), value.to_vec()));
        let page = match &self.keys {
            Keys::OnDisk { database, .. } => {
                let mut options = ReadOptions::default();
                options.set_iterate_lower_bound(from);
                options.set_iterate_upper_bound(to);
                let entries = database.iterator_opt(IteratorMode::Start, options);
                limit.page(
                    entries
                        .map(|entry| entry.map_err(Fault::new).and_then(|(key, value)| as_own(&key, &value))),
                )
            }
            Keys::InMemory(entries) => {
                limit.page(entries.range(from..to).map(|(key, value)| as_own(key, value)))
            }
        };
        page.map(Walk::of_latest)
    }
}
