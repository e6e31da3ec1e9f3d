//! Beginning a chain with a snapshot. It is checked in the same pass in which it is written, and becomes a chain
//! with the last batch alone: a crash before that leaves what no node starts on, and another restore begins anew.

use std::sync::Arc;

use sillok_abi::{Block, Hash, Validator};
use sillok_runtime::Genesis;

use super::check::{Checked, Taker, verify_into};
use super::{SnapshotError, SnapshotFolder};
use crate::fail_point::FailPoint;
use crate::ledger::{Base, Ledger, Restore};
use crate::storage::{DataFolder, Storage, StorageError};

struct Writes(Restore);

impl Taker for Writes {
    fn entry(&mut self, key: &[u8], value: &[u8]) -> Result<(), SnapshotError> {
        FailPoint::Restoring.pass();
        Ok(self.0.entry(key, value)?)
    }

    fn block(&mut self, id: &Hash, block: &Block) -> Result<(), SnapshotError> {
        Ok(self.0.block(id, block)?)
    }
}

/// Restores a snapshot into the data folder, which has no chain; what an unfinished restore left is removed. The
/// snapshot has to be of the chain of `genesis`, by these validators.
///
/// # Errors
/// If the folder has a chain, the snapshot is not true, or something can't be read or written.
pub(crate) fn restore(
    snapshot: &SnapshotFolder,
    data: &DataFolder,
    genesis: &Genesis,
    validators: &[Validator],
) -> Result<Checked, SnapshotError> {
    let restored = restore_into(snapshot, fresh(data)?, genesis, validators);
    if restored.is_err() {
        // Nothing is left of what is not true: the folder is as it was.
        data.remove_database()?;
    }
    restored
}

/// Storage without anything in it.
fn fresh(data: &DataFolder) -> Result<Arc<dyn Storage>, SnapshotError> {
    let storage = data.open()?;
    match Ledger::stored_chain(&storage) {
        Ok(None) => return Ok(Arc::new(storage)),
        Ok(Some(_)) => return Err(SnapshotError::NotFresh(data.path().to_path_buf())),
        Err(StorageError::Unfinished) => drop(storage),
        Err(error) => return Err(error.into()),
    }
    data.remove_database()?;
    Ok(Arc::new(data.open()?))
}

/// The same, into this storage, in which there is nothing.
pub(super) fn restore_into(
    snapshot: &SnapshotFolder,
    storage: Arc<dyn Storage>,
    genesis: &Genesis,
    validators: &[Validator],
) -> Result<Checked, SnapshotError> {
    let height = snapshot.manifest()?.height();
    let mut writes = Writes(Restore::begin(storage, height)?);
    let checked = verify_into(snapshot, &genesis.hash(), validators, &mut writes)?;
    FailPoint::Restored.pass();
    let base = Base {
        header: checked.last.clone(),
        state_root: checked.manifest.header.state_root,
        first: checked.manifest.first,
        before: checked.before.clone(),
    };
    let receipts_root = checked.manifest.header.receipts_root;
    writes.0.finish(genesis, &base, receipts_root, (&checked.tree, &checked.changes))?;
    Ok(checked)
}
