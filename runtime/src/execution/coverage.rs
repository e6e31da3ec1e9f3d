//! Trees of calls, and which of their nodes serve the frames that run.
//!
//! A frame takes a node of an account's tree when the account is first asked for, in the frame or
//! further down, and not before: a call that the account is not asked for takes nothing of what it
//! agreed to, even if it looks the same as one that it is asked for later.
//!
//! Invariant: a node serves one frame, and only at its own place: the path from the root call down to
//! the frame is the path from the tree's root down to the node. What failed gives back what was taken for
//! it, by the calls above it too.

use sillok_abi::{Account, Call, CallTree, Hash, digest};

/// The trees of all accounts, along the path of the frames that run.
#[derive(Default)]
pub(super) struct Coverage {
    /// The calls of the running frames, from the root call down, by their digests: comparing costs the
    /// same whatever their size.
    path: Vec<Hash>,
    trees: Vec<Tree>,
    /// Every node that was taken, and of which tree, in order: what to undo when a frame fails.
    taken: Vec<(usize, usize)>,
}

/// One account's tree. The node of its root comes first.
struct Tree {
    account: Account,
    nodes: Vec<Node>,
    /// The nodes that serve the running frames, from the root call down as far as they are taken.
    serving: Vec<usize>,
}

struct Node {
    call: Hash,
    children: Vec<usize>,
    taken: bool,
}

impl Coverage {
    /// Adds an account's tree; none to begin with an empty one. An account has one tree.
    pub(super) fn add(&mut self, account: Account, tree: Option<&CallTree>) -> usize {
        let mut nodes = Vec::new();
        if let Some(tree) = tree {
            flatten(tree, &mut nodes);
        }
        self.trees.push(Tree { account, nodes, serving: Vec::new() });
        self.trees.len() - 1
    }

    /// The account's tree.
    pub(super) fn tree_of(&self, account: &Account) -> Option<usize> {
        self.trees.iter().position(|tree| tree.account == *account)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    pub(super) fn enter(&mut self, call: &Call) {
        self.path.push(call_digest(call));
    }

    pub(super) fn leave(&mut self) {
        self.path.pop();
        let depth = self.path.len();
        self.trees.iter_mut().for_each(|tree| tree.serving.truncate(depth));
    }

    /// Takes a node of the tree for each running frame that has none yet, from the root call down; of
    /// several nodes for the same call, the first that is free.
    ///
    /// # Errors
    /// The depth of the first frame for which there is none.
    pub(super) fn cover(&mut self, index: usize) -> Result<(), usize> {
        let tree = &mut self.trees[index];
        for depth in tree.serving.len()..self.path.len() {
            let node = tree.free_node(&self.path[depth]).ok_or(depth)?;
            tree.nodes[node].taken = true;
            tree.serving.push(node);
            self.taken.push((index, node));
        }
        Ok(())
    }

    /// Adds a node for the running frame at `depth`, below the node of the frame above it.
    pub(super) fn grow(&mut self, index: usize, depth: usize) {
        let tree = &mut self.trees[index];
        let node = tree.nodes.len();
        tree.nodes.push(Node { call: self.path[depth], children: Vec::new(), taken: false });
        if let Some(parent) = tree.serving.last() {
            tree.nodes[*parent].children.push(node);
        }
    }

    /// Whether the tree has covered anything that was not undone.
    pub(super) fn used(&self, index: usize) -> bool {
        self.trees[index].nodes.first().is_some_and(|root| root.taken)
    }

    /// The children of a node.
    pub(super) fn children(&self, index: usize, node: usize) -> &[usize] {
        &self.trees[index].nodes[node].children
    }

    /// How many nodes have been taken.
    pub(super) fn mark(&self) -> usize {
        self.taken.len()
    }

    /// Gives back the nodes that were taken since.
    pub(super) fn rollback(&mut self, mark: usize) {
        for (index, node) in self.taken.drain(mark..) {
            let tree = &mut self.trees[index];
            tree.nodes[node].taken = false;
            if let Some(depth) = tree.serving.iter().position(|serving| *serving == node) {
                tree.serving.truncate(depth);
            }
        }
    }
}

impl Tree {
    /// The first node for this call below the last one that serves a frame.
    fn free_node(&self, call: &Hash) -> Option<usize> {
        let free = |node: &usize| {
            let node = &self.nodes[*node];
            !node.taken && node.call == *call
        };
        match self.serving.last() {
            None => Some(0).filter(|root| *root < self.nodes.len() && free(root)),
            Some(parent) => self.nodes[*parent].children.iter().copied().find(free),
        }
    }
}

/// Lists a tree's nodes, each before its children; answers the tree's index. Trees are bounded in depth
/// when they are decoded.
fn flatten(tree: &CallTree, nodes: &mut Vec<Node>) -> usize {
    let index = nodes.len();
    nodes.push(Node { call: call_digest(&tree.call), children: Vec::new(), taken: false });
    let children = tree.children.iter().map(|child| flatten(child, nodes)).collect();
    nodes[index].children = children;
    index
}

fn call_digest(call: &Call) -> Hash {
    digest("sillok/call", call)
}
