//! Which keys the state has had, as fingerprints in memory: most keys that a transaction reads for the first time
//! are of what it is about to create, and asking RocksDB for what it does not have takes it through all its levels.
//!
//! Invariant: a key that any state from [`KnownKeys::complete`]'s height on has a value for is here. A fingerprint
//! may be that of another key too, which costs a look in vain; so none is ever removed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use hashbrown::HashTable;

/// Into how many parts they are divided, by the top bits of their hashes: a table that is full is made anew, which
/// is to take no time that a block would feel.
const PARTS: usize = 1 << PART_BITS;
const PART_BITS: u32 = 10;

/// The keys that the state has had.
pub(super) struct KnownKeys {
    parts: Box<[RwLock<HashTable<u32>>]>,
    /// From which height on all are here.
    since: AtomicU64,
}

impl KnownKeys {
    /// None yet, and incomplete.
    pub(super) fn new() -> Self {
        let parts = (0..PARTS).map(|_| RwLock::default()).collect();
        KnownKeys { parts, since: AtomicU64::new(u64::MAX) }
    }

    /// Takes in a key that has a value, by its hash.
    pub(super) fn insert(&self, hash: u64) {
        let (part, print) = self.place(hash);
        let mut part = part.write().unwrap_or_else(PoisonError::into_inner);
        if part.find(spread(print), |other| *other == print).is_none() {
            part.insert_unique(spread(print), print, |other| spread(*other));
        }
    }

    /// The keys of the state at `height` are all here, and those of later ones will be before anybody reads them.
    pub(super) fn complete(&self, height: u64) {
        self.since.store(height, Ordering::SeqCst);
    }

    /// Whether it is certain that the key with this hash has no value at `height`.
    pub(super) fn lacks(&self, hash: u64, height: u64) -> bool {
        if height < self.since.load(Ordering::SeqCst) {
            return false;
        }
        let (part, print) = self.place(hash);
        let part = part.read().unwrap_or_else(PoisonError::into_inner);
        part.find(spread(print), |other| *other == print).is_none()
    }

    /// The part that a key belongs to, and its fingerprint there.
    fn place(&self, hash: u64) -> (&RwLock<HashTable<u32>>, u32) {
        (&self.parts[(hash >> (u64::BITS - PART_BITS)) as usize], hash as u32)
    }
}

/// The hash of a fingerprint, which is one already but for its length.
fn spread(print: u32) -> u64 {
    u64::from(print) << 32 | u64::from(print)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_is_never_said_to_be_lacking() {
        let known = KnownKeys::new();
        let key = |number: u64| {
            blake3::hash(&number.to_be_bytes()).as_bytes()[..8].try_into().map(u64::from_be_bytes).unwrap()
        };
        assert!(!known.lacks(key(1), 5), "nobody knows before it is complete");
        (0..200_000).for_each(|number| known.insert(key(number)));
        (0..200_000).for_each(|number| known.insert(key(number)));
        known.complete(5);
        assert!((0..200_000).all(|number| !known.lacks(key(number), 5)));
        assert!(!known.lacks(key(200_000), 4), "of earlier states nothing is known");
        let lacking = (200_000..400_000).filter(|number| known.lacks(key(*number), 6)).count();
        assert!(lacking > 199_900, "{lacking}");
        let kept: usize = known.parts.iter().map(|part| part.read().unwrap().len()).sum();
        assert!((199_900..=200_000).contains(&kept), "{kept}");
    }
}
