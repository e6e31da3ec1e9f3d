//! Beginning a chain with a snapshot instead of genesis.
//!
//! Entries are written as they come, and not synced. What makes them a chain is the last batch, which is: until
//! then the storage is marked as being restored, and no node starts on it.

use std::sync::Arc;

use codec::Encode;
use sillok_abi::{Block, Hash};
use sillok_client::trust::SetChange;
use sillok_runtime::{FieldKey, FieldRoots, Genesis, StateTree};

use super::records::{Base, Tip};
use super::{BASE, CHAIN, PRUNED, RESTORING, TIP, commit, keys};
use crate::limits;
use crate::storage::{Batch, Storage, StorageError, Table};

/// A chain that is being restored.
pub(crate) struct Restore {
    storage: Arc<dyn Storage>,
    height: u64,
    batch: Batch<'static>,
    /// About how much the batch holds, in bytes.
    bytes: usize,
    fields: Vec<FieldKey>,
}

impl Restore {
    /// Begins to restore the state after the block at `height` into empty storage.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn begin(storage: Arc<dyn Storage>, height: u64) -> Result<Self, StorageError> {
        let mut batch = Batch::default();
        batch.put(Table::Meta, RESTORING, height.encode());
        storage.write(batch)?;
        Ok(Restore { storage, height, batch: Batch::default(), bytes: 0, fields: Vec::new() })
    }

    /// Takes the next entry of state, in the order of keys.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn entry(&mut self, key: &[u8], value: &[u8]) -> Result<(), StorageError> {
        if let Some(field) = key.first_chunk()
            && self.fields.last() != Some(field)
        {
            self.fields.push(*field);
        }
        self.batch.put(Table::State, key.to_vec(), value.to_vec());
        self.batch.put(Table::History, keys::version(key, self.height), Some(value).encode());
        self.grow(2 * (key.len() + value.len()))
    }

    /// Takes a block of those that a node has to remember the transactions of.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn block(&mut self, id: &Hash, block: &Block) -> Result<(), StorageError> {
        let bytes = block.encode();
        let size = bytes.len();
        self.batch.put(Table::Bodies, keys::body(block.header.height, id).to_vec(), bytes);
        self.grow(size)
    }

    fn grow(&mut self, bytes: usize) -> Result<(), StorageError> {
        self.bytes += bytes;
        if self.bytes < limits::SNAPSHOT_CHUNK_BYTES {
            return Ok(());
        }
        self.bytes = 0;
        self.storage.write_lazily(std::mem::take(&mut self.batch))
    }

    /// Makes it a chain, whose last block is `base`'s. `tree` is of all entries.
    ///
    /// # Errors
    /// If storage fails: then it is none.
    pub(crate) fn finish(
        mut self,
        genesis: &Genesis,
        base: &Base,
        receipts_root: Hash,
        (tree, changes): (&StateTree, &[SetChange]),
    ) -> Result<(), StorageError> {
        let header = &base.header;
        let tip = Tip {
            height: header.height,
            block: header.id(),
            time: header.time,
            receipts_root,
            // A block that certifies its state exists already; this node need not know why.
            empty: false,
        };
        let roots: FieldRoots = self.fields.iter().map(|field| (*field, tree.field_root(field))).collect();
        commit::field_roots(&mut self.batch, tip.height, &roots);
        for change in changes {
            let key = keys::height(change.header.height).to_vec();
            self.batch.put(Table::ValidatorChanges, key, change.encode());
        }
        self.batch.put(Table::Meta, CHAIN, genesis.hash().encode());
        self.batch.put(Table::Meta, PRUNED, tip.height.encode());
        self.batch.put(Table::Meta, BASE, base.encode());
        self.batch.put(Table::Meta, TIP, tip.encode());
        self.batch.remove(Table::Meta, RESTORING);
        self.storage.write(self.batch)
    }
}
