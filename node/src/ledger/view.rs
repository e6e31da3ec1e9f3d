//! The state after one height, unmoved by later blocks.
//!
//! What is in the cache is known to be right, or not to be of this height, and a key that was never written is known
//! to have no value. Otherwise:
//!
//! The flat state is the state of the last block and quick to read. A view uses it as long as no
//! later block's batch has been handed to storage, which it checks *after* each read: a batch is only
//! handed over after the height is raised, so a read that could have seen any of it is thrown away
//! and made again from the versions. So a view needs no lock and pins nothing in the database.
//!
//! The thread that commits a block goes on to the next one while its batch is being written: its view has the block's
//! changes on top of the flat state, which may hold them or not (`unwritten`).

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::quality::RandomState;
use sillok_runtime::{Changes, Direction, Fault, PageLimit, StateReader, Walk};

use super::cache::{Sought, StateCache};
use super::known::KnownKeys;
use super::versions::Versions;
use crate::storage::{Entry, Storage, Table};

/// What views read.
pub(super) struct Source {
    pub(super) storage: Arc<dyn Storage>,
    /// The highest height whose batch has been handed to storage: while it equals a view's height, the
    /// flat state is that view's state.
    pub(super) begun: AtomicU64,
    /// The lowest height whose state can be read: whose versions are all there.
    pub(super) lowest: AtomicU64,
    pub(super) cache: StateCache,
    pub(super) known: KnownKeys,
    /// The seed keeps whoever chooses keys from choosing colliding ones.
    pub(super) hasher: RandomState,
}

impl Source {
    /// Takes in what the block at `height` has changed, before anybody but the thread that commits it has a view of it.
    pub(super) fn apply(&self, changes: &Changes, height: u64) {
        for (key, value) in changes {
            self.keep(self.sought(key), value.as_deref(), height);
        }
    }

    /// Keeps a value in the cache. What is there is known, so that most need not be looked for among what is known.
    fn keep(&self, sought: Sought<'_>, value: Option<&[u8]>, height: u64) {
        if !self.cache.put(sought, value, height) {
            self.known.insert(sought.hash);
        }
    }

    /// Takes up values of the last block's state, before any block is committed: all keys, and values as long as there
    /// is room for them.
    pub(super) fn take_up(&self, entries: &[Entry], height: u64) {
        let has_room = self.cache.has_room();
        for (key, value) in entries {
            let sought = self.sought(key);
            if has_room {
                self.keep(sought, Some(value), height);
            } else {
                self.known.insert(sought.hash);
            }
        }
    }

    pub(super) fn sought<'a>(&self, key: &'a [u8]) -> Sought<'a> {
        Sought { hash: self.hasher.hash_one(key), key }
    }
}

/// The state after one height.
pub(super) struct View {
    pub(super) source: Arc<Source>,
    /// What the block at that height has changed, if the flat state may not have it yet.
    pub(super) unwritten: Option<Arc<Changes>>,
    /// Whether what is read is kept in the cache: of the thread that commits blocks alone.
    pub(super) fills: bool,
    pub(super) height: u64,
}

impl View {
    /// Whether the flat state still is this view's state.
    fn is_flat(&self) -> bool {
        self.source.begun.load(Ordering::SeqCst) == self.height
    }

    fn versions(&self) -> Versions<'_> {
        Versions { storage: &*self.source.storage, table: Table::History, height: self.height }
    }

    /// What was read of the versions, if all of them were there.
    fn whole<T>(&self, read: T) -> Result<T, Fault> {
        if self.source.lowest.load(Ordering::SeqCst) <= self.height {
            return Ok(read);
        }
        Err(Fault::new(format!("the state after block {} is no longer kept", self.height)))
    }
}

impl StateReader for View {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let sought = self.source.sought(key);
        if let Some(value) = self.source.cache.get(&sought, self.height) {
            return Ok(value);
        }
        if self.source.known.lacks(sought.hash, self.height) {
            return Ok(None);
        }
        if let Some(value) = self.unwritten.as_ref().and_then(|changes| changes.get(key)) {
            return Ok(value.clone());
        }
        if self.is_flat() {
            let value = self.source.storage.get(Table::State, key)?;
            if self.is_flat() {
                if self.fills {
                    self.source.keep(sought, value.as_deref(), self.height);
                }
                return Ok(value);
            }
        }
        self.whole(self.versions().get(key)?)
    }

    fn walk(&self, from: &[u8], to: &[u8], direction: Direction, limit: PageLimit) -> Result<Walk, Fault> {
        if self.is_flat() {
            let entries = match &self.unwritten {
                Some(changes) => self.page_over(changes, from, to, direction, limit)?,
                None => self.source.storage.page(Table::State, from, to, direction, limit)?,
            };
            if self.is_flat() {
                return Ok(Walk::of_latest(entries));
            }
        }
        self.whole(self.versions().walk(from, to, direction, limit)?)
    }
}
