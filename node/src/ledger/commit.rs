//! Making a block permanent: the steps, and the parts of its batch.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use codec::Encode;
use sillok_abi::{Certificate, Hash, Validator};
use sillok_client::trust::SetChange;
use sillok_runtime::{Changes, Execution, FieldRoots, StateReader};

use super::records::{BlockReceipts, Place, Tip};
use super::view::View;
use super::{Ledger, TIP, keys};
use crate::consensus::CertifiedBlock;
use crate::fail_point::FailPoint;
use crate::storage::{Batch, StorageError, Table};

impl Ledger {
    /// Begins to make the block permanent that follows the tip; answers what the tip is to be. [`Ledger::write`] and
    /// [`Ledger::take_in`], in any order or at the same time, and then [`Ledger::advance`] are to follow.
    ///
    /// # Errors
    /// If it does not follow the tip.
    pub(crate) fn begin(&self, block: &CertifiedBlock, execution: &Execution) -> Result<Tip, StorageError> {
        let parent = self.tip();
        let header = &block.block.header;
        if header.height != parent.height + 1 || header.parent != parent.block {
            return Err(StorageError::NotNext { height: header.height, tip: parent.height });
        }
        // From here on views below this height read versions; see `View`.
        self.source.begun.store(header.height, Ordering::SeqCst);
        Ok(Tip {
            height: header.height,
            block: block.certificate.block,
            time: header.time,
            receipts_root: execution.receipts_root,
            empty: execution.receipts.is_empty() && execution.changes.is_empty(),
        })
    }

    /// Writes a block, which `tip` is to be, and with it what the one before has changed in the tree of fields,
    /// to which this block's header commits. `announced` are the validators of the next block if they are others
    /// than this one's. On return it is on disk, and final. One that is not the last need only outlive this process:
    /// for a loss of power the last one, or [`Ledger::sync`], is to follow.
    ///
    /// # Errors
    /// If storage fails; the node must then halt.
    pub(crate) fn write(
        &self,
        tip: &Tip,
        block: &CertifiedBlock,
        execution: &Execution,
        roots_before: &FieldRoots,
        announced: Option<&[Validator]>,
        is_last: bool,
    ) -> Result<(), StorageError> {
        let mut batch = Batch::default();
        state(&mut batch, tip.height, &execution.changes);
        self.settle_bodies(&mut batch, block);
        self::block(&mut batch, tip, &block.certificate, execution);
        field_roots(&mut batch, tip.height - 1, roots_before);
        if let Some(validators) = announced {
            let (header, certificate) = (block.block.header.clone(), block.certificate.clone());
            let change = SetChange { header, certificate, validators: validators.to_vec() };
            batch.put(Table::ValidatorChanges, keys::height(tip.height).to_vec(), change.encode());
        }
        batch.put(Table::Meta, TIP, tip.encode());
        FailPoint::Unwritten.pass();
        if is_last {
            self.storage.write(batch)?
        } else {
            self.storage.write_lazily(batch)?
        }
        FailPoint::Written.pass();
        Ok(())
    }

    /// Has all blocks that were written on disk.
    ///
    /// # Errors
    /// If storage fails; the node must then halt.
    pub(crate) fn sync(&self) -> Result<(), StorageError> {
        self.storage.sync()
    }

    /// Takes in what a block has changed; answers the state after it, for the thread that commits blocks, and for it
    /// alone, whether the block is written yet or not.
    pub(crate) fn take_in(&self, height: u64, changes: &Arc<Changes>) -> Arc<dyn StateReader> {
        self.source.apply(changes, height);
        Arc::new(View { fills: true, unwritten: Some(changes.clone()), ..self.view_at(height) })
    }

    /// Makes a block the tip, which is written and whose changes are taken in.
    pub(crate) fn advance(&self, tip: Tip) {
        self.forget_undecided(tip.height);
        *self.tip.write().unwrap_or_else(PoisonError::into_inner) = tip;
    }
}

/// Adds a block's state changes: the flat state, their versions, and the list of keys that undoing the
/// block needs. What those keys held before is their version below this height.
pub(super) fn state<'a>(batch: &mut Batch<'a>, height: u64, changes: &'a Changes) {
    for (key, value) in changes {
        batch.put(Table::History, keys::version(key, height), value.encode());
        match value {
            Some(value) => batch.put(Table::State, key, value),
            None => batch.remove(Table::State, key),
        }
    }
    let changed: Vec<&Vec<u8>> = changes.keys().collect();
    batch.put(Table::Undo, keys::height(height).to_vec(), changed.encode());
}

/// Adds what changed in the tree of fields with the block at `height`.
pub(super) fn field_roots(batch: &mut Batch<'_>, height: u64, roots: &FieldRoots) {
    for (field, root) in roots {
        let root = root.map(|root| root.to_vec());
        batch.put(Table::FieldRoots, keys::version(field, height), root.encode());
    }
}

/// Adds a block's certificate and receipts, and where they are found by id.
pub(super) fn block<'a>(
    batch: &mut Batch<'a>,
    tip: &Tip,
    certificate: &Certificate,
    execution: &'a Execution,
) {
    let key = keys::height(tip.height).to_vec();
    batch.put(Table::Certificates, key.clone(), certificate.encode());
    batch.put(Table::BlockIds, tip.block.to_vec(), tip.height.encode());
    batch.put(Table::Receipts, key, BlockReceipts::encode_parts(execution.scheduled, &execution.receipts));
    // Each receipt bears the id of its transaction, so that no transaction is hashed again here.
    let receipts = execution.receipts.iter().skip(execution.scheduled);
    let mut places: Vec<(&Hash, u32)> = receipts.map(|receipt| &receipt.id).zip(0..).collect();
    // In the order of keys, as storage likes them.
    places.sort_unstable();
    for (id, index) in places {
        let place = Place { height: tip.height, index };
        batch.put(Table::Transactions, id.as_slice(), place.encode());
    }
}
