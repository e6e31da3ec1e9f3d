//! Finds an order's slot by its id.
//!
//! An open-addressing table: ids grow for ever while few orders live, so an array by id would grow
//! with history. Nothing ever iterates over it, so that its layout can't be seen.

/// An id's lowest 32 bits above the slot: what an order of this id may be in.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Cell(u64);

const EMPTY: Cell = Cell(u64::MAX);
const FIRST_CELLS: usize = 16;
/// 2^64 divided by the golden ratio (Knuth, TAOCP 6.4): spreads ids that follow each other evenly.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Cell {
    fn new(id: u64, slot: u32) -> Self {
        Cell(id << 32 | u64::from(slot))
    }

    fn slot(self) -> u32 {
        self.0 as u32
    }

    /// The lowest half of its id.
    fn tag(self) -> u64 {
        self.0 >> 32
    }
}

/// A map from ids to slots. An id and one 2^32 later share their tag, so whoever looks up confirms what is
/// found with the slot's own id.
pub(super) struct Index {
    /// A power of two of them, at most half in use, so that every search meets an empty one.
    cells: Vec<Cell>,
    used: usize,
}

impl Index {
    pub(super) fn new() -> Self {
        Index { cells: vec![EMPTY; FIRST_CELLS], used: 0 }
    }

    /// The slot that holds this id, as `confirm` says of each candidate.
    #[inline]
    pub(super) fn find(&self, id: u64, confirm: impl Fn(u32) -> bool) -> Option<u32> {
        let tag = id & u64::from(u32::MAX);
        let mut at = self.home(tag);
        loop {
            let cell = self.cell(at);
            if cell == EMPTY {
                return None;
            }
            if cell.tag() == tag && confirm(cell.slot()) {
                return Some(cell.slot());
            }
            at = self.after(at);
        }
    }

    /// Adds an id in a slot, which are not in it yet.
    #[inline]
    pub(super) fn insert(&mut self, id: u64, slot: u32) {
        if self.used >= self.cells.len() >> 1 {
            self.grow();
        }
        self.put(Cell::new(id, slot));
        self.used = self.used.saturating_add(1);
    }

    /// Takes an id in a slot out, and moves those that had to give way to it back towards their home.
    #[inline]
    pub(super) fn remove(&mut self, id: u64, slot: u32) {
        let gone = Cell::new(id, slot);
        let mut hole = self.home(gone.tag());
        while self.cell(hole) != gone {
            if self.cell(hole) == EMPTY {
                return;
            }
            hole = self.after(hole);
        }
        let mut at = self.after(hole);
        while self.cell(at) != EMPTY {
            let cell = self.cell(at);
            if self.distance(self.home(cell.tag()), at) >= self.distance(hole, at) {
                self.set(hole, cell);
                hole = at;
            }
            at = self.after(at);
        }
        self.set(hole, EMPTY);
        self.used = self.used.saturating_sub(1);
    }

    #[inline]
    fn put(&mut self, cell: Cell) {
        let mut at = self.home(cell.tag());
        while self.cell(at) != EMPTY {
            at = self.after(at);
        }
        self.set(at, cell);
    }

    fn grow(&mut self) {
        let doubled = vec![EMPTY; self.cells.len() << 1];
        let cells = std::mem::replace(&mut self.cells, doubled);
        cells.into_iter().filter(|cell| *cell != EMPTY).for_each(|cell| self.put(cell));
    }

    /// Where a search for this tag begins: the upper bits of its product.
    #[inline]
    fn home(&self, tag: u64) -> usize {
        let spread = tag.wrapping_mul(SPREAD).rotate_left(self.cells.len().trailing_zeros());
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
    fn cell(&self, at: usize) -> Cell {
        self.cells.get(at).copied().unwrap_or(EMPTY)
    }

    #[inline]
    fn set(&mut self, at: usize, cell: Cell) {
        if let Some(place) = self.cells.get_mut(at) {
            *place = cell;
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
            for (slot, (insert, id)) in (0u32..).zip(steps) {
                // Every other id shares its lower half with one before it.
                let id = id >> 1 | (id & 1) << 32;
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
                for id in (0..61).flat_map(|id| [id, id | 1 << 32]) {
                    let confirm = |slot| map.get(&id) == Some(&slot);
                    prop_assert_eq!(index.find(id, confirm), map.get(&id).copied());
                }
            }
        }
    }
}
