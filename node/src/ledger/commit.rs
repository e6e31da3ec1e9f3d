//! The parts of a block's batch.

use codec::Encode;
use sillok_abi::{Certificate, Hash};
use sillok_runtime::{Changes, Execution, FieldRoots};

use super::keys;
use super::records::{BlockReceipts, Place, Tip};
use crate::storage::{Batch, Table};

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
