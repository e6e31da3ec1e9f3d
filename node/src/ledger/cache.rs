//! The values of the flat state that were read or written last, in memory: a look at RocksDB's memtables and
//! files takes ten times as long, and one at the versions fifty times.
//!
//! Each is kept with a height from which on it has been the value. It is the value of every view from there on,
//! whatever block is being written now: only the thread that commits blocks puts values in, and nobody has a view
//! of a block before what it changed is here.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{Equivalent, OptionsBuilder, Weighter};

/// A key of state that is looked for, with its hash, which is made once for all that look.
#[derive(Clone, Copy)]
pub(super) struct Sought<'a> {
    pub(super) hash: u64,
    pub(super) key: &'a [u8],
}

/// A key of state, with its hash.
struct Key {
    hash: u64,
    key: Box<[u8]>,
}

impl Hash for Sought<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Key {}

impl Equivalent<Key> for Sought<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.key == *key.key
    }
}

/// Takes a hash for what it is.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        debug_assert!(false, "only hashes are written");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A value of the flat state, or that there is none, and since which height.
#[derive(Clone)]
struct Cached {
    since: u64,
    value: Option<Arc<[u8]>>,
}

/// The values that were read or written last.
pub(super) struct StateCache(Cache<Key, Cached, Bytes, BuildHasherDefault<Hashed>>);

/// What an entry weighs: its bytes, and about what keeping it takes.
#[derive(Clone)]
struct Bytes;

/// What keeping an entry takes beside its bytes.
const OVERHEAD: u64 = 128;
/// Into how many parts it is divided: one that is full is made anew, which is to take no time that a block would feel.
const SHARDS: usize = 256;

impl Weighter<Key, Cached> for Bytes {
    fn weight(&self, key: &Key, value: &Cached) -> u64 {
        (key.key.len() + value.value.as_ref().map_or(0, |value| value.len())) as u64 + OVERHEAD
    }
}

impl StateCache {
    /// An empty one of so many MiB.
    pub(super) fn new(mib: u32) -> Self {
        let bytes = u64::from(mib) << 20;
        let mut options = OptionsBuilder::new();
        options.weight_capacity(bytes).shards(SHARDS);
        // About as many as there will be: small values are the rule.
        options.estimated_items_capacity((bytes / (2 * OVERHEAD)) as usize);
        let (hashes, lifecycle) = (BuildHasherDefault::default(), Default::default());
        let options = options.build().expect("it has what it has to have");
        StateCache(Cache::with_options(options, Bytes, hashes, lifecycle))
    }

    /// What is known of a key at a height.
    pub(super) fn get(&self, sought: &Sought<'_>, height: u64) -> Option<Option<Vec<u8>>> {
        let cached = self.0.get(sought).filter(|cached| cached.since <= height)?;
        Some(cached.value.map(|value| value.to_vec()))
    }

    /// From now on keeps at most so many MiB.
    pub(super) fn bound(&self, mib: u32) {
        self.0.set_capacity(u64::from(mib) << 20);
    }

    /// Whether something can be put in and nothing has to go for it.
    pub(super) fn has_room(&self) -> bool {
        self.0.weight() < self.0.capacity() / 10 * 9
    }

    /// Keeps what the state after the block at `height`, the last one, holds. To be called by the thread that
    /// commits blocks alone.
    pub(super) fn put(&self, Sought { hash, key }: Sought<'_>, value: Option<&[u8]>, height: u64) {
        self.0.insert(Key { hash, key: key.into() }, Cached { since: height, value: value.map(Arc::from) });
    }
}
