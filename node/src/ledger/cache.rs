//! The values of the flat state that were read or written last, in memory: a look at RocksDB's memtables and
//! files takes ten times as long, and one at the versions fifty times.
//!
//! Each is kept with a height from which on it has been the value. It is the value of every view from there on,
//! whatever block is being written now: only the thread that commits blocks puts values in, and nobody has a view
//! of a block before what it changed is here.

use std::sync::Arc;

use foldhash::quality::RandomState;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::limits;

/// A value of the flat state, or that there is none, and since which height.
#[derive(Clone)]
struct Cached {
    since: u64,
    value: Option<Arc<[u8]>>,
}

/// The values that were read or written last.
pub(super) struct StateCache(Cache<Vec<u8>, Cached, Bytes, RandomState>);

/// What an entry weighs: its bytes, and about what keeping it takes.
#[derive(Clone)]
struct Bytes;

/// What keeping an entry takes beside its bytes.
const OVERHEAD: usize = 128;

impl Weighter<Vec<u8>, Cached> for Bytes {
    fn weight(&self, key: &Vec<u8>, value: &Cached) -> u64 {
        (key.len() + value.value.as_ref().map_or(0, |value| value.len()) + OVERHEAD) as u64
    }
}

impl StateCache {
    pub(super) fn new() -> Self {
        let bytes = limits::STATE_CACHE_BYTES;
        // About as many as there will be: small values are the rule.
        let (entries, hashes, lifecycle) =
            (bytes / (2 * OVERHEAD), RandomState::default(), Default::default());
        StateCache(Cache::with(entries, bytes as u64, Bytes, hashes, lifecycle))
    }

    /// What is known of a key at a height.
    pub(super) fn get(&self, key: &[u8], height: u64) -> Option<Option<Vec<u8>>> {
        let cached = self.0.get(key).filter(|cached| cached.since <= height)?;
        Some(cached.value.map(|value| value.to_vec()))
    }

    /// Keeps what the state after the block at `height`, the last one, holds. To be called by the thread that
    /// commits blocks alone.
    pub(super) fn put(&self, key: &[u8], value: Option<&[u8]>, height: u64) {
        self.0.insert(key.to_vec(), Cached { since: height, value: value.map(Arc::from) });
    }
}
