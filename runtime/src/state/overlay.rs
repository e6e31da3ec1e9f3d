//! What a block has changed so far, over the state it started from, with savepoints.
//!
//! Invariant: after `rollback(mark)` every read answers as it did when `mark` was taken. Writes are apart
//! from what is only remembered from reads: a range goes through all writes in it, and which reads were
//! made before differs between nodes.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::range::{Direction, PageLimit, RangeReader, Span};
use super::{Changes, Entries, Fault, StateReader};

/// Keys that were written in a range, in order, each with its value if it has one.
pub(super) type Written<'a> = Box<dyn Iterator<Item = (&'a [u8], Option<&'a [u8]>)> + 'a>;

/// How a key stood before a write.
struct Undo {
    key: Vec<u8>,
    /// What was written before, if anything was.
    before: Option<Option<Vec<u8>>>,
}

/// A place to roll back to.
#[derive(Clone, Copy)]
pub(crate) struct OverlayMark {
    undo: usize,
    growth: i64,
}

/// Changes over a view of state.
pub(crate) struct Overlay {
    base: Arc<dyn StateReader>,
    reads: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    writes: Changes,
    undo: Vec<Undo>,
    /// Bytes of keys and values added, less those removed, since the last `seal`.
    growth: i64,
}

impl Overlay {
    pub(crate) fn new(base: Arc<dyn StateReader>) -> Self {
        Overlay { base, reads: BTreeMap::new(), writes: Changes::new(), undo: Vec::new(), growth: 0 }
    }

    pub(crate) fn get(&mut self, key: &[u8]) -> Result<Option<&[u8]>, Fault> {
        if self.writes.contains_key(key) {
            return Ok(self.writes.get(key).and_then(Option::as_deref));
        }
        self.load(key)?;
        Ok(self.reads.get(key).and_then(Option::as_deref))
    }

    /// Sets or removes a key; answers whether it held a value.
    pub(crate) fn put(&mut self, key: &[u8], value: Option<Vec<u8>>) -> Result<bool, Fault> {
        let size = |value: &[u8]| (key.len() + value.len()) as i64;
        let old = self.get(key)?.map(size);
        self.growth += value.as_deref().map_or(0, size) - old.unwrap_or(0);
        let before = self.writes.insert(key.to_vec(), value);
        self.undo.push(Undo { key: key.to_vec(), before });
        Ok(old.is_some())
    }

    /// The first `limit` entries with `from <= key < to`, changes included.
    pub(crate) fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Entries, Fault> {
        let range = Span { from: from.to_vec(), to: to.to_vec() };
        let mut reader = RangeReader::new(range, Direction::Ascending, PageLimit::entries(limit));
        while reader.step(self)?.is_some() {}
        Ok(reader.finish().0)
    }

    /// The state that the block started from.
    pub(super) fn base(&self) -> &dyn StateReader {
        &*self.base
    }

    /// The keys that the block has written with `from <= key < to`.
    pub(super) fn written<'a>(&'a self, from: &[u8], to: &[u8], direction: Direction) -> Written<'a> {
        let bounds = (Bound::Included(from.min(to)), Bound::Excluded(to));
        let entries = self.writes.range::<[u8], _>(bounds);
        let entries = entries.map(|(key, value)| (key.as_slice(), value.as_deref()));
        match direction {
            Direction::Ascending => Box::new(entries),
            Direction::Descending => Box::new(entries.rev()),
        }
    }

    pub(crate) fn mark(&self) -> OverlayMark {
        OverlayMark { undo: self.undo.len(), growth: self.growth }
    }

    pub(crate) fn rollback(&mut self, mark: OverlayMark) {
        while self.undo.len() > mark.undo {
            let Some(Undo { key, before }) = self.undo.pop() else { break };
            match before {
                Some(value) => self.writes.insert(key, value),
                None => self.writes.remove(&key),
            };
        }
        self.growth = mark.growth;
    }

    /// Bytes that state has grown by since the last `seal`.
    pub(crate) fn growth(&self) -> i64 {
        self.growth
    }

    /// Ends a transaction: what it changed can no longer be rolled back by itself.
    pub(crate) fn seal(&mut self) {
        self.undo.clear();
        self.growth = 0;
    }

    /// All changes. A key that was set and removed again is still listed, as removed.
    pub(crate) fn into_changes(self) -> Changes {
        self.writes
    }

    fn load(&mut self, key: &[u8]) -> Result<(), Fault> {
        if !self.reads.contains_key(key) {
            let value = self.base.get(key)?;
            self.reads.insert(key.to_vec(), value);
        }
        Ok(())
    }
}
