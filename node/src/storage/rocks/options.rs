//! How RocksDB is set up for what each table holds.

use rocksdb::{
    BlockBasedIndexType, BlockBasedOptions, Cache, DBCompactionStyle, DBCompressionType, DataBlockIndexType,
    Env, MemtableFactory, Options, SliceTransform,
};

use super::packing::is_packed;
use crate::limits;
use crate::storage::{StorageError, Table};

/// A file of versions is compacted soon if of this many keys one after the other…
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

/// Into how many lists ids are divided in a write buffer, by their first so many bytes.
const ID_LISTS: usize = 1 << 16;
const ID_PREFIX_BYTES: usize = 2;

/// One that writes what was buffered, and two that merge: state must not wait for versions.
const BACKGROUND_JOBS: i32 = 3;

/// So many write buffers of a table of many small entries become one sorted run. A place in a small one is found
/// sooner, and of large runs there are fewer.
const BUFFERS_OF_RUN: i32 = 4;

/// So many sorted runs of a table are there before some are merged. A look for a key asks the filter of each.
const MERGED_RUNS: i32 = 12;
/// So many before writes are slowed down until some are merged. While all of a large state is merged, which takes
/// many seconds, two or so come every second.
const WAITING_RUNS: i32 = 16 * MERGED_RUNS;

/// How the database as a whole works.
pub(super) fn database_options() -> Result<Options, StorageError> {
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
    options.set_max_background_jobs(BACKGROUND_JOBS);
    // One thread writes, and not all kinds of write buffers could be written to by several.
    options.set_allow_concurrent_memtable_write(false);
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

/// How a table is kept, with this cache.
pub(super) fn table_options(table: Table, cache: &Cache) -> Result<Options, StorageError> {
    let (mut blocks, mut options) = (BlockBasedOptions::default(), Options::default());
    let usage = Use::of(table);
    blocks.set_block_cache(cache);
    index_options(&usage, &mut blocks);
    if matches!(usage, Use::ByKey | Use::Index) {
        // Found by hash within a block, and not compressed: in random ids there is nothing to compress. A filter
        // tells which files a key is not in, and a tenth of a write buffer which keys are not in that.
        blocks.set_data_block_index_type(DataBlockIndexType::BinaryAndHash);
        blocks.set_bloom_filter(10.0, false);
        options.set_memtable_whole_key_filtering(true);
        options.set_memtable_prefix_bloom_ratio(0.1);
    }
    let is_dense = matches!(usage, Use::ByKey | Use::Index) || is_packed(table);
    options.set_compression_type(if is_dense { DBCompressionType::None } else { DBCompressionType::Lz4 });
    // What is asked for by key is there, as a rule: the oldest run need not say so.
    options.set_optimize_filters_for_hits(matches!(usage, Use::ByKey));
    merging_options(&usage, &mut options);
    // Small enough for a processor's cache, where finding a key's place takes half as long; and the first level
    // is as large as what comes to it at a time.
    options.set_write_buffer_size(limits::STORAGE_TABLE_BUFFER_BYTES);
    options.set_max_bytes_for_level_base(4 * limits::STORAGE_TABLE_BUFFER_BYTES as u64);
    options.set_block_based_table_factory(&blocks);
    if matches!(usage, Use::Index) {
        // Nobody reads them in order, and finding the place of a random one among all takes longest.
        options.set_prefix_extractor(SliceTransform::create_fixed_prefix(ID_PREFIX_BYTES));
        options.set_memtable_factory(MemtableFactory::HashLinkList { bucket_count: ID_LISTS });
        return Ok(options);
    }
    Ok(options.get_options_from_string(IN_ORDER)?)
}

/// Where indexes and filters are.
fn index_options(usage: &Use, blocks: &mut BlockBasedOptions) {
    if matches!(usage, Use::ByKey) {
        // In memory, some two bytes for each key, where nothing has to be looked for first.
        return;
    }
    // In the cache, and in pieces: those of a large file are megabytes, which a cache that is full of other things
    // would read anew, whole, for each key that is looked for.
    blocks.set_cache_index_and_filter_blocks(true);
    blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
    blocks.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
    blocks.set_partition_filters(true);
    blocks.set_metadata_block_size(METADATA_BLOCK_BYTES);
    blocks.set_pin_top_level_index_and_filter(true);
}

/// When files are merged.
fn merging_options(usage: &Use, options: &mut Options) {
    options.set_level_zero_slowdown_writes_trigger(WAITING_RUNS);
    options.set_level_zero_stop_writes_trigger(2 * WAITING_RUNS);
    if !matches!(usage, Use::Blocks) {
        // By size, and many at a time: each entry is rewritten a few times in all, and not at every level
        // whenever one near it changes.
        options.set_compaction_style(DBCompactionStyle::Universal);
        options.set_min_write_buffer_number_to_merge(BUFFERS_OF_RUN);
        options.set_max_write_buffer_number(2 * BUFFERS_OF_RUN);
        options.set_level_zero_file_num_compaction_trigger(MERGED_RUNS);
    }
    if matches!(usage, Use::Versions) {
        options.add_compact_on_deletion_collector_factory(REMOVED_WINDOW, REMOVED_TRIGGER, 0.0);
    }
}
