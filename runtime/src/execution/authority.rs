//! Whose authority covers the running call (docs/protocol.md, "Authorisations").
//!
//! Invariant: a node of a signed tree covers one frame, and only at its own place: the path from the
//! root call down to the frame is the path from the tree's root down to the node.

use sillok_abi::{Account, Call, CallTree, Hash, Time, digest};

use super::recorder::Recorder;

/// An authorisation whose signature has been verified.
pub(crate) struct Grant {
    pub(crate) account: Account,
    pub(crate) tree: CallTree,
    /// Nonce and expiry of an authorisation that was signed apart from the transaction.
    pub(crate) nonce: Option<(u64, Time)>,
}

/// How authority is judged.
pub(crate) enum Authority {
    /// Only what was signed.
    Signed(Vec<Tracker>, Vec<Spent>),
    /// Everything, and it is recorded what would have to be signed.
    Recorded(Recorder),
    /// Everything: genesis.
    Genesis,
}

/// A signed tree and where in it the running frames are.
pub(crate) struct Tracker {
    grant: Grant,
    nodes: Vec<Node>,
    /// The node of each running frame.
    path: Vec<Option<usize>>,
    /// Whether it has covered anything.
    used: bool,
}

/// A node of a signed tree: a call by its digest, so that comparing costs the same whatever its size.
struct Node {
    call: Hash,
    children: Vec<usize>,
    entered: bool,
}

/// Something to undo when a frame fails.
pub(crate) enum Spent {
    /// A node was entered.
    Node { tracker: usize, node: usize },
    /// A tracker covered its first call.
    Used { tracker: usize },
}

/// A place to roll back to.
#[derive(Clone, Copy)]
pub(crate) struct AuthorityMark(usize);

impl Authority {
    /// Nobody's.
    pub(crate) fn none() -> Self {
        Authority::Signed(Vec::new(), Vec::new())
    }

    pub(crate) fn signed(grants: Vec<Grant>) -> Self {
        Authority::Signed(grants.into_iter().map(Tracker::new).collect(), Vec::new())
    }

    /// A frame begins.
    pub(crate) fn enter(&mut self, call: &Call) {
        match self {
            Authority::Signed(trackers, spent) if !trackers.is_empty() => {
                let call = call_digest(call);
                for (index, tracker) in trackers.iter_mut().enumerate() {
                    if let Some(node) = tracker.enter(&call) {
                        spent.push(Spent::Node { tracker: index, node });
                    }
                }
            }
            Authority::Recorded(recorder) => recorder.enter(call),
            _ => {}
        }
    }

    /// A frame ends.
    pub(crate) fn leave(&mut self) {
        match self {
            Authority::Signed(trackers, _) => trackers.iter_mut().for_each(|tracker| {
                tracker.path.pop();
            }),
            Authority::Recorded(recorder) => recorder.leave(),
            Authority::Genesis => {}
        }
    }

    /// Whether the account has authorised the running call.
    pub(crate) fn covers(&mut self, account: &Account) -> bool {
        match self {
            Authority::Signed(trackers, spent) => {
                let covering = |tracker: &Tracker| {
                    tracker.grant.account == *account && tracker.path.last().is_some_and(Option::is_some)
                };
                let Some(index) = trackers.iter().position(covering) else { return false };
                if !std::mem::replace(&mut trackers[index].used, true) {
                    spent.push(Spent::Used { tracker: index });
                }
                true
            }
            Authority::Recorded(recorder) => recorder.require(*account),
            Authority::Genesis => true,
        }
    }

    /// The separately signed authorisations that covered something.
    pub(crate) fn used(&self) -> Vec<(Account, u64, Time)> {
        let Authority::Signed(trackers, _) = self else { return Vec::new() };
        let used = trackers.iter().filter(|tracker| tracker.used);
        used.filter_map(|tracker| {
            tracker.grant.nonce.map(|(nonce, expiry)| (tracker.grant.account, nonce, expiry))
        })
        .collect()
    }

    pub(crate) fn mark(&self) -> AuthorityMark {
        match self {
            Authority::Signed(_, spent) => AuthorityMark(spent.len()),
            Authority::Recorded(recorder) => AuthorityMark(recorder.len()),
            Authority::Genesis => AuthorityMark(0),
        }
    }

    pub(crate) fn rollback(&mut self, mark: AuthorityMark) {
        match self {
            Authority::Signed(trackers, spent) => {
                for undo in spent.drain(mark.0..) {
                    match undo {
                        Spent::Node { tracker, node } => trackers[tracker].nodes[node].entered = false,
                        Spent::Used { tracker } => trackers[tracker].used = false,
                    }
                }
            }
            Authority::Recorded(_) | Authority::Genesis => {}
        }
    }

    /// A caller caught the refusal of what began at `mark`: nobody need sign for that. (What is not
    /// caught ends the execution, and then it is of use to know what had been asked for.)
    pub(crate) fn caught(&mut self, mark: AuthorityMark) {
        if let Authority::Recorded(recorder) = self {
            recorder.truncate(mark.0);
        }
    }
}

impl Tracker {
    fn new(grant: Grant) -> Self {
        let mut nodes = Vec::new();
        flatten(&grant.tree, &mut nodes);
        Tracker { grant, nodes, path: Vec::new(), used: false }
    }

    /// Follows a call into the tree; answers the node if there is one for it.
    fn enter(&mut self, call: &Hash) -> Option<usize> {
        let found = match self.path.last() {
            None => Some(0).filter(|root| self.fits(*root, call)),
            Some(Some(parent)) => {
                self.nodes[*parent].children.iter().copied().find(|child| self.fits(*child, call))
            }
            Some(None) => None,
        };
        if let Some(node) = found {
            self.nodes[node].entered = true;
        }
        self.path.push(found);
        found
    }

    fn fits(&self, node: usize, call: &Hash) -> bool {
        !self.nodes[node].entered && self.nodes[node].call == *call
    }
}

/// Lists a tree's nodes, each before its children; answers the tree's index. Trees are bounded in depth
/// when they are decoded.
fn flatten(tree: &CallTree, nodes: &mut Vec<Node>) -> usize {
    let index = nodes.len();
    nodes.push(Node { call: call_digest(&tree.call), children: Vec::new(), entered: false });
    let children = tree.children.iter().map(|child| flatten(child, nodes)).collect();
    nodes[index].children = children;
    index
}

fn call_digest(call: &Call) -> Hash {
    digest("sillok/call", call)
}
