//! What a block did on this node, in a form that can be compared with another node's line by line.

use std::collections::BTreeSet;

use codec::Encode;
use serde_json::{Value, json};
use sillok_abi::{ContractId, Hash, Receipt};
use sillok_runtime::{Fault, FieldKey, FieldRoots};

use super::{Chain, CommittedBlock};
use crate::ledger::Change;

impl Chain {
    /// What the block at `height` did: roots before and after it, the roots of the fields that it changed, what it
    /// changed by key, and its receipts. None if there is no such block, or the states around it are not kept.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn effects(&self, height: u64) -> Result<Option<Value>, Fault> {
        let (Some(block), Some(changes)) = (self.committed(height)?, self.ledger.changes(height)?) else {
            return Ok(None);
        };
        let (state_root, receipts_root) = self.roots_after(height)?;
        let roots = self.field_roots(height, &changes)?;
        let fields: Vec<Value> = roots.iter().map(|(field, root)| self.field(field, root.as_ref())).collect();
        let changes: Vec<Value> = changes.iter().map(|change| self.change(change)).collect();
        Ok(Some(json!({
            "chain": hex(self.id),
            "version": env!("CARGO_PKG_VERSION"),
            "height": height,
            "block": hex(block.id),
            "parent_state_root": hex(block.header().state_root),
            "state_root": hex(state_root),
            "receipts_root": hex(receipts_root),
            "fields": fields,
            "changes": changes,
            "receipts": receipts(&block),
        })))
    }

    /// The roots of state and receipts after a block: this node's own for the last one, and those of the next
    /// header for others.
    fn roots_after(&self, height: u64) -> Result<(Hash, Hash), Fault> {
        let (tip, root) = self.tip_and_root()?;
        if tip.height == height {
            return Ok((root, tip.receipts_root));
        }
        let next =
            self.committed(height + 1)?.ok_or_else(|| Fault::new("the block after a block is missing"))?;
        Ok((next.header().state_root, next.header().receipts_root))
    }

    fn field_roots(&self, height: u64, changes: &[Change]) -> Result<FieldRoots, Fault> {
        let fields: BTreeSet<FieldKey> =
            changes.iter().filter_map(|change| change.key.first_chunk().copied()).collect();
        if height < self.tip().height {
            return Ok(self.ledger.roots_at(height, fields.into_iter())?);
        }
        self.commitment
            .at(height, |after| fields.iter().map(|field| (*field, after.tree.field_root(field))).collect())
    }

    fn field(&self, field: &FieldKey, root: Option<&Hash>) -> Value {
        let (contract, name, rest) = self.split(field);
        json!({ "contract": contract, "name": name, "field": rest, "root": root.map(hex) })
    }

    fn change(&self, change: &Change) -> Value {
        let (contract, name, rest) = self.split(&change.key);
        let (before, after) = (change.before.as_ref().map(hex), change.after.as_ref().map(hex));
        json!({ "contract": contract, "name": name, "key": rest, "before": before, "after": after })
    }

    /// A key's contract, that contract's name if genesis has one, and the rest.
    fn split(&self, key: &[u8]) -> (Option<String>, Option<String>, String) {
        let (contract, rest) =
            key.split_first_chunk().map_or((None, key), |(id, rest)| (Some(ContractId(*id)), rest));
        let is_it = |name: &&String| self.genesis.contract(name) == contract;
        let name = self.genesis.contracts.iter().map(|one| &one.name).find(is_it).cloned();
        (contract.map(|contract| contract.to_string()), name, hex(rest))
    }
}

fn receipts(block: &CommittedBlock) -> Vec<Value> {
    let all = block.receipts.of_scheduled().iter().chain(block.receipts.of_transactions());
    let receipt = |receipt: &Receipt| {
        let outcome = format!("{:?}", receipt.outcome);
        let events: Vec<Value> = receipt
            .events
            .iter()
            .map(|event| json!({ "contract": event.contract.to_string(), "name": event.name, "data": hex(&event.data) }))
            .collect();
        json!({ "id": hex(receipt.id), "gas_used": receipt.gas_used, "outcome": outcome, "events": events,
            "raw": hex(receipt.encode()) })
    };
    all.map(receipt).collect()
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}
