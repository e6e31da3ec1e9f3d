//! What a table of versions held after one height.

use codec::DecodeAll;
use sillok_runtime::{Direction, PageLimit};

use super::keys;
use crate::storage::{Entry, Storage, StorageError, Table};

/// The newest versions up to a height.
pub(super) struct Versions<'a> {
    pub(super) storage: &'a dyn Storage,
    pub(super) table: Table,
    pub(super) height: u64,
}

impl Versions<'_> {
    /// The value of a key; none if there was none.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.newest(&keys::versions(key))
    }

    /// The newest value up to this height of the key with these versions.
    fn newest(&self, versions: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let from = keys::at_height(versions.to_vec(), self.height);
        let found = self.storage.range(self.table, &from, &keys::after(versions), 1)?;
        let damaged = |_| StorageError::Corrupt("a version does not decode".into());
        match found.first() {
            Some((_, value)) => Option::<Vec<u8>>::decode_all(&mut value.as_slice()).map_err(damaged),
            None => Ok(None),
        }
    }

    /// A page of the keys from `from` on and before `to` that had a value. Two searches for each key that
    /// was ever in the range: for any version of it, and for its newest one up to this height.
    pub(super) fn page(
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
                let found = self.storage.page(self.table, &from, &to, direction, one)?;
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
