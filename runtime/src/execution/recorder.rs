//! Records whose authority an execution asks for, so that clients sign exactly that.

use sillok_abi::{Account, Call, CallTree};

/// The calls of an execution and who must authorise each.
#[derive(Default)]
pub(crate) struct Recorder {
    nodes: Vec<Recorded>,
    stack: Vec<usize>,
}

struct Recorded {
    call: Call,
    parent: Option<usize>,
    required: Vec<Account>,
}

impl Recorder {
    pub(super) fn enter(&mut self, call: &Call) {
        let parent = self.stack.last().copied();
        self.stack.push(self.nodes.len());
        self.nodes.push(Recorded { call: call.clone(), parent, required: Vec::new() });
    }

    pub(super) fn leave(&mut self) {
        self.stack.pop();
    }

    pub(super) fn require(&mut self, account: Account) {
        let top = self.stack.last().and_then(|index| self.nodes.get_mut(*index));
        if let Some(node) = top.filter(|node| !node.required.contains(&account)) {
            node.required.push(account);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Forgets frames that were rolled back.
    pub(super) fn truncate(&mut self, length: usize) {
        self.nodes.truncate(length);
    }

    /// The tree that each account has to sign, in the order in which they were first asked.
    pub(crate) fn trees(&self) -> Vec<(Account, CallTree)> {
        let mut accounts: Vec<Account> = Vec::new();
        for account in self.nodes.iter().flat_map(|node| &node.required) {
            if !accounts.contains(account) {
                accounts.push(*account);
            }
        }
        accounts.iter().filter_map(|account| Some((*account, self.tree(0, account)?))).collect()
    }

    /// The tree below a node, without branches in which the account is not asked.
    fn tree(&self, index: usize, account: &Account) -> Option<CallTree> {
        let node = self.nodes.get(index)?;
        let below = (index + 1..self.nodes.len()).filter(|child| self.nodes[*child].parent == Some(index));
        let children: Vec<CallTree> = below.filter_map(|child| self.tree(child, account)).collect();
        if children.is_empty() && !node.required.contains(account) {
            return None;
        }
        Some(CallTree { call: node.call.clone(), children })
    }
}
