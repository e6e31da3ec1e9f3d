//! Records whose authority an execution asks for, so that clients sign exactly that.

use sillok_abi::{Account, Call, CallTree};

use crate::limits;

/// The calls of an execution and who must authorise each.
#[derive(Default)]
pub(crate) struct Recorder {
    nodes: Vec<Recorded>,
    /// Who was asked, at most as many as a transaction may carry authorisations.
    accounts: Vec<Account>,
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

    /// Notes that the running call asks for an account's authority; answers whether a transaction could
    /// carry as many authorisations.
    pub(super) fn require(&mut self, account: Account) -> bool {
        if !self.accounts.contains(&account) {
            if self.accounts.len() == limits::MAX_AUTHORISATIONS {
                return false;
            }
            self.accounts.push(account);
        }
        let top = self.stack.last().and_then(|index| self.nodes.get_mut(*index));
        if let Some(node) = top.filter(|node| !node.required.contains(&account)) {
            node.required.push(account);
        }
        true
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
        let mut children = vec![Vec::new(); self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            if let Some(siblings) = node.parent.and_then(|parent| children.get_mut(parent)) {
                siblings.push(index);
            }
        }
        let tree = |account: &Account| Some((*account, self.tree(0, account, &children)?));
        self.accounts.iter().filter_map(tree).collect()
    }

    /// The tree below a node, without branches in which the account is not asked.
    fn tree(&self, index: usize, account: &Account, children: &[Vec<usize>]) -> Option<CallTree> {
        let node = self.nodes.get(index)?;
        let below = children.get(index)?.iter();
        let below: Vec<CallTree> = below.filter_map(|child| self.tree(*child, account, children)).collect();
        if below.is_empty() && !node.required.contains(account) {
            return None;
        }
        Some(CallTree { call: node.call.clone(), children: below })
    }
}
