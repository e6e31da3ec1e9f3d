//! The tree of the crate `jmt` over nodes in memory, with BLAKE3: what it keeps of a block is all that the next
//! block needs.

use std::cell::RefCell;
use std::collections::HashMap;

use jmt::storage::{LeafNode, Node, NodeBatch, NodeKey, TreeReader, TreeUpdateBatch, TreeWriter};
use jmt::{JellyfishMerkleTree, KeyHash, OwnedValue, RootHash, SimpleHasher, Version};

/// How many keys the tree gets at a time when it is made.
const AT_ONCE: u64 = 50_000;

/// BLAKE3, as the other tree hashes.
pub struct Blake3(blake3::Hasher);

impl SimpleHasher for Blake3 {
    fn new() -> Self {
        Blake3(blake3::Hasher::new())
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }
}

/// Nodes by their keys. Values are not kept: nothing here asks for one.
#[derive(Default)]
struct Nodes(RefCell<HashMap<NodeKey, Node>>);

impl TreeReader for Nodes {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        Ok(self.0.borrow().get(key).cloned())
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        anyhow::bail!("values are not kept")
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        anyhow::bail!("this is for restoring a tree")
    }
}

impl TreeWriter for Nodes {
    fn write_node_batch(&self, batch: &NodeBatch) -> anyhow::Result<()> {
        let nodes = batch.nodes().iter().map(|(key, node)| (key.clone(), node.clone()));
        self.0.borrow_mut().extend(nodes);
        Ok(())
    }
}

/// A tree in memory.
#[derive(Default)]
pub struct Jellyfish {
    nodes: Nodes,
    version: Version,
}

impl Jellyfish {
    /// A tree of these keys and values.
    ///
    /// # Panics
    /// If the tree refuses them.
    pub fn of(keys: u64, key: impl Fn(u64) -> Vec<u8>, value: &[u8]) -> Self {
        let mut tree = Jellyfish::default();
        for first in (0..keys).step_by(AT_ONCE as usize) {
            let part = first..keys.min(first + AT_ONCE);
            tree.update(part.map(|number| (key(number), Some(value.to_vec()))));
        }
        tree
    }

    /// Takes a block's changes, and answers the root after it; nodes that are no longer part of the tree go.
    ///
    /// # Panics
    /// If the tree refuses them.
    pub fn update(&mut self, changes: impl Iterator<Item = (Vec<u8>, Option<OwnedValue>)>) -> RootHash {
        let changes: Vec<_> = changes.map(|(key, value)| (KeyHash::with::<Blake3>(&key), value)).collect();
        let tree = JellyfishMerkleTree::<_, Blake3>::new(&self.nodes);
        let (root, batch) = tree.put_value_set(changes, self.version).expect("nodes are at hand");
        self.version += 1;
        self.keep(&batch);
        root
    }

    fn keep(&self, batch: &TreeUpdateBatch) {
        self.nodes.write_node_batch(&batch.node_batch).expect("memory takes everything");
        let mut nodes = self.nodes.0.borrow_mut();
        for stale in &batch.stale_node_index_batch {
            nodes.remove(&stale.node_key);
        }
    }
}
