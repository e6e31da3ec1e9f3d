//! Finds an order's slot by its id.
//!
//! An open-addressing table: ids grow for ever while few orders live, so an array by id would grow
//! with history. Nothing ever iterates over it, so that its layout can't be seen.

const EMPTY: u32 = u32::MAX;
const FIRST_CELLS: usize = 16;
/// 2^64 divided by the golden ratio (Knuth, TAOCP 6.4): spreads ids that follow each other evenly.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A map from ids to slots. It keeps slots alone, to stay small, so that whoever asks says which id is in a
/// slot; while an order is put in or taken out, it is in its slot.
pub(super) struct Index {
    /// A power of two of them, at most half in use, so that every search meets an empty one.
    cells: Vec<u32>,
    used: usize,
}

impl Index {
    pub(super) fn new() -> Self {
        Index { cells: vec![EMPTY; FIRST_CELLS], used: 0 }
    }

    /// The slot that holds this id.
    #[inline]
    pub(super) fn find(&self, id: u64, id_in: impl Fn(u32) -> u64) -> Option<u32> {
        let mut at = self.home(id);
        loop {
            let slot = self.cell(at);
            if slot == EMPTY {
                return None;
            }
            if id_in(slot) == id {
                return Some(slot);
            }
            at = self.after(at);
        }
    }

    /// Adds an id in a slot, which are not in it yet.
    #[inline]
    pub(super) fn insert(&mut self, id: u64, slot: u32, id_in: impl Fn(u32) -> u64) {
        if self.used >= self.cells.len() >> 1 {
            self.grow(id_in);
        }
        self.put(id, slot);
        self.used = self.used.saturating_add(1);
    }

    /// Takes an id in a slot out, and moves those that had to give way to it back towards their home.
    #[inline]
    pub(super) fn remove(&mut self, id: u64, slot: u32, id_in: impl Fn(u32) -> u64) {
        let mut hole = self.home(id);
        while self.cell(hole) != slot {
            if self.cell(hole) == EMPTY {
                return;
            }
            hole = self.after(hole);
        }
        let mut at = self.after(hole);
        while self.cell(at) != EMPTY {
            let slot = self.cell(at);
            if self.distance(self.home(id_in(slot)), at) >= self.distance(hole, at) {
                self.set(hole, slot);
                hole = at;
            }
            at = self.after(at);
        }
        self.set(hole, EMPTY);
        self.used = self.used.saturating_sub(1);
    }

    #[inline]
    fn put(&mut self, id: u64, slot: u32) {
        let mut at = self.home(id);
        while self.cell(at) != EMPTY {
            at = self.after(at);
        }
        self.set(at, slot);
    }

    #[cold]
    fn grow(&mut self, id_in: impl Fn(u32) -> u64) {
        let doubled = vec![EMPTY; self.cells.len() << 1];
        let cells = std::mem::replace(&mut self.cells, doubled);
        cells.into_iter().filter(|slot| *slot != EMPTY).for_each(|slot| self.put(id_in(slot), slot));
    }

    /// Where a search for this id begins: the upper bits of its product.
    #[inline]
    fn home(&self, id: u64) -> usize {
        let spread = id.wrapping_mul(SPREAD).rotate_left(self.cells.len().trailing_zeros());
        self.wrap(spread as usize)
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
    fn cell(&self, at: usize) -> u32 {
        self.cells.get(at).copied().unwrap_or(EMPTY)
    }

    #[inline]
    fn set(&mut self, at: usize, slot: u32) {
        if let Some(place) = self.cells.get_mut(at) {
            *place = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Index;

    proptest! {
        #[test]
        fn agrees_with_a_map(steps in prop::collection::vec((any::<bool>(), 1u64..120), 1..400)) {
            let mut index = Index::new();
            let mut map = BTreeMap::new();
            let mut ids = Vec::new();
            for (slot, (insert, id)) in (0u32..).zip(steps) {
                ids.push(id);
                match map.get(&id).copied() {
                    None if insert => {
                        index.insert(id, slot, |slot| ids[slot as usize]);
                        map.insert(id, slot);
                    }
                    Some(old) if !insert => {
                        index.remove(id, old, |slot| ids[slot as usize]);
                        map.remove(&id);
                    }
                    _ => {}
                }
                for id in 0..121 {
                    prop_assert_eq!(index.find(id, |slot| ids[slot as usize]), map.get(&id).copied());
                }
            }
        }
    }
}
