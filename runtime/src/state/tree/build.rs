//! Making the tree of many entries at once, as a node does when it starts.

use sillok_abi::{Hash, NodeKind, Short, bit_of, first_difference, short, short_hash};

use super::arena::{Arena, Fork, NodeRef};
use super::hashing::{Touched, hash};
use super::{Fault, FieldKey, StateTree, Tree, place_of_field, split_key};

/// Takes entries in the order of their keys, and makes their tree.
#[derive(Default)]
pub struct TreeBuilder {
    tree: StateTree,
    field: Option<FieldKey>,
    leaves: Vec<(Short, Short)>,
}

impl TreeBuilder {
    /// Takes the next entry.
    ///
    /// # Errors
    /// If its key is too short to be one of state.
    pub fn add(&mut self, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        let (field, rest) = split_key(key)?;
        if self.field != Some(field) {
            self.end_field();
            self.field = Some(field);
        }
        self.leaves.push((short_hash(rest), short_hash(value)));
        Ok(())
    }

    /// Takes a field by its root alone: proofs can then pass by it, but not go into it.
    pub fn add_field(&mut self, field: &FieldKey, root: &Hash) {
        self.end_field();
        self.tree.fields.insert(*field, Tree { root: None, digest: *root });
    }

    /// The tree of all entries.
    pub fn finish(mut self) -> StateTree {
        self.end_field();
        let mut leaves: Vec<(Short, Short)> =
            self.tree.fields.iter().map(|(key, field)| (place_of_field(key), short(&field.digest))).collect();
        self.tree.top = tree(&mut self.tree.arena, NodeKind::Field, &mut leaves);
        self.tree
    }

    fn end_field(&mut self) {
        if let Some(field) = self.field.take() {
            let tree = tree(&mut self.tree.arena, NodeKind::Key, &mut self.leaves);
            self.tree.fields.insert(field, tree);
            self.leaves.clear();
        }
    }
}

/// The tree of these leaves, each of another place.
fn tree(arena: &mut Arena, kind: NodeKind, leaves: &mut [(Short, Short)]) -> Tree {
    leaves.sort_unstable();
    let mut tree = Tree { root: node(arena, kind, leaves), digest: Hash::default() };
    let places = leaves.iter().map(|(place, _)| *place).collect();
    hash(arena, &mut [Touched { tree: &mut tree, places }]);
    tree
}

/// The node above these leaves, without digests. It goes no deeper than there are bits.
fn node(arena: &mut Arena, kind: NodeKind, leaves: &[(Short, Short)]) -> Option<NodeRef> {
    let ((first, content), (last, _)) = (leaves.first()?, leaves.last()?);
    let Some(bit) = first_difference(first, last) else {
        return Some(arena.insert_leaf(kind, first, content));
    };
    let middle = leaves.partition_point(|(place, _)| !bit_of(place, bit));
    let (left, right) = leaves.split_at(middle);
    let children = [node(arena, kind, left)?, node(arena, kind, right)?];
    Some(arena.insert_branch(Fork { children, bit }, [&Short::default(); 2]))
}
