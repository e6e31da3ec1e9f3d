//! Forgetting: versions that no height from a certain one on can see are removed.
//!
//! A version is seen from its own height up to the next one of its key. So once the heights below *h* are
//! given up, every version that a block up to *h* has replaced can go. Blocks name the keys that they changed
//! (the undo records), so that nothing is searched for.
//!
//! Invariant: the lowest height that can be read is raised before anything below it is removed; a reader
//! checks it after each read, as [`super::view`] does with the tip.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use codec::Encode;
use sillok_runtime::FieldKey;

use super::{Ledger, PRUNED, keys, read};
use crate::limits;
use crate::storage::{Batch, StorageError, Table};

impl Ledger {
    /// The lowest height whose state can be read.
    pub(crate) fn lowest(&self) -> u64 {
        self.source.lowest.load(Ordering::SeqCst)
    }

    /// Gives up the state before `height`, which is not above the tip, for at most
    /// [`limits::PRUNED_BLOCKS`] blocks; answers whether there is more to do.
    ///
    /// # Errors
    /// If storage fails; what was not removed will be the next time.
    pub(crate) fn prune(&self, height: u64) -> Result<bool, StorageError> {
        let from = self.lowest();
        // The tip's own changes are still asked for, when the next block commits to them.
        let last = self.tip().height.saturating_sub(1);
        let to = height.min(from.saturating_add(limits::PRUNED_BLOCKS)).min(last);
        if to <= from {
            return Ok(false);
        }
        self.source.lowest.store(to, Ordering::SeqCst);
        let mut batch = Batch::default();
        batch.put(Table::Meta, PRUNED, to.encode());
        for block in from + 1..=to {
            self.prune_block(&mut batch, block)?;
        }
        self.storage.write_lazily(batch)?;
        Ok(to < height)
    }

    /// Removes what the block at `height` has replaced, and its undo record.
    fn prune_block(&self, batch: &mut Batch<'_>, height: u64) -> Result<(), StorageError> {
        let undo = keys::height(height);
        let changed: Vec<Vec<u8>> = read(&*self.storage, Table::Undo, &undo)?.unwrap_or_default();
        let mut fields: BTreeSet<&FieldKey> = BTreeSet::new();
        for key in &changed {
            fields.extend(key.first_chunk::<{ size_of::<FieldKey>() }>());
            self.prune_key(batch, Table::History, key, height)?;
        }
        for field in fields {
            self.prune_key(batch, Table::FieldRoots, field, height)?;
        }
        batch.remove(Table::Undo, undo.to_vec());
        Ok(())
    }

    /// Removes the version of a key below `height`, of which there is at most one, as earlier blocks went
    /// before; and that at `height` too, if all that it says is that there is nothing.
    fn prune_key(
        &self,
        batch: &mut Batch<'_>,
        table: Table,
        key: &[u8],
        height: u64,
    ) -> Result<(), StorageError> {
        let versions = keys::versions(key);
        let own = keys::at_height(versions.clone(), height);
        for (version, value) in self.storage.range(table, &own, &keys::after(&versions), 2)? {
            if version != own || value == None::<Vec<u8>>.encode() {
                batch.remove(table, version);
            }
        }
        Ok(())
    }
}
