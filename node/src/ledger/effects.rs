//! What one block has changed, read back from versions.

use sillok_abi::Hash;
use sillok_runtime::{FieldKey, FieldRoots};

use super::versions::Versions;
use super::{Ledger, keys, read};
use crate::storage::{StorageError, Table};

/// A key that a block has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The key.
    pub(crate) key: Vec<u8>,
    /// Its value before the block.
    pub(crate) before: Option<Vec<u8>>,
    /// Its value after it.
    pub(crate) after: Option<Vec<u8>>,
}

impl Ledger {
    /// What the block at `height` has changed, by key; none if there is no such block, or the states before and after
    /// it are not kept.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn changes(&self, height: u64) -> Result<Option<Vec<Change>>, StorageError> {
        let Some(before) = height.checked_sub(1).filter(|before| *before >= self.lowest()) else {
            return Ok(None);
        };
        let changed: Option<Vec<Vec<u8>>> = read(&*self.storage, Table::Undo, &keys::height(height))?;
        let (before, after) = (self.history(before), self.history(height));
        let change = |key: Vec<u8>| Ok(Change { before: before.get(&key)?, after: after.get(&key)?, key });
        changed.map(|keys| keys.into_iter().map(change).collect()).transpose()
    }

    fn history(&self, height: u64) -> Versions<'_> {
        Versions { storage: &*self.storage, table: Table::History, height }
    }

    /// The roots of these fields after the block at `height`, which another one follows.
    ///
    /// # Errors
    /// If they can't be read.
    pub(crate) fn roots_at(
        &self,
        height: u64,
        fields: impl Iterator<Item = FieldKey>,
    ) -> Result<FieldRoots, StorageError> {
        let roots = Versions { storage: &*self.storage, table: Table::FieldRoots, height };
        let damaged = |_| StorageError::Corrupt("a field's root is damaged".into());
        let root = |field: FieldKey| {
            let root = roots.get(&field)?.map(Hash::try_from).transpose().map_err(damaged)?;
            Ok((field, root))
        };
        fields.map(root).collect()
    }
}
