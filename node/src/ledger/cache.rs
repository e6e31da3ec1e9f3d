//! The values of the flat state that were read or written last, in memory: a look at RocksDB's memtables and
//! files takes ten times as long, and one at the versions fifty times.
//!
//! Each is kept with a height from which on it has been the value. It is the value of every view from there on,
//! whatever block is being written now: only the thread that commits blocks puts values in, and nobody has a view
//! of a block before what it changed is here.

use std::hash::{BuildHasherDefault, Hasher};
use std::iter;
use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};

/// A key of state that is looked for, with its hash, which is made once for all that look.
#[derive(Clone, Copy)]
pub(super) struct Sought<'a> {
    pub(super) hash: u64,
    pub(super) key: &'a [u8],
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

/// A value of the flat state, or that there is none, and since which height. It is found by its key's hash alone, and
/// says itself which key it is of: with the key in the same piece of memory, one is fetched and not two.
#[derive(Clone)]
struct Cached {
    since: u64,
    key_bytes: u32,
    has_value: bool,
    /// The key, and after it the value.
    bytes: Arc<[u8]>,
}

/// What most keys take together with their values.
const SMALL: usize = 192;

impl Cached {
    fn new(key: &[u8], value: Option<&[u8]>, since: u64) -> Self {
        let key_bytes = u32::try_from(key.len()).expect("no key of state takes gigabytes");
        let value_bytes = value.unwrap_or_default();
        let whole = key.len() + value_bytes.len();
        let bytes = if whole <= SMALL {
            let mut small = [0; SMALL];
            small[..key.len()].copy_from_slice(key);
            small[key.len()..whole].copy_from_slice(value_bytes);
            Arc::from(&small[..whole])
        } else {
            Arc::from([key, value_bytes].concat())
        };
        Cached { since, key_bytes, has_value: value.is_some(), bytes }
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        self.bytes.split_at(self.key_bytes as usize)
    }
}

/// The values that were read or written last.
///
/// Each part has tables of its own, and a table that is full is made anew, twice as large. Keys are spread evenly, so
/// that parts of one size would all be full at the same time, and blocks would stand still for a second or two while
/// a gigabyte is moved; so each part is larger than the one before, and the last nearly twice as large as the first.
pub(super) struct StateCache {
    parts: Vec<Part>,
    /// Which part has which slice of all hashes.
    slices: Vec<u8>,
}

type Part = Cache<u64, Cached, Bytes, BuildHasherDefault<Hashed>>;

/// How many parts there are, and how many slices of all hashes the first has. Each has one more than the one before.
const PARTS: usize = 64;
/// How many locks a part has: requests, the block that is made and the one that is written look things up at once.
const LOCKS: usize = 4;

/// What an entry weighs: its bytes, and about what keeping it takes.
#[derive(Clone)]
struct Bytes;

/// What keeping an entry takes beside its bytes.
const OVERHEAD: u64 = 112;

impl Weighter<u64, Cached> for Bytes {
    fn weight(&self, _: &u64, cached: &Cached) -> u64 {
        cached.bytes.len() as u64 + OVERHEAD
    }
}

impl StateCache {
    /// An empty one of so many MiB.
    pub(super) fn new(mib: u32) -> Self {
        let slices: Vec<u8> = (0..PARTS).flat_map(|part| iter::repeat_n(part as u8, PARTS + part)).collect();
        let part = |number| {
            let bytes = share(mib, number, slices.len());
            let mut options = OptionsBuilder::new();
            options.weight_capacity(bytes).shards(LOCKS);
            // About as many as there will be: small values are the rule.
            options.estimated_items_capacity((bytes / (2 * OVERHEAD)) as usize);
            let (hashes, lifecycle) = (BuildHasherDefault::default(), Default::default());
            Cache::with_options(options.build().expect("both are given"), Bytes, hashes, lifecycle)
        };
        StateCache { parts: (0..PARTS).map(part).collect(), slices }
    }

    /// From now on keeps at most so many MiB.
    pub(super) fn bound(&self, mib: u32) {
        for (number, part) in self.parts.iter().enumerate() {
            part.set_capacity(share(mib, number, self.slices.len()));
        }
    }

    /// Whether something can be put in and nothing has to go for it.
    pub(super) fn has_room(&self) -> bool {
        self.parts.iter().all(|part| part.weight() < part.capacity() / 10 * 9)
    }

    /// What is known of a key at a height.
    pub(super) fn get(&self, sought: &Sought<'_>, height: u64) -> Option<Option<Vec<u8>>> {
        let cached = self.part(sought.hash).get(&sought.hash).filter(|cached| cached.since <= height)?;
        let (key, value) = cached.parts();
        (key == sought.key).then(|| cached.has_value.then(|| value.to_vec()))
    }

    /// Keeps what the state after the block at `height`, the last one, holds; answers whether something of this hash
    /// was here. To be called by the thread that commits blocks alone.
    pub(super) fn put(&self, Sought { hash, key }: Sought<'_>, value: Option<&[u8]>, height: u64) -> bool {
        let part = self.part(hash);
        match part.replace(hash, Cached::new(key, value, height), false) {
            Ok(()) => true,
            Err((hash, cached)) => {
                part.insert(hash, cached);
                false
            }
        }
    }

    /// The part that a key belongs to: by bits of its hash that the part itself does not look at.
    fn part(&self, hash: u64) -> &Part {
        let slice = (usize::from((hash >> 40) as u16) * self.slices.len()) >> u16::BITS;
        &self.parts[usize::from(self.slices[slice])]
    }
}

/// How many bytes a part has, of so many MiB and slices in all.
fn share(mib: u32, part: usize, slices: usize) -> u64 {
    (u64::from(mib) << 20) * (PARTS + part) as u64 / slices as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_one_hash_do_not_pass_for_each_other() {
        let cache = StateCache::new(64);
        let sought = |key| Sought { hash: 7, key };
        let long = [5; 2 * SMALL];
        cache.put(sought(b"a"), Some(b"bc"), 1);
        assert_eq!(cache.get(&sought(b"a"), 1), Some(Some(b"bc".to_vec())));
        assert_eq!(cache.get(&sought(b"ab"), 1), None);
        assert_eq!(cache.get(&sought(b"abc"), 1), None);
        cache.put(sought(b"ab"), None, 2);
        assert_eq!(cache.get(&sought(b"ab"), 2), Some(None));
        assert_eq!(cache.get(&sought(b"a"), 2), None);
        cache.put(sought(&long), Some(&long), 3);
        assert_eq!(cache.get(&sought(&long), 3), Some(Some(long.to_vec())));
    }

    #[test]
    fn parts_differ_in_size_and_are_filled_alike() {
        let cache = StateCache::new(64);
        let key = |number: u64| -> [u8; 32] { *blake3::hash(&number.to_be_bytes()).as_bytes() };
        let hash = |key: &[u8; 32]| u64::from_be_bytes(key[..8].try_into().unwrap());
        for number in 0..150_000 {
            let key = key(number);
            cache.put(Sought { hash: hash(&key), key: &key }, Some(&key), number);
        }
        for number in 0..150_000 {
            let key = key(number);
            let sought = Sought { hash: hash(&key), key: &key };
            assert_eq!(cache.get(&sought, number), Some(Some(key.to_vec())));
            assert!(number == 0 || cache.get(&sought, number - 1).is_none(), "not before it was the value");
        }
        let filled: Vec<u64> = cache.parts.iter().map(|part| part.weight() * 100 / part.capacity()).collect();
        assert!(filled.iter().all(|percent| (35..=50).contains(percent)), "{filled:?}");
        assert!(cache.has_room());
        cache.bound(8);
        let weight: u64 = cache.parts.iter().map(Cache::weight).sum();
        assert!(!cache.has_room() && weight <= 8 << 20, "{weight}");
    }
}
