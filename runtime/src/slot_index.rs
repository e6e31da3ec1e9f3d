//! Finds the slot of something by a number that it is known by: an order by its id, a key by its hash.
//!
//! An open-addressing table: ids grow for ever while few orders live, so an array by id would grow
//! with history. Its cells are a number each, so that a look-up misses the processor's cache once, where a table with
//! tags apart from its entries misses it twice. Nothing ever iterates over it, so that its layout can't be seen.

const EMPTY: u64 = u64::MAX;
const FIRST_CELLS: usize = 16;
/// 2^32 divided by the golden ratio (Knuth, TAOCP 6.4): spreads ids that follow each other evenly.
const SPREAD: u32 = 0x9E37_79B9;

/// A map from ids to slots, of which `u32::MAX` is none. A cell is the lower half of an id and, below it, a slot: nothing
/// is read but what is looked for. Whoever looks says which id is in a slot, as upper halves may differ.
pub struct SlotIndex {
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
    /// The slot that holds this id.
    #[inline]
    pub fn find(&self, id: u64, id_in: impl Fn(u32) -> u64) -> Option<u32> {
        let mut at = self.home(cell(id, 0));
        loop {
            let found = self.cell(at);
            if found == EMPTY {
                return None;
            }
            let slot = found as u32;
            if found == cell(id, slot) && id_in(slot) == id {
                return Some(slot);
            }
            at = self.after(at);
        }
    }

    /// Adds an id in a slot, of which neither is in it yet.
    #[inline]
    pub fn insert(&mut self, id: u64, slot: u32) {
        if self.used >= self.cells.len() >> 1 {
            self.grow();
        }
        self.put(cell(id, slot));
        self.used = self.used.wrapping_add(1);
    }

    /// Takes an id in a slot out, and moves those that had to give way to it back towards their home.
    #[inline]
    pub fn remove(&mut self, id: u64, slot: u32) {
        let gone = cell(id, slot);
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

    /// Where a search for this cell begins: the upper bits of a product. There are fewer than 2^32 cells.
    #[inline]
    fn home(&self, cell: u64) -> usize {
        let spread = ((cell >> 32) as u32).wrapping_mul(SPREAD);
        self.wrap(spread.rotate_left(self.cells.len().trailing_zeros()) as usize)
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
fn cell(id: u64, slot: u32) -> u64 {
    id << 32 | u64::from(slot)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::SlotIndex;

    /// Some differ in their upper halves alone.
    fn id() -> impl Strategy<Value = u64> {
        prop_oneof![1u64..120, (1u64..4, 1u64..40).prop_map(|(upper, lower)| upper << 32 | lower)]
    }

    proptest! {
        #[test]
        fn agrees_with_a_map(steps in prop::collection::vec((any::<bool>(), id()), 1..400)) {
            let mut index = SlotIndex::default();
            let mut map = BTreeMap::new();
            let mut ids = Vec::new();
            for (slot, (insert, id)) in (0u32..).zip(steps) {
                ids.push(id);
                match map.get(&id).copied() {
                    None if insert => {
                        index.insert(id, slot);
                        map.insert(id, slot);
                    }
                    Some(old) if !insert => {
                        index.remove(id, old);
                        map.remove(&id);
                    }
                    _ => {}
                }
                for id in map.keys().copied().chain(0..121).chain((0..121).map(|id| id << 32 | id)) {
                    prop_assert_eq!(index.find(id, |slot| ids[slot as usize]), map.get(&id).copied());
                }
            }
        }
    }
}
