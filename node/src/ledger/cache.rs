//! The values of the flat state that were read or written last, in memory: a look at RocksDB's memtables and
//! files takes ten times as long, and one at the versions fifty times.
//!
//! Each is kept with a height from which on it has been the value. It is the value of every view from there on,
//! whatever block is being written now: only the thread that commits blocks puts values in, and nobody has a view
//! of a block before what it changed is here.

mod index;
mod part;

use std::sync::{PoisonError, RwLock};

use part::Part;

/// A key of state that is looked for, with its hash, which is made once for all that look.
#[derive(Clone, Copy)]
pub(super) struct Sought<'a> {
    pub(super) hash: u64,
    pub(super) key: &'a [u8],
}

/// The values that were read or written last.
pub(super) struct StateCache {
    /// By the top bits of hashes.
    parts: Box<[RwLock<Part>]>,
}

/// Into how many parts they are divided, each with a lock: requests, the block that is made and the one that is
/// written look things up at once. An index that is full is made anew, which is to take no time that a block would
/// feel.
const PARTS: usize = 1 << PART_BITS;
const PART_BITS: u32 = 8;

impl StateCache {
    /// An empty one of so many MiB.
    pub(super) fn new(mib: u32) -> Self {
        StateCache { parts: (0..PARTS).map(|_| RwLock::new(Part::new(share(mib)))).collect() }
    }

    /// From now on keeps at most so many MiB.
    pub(super) fn bound(&self, mib: u32) {
        for part in &self.parts {
            part.write().unwrap_or_else(PoisonError::into_inner).bound(share(mib));
        }
    }

    /// Whether something can be put in and nothing has to go for it.
    pub(super) fn has_room(&self) -> bool {
        self.parts.iter().all(|part| part.read().unwrap_or_else(PoisonError::into_inner).has_room())
    }

    /// What is known of a key at a height.
    pub(super) fn get(&self, sought: &Sought<'_>, height: u64) -> Option<Option<Vec<u8>>> {
        self.part(sought.hash).read().unwrap_or_else(PoisonError::into_inner).get(sought, height)
    }

    /// Keeps what the state after the block at `height`, the last one, holds; answers whether something of this hash
    /// was here. To be called by the thread that commits blocks alone.
    pub(super) fn put(&self, sought: Sought<'_>, value: Option<&[u8]>, height: u64) -> bool {
        self.part(sought.hash).write().unwrap_or_else(PoisonError::into_inner).put(sought, value, height)
    }

    fn part(&self, hash: u64) -> &RwLock<Part> {
        &self.parts[(hash >> (u64::BITS - PART_BITS)) as usize]
    }
}

/// How many bytes a part has, of so many MiB.
fn share(mib: u32) -> u64 {
    (u64::from(mib) << 20) / PARTS as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn hash(number: u64) -> u64 {
        blake3::hash(&number.to_be_bytes()).as_bytes()[..8].try_into().map(u64::from_be_bytes).unwrap()
    }

    impl StateCache {
        fn weight(&self) -> u64 {
            self.parts.iter().map(|part| part.read().unwrap().weight()).sum()
        }
    }

    #[test]
    fn keys_of_one_hash_do_not_pass_for_each_other() {
        let cache = StateCache::new(64);
        let sought = |key| Sought { hash: 7, key };
        let long = [5; 400];
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
    fn all_are_kept_while_there_is_room_and_no_more_than_there_is() {
        let cache = StateCache::new(64);
        for number in 0..150_000 {
            let key = hash(number).to_be_bytes();
            cache.put(Sought { hash: hash(number), key: &key }, Some(&key), number);
        }
        for number in 0..150_000 {
            let key = hash(number).to_be_bytes();
            let sought = Sought { hash: hash(number), key: &key };
            assert_eq!(cache.get(&sought, number), Some(Some(key.to_vec())));
            assert!(number == 0 || cache.get(&sought, number - 1).is_none(), "not before it was the value");
        }
        assert!(cache.has_room());
        cache.bound(8);
        assert!(!cache.has_room());
        assert!((7 << 20..=8 << 20).contains(&cache.weight()), "{}", cache.weight());
    }

    #[test]
    fn what_is_read_again_and_again_stays() {
        let cache = StateCache::new(1);
        let key = |number: u64| hash(number).to_be_bytes();
        let is_there = |number| cache.get(&Sought { hash: hash(number), key: &key(number) }, 9).is_some();
        for number in 0..50_000 {
            cache.put(Sought { hash: hash(number), key: &key(number) }, None, 9);
            assert!((0..number.min(200)).all(is_there), "after {number}");
        }
        assert!((200..50_000).filter(|number| is_there(*number)).count() < 8_000);
    }

    proptest! {
        /// Whatever is put in and however little room there is: what it says is so.
        #[test]
        fn it_answers_as_a_map_or_not_at_all(
            puts in prop::collection::vec((0..60u64, prop::option::of(0..300usize)), 1..400), kib in 0..40u64,
        ) {
            // All in one part; some of one hash.
            let mut part = Part::new(kib << 10);
            let mut model = BTreeMap::new();
            for (height, (number, length)) in puts.into_iter().enumerate() {
                let (key, height) = (number.to_be_bytes(), height as u64);
                let sought = Sought { hash: hash(number / 2), key: &key };
                let value = length.map(|length| vec![number as u8; length]);
                part.put(sought, value.as_deref(), height);
                model.insert(number, (height, value));
                prop_assert!(part.weight() <= kib << 10);
                for (number, (since, value)) in &model {
                    let sought = Sought { hash: hash(number / 2), key: &number.to_be_bytes() };
                    let found = part.get(&sought, height);
                    prop_assert!(found.is_none_or(|found| found == *value));
                    prop_assert!(*since == 0 || part.get(&sought, since - 1).is_none());
                }
            }
        }
    }
}
