//! What a table of versions held after one height.

use codec::DecodeAll;
use sillok_runtime::{Direction, MetKey, PageLimit, Walk};

use super::keys;
use crate::storage::{Entry, StorageError, Table, Tables};

/// How often the table is searched for each key of a range.
const SEARCHES_PER_KEY: usize = 2;

/// The newest versions up to a height.
pub(super) struct Versions<'a> {
    pub(super) storage: &'a dyn Tables,
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

    /// A page of the entries from `from` on and before `to`, however many keys without a value lie between.
    pub(super) fn page(&self, from: &[u8], to: &[u8], limit: PageLimit) -> Result<Vec<Entry>, StorageError> {
        let keys = self.keys(from, to, Direction::Ascending);
        limit.page(keys.filter_map(|met| match met {
            Ok((key, value)) => value.map(|value| Ok((key, value))),
            Err(error) => Some(Err(error)),
        }))
    }

    /// A page of the keys from `from` on and before `to` that have ever had a value.
    pub(super) fn walk(
        &self,
        from: &[u8],
        to: &[u8],
        direction: Direction,
        limit: PageLimit,
    ) -> Result<Walk, StorageError> {
        let entries = limit.met(self.keys(from, to, direction))?;
        let searches = SEARCHES_PER_KEY * entries.len() + 1;
        Ok(Walk { entries, searches })
    }

    /// The keys of a range that have ever had a value, with [`SEARCHES_PER_KEY`] for each: for any version of
    /// it, and for its newest one up to this height.
    fn keys(
        &self,
        from: &[u8],
        to: &[u8],
        direction: Direction,
    ) -> impl Iterator<Item = Result<MetKey, StorageError>> {
        let (mut from, mut to) = (keys::versions(from), keys::versions(to));
        let mut next = move || {
            let found = self.storage.page(self.table, &from, &to, direction, PageLimit::entries(1))?;
            let Some((version, _)) = found.first() else { return Ok(None) };
            let damaged = || StorageError::Corrupt("a version's key does not decode".into());
            let (key, versions) = keys::split_version(version).ok_or_else(damaged)?;
            let value = self.newest(&versions)?;
            match direction {
                Direction::Ascending => from = keys::after(&versions),
                Direction::Descending => to = versions,
            }
            Ok(Some((key, value)))
        };
        std::iter::from_fn(move || next().transpose())
    }
}
