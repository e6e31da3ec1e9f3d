//! Trees of calls, and which of their nodes serve the frames that run.
//!
//! A frame takes a node of an account's tree when the account is first asked for, in the frame or
//! further down, and not before: a call that the account is not asked for takes nothing of what it
//! agreed to, even if it looks the same as one that it is asked for later.
//!
//! Invariant: a node serves one frame, and only at its own place: the path from the root call down to
//! the frame is the path from the tree's root down to the node. What failed gives back what was taken for
//! it, by the calls above it too.

use sillok_abi::{Account, Call, CallTree};

use super::call_key::CallKeys;

/// The trees of all accounts, along the path of the frames that run.
#[derive(Default)]
pub(super) struct Coverage {
    /// The calls of the running frames, from the root call down.
    path: CallKeys,
    trees: Vec<Tree>,
    /// The nodes of all trees, each after its parent.
    nodes: Vec<Node>,
    /// The call of each node.
    calls: CallKeys,
    /// Every node that was taken, and of which tree, in order: what to undo when a frame fails.
    taken: Vec<(usize, usize)>,
}

/// One account's tree.
struct Tree {
    account: Account,
    root: Option<usize>,
    /// The node that serves the lowest of the running frames that have one; its ancestors serve those above.
    serving: Option<usize>,
}

struct Node {
    /// How far below its root, which is how far below the root call the frame is that it can serve.
    depth: usize,
    parent: Option<usize>,
    children: Vec<usize>,
    taken: bool,
}

impl Coverage {
    /// Forgets all trees.
    pub(super) fn clear(&mut self) {
        self.path.clear();
        self.trees.clear();
        self.nodes.clear();
        self.calls.clear();
        self.taken.clear();
    }

    /// Adds an account's tree; none to begin with an empty one. An account has one tree.
    pub(super) fn add(&mut self, account: Account, tree: Option<&CallTree>) -> usize {
        let root = tree.map(|tree| self.flatten(tree, None));
        self.trees.push(Tree { account, root, serving: None });
        self.trees.len() - 1
    }

    /// Lists a tree's nodes; answers the place of its root. Trees are bounded in depth when they are decoded.
    fn flatten(&mut self, tree: &CallTree, parent: Option<usize>) -> usize {
        let node = self.add_node(&tree.call, parent);
        for child in &tree.children {
            self.flatten(child, Some(node));
        }
        node
    }

    fn add_node(&mut self, call: &Call, parent: Option<usize>) -> usize {
        let node = self.nodes.len();
        let depth = parent.map_or(0, |parent| self.nodes[parent].depth + 1);
        self.calls.push(call);
        self.nodes.push(Node { depth, parent, children: Vec::new(), taken: false });
        if let Some(parent) = parent {
            self.nodes[parent].children.push(node);
        }
        node
    }

    /// The account's tree.
    pub(super) fn tree_of(&self, account: &Account) -> Option<usize> {
        self.trees.iter().position(|tree| tree.account == *account)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    pub(super) fn enter(&mut self, call: &Call) {
        self.path.push(call);
    }

    pub(super) fn leave(&mut self) {
        self.path.pop();
        let ended = self.path.len();
        for tree in &mut self.trees {
            let lowest = tree.serving.map(|node| &self.nodes[node]);
            if let Some(node) = lowest.filter(|node| node.depth == ended) {
                tree.serving = node.parent;
            }
        }
    }

    /// Takes a node of the tree for each running frame that has none yet, from the root call down; of
    /// several nodes for the same call, the first that is free.
    ///
    /// # Errors
    /// The depth of the first frame for which there is none.
    pub(super) fn cover(&mut self, index: usize) -> Result<(), usize> {
        let first = self.trees[index].serving.map_or(0, |node| self.nodes[node].depth + 1);
        for depth in first..self.path.len() {
            let node = self.free_node(index, depth).ok_or(depth)?;
            self.nodes[node].taken = true;
            self.trees[index].serving = Some(node);
            self.taken.push((index, node));
        }
        Ok(())
    }

    /// The first free node for the running frame at `depth` below the last one that serves a frame.
    fn free_node(&self, index: usize, depth: usize) -> Option<usize> {
        let tree = &self.trees[index];
        let call = self.path.get(depth)?;
        let free = |node: &usize| !self.nodes[*node].taken && self.calls.get(*node) == Some(call);
        match tree.serving {
            None => tree.root.filter(free),
            Some(parent) => self.nodes[parent].children.iter().copied().find(free),
        }
    }

    /// Adds a node for `call`, the running one at the depth at which `cover` found none.
    pub(super) fn grow(&mut self, index: usize, call: &Call) {
        let parent = self.trees[index].serving;
        let node = self.add_node(call, parent);
        let root = &mut self.trees[index].root;
        *root = root.or(Some(node));
    }

    /// Whether the tree has covered anything that was not undone.
    pub(super) fn used(&self, index: usize) -> bool {
        self.trees[index].root.is_some_and(|root| self.nodes[root].taken)
    }

    /// The root of a tree that is not empty.
    pub(super) fn root(&self, index: usize) -> Option<usize> {
        self.trees[index].root
    }

    /// The children of a node.
    pub(super) fn children(&self, node: usize) -> &[usize] {
        &self.nodes[node].children
    }

    /// How many nodes have been taken.
    pub(super) fn mark(&self) -> usize {
        self.taken.len()
    }

    /// Gives back the nodes that were taken since.
    pub(super) fn rollback(&mut self, mark: usize) {
        // The last first, so that what serves is always the lowest of those that are still taken.
        for (index, node) in self.taken.drain(mark..).rev() {
            self.nodes[node].taken = false;
            let tree = &mut self.trees[index];
            if tree.serving == Some(node) {
                tree.serving = self.nodes[node].parent;
            }
        }
    }
}
