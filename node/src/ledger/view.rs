//! The state after one height, unmoved by later blocks.
//!
//! The flat state is the state of the last block and quick to read. A view uses it as long as no
//! later block's batch has been handed to storage, which it checks *after* each read: a batch is only
//! handed over after the height is raised, so a read that could have seen any of it is thrown away
//! and made again from the versions. So a view needs no lock and pins nothing in the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use codec::DecodeAll;
use sillok_runtime::{Direction, Fault, PageLimit, StateReader};

use super::keys;
use crate::storage::{Entry, Storage, StorageError, Table};

/// The state after one height.
pub(super) struct View {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) begun: Arc<AtomicU64>,
    pub(super) height: u64,
}

impl View {
    /// Whether the flat state still is this view's state.
    fn is_flat(&self) -> bool {
        self.begun.load(Ordering::SeqCst) == self.height
    }

    fn versioned_get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.newest(&keys::versions(key))
    }

    /// The newest value up to this height of the key with these versions.
    fn newest(&self, versions: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let from = keys::at_height(versions.to_vec(), self.height);
        let found = self.storage.range(Table::History, &from, &keys::after(versions), 1)?;
        let damaged = |_| StorageError::Corrupt("a version does not decode".into());
        match found.first() {
            Some((_, value)) => Option::<Vec<u8>>::decode_all(&mut value.as_slice()).map_err(damaged),
            None => Ok(None),
        }
    }

    /// Two searches for each key that was ever in the range: for any version of it, and for its newest
    /// one up to this height.
    fn versioned_page(
        &self,
        from: &[u8],
        to: &[u8],
        direction: Direction,
        limit: PageLimit,
    ) -> Result<Vec<Entry>, StorageError> {
        let (mut from, mut to) = (keys::versions(from), keys::versions(to));
        let mut next = || -> Result<Option<Entry>, StorageError> {
            loop {
                let one = PageLimit::entries(1);
                let found = self.storage.page(Table::History, &from, &to, direction, one)?;
                let Some((version, _)) = found.first() else { return Ok(None) };
                let damaged = || StorageError::Corrupt("a version's key does not decode".into());
                let (key, versions) = keys::split_version(version).ok_or_else(damaged)?;
                let value = self.newest(&versions)?;
                match direction {
                    Direction::Ascending => from = keys::after(&versions),
                    Direction::Descending => to = versions,
                }
                if let Some(value) = value {
                    return Ok(Some((key, value)));
                }
            }
        };
        limit.page(std::iter::from_fn(|| next().transpose()))
    }
}

impl StateReader for View {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        if self.is_flat() {
            let value = self.storage.get(Table::State, key)?;
            if self.is_flat() {
                return Ok(value);
            }
        }
        Ok(self.versioned_get(key)?)
    }

    fn page(
        &self,
        from: &[u8],
        to: &[u8],
        direction: Direction,
        limit: PageLimit,
    ) -> Result<Vec<Entry>, Fault> {
        if self.is_flat() {
            let entries = self.storage.page(Table::State, from, to, direction, limit)?;
            if self.is_flat() {
                return Ok(entries);
            }
        }
        Ok(self.versioned_page(from, to, direction, limit)?)
    }
}
