//! The authenticated state: a tree whose root commits to every key and value, in memory.
//!
//! State is a tree of fields, each of which is a tree of its keys (`sillok_abi::state_tree` says what is
//! hashed). So a whole field can be proven by the search for it alone, and the tree of fields at an earlier
//! height can be made again from the fields' roots.
//!
//! Invariant: the root follows from the entries alone, not from the order in which they came. It is never
//! read when blocks are executed, and made again from the flat state when a node starts.
//!
//! The parts: `arena` holds the nodes, `change` moves leaves, `hashing` makes digests, `build` makes a tree
//! at once, `prove` reads proofs.

mod arena;
mod build;
mod change;
mod hashing;
mod prove;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use sillok_abi::{ContractId, FIELD_BYTES, Hash, NodeKind, field_place, short, short_hash};

use super::{Changes, Fault};
use arena::{Arena, NodeRef};
use change::LeafChange;
use hashing::{Touched, hash};

pub use build::TreeBuilder;

/// What comes before the rest of each key of a field: the contract and the field's four bytes.
pub type FieldKey = [u8; 32 + FIELD_BYTES];

/// A tree within the arena.
#[derive(Clone, Default)]
struct Tree {
    root: Option<NodeRef>,
    /// Zeros if there is no leaf.
    digest: Hash,
}

/// The roots of the fields that an update has changed; none for one that no longer has keys.
pub type FieldRoots = BTreeMap<FieldKey, Option<Hash>>;

/// The state tree.
#[derive(Clone, Default)]
pub struct StateTree {
    arena: Arena,
    fields: BTreeMap<FieldKey, Tree>,
    top: Tree,
}

/// A field with what changes in it.
struct FieldChange {
    key: FieldKey,
    tree: Tree,
    leaves: Vec<LeafChange>,
}

impl StateTree {
    /// The root: zeros if there is no entry.
    pub fn root(&self) -> Hash {
        self.top.digest
    }

    /// Makes the changes of a block.
    ///
    /// # Errors
    /// If a key is too short to be one of state.
    pub fn update(&mut self, changes: &Changes) -> Result<FieldRoots, Fault> {
        let mut fields = self.take_fields(changes)?;
        let arena = &mut self.arena;
        let mut touched: Vec<Touched<'_>> = fields
            .iter_mut()
            .map(|field| {
                let places = field.tree.change(arena, NodeKind::Key, &field.leaves);
                Touched { tree: &mut field.tree, places }
            })
            .collect();
        hash(arena, &mut touched);
        let mut roots = FieldRoots::new();
        for FieldChange { key, tree, .. } in fields {
            roots.insert(key, tree.root.map(|_| tree.digest));
            if tree.root.is_some() {
                self.fields.insert(key, tree);
            }
        }
        self.update_top(&roots);
        Ok(roots)
    }

    /// The root of a field's tree; none if the field has no keys.
    pub fn field_root(&self, field: &FieldKey) -> Option<Hash> {
        self.fields.get(field).map(|tree| tree.digest)
    }

    /// How much memory the nodes take, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.arena.bytes() + self.fields.len() * size_of::<(FieldKey, Tree)>()
    }

    /// Takes the changed fields out, so that all of them can be changed at once.
    fn take_fields(&mut self, changes: &Changes) -> Result<Vec<FieldChange>, Fault> {
        let mut fields: Vec<FieldChange> = Vec::new();
        for (key, value) in changes {
            let (field, rest) = split_key(key)?;
            if fields.last().is_none_or(|last| last.key != field) {
                let tree = self.fields.remove(&field).unwrap_or_default();
                fields.push(FieldChange { key: field, tree, leaves: Vec::new() });
            }
            let leaves = &mut fields.last_mut().expect("one was pushed above").leaves;
            leaves.push((short_hash(rest), value.as_deref().map(short_hash)));
        }
        for field in &mut fields {
            field.leaves.sort_unstable_by_key(|(place, _)| *place);
        }
        Ok(fields)
    }

    fn update_top(&mut self, roots: &FieldRoots) {
        let mut leaves: Vec<LeafChange> =
            roots.iter().map(|(key, root)| (place_of_field(key), root.as_ref().map(short))).collect();
        leaves.sort_unstable_by_key(|(place, _)| *place);
        let places = self.top.change(&mut self.arena, NodeKind::Field, &leaves);
        hash(&mut self.arena, &mut [Touched { tree: &mut self.top, places }]);
    }
}

/// The field of a key of state, and the contract's storage key, which begins with the field's bytes.
fn split_key(key: &[u8]) -> Result<(FieldKey, &[u8]), Fault> {
    let field = key.first_chunk().ok_or_else(|| Fault::new("a key of state has no field"))?;
    Ok((*field, &key[32..]))
}

/// The contract and the field's bytes.
fn parts(field: &FieldKey) -> (ContractId, [u8; FIELD_BYTES]) {
    let (contract, bytes) = field.split_first_chunk().expect("a field's key begins with a contract");
    (ContractId(*contract), bytes.try_into().expect("a field's key ends with the field's bytes"))
}

fn place_of_field(field: &FieldKey) -> sillok_abi::Short {
    let (contract, bytes) = parts(field);
    field_place(&contract, &bytes)
}
