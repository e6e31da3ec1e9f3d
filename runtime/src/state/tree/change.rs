//! Changing the leaves of a tree. Digests are left to `hashing`; what has to be hashed is named by places.
//!
//! Invariant: the bits of branches grow on every way down, and every leaf is where the search for its place
//! ends.

use sillok_abi::{NodeKind, Short, bit_of, first_difference, short};

use super::Tree;
use super::arena::{Arena, Fork, Node, NodeRef};

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
        let ends = self.search_all(arena, changes);
        let mut touched = Vec::with_capacity(changes.len());
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for ((place, content), end) in changes.iter().zip(ends) {
            let own = end.filter(|leaf| arena.place(*leaf) == *place);
            match (own, content) {
                (Some(leaf), Some(content)) => arena.set_content(leaf, content),
                (None, Some(content)) => {
                    let bit = end.and_then(|leaf| first_difference(&arena.place(leaf), place));
                    added.push((place, content, bit));
                }
                (Some(_), None) => removed.push(place),
                (None, None) => continue,
            }
            if content.is_some() {
                touched.push(*place);
            }
        }
        for (place, content, bit) in added {
            self.insert(arena, kind, place, content, bit);
        }
        if !removed.is_empty() {
            let beside = removed.iter().filter_map(|place| self.remove(arena, place));
            touched.extend(beside.collect::<Vec<_>>());
            touched.sort_unstable();
            touched.dedup();
            touched.retain(|place| removed.binary_search(&place).is_err());
        }
        touched
    }

    /// The leaf at which the search for each place ends, if there is any. All searches go down together, so that the
    /// processor waits for many nodes at once instead of one after the other.
    fn search_all(&self, arena: &Arena, changes: &[LeafChange]) -> Vec<Option<u32>> {
        let Some(root) = self.root else { return vec![None; changes.len()] };
        let mut at = vec![root; changes.len()];
        let mut going: Vec<u32> = (0..changes.len() as u32).collect();
        while !going.is_empty() {
            going.retain(|index| {
                let index = *index as usize;
                let Node::Branch(branch) = at[index].node() else { return false };
                at[index] = arena.fork(branch).towards(&changes[index].0);
                true
            });
        }
        let leaf = |node: NodeRef| match node.node() {
            Node::Leaf(leaf) => Some(leaf),
            Node::Branch(_) => None,
        };
        at.into_iter().map(leaf).collect()
    }

    /// Adds a leaf. `bit` is the first in which its place differs from the leaf at which the search for it ended before
    /// any leaf was added; none if there was no leaf.
    fn insert(&mut self, arena: &mut Arena, kind: NodeKind, place: &Short, content: &Short, bit: Option<u8>) {
        let leaf = arena.insert_leaf(kind, place, content);
        let Some(root) = self.root else {
            self.root = Some(leaf);
            return;
        };
        let bit = bit.unwrap_or_else(|| difference(arena, root, place));
        let (link, below, bit) = link_above(arena, root, place, bit);
        // The new leaf's digest comes with hashing; what was here keeps its own.
        let digest = match link {
            Link::Root => short(&self.digest),
            Link::Child { branch, right } => arena.digest(branch, right),
        };
        let (children, digests) = if bit_of(place, bit) {
            ([below, leaf], [&digest, &Short::default()])
        } else {
            ([leaf, below], [&Short::default(), &digest])
        };
        let branch = arena.insert_branch(Fork { children, bit }, digests);
        self.set_link(arena, link, branch);
    }

    /// Removes a leaf, if it is there, and with it the branch above; answers a place beside it, on whose
    /// way the digests are no longer right.
    fn remove(&mut self, arena: &mut Arena, place: &Short) -> Option<Short> {
        let (mut above, mut link, mut at) = (None, Link::Root, self.root?);
        while let Node::Branch(branch) = at.node() {
            let fork = arena.fork(branch);
            let right = bit_of(place, fork.bit);
            above = Some((link, branch, fork.children[usize::from(!right)]));
            (link, at) = (Link::Child { branch, right }, fork.children[usize::from(right)]);
        }
        let Node::Leaf(leaf) = at.node() else { return None };
        if arena.place(leaf) != *place {
            return None;
        }
        arena.remove_leaf(leaf);
        let Some((link, branch, beside)) = above else {
            self.root = None;
            return None;
        };
        arena.remove_branch(branch);
        self.set_link(arena, link, beside);
        Some(arena.place(arena.search(beside, place)))
    }

    fn set_link(&mut self, arena: &mut Arena, link: Link, node: NodeRef) {
        match link {
            Link::Root => self.root = Some(node),
            Link::Child { branch, right } => arena.set_child(branch, right, node),
        }
    }
}

/// The first link on the way to a place that leads to a leaf or to a branch of a later bit than `bit`, and the first
/// bit in which the place differs from what is there: a later one than `bit` if a leaf that was added is nearer.
fn link_above(arena: &Arena, root: NodeRef, place: &Short, mut bit: u8) -> (Link, NodeRef, u8) {
    let (mut link, mut at) = (Link::Root, root);
    while let Node::Branch(branch) = at.node() {
        let fork = arena.fork(branch);
        if fork.bit > bit {
            break;
        }
        if fork.bit == bit {
            bit = difference(arena, at, place);
        }
        let right = bit_of(place, fork.bit);
        (link, at) = (Link::Child { branch, right }, fork.children[usize::from(right)]);
    }
    (link, at, bit)
}

/// The first bit in which a place differs from the leaf at which the search for it ends.
fn difference(arena: &Arena, root: NodeRef, place: &Short) -> u8 {
    let nearest = arena.place(arena.search(root, place));
    first_difference(&nearest, place).expect("the place was searched, and is not there")
}
