//! Where the nodes of all trees are: branches and leaves, found by 32-bit references.
//!
//! A branch holds the digests of its children, so that hashing it touches no other node.

use std::hint::black_box;

use sillok_abi::{NodeBlock, NodeKind, SHORT_BYTES, Short, bit_of, branch_block, leaf_block};

/// A node: a branch or a leaf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NodeRef(u32);

/// A node, taken apart.
#[derive(Clone, Copy)]
pub(super) enum Node {
    Branch(u32),
    Leaf(u32),
}

const LEAF: u32 = 1 << 31;

impl NodeRef {
    pub(super) fn node(self) -> Node {
        if self.0 & LEAF == 0 { Node::Branch(self.0) } else { Node::Leaf(self.0 & !LEAF) }
    }
}

/// Where the searches that come to a branch go on. Apart from its block, and small, so that a search reads few lines of
/// memory, which most branches have to be fetched from.
#[derive(Clone, Copy)]
pub(super) struct Fork {
    pub(super) children: [NodeRef; 2],
    pub(super) bit: u8,
}

impl Fork {
    /// The child on the way to a place.
    pub(super) fn towards(&self, place: &Short) -> NodeRef {
        self.children[usize::from(bit_of(place, self.bit))]
    }
}

/// The block of a node as it is hashed: one line of memory.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Block(NodeBlock);

impl Block {
    fn half(&self, right: bool) -> Short {
        let start = 2 + usize::from(right) * SHORT_BYTES;
        let mut short = [0; SHORT_BYTES];
        short.copy_from_slice(&self.0[start..start + SHORT_BYTES]);
        short
    }

    fn set_half(&mut self, right: bool, short: &Short) {
        let start = 2 + usize::from(right) * SHORT_BYTES;
        self.0[start..start + SHORT_BYTES].copy_from_slice(short);
    }
}

/// Items in chunks, so that growing never moves them, with those that were given back used first.
#[derive(Clone)]
struct Slab<T> {
    chunks: Vec<Vec<T>>,
    free: Vec<u32>,
}

/// Many, so that the list of chunks stays in a processor's cache.
const CHUNK: usize = 65_536;

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { chunks: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    fn get(&self, place: u32) -> &T {
        &self.chunks[place as usize / CHUNK][place as usize % CHUNK]
    }

    fn get_mut(&mut self, place: u32) -> &mut T {
        &mut self.chunks[place as usize / CHUNK][place as usize % CHUNK]
    }

    fn insert(&mut self, item: T) -> u32 {
        if let Some(place) = self.free.pop() {
            *self.get_mut(place) = item;
            return place;
        }
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let full = (self.chunks.len() - 1) * CHUNK;
        let chunk = self.chunks.last_mut().expect("one was pushed above");
        chunk.push(item);
        // The high bit of a reference tells leaves from branches.
        u32::try_from(full + chunk.len() - 1)
            .ok()
            .filter(|place| place & LEAF == 0)
            .expect("fewer than 2^31 nodes")
    }

    fn remove(&mut self, place: u32) {
        self.free.push(place);
    }

    /// Bytes that are taken from memory.
    fn bytes(&self) -> usize {
        self.chunks.len() * CHUNK * size_of::<T>() + self.free.capacity() * size_of::<u32>()
    }
}

/// All nodes.
#[derive(Clone, Default)]
pub(super) struct Arena {
    /// Of branches; their blocks are in the same places.
    forks: Slab<Fork>,
    branches: Slab<Block>,
    leaves: Slab<Block>,
}

impl Arena {
    /// A new branch, whose subtrees have these digests.
    pub(super) fn insert_branch(&mut self, fork: Fork, digests: [&Short; 2]) -> NodeRef {
        let [left, right] = digests;
        let place = self.branches.insert(Block(branch_block(fork.bit, left, right)));
        let of_fork = self.forks.insert(fork);
        debug_assert_eq!(place, of_fork, "both are filled alike");
        NodeRef(place)
    }

    pub(super) fn insert_leaf(&mut self, kind: NodeKind, place: &Short, content: &Short) -> NodeRef {
        NodeRef(self.leaves.insert(Block(leaf_block(kind, place, content))) | LEAF)
    }

    pub(super) fn remove_branch(&mut self, branch: u32) {
        self.forks.remove(branch);
        self.branches.remove(branch);
    }

    pub(super) fn remove_leaf(&mut self, leaf: u32) {
        self.leaves.remove(leaf);
    }

    pub(super) fn fork(&self, branch: u32) -> &Fork {
        self.forks.get(branch)
    }

    pub(super) fn set_child(&mut self, branch: u32, right: bool, child: NodeRef) {
        self.forks.get_mut(branch).children[usize::from(right)] = child;
    }

    /// The digest of a branch's child.
    pub(super) fn digest(&self, branch: u32, right: bool) -> Short {
        self.branches.get(branch).half(right)
    }

    pub(super) fn set_digest(&mut self, branch: u32, right: bool, digest: &Short) {
        self.branches.get_mut(branch).set_half(right, digest);
    }

    /// The place of a leaf.
    pub(super) fn place(&self, leaf: u32) -> Short {
        self.leaves.get(leaf).half(false)
    }

    /// The content of a leaf.
    pub(super) fn content(&self, leaf: u32) -> Short {
        self.leaves.get(leaf).half(true)
    }

    pub(super) fn set_content(&mut self, leaf: u32, content: &Short) {
        self.leaves.get_mut(leaf).set_half(true, content);
    }

    /// The leaf at which the search for a place ends.
    pub(super) fn search(&self, root: NodeRef, place: &Short) -> u32 {
        let mut at = root;
        loop {
            match at.node() {
                Node::Leaf(leaf) => return leaf,
                Node::Branch(branch) => at = self.fork(branch).towards(place),
            }
        }
    }

    /// The block of a node.
    pub(super) fn block(&self, node: NodeRef) -> &NodeBlock {
        match node.node() {
            Node::Branch(branch) => &self.branches.get(branch).0,
            Node::Leaf(leaf) => &self.leaves.get(leaf).0,
        }
    }

    /// Brings blocks of branches into the processor's cache: read one right after the other, many are waited for at
    /// once. Written to where each is needed, they would be waited for one by one.
    pub(super) fn fetch_blocks(&self, branches: impl Iterator<Item = u32>) {
        black_box(branches.fold(0, |sum, branch| sum ^ self.branches.get(branch).0[0]));
    }

    /// The same for forks.
    pub(super) fn fetch_forks(&self, branches: impl Iterator<Item = u32>) {
        black_box(branches.fold(0, |sum, branch| sum ^ self.fork(branch).bit));
    }

    pub(super) fn bytes(&self) -> usize {
        self.forks.bytes() + self.branches.bytes() + self.leaves.bytes()
    }
}
