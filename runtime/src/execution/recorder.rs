//! Records whose authority an execution asks for, so that clients sign exactly that.
//!
//! Invariant: what is recorded is enough and no more. It is judged as if the trees had been signed,
//! except that a node that is missing is added. So the recorded trees, signed, let the same execution
//! pass; without any one of their nodes it would not. That holds for calls too whose failure a caller
//! caught: they were asked for before they failed, and a missing authority can't be caught.

use codec::Encode;
use sillok_abi::{Account, Call, CallTree};

use super::coverage::Coverage;
use crate::limits;

/// The trees that accounts would have to sign, as far as is known.
#[derive(Default)]
pub(crate) struct Recorder {
    coverage: Coverage,
    /// The calls of the running frames.
    path: Vec<Call>,
    /// Who was asked, in order.
    accounts: Vec<Account>,
    /// The calls of all nodes, and their bytes.
    calls: Vec<Call>,
    bytes: usize,
}

impl Recorder {
    pub(super) fn enter(&mut self, call: &Call) {
        self.coverage.enter(call);
        self.path.push(call.clone());
    }

    pub(super) fn leave(&mut self) {
        self.coverage.leave();
        self.path.pop();
    }

    /// Notes that the running call asks for an account's authority; answers whether a transaction could
    /// carry as much.
    pub(super) fn require(&mut self, account: Account) -> bool {
        let Some(index) = self.index(account) else { return false };
        while let Err(depth) = self.coverage.cover(index) {
            if !self.grow(index, depth) {
                return false;
            }
        }
        true
    }

    /// The account's place, which is that of its tree too; none if too many were asked.
    fn index(&mut self, account: Account) -> Option<usize> {
        if let Some(index) = self.coverage.tree_of(&account) {
            return Some(index);
        }
        if self.accounts.len() == limits::MAX_AUTHORISATIONS {
            return None;
        }
        self.accounts.push(account);
        Some(self.coverage.add(account, None))
    }

    /// Adds a node for the frame at `depth`.
    fn grow(&mut self, index: usize, depth: usize) -> bool {
        let call = &self.path[depth];
        self.bytes += call.encoded_size();
        if self.calls.len() == limits::MAX_TREE_CALLS || self.bytes > limits::MAX_RECORDED_BYTES {
            return false;
        }
        self.coverage.grow(index, call);
        self.calls.push(call.clone());
        true
    }

    pub(super) fn mark(&self) -> usize {
        self.coverage.mark()
    }

    /// What failed gives its nodes back, but it has been asked for them.
    pub(super) fn rollback(&mut self, mark: usize) {
        self.coverage.rollback(mark);
    }

    /// The tree that each account has to sign, in the order in which they were first asked.
    pub(crate) fn trees(&self) -> Vec<(Account, CallTree)> {
        let tree = |(index, account): (usize, &Account)| {
            // Nothing was added for an account for which there was no room.
            self.coverage.root(index).map(|root| (*account, self.tree(root)))
        };
        self.accounts.iter().enumerate().filter_map(tree).collect()
    }

    /// The tree from a node down.
    fn tree(&self, node: usize) -> CallTree {
        let children = self.coverage.children(node);
        CallTree {
            call: self.calls[node].clone(),
            children: children.iter().map(|child| self.tree(*child)).collect(),
        }
    }
}
