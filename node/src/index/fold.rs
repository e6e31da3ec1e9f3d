//! Changes of the index that are to be written together, and reading through them.

use std::collections::BTreeMap;

use codec::{DecodeAll, Encode};

use crate::storage::{Batch, StorageError, Table, Tables};

/// Changes, over what is stored.
pub(super) struct Fold<'a> {
    stored: &'a dyn Tables,
    changes: BTreeMap<(Table, Vec<u8>), Vec<u8>>,
}

impl<'a> Fold<'a> {
    pub(super) fn new(stored: &'a dyn Tables) -> Self {
        Fold { stored, changes: BTreeMap::new() }
    }

    /// How many changes there are.
    pub(super) fn len(&self) -> usize {
        self.changes.len()
    }

    /// What is at a key, with the changes made.
    pub(super) fn get<T: DecodeAll>(&self, table: Table, key: Vec<u8>) -> Result<Option<T>, StorageError> {
        match self.changes.get(&(table, key.clone())) {
            Some(changed) => decode(changed).map(Some),
            None => read(self.stored, table, &key),
        }
    }

    /// Puts a value at a key.
    pub(super) fn put(&mut self, table: Table, key: Vec<u8>, value: &impl Encode) {
        self.changes.insert((table, key), value.encode());
    }

    /// The changes, to be written.
    pub(super) fn into_batch(self) -> Batch<'static> {
        let mut batch = Batch::default();
        for ((table, key), value) in self.changes {
            batch.put(table, key, value);
        }
        batch
    }
}

/// What is stored at a key.
pub(super) fn read<T: DecodeAll>(
    stored: &dyn Tables,
    table: Table,
    key: &[u8],
) -> Result<Option<T>, StorageError> {
    stored.get(table, key)?.map(|bytes| decode(&bytes)).transpose()
}

/// What an entry says.
pub(super) fn decode<T: DecodeAll>(mut bytes: &[u8]) -> Result<T, StorageError> {
    T::decode_all(&mut bytes).map_err(|_| damaged())
}

/// Of an entry that says nothing.
pub(super) fn damaged() -> StorageError {
    StorageError::Corrupt("an entry of the index is damaged: `sillok history rebuild` makes it anew".into())
}
