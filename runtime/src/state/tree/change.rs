//! Changing the leaves of a tree. Digests are left to `hashing`; what has to be hashed is named by places.
//!
//! Invariant: the bits of branches grow on every way down, and every leaf is where the search for its place
//! ends.

use sillok_abi::{NodeKind, Short, bit_of, branch_block, first_difference, short};

use super::Tree;
use super::arena::{Arena, Branch, Leaf, Node, NodeRef};

/// What becomes of a place: its new content, or none if there is nothing any more.
pub(super) type LeafChange = (Short, Option<Short>);

/// Where a reference to a node is kept.
#[derive(Clone, Copy)]
enum Link {
    Root,
    Child { branch: u32, right: bool },
}

impl Tree {
    /// Changes leaves; answers the places on whose ways digests have to be made anew. All of them are in
    /// the tree, in order, each once.
    pub(super) fn change(&mut self, arena: &mut Arena, kind: NodeKind, changes: &[LeafChange]) -> Vec<Short> {
        let found = self.search_all(arena, changes);
        let mut touched = Vec::with_capacity(changes.len());
        let mut others = Vec::new();
        for (change, leaf) in changes.iter().zip(found) {
            match (leaf, change) {
                (Some(leaf), (place, Some(content))) => {
                    *arena.leaves.get_mut(leaf) = Leaf::new(kind, place, content);
                    touched.push(*place);
                }
                _ => others.push(change),
            }
        }
        if others.is_empty() {
            return touched;
        }
        // New and removed leaves one by one, as each may move the next one's place.
        let mut removed = Vec::new();
        for (place, content) in others {
            match content {
                Some(content) => {
                    self.insert(arena, kind, place, content);
                    touched.push(*place);
                }
                None => {
                    touched.extend(self.remove(arena, place));
                    removed.push(*place);
                }
            }
        }
        touched.sort_unstable();
        touched.dedup();
        removed.sort_unstable();
        touched.retain(|place| removed.binary_search(place).is_err());
        touched
    }

    /// The leaf of each place, if it has one. All searches go down together, so that the processor waits
    /// for many nodes at once instead of one after the other.
    fn search_all(&self, arena: &Arena, changes: &[LeafChange]) -> Vec<Option<u32>> {
        let Some(root) = self.root else { return vec![None; changes.len()] };
        let mut at = vec![root; changes.len()];
        let mut going: Vec<u32> = (0..changes.len() as u32).collect();
        while !going.is_empty() {
            going.retain(|index| {
                let index = *index as usize;
                let Node::Branch(branch) = at[index].node() else { return false };
                let branch = arena.branches.get(branch);
                at[index] = branch.children[usize::from(bit_of(&changes[index].0, branch.bit()))];
                true
            });
        }
        let own = |(node, (place, _)): (NodeRef, &LeafChange)| match node.node() {
            Node::Leaf(leaf) => Some(leaf).filter(|leaf| arena.leaves.get(*leaf).place() == *place),
            Node::Branch(_) => None,
        };
        at.into_iter().zip(changes).map(own).collect()
    }

    fn insert(&mut self, arena: &mut Arena, kind: NodeKind, place: &Short, content: &Short) {
        let leaf = NodeRef::leaf(arena.leaves.insert(Leaf::new(kind, place, content)));
        let Some(root) = self.root else {
            self.root = Some(leaf);
            return;
        };
        let nearest = arena.leaves.get(arena.search(root, place)).place();
        let bit = first_difference(&nearest, place).expect("the place was searched, and is not there");
        let (link, below) = self.link_above(arena, root, place, bit);
        let right = bit_of(place, bit);
        // The new leaf's digest comes with hashing; what was here keeps its own.
        let mut branch = Branch { block: branch_block(bit, &[0; 31], &[0; 31]), children: [leaf; 2] };
        branch.children[usize::from(!right)] = below;
        let digest = match link {
            Link::Root => short(&self.digest),
            Link::Child { branch, right } => arena.branches.get(branch).digest(right),
        };
        branch.set_digest(!right, &digest);
        let branch = NodeRef::branch(arena.branches.insert(branch));
        self.set_link(arena, link, branch);
    }

    /// The first link on the way to a place that leads to a leaf or to a branch of a later bit.
    fn link_above(&self, arena: &Arena, root: NodeRef, place: &Short, bit: u8) -> (Link, NodeRef) {
        let (mut link, mut at) = (Link::Root, root);
        while let Node::Branch(index) = at.node() {
            let branch = arena.branches.get(index);
            if branch.bit() > bit {
                break;
            }
            let right = bit_of(place, branch.bit());
            (link, at) = (Link::Child { branch: index, right }, branch.children[usize::from(right)]);
        }
        (link, at)
    }

    /// Removes a leaf, if it is there, and with it the branch above; answers a place beside it, on whose
    /// way the digests are no longer right.
    fn remove(&mut self, arena: &mut Arena, place: &Short) -> Option<Short> {
        let (mut above, mut link, mut at) = (None, Link::Root, self.root?);
        while let Node::Branch(index) = at.node() {
            let branch = arena.branches.get(index);
            let right = bit_of(place, branch.bit());
            above = Some((link, index, right));
            (link, at) = (Link::Child { branch: index, right }, branch.children[usize::from(right)]);
        }
        let Node::Leaf(leaf) = at.node() else { return None };
        if arena.leaves.get(leaf).place() != *place {
            return None;
        }
        arena.leaves.remove(leaf);
        let Some((link, branch, right)) = above else {
            self.root = None;
            return None;
        };
        let beside = arena.branches.get(branch).children[usize::from(!right)];
        arena.branches.remove(branch);
        self.set_link(arena, link, beside);
        Some(arena.leaves.get(arena.search(beside, place)).place())
    }

    fn set_link(&mut self, arena: &mut Arena, link: Link, node: NodeRef) {
        match link {
            Link::Root => self.root = Some(node),
            Link::Child { branch, right } => {
                arena.branches.get_mut(branch).children[usize::from(right)] = node
            }
        }
    }
}
