//! Finds the slot of a key by its hash.
//!
//! An open-addressing table. Its cells are a number each, so that a look-up misses the processor's cache once, where a
//! table with tags apart from its entries misses it twice.

const EMPTY: u64 = u64::MAX;
const FIRST_CELLS: usize = 16;

/// A map from hashes to slots, of which `u32::MAX` is none. A cell is the lower half of a hash and, below it, a slot:
/// nothing is read but what is looked for. Whoever looks says which hash is in a slot, as upper halves may differ.
pub(super) struct SlotIndex {
    /// A power of two of them, at most half in use, so that every search meets an empty one.
    cells: Vec<u64>,
    used: usize,
}

impl Default for SlotIndex {
    fn default() -> Self {
        SlotIndex { cells: vec![EMPTY; FIRST_CELLS], used: 0 }
    }
}

impl SlotIndex {
    /// The slot that holds this hash.
    #[inline]
    pub(super) fn find(&self, hash: u64, hash_in: impl Fn(u32) -> u64) -> Option<u32> {
        let mut at = self.home(cell(hash, 0));
        loop {
            let found = self.cell(at);
            if found == EMPTY {
                return None;
            }
            let slot = found as u32;
            if found == cell(hash, slot) && hash_in(slot) == hash {
                return Some(slot);
            }
            at = self.after(at);
        }
    }

    /// Adds a hash in a slot, of which neither is in it yet.
    #[inline]
    pub(super) fn insert(&mut self, hash: u64, slot: u32) {
        if self.used >= self.cells.len() >> 1 {
            self.grow();
        }
        self.put(cell(hash, slot));
        self.used = self.used.wrapping_add(1);
    }

    /// Takes a hash in a slot out, and moves those that had to give way to it back towards their home.
    #[inline]
    pub(super) fn remove(&mut self, hash: u64, slot: u32) {
        let gone = cell(hash, slot);
        let mut hole = self.home(gone);
        loop {
            let found = self.cell(hole);
            if found == gone {
                break;
            }
            if found == EMPTY {
                return;
            }
            hole = self.after(hole);
        }
        let mut at = self.after(hole);
        loop {
            let found = self.cell(at);
            if found == EMPTY {
                break;
            }
            if self.distance(self.home(found), at) >= self.distance(hole, at) {
                self.set(hole, found);
                hole = at;
            }
            at = self.after(at);
        }
        self.set(hole, EMPTY);
        self.used = self.used.wrapping_sub(1);
    }

    #[inline]
    fn put(&mut self, new: u64) {
        let mut at = self.home(new);
        while self.cell(at) != EMPTY {
            at = self.after(at);
        }
        self.set(at, new);
    }

    #[cold]
    fn grow(&mut self) {
        let doubled = vec![EMPTY; self.cells.len() << 1];
        let cells = std::mem::replace(&mut self.cells, doubled);
        cells.into_iter().filter(|cell| *cell != EMPTY).for_each(|cell| self.put(cell));
    }

    /// Where a search for this cell begins: the lowest bits of the hash. There are fewer than 2^32 cells.
    #[inline]
    fn home(&self, cell: u64) -> usize {
        self.wrap((cell >> 32) as usize)
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        self.wrap(at.wrapping_add(1))
    }

    /// How many steps a search takes between two cells.
    #[inline]
    fn distance(&self, from: usize, to: usize) -> usize {
        self.wrap(to.wrapping_sub(from))
    }

    #[inline]
    fn wrap(&self, at: usize) -> usize {
        at & self.cells.len().wrapping_sub(1)
    }

    #[inline]
    fn cell(&self, at: usize) -> u64 {
        self.cells.get(at).copied().unwrap_or(EMPTY)
    }

    #[inline]
    fn set(&mut self, at: usize, cell: u64) {
        if let Some(place) = self.cells.get_mut(at) {
            *place = cell;
        }
    }
}

#[inline]
fn cell(hash: u64, slot: u32) -> u64 {
    hash << 32 | u64::from(slot)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::SlotIndex;

    /// Some differ in their upper halves alone.
    fn hash() -> impl Strategy<Value = u64> {
        prop_oneof![1u64..120, (1u64..4, 1u64..40).prop_map(|(upper, lower)| upper << 32 | lower)]
    }

    proptest! {
        #[test]
        fn agrees_with_a_map(steps in prop::collection::vec((any::<bool>(), hash()), 1..400)) {
            let mut index = SlotIndex::default();
            let mut map = BTreeMap::new();
            let mut hashes = Vec::new();
            for (slot, (insert, hash)) in (0u32..).zip(steps) {
                hashes.push(hash);
                match map.get(&hash).copied() {
                    None if insert => {
                        index.insert(hash, slot);
                        map.insert(hash, slot);
                    }
                    Some(old) if !insert => {
                        index.remove(hash, old);
                        map.remove(&hash);
                    }
                    _ => {}
                }
                let near = (0..121).chain((0..121).map(|half| half << 32 | half));
                for hash in map.keys().copied().chain(near) {
                    prop_assert_eq!(index.find(hash, |slot| hashes[slot as usize]), map.get(&hash).copied());
                }
            }
        }
    }
}
