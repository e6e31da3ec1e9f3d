//! State in memory, for tests, benches and genesis.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::{Changes, Direction, Fault, PageLimit, StateReader, Walk};

/// State in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryState {
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl MemoryState {
    /// Makes a block's changes.
    pub fn apply(&mut self, changes: &Changes) {
        for (key, value) in changes {
            match value {
                Some(value) => self.entries.insert(key.clone(), value.clone()),
                None => self.entries.remove(key),
            };
        }
    }

    /// All entries, in the order of their keys.
    pub fn entries(&self) -> &BTreeMap<Vec<u8>, Vec<u8>> {
        &self.entries
    }
}

impl StateReader for MemoryState {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.entries.get(key).cloned())
    }

    fn walk(&self, from: &[u8], to: &[u8], direction: Direction, limit: PageLimit) -> Result<Walk, Fault> {
        let bounds = (Bound::Included(from.min(to)), Bound::Excluded(to));
        let entries = self.entries.range::<[u8], _>(bounds);
        let owned = |(key, value): (&Vec<u8>, &Vec<u8>)| Ok((key.clone(), value.clone()));
        let page = match direction {
            Direction::Ascending => limit.page(entries.map(owned)),
            Direction::Descending => limit.page(entries.rev().map(owned)),
        };
        page.map(Walk::of_latest)
    }
}
