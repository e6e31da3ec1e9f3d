//! Storage in memory, for tests and simulations.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::RwLock;

use sillok_runtime::{Direction, PageLimit};

use super::{Batch, Entry, Storage, StorageError, Table, Tables};

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// Storage in memory.
#[derive(Default)]
pub(crate) struct MemoryStorage {
    tables: RwLock<BTreeMap<Table, Entries>>,
}

fn poisoned<T>(_: T) -> StorageError {
    StorageError::Engine("a thread panicked while it wrote".into())
}

impl Tables for MemoryStorage {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let tables = self.tables.read().map_err(poisoned)?;
        Ok(tables.get(&table).and_then(|table| table.get(key)).cloned())
    }

    fn page(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        direction: Direction,
        limit: PageLimit,
    ) -> Result<Vec<Entry>, StorageError> {
        let tables = self.tables.read().map_err(poisoned)?;
        let Some(table) = tables.get(&table) else { return Ok(Vec::new()) };
        let bounds = (Bound::Included(from.min(to)), Bound::Excluded(to));
        let entries = table.range::<[u8], _>(bounds);
        let owned = |(key, value): (&Vec<u8>, &Vec<u8>)| Ok((key.clone(), value.clone()));
        match direction {
            Direction::Ascending => limit.page(entries.map(owned)),
            Direction::Descending => limit.page(entries.rev().map(owned)),
        }
    }
}

impl Storage for MemoryStorage {
    fn freeze(&self) -> Result<Box<dyn Tables + '_>, StorageError> {
        let tables = self.tables.read().map_err(poisoned)?.clone();
        Ok(Box::new(MemoryStorage { tables: RwLock::new(tables) }))
    }

    fn write(&self, batch: Batch<'_>) -> Result<(), StorageError> {
        let mut tables = self.tables.write().map_err(poisoned)?;
        for change in batch.changes {
            let table = tables.entry(change.table).or_default();
            match change.value {
                Some(value) => table.insert(change.key.into_owned(), value.into_owned()),
                None => table.remove(change.key.as_ref()),
            };
        }
        Ok(())
    }

    fn write_lazily(&self, batch: Batch<'_>) -> Result<(), StorageError> {
        self.write(batch)
    }

    fn sync(&self) -> Result<(), StorageError> {
        Ok(())
    }
}
