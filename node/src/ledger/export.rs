//! What a snapshot is made of: the ledger as it is at one moment, read from there while blocks go on.
//!
//! The state of an earlier height is the flat state with what later blocks have changed set back; only if those
//! are many is it read from the versions, which takes several searches for each key.

use std::collections::btree_map;

use sillok_abi::{Block, Certificate, Header};
use sillok_runtime::{Changes, Direction, PageLimit};

use super::bodies::recent_block;
use super::records::{Base, Tip};
use super::versions::Versions;
use super::{BASE, Ledger, PRUNED, TIP, keys, read};
use crate::limits;
use crate::storage::{Entry, StorageError, Table, Tables};

/// A ledger at one moment.
pub(crate) struct FrozenLedger<'a> {
    tables: Box<dyn Tables + 'a>,
    tip: Tip,
    base: Option<Base>,
    lowest: u64,
}

impl Ledger {
    /// The ledger as it is now, whatever is committed meanwhile.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn freeze(&self) -> Result<FrozenLedger<'_>, StorageError> {
        let tables = self.storage.freeze()?;
        let tip: Option<Tip> = read(&*tables, Table::Meta, TIP)?;
        let tip = tip.ok_or_else(|| StorageError::Corrupt("it has no tip".into()))?;
        let base = read(&*tables, Table::Meta, BASE)?;
        let lowest = read(&*tables, Table::Meta, PRUNED)?.unwrap_or(0);
        Ok(FrozenLedger { tables, tip, base, lowest })
    }
}

impl FrozenLedger<'_> {
    /// The last block.
    pub(crate) fn tip(&self) -> &Tip {
        &self.tip
    }

    /// The lowest height whose state can be read.
    pub(crate) fn lowest(&self) -> u64 {
        self.lowest
    }

    /// The oldest block that is here.
    pub(crate) fn first_block(&self) -> u64 {
        self.base.as_ref().map_or(1, |base| base.first)
    }

    /// The header of the block before the oldest one; none if that is genesis.
    pub(crate) fn before_first(&self) -> Option<&Header> {
        self.base.as_ref()?.before.as_ref()
    }

    /// The block at `height`, from the oldest one that is here to the tip.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn block(&self, height: u64) -> Result<Block, StorageError> {
        recent_block(&*self.tables, height)
    }

    /// What makes the block at `height` final; none if it came with a snapshot.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn certificate(&self, height: u64) -> Result<Option<Certificate>, StorageError> {
        read(&*self.tables, Table::Certificates, &keys::height(height))
    }

    /// The state after the block at `height`, which is none below [`Self::lowest`] and none above the tip.
    pub(crate) fn state(&self, height: u64) -> FrozenState<'_> {
        FrozenState { tables: &*self.tables, height, tip: self.tip.height }
    }
}

/// The state after one height.
pub(crate) struct FrozenState<'a> {
    tables: &'a dyn Tables,
    height: u64,
    tip: u64,
}

impl FrozenState<'_> {
    fn versions(&self) -> Versions<'_> {
        Versions { storage: self.tables, table: Table::History, height: self.height }
    }

    /// The value of a key.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.versions().get(key)
    }

    /// Hands over all entries in the order of their keys.
    ///
    /// # Errors
    /// If they can't be read, or `take` fails.
    pub(crate) fn each<E: From<StorageError>>(
        &self,
        mut take: impl FnMut(&[u8], &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(mut set_back) = self.changed_since()? else {
            let page = |from: &[u8], limit| self.versions().page(from, &keys::BEYOND_STATE, limit);
            return each_page(page, |key, value| take(&key, &value));
        };
        let flat = |from: &[u8], limit| {
            self.tables.page(Table::State, from, &keys::BEYOND_STATE, Direction::Ascending, limit)
        };
        each_page(flat, |key, value| {
            // Those that are gone by now, before those that are still there.
            while let Some(first) = set_back.first_entry().filter(|first| first.key() < &key) {
                let (key, before) = first.remove_entry();
                before.map_or(Ok(()), |before| take(&key, &before))?;
            }
            match set_back.remove(&key) {
                Some(before) => before.map_or(Ok(()), |before| take(&key, &before)),
                None => take(&key, &value),
            }
        })?;
        set_back.into_iter().try_for_each(|(key, before)| before.map_or(Ok(()), |before| take(&key, &before)))
    }

    /// What the blocks after this height have changed, with what it was; none if those blocks are too many.
    fn changed_since(&self) -> Result<Option<Changes>, StorageError> {
        let mut changed = Changes::new();
        if self.tip - self.height > limits::SNAPSHOT_SET_BACK_BLOCKS {
            return Ok(None);
        }
        for height in self.height + 1..=self.tip {
            let keys: Option<Vec<Vec<u8>>> = read(self.tables, Table::Undo, &keys::height(height))?;
            let gone = || StorageError::Corrupt(format!("what block {height} changed is missing"));
            for key in keys.ok_or_else(gone)? {
                if let btree_map::Entry::Vacant(vacant) = changed.entry(key) {
                    let before = self.get(vacant.key())?;
                    vacant.insert(before);
                }
            }
            if changed.len() > limits::SNAPSHOT_SET_BACK_KEYS {
                return Ok(None);
            }
        }
        Ok(Some(changed))
    }
}

/// Goes through entries a page at a time; `page` reads the one that begins there.
fn each_page<E: From<StorageError>>(
    page: impl Fn(&[u8], PageLimit) -> Result<Vec<Entry>, StorageError>,
    mut take: impl FnMut(Vec<u8>, Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let limit = PageLimit { entries: limits::TREE_PAGE_ENTRIES, bytes: limits::SNAPSHOT_CHUNK_BYTES };
    let mut from = Vec::new();
    loop {
        let entries = page(&from, limit)?;
        let Some((last, _)) = entries.last() else { return Ok(()) };
        from = keys::next(last);
        entries.into_iter().try_for_each(|(key, value)| take(key, value))?;
    }
}
