//! What a block has changed so far, over the state it started from, with savepoints.
//!
//! Invariant: after `rollback(mark)` every read answers as it did when `mark` was taken.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Changes, Entries, Fault, StateReader};

/// A value as last read or written.
#[derive(Clone)]
struct Entry {
    value: Option<Vec<u8>>,
    /// Whether it was written; if not, it is only remembered from a read.
    dirty: bool,
}

/// How a key stood before a write.
struct Undo {
    key: Vec<u8>,
    before: Entry,
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
    entries: BTreeMap<Vec<u8>, Entry>,
    undo: Vec<Undo>,
    /// Bytes of keys and values added, less those removed, since the last `seal`.
    growth: i64,
}

impl Overlay {
    pub(crate) fn new(base: Arc<dyn StateReader>) -> Self {
        Overlay { base, entries: BTreeMap::new(), undo: Vec::new(), growth: 0 }
    }

    pub(crate) fn get(&mut self, key: &[u8]) -> Result<Option<&[u8]>, Fault> {
        self.load(key)?;
        Ok(self.entries.get(key).and_then(|entry| entry.value.as_deref()))
    }

    /// Sets or removes a key; answers whether it held a value.
    pub(crate) fn put(&mut self, key: &[u8], value: Option<Vec<u8>>) -> Result<bool, Fault> {
        self.load(key)?;
        let size =
            |value: &Option<Vec<u8>>| value.as_ref().map_or(0, |value| (key.len() + value.len()) as i64);
        let Some(entry) = self.entries.get_mut(key) else {
            return Err(Fault::new("overlay lost a key that it had loaded"));
        };
        self.growth += size(&value) - size(&entry.value);
        let before = std::mem::replace(entry, Entry { value, dirty: true });
        let existed = before.value.is_some();
        self.undo.push(Undo { key: key.to_vec(), before });
        Ok(existed)
    }

    /// The first `limit` entries with `from <= key < to`, changes included.
    pub(crate) fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Entries, Fault> {
        let ours = || self.entries.range(from.to_vec()..to.to_vec()).filter(|(_, entry)| entry.dirty);
        let base = self.base.range(from, to, limit + ours().count())?;
        let mut merged: BTreeMap<Vec<u8>, Vec<u8>> = base.into_iter().collect();
        for (key, entry) in ours() {
            match &entry.value {
                Some(value) => merged.insert(key.clone(), value.clone()),
                None => merged.remove(key),
            };
        }
        Ok(merged.into_iter().take(limit).collect())
    }

    pub(crate) fn mark(&self) -> OverlayMark {
        OverlayMark { undo: self.undo.len(), growth: self.growth }
    }

    pub(crate) fn rollback(&mut self, mark: OverlayMark) {
        while self.undo.len() > mark.undo {
            let Some(Undo { key, before }) = self.undo.pop() else { break };
            self.entries.insert(key, before);
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
        let dirty = self.entries.into_iter().filter(|(_, entry)| entry.dirty);
        dirty.map(|(key, entry)| (key, entry.value)).collect()
    }

    fn load(&mut self, key: &[u8]) -> Result<(), Fault> {
        if !self.entries.contains_key(key) {
            let value = self.base.get(key)?;
            self.entries.insert(key.to_vec(), Entry { value, dirty: false });
        }
        Ok(())
    }
}
