//! Finds an order's slot by its id.
//!
//! An open-addressing table: ids grow for ever while few orders live, so an array by id would grow
//! with history. Nothing ever iterates over it, so that its layout can't be seen.

/// Where an order of this id is; id 0 marks an empty cell.
#[derive(Clone, Copy)]
struct Cell {
    id: u64,
    slot: u32,
}

const EMPTY: Cell = Cell { id: 0, slot: 0 };
const FIRST_CELLS: usize = 16;
/// 2^64 divided by the golden ratio (Knuth, TAOCP 6.4): spreads ids that follow each other evenly.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A map from ids above zero to slots.
pub(super) struct Index {
    /// A power of two of them, at most half in use, so that every search meets an empty one.
    cells: Vec<Cell>,
    used: usize,
}

impl Index {
    pub(super) fn new() -> Self {
        Index { cells: vec![EMPTY; FIRST_CELLS], used: 0 }
    }

    /// The slot of the order with this id.
    pub(super) fn find(&self, id: u64) -> Option<u32> {
        let cell = self.cell(self.search(id));
        (cell.id != 0).then_some(cell.slot)
    }

    /// Adds an id that is above zero; answers whether it is new.
    pub(super) fn insert(&mut self, id: u64, slot: u32) -> bool {
        if self.used >= self.cells.len() >> 1 {
            self.grow();
        }
        let at = self.search(id);
        let new = self.cell(at).id == 0;
        self.set(at, Cell { id, slot });
        self.used = self.used.saturating_add(usize::from(new));
        new
    }

    /// Takes an id out, and moves those that had to give way to it back towards their home.
    pub(super) fn remove(&mut self, id: u64) {
        let mut hole = self.search(id);
        if self.cell(hole).id == 0 {
            return;
        }
        let mut at = self.after(hole);
        while self.cell(at).id != 0 {
            let cell = self.cell(at);
            if self.distance(self.home(cell.id), at) >= self.distance(hole, at) {
                self.set(hole, cell);
                hole = at;
            }
            at = self.after(at);
        }
        self.set(hole, EMPTY);
        self.used = self.used.saturating_sub(1);
    }

    /// The cell of this id, or the empty one where it belongs.
    fn search(&self, id: u64) -> usize {
        let mut at = self.home(id);
        while self.cell(at).id != 0 && self.cell(at).id != id {
            at = self.after(at);
        }
        at
    }

    fn grow(&mut self) {
        let doubled = vec![EMPTY; self.cells.len() << 1];
        let cells = std::mem::replace(&mut self.cells, doubled);
        for cell in cells.into_iter().filter(|cell| cell.id != 0) {
            let at = self.search(cell.id);
            self.set(at, cell);
        }
    }

    /// Where a search for this id begins: the upper bits of its product.
    fn home(&self, id: u64) -> usize {
        let spread = id.wrapping_mul(SPREAD).rotate_left(self.cells.len().trailing_zeros());
        self.wrap(spread as usize)
    }

    fn after(&self, at: usize) -> usize {
        self.wrap(at.wrapping_add(1))
    }

    /// How many steps a search takes between two cells.
    fn distance(&self, from: usize, to: usize) -> usize {
        self.wrap(to.wrapping_sub(from))
    }

    fn wrap(&self, at: usize) -> usize {
        at & self.cells.len().wrapping_sub(1)
    }

    fn cell(&self, at: usize) -> Cell {
        self.cells.get(at).copied().unwrap_or(EMPTY)
    }

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
                if insert {
                    prop_assert_eq!(index.insert(id, slot), map.insert(id, slot).is_none());
                } else {
                    index.remove(id);
                    map.remove(&id);
                }
                for id in 0..121 {
                    prop_assert_eq!(index.find(id), map.get(&id).copied());
                }
            }
        }
    }
}
