//! Where the nodes of all trees are: branches and leaves, found by 32-bit references.
//!
//! A branch holds the digests of its children, so that hashing it touches no other node.

use sillok_abi::{NodeBlock, NodeKind, SHORT_BYTES, Short, bit_of, leaf_block};

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
    pub(super) fn branch(place: u32) -> Self {
        NodeRef(place)
    }

    pub(super) fn leaf(place: u32) -> Self {
        NodeRef(place | LEAF)
    }

    pub(super) fn node(self) -> Node {
        if self.0 & LEAF == 0 { Node::Branch(self.0) } else { Node::Leaf(self.0 & !LEAF) }
    }
}

/// A branch: its block as it is hashed, and its children.
#[derive(Clone)]
pub(super) struct Branch {
    pub(super) block: NodeBlock,
    pub(super) children: [NodeRef; 2],
}

impl Branch {
    pub(super) fn bit(&self) -> u8 {
        self.block[1]
    }

    pub(super) fn digest(&self, right: bool) -> Short {
        half(&self.block, right)
    }

    pub(super) fn set_digest(&mut self, right: bool, digest: &Short) {
        let start = 2 + usize::from(right) * SHORT_BYTES;
        self.block[start..start + SHORT_BYTES].copy_from_slice(digest);
    }
}

/// A leaf: its block as it is hashed.
#[derive(Clone)]
pub(super) struct Leaf {
    pub(super) block: NodeBlock,
}

impl Leaf {
    pub(super) fn new(kind: NodeKind, place: &Short, content: &Short) -> Self {
        Leaf { block: leaf_block(kind, place, content) }
    }

    pub(super) fn place(&self) -> Short {
        half(&self.block, false)
    }

    pub(super) fn content(&self) -> Short {
        half(&self.block, true)
    }
}

fn half(block: &NodeBlock, right: bool) -> Short {
    let start = 2 + usize::from(right) * SHORT_BYTES;
    let mut short = [0; SHORT_BYTES];
    short.copy_from_slice(&block[start..start + SHORT_BYTES]);
    short
}

/// Items in chunks, so that growing never moves them, with those that were given back used first.
#[derive(Clone)]
pub(super) struct Slab<T> {
    chunks: Vec<Vec<T>>,
    free: Vec<u32>,
}

const CHUNK: usize = 4_096;

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { chunks: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    pub(super) fn get(&self, place: u32) -> &T {
        &self.chunks[place as usize / CHUNK][place as usize % CHUNK]
    }

    pub(super) fn get_mut(&mut self, place: u32) -> &mut T {
        &mut self.chunks[place as usize / CHUNK][place as usize % CHUNK]
    }

    pub(super) fn insert(&mut self, item: T) -> u32 {
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

    pub(super) fn remove(&mut self, place: u32) {
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
    pub(super) branches: Slab<Branch>,
    pub(super) leaves: Slab<Leaf>,
}

impl Arena {
    /// The leaf at which the search for a place ends.
    pub(super) fn search(&self, root: NodeRef, place: &Short) -> u32 {
        let mut at = root;
        loop {
            match at.node() {
                Node::Leaf(leaf) => return leaf,
                Node::Branch(branch) => {
                    let branch = self.branches.get(branch);
                    at = branch.children[usize::from(bit_of(place, branch.bit()))];
                }
            }
        }
    }

    /// The block of a node.
    pub(super) fn block(&self, node: NodeRef) -> &NodeBlock {
        match node.node() {
            Node::Branch(branch) => &self.branches.get(branch).block,
            Node::Leaf(leaf) => &self.leaves.get(leaf).block,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.branches.bytes() + self.leaves.bytes()
    }
}
