//! Whose authority covers the running call (docs/protocol.md, "Authorisations").
//!
//! Invariant: nobody's authority is spent on a call that they did not sign for, nor twice.

use sillok_abi::{Account, Call, CallTree, Time};

use super::coverage::Coverage;
use super::recorder::Recorder;

/// An authorisation whose signature has been verified.
pub(crate) struct Grant<'a> {
    pub(crate) account: Account,
    pub(crate) tree: &'a CallTree,
    /// Nonce and expiry of an authorisation that was signed apart from the transaction.
    pub(crate) nonce: Option<(u64, Time)>,
}

/// How authority is judged.
pub(crate) enum Authority {
    /// Only what was signed.
    Signed(Signed),
    /// Everything, and it is recorded what would have to be signed.
    Recorded(Recorder),
    /// Everything: genesis.
    Genesis,
}

/// What was signed.
#[derive(Default)]
pub(crate) struct Signed {
    coverage: Coverage,
    /// The nonces, by the place of the tree.
    nonces: Vec<(Account, Option<(u64, Time)>)>,
}

/// A place to roll back to.
#[derive(Clone, Copy)]
pub(crate) struct AuthorityMark(usize);

impl Authority {
    /// Nobody's.
    pub(crate) fn none() -> Self {
        Authority::Signed(Signed::default())
    }

    /// Makes it nobody's. What room it has taken is kept, as the next transaction will need it too.
    pub(crate) fn clear(&mut self) {
        match self {
            Authority::Signed(signed) => {
                signed.coverage.clear();
                signed.nonces.clear();
            }
            _ => *self = Authority::none(),
        }
    }

    /// Adds what a grant says; an account has at most one. Before any frame that it's meant for.
    pub(crate) fn grant(&mut self, grant: &Grant<'_>) {
        if let Authority::Signed(signed) = self {
            signed.coverage.add(grant.account, Some(grant.tree));
            signed.nonces.push((grant.account, grant.nonce));
        }
    }

    /// A frame begins.
    pub(crate) fn enter(&mut self, call: &Call) {
        match self {
            // Where nobody signed, there is nothing to compare calls with.
            Authority::Signed(signed) if signed.coverage.is_empty() => {}
            Authority::Signed(signed) => signed.coverage.enter(call),
            Authority::Recorded(recorder) => recorder.enter(call),
            Authority::Genesis => {}
        }
    }

    /// A frame ends.
    pub(crate) fn leave(&mut self) {
        match self {
            Authority::Signed(signed) => signed.coverage.leave(),
            Authority::Recorded(recorder) => recorder.leave(),
            Authority::Genesis => {}
        }
    }

    /// Whether the account has authorised the running call.
    pub(crate) fn covers(&mut self, account: &Account) -> bool {
        match self {
            Authority::Signed(Signed { coverage, .. }) => {
                coverage.tree_of(account).is_some_and(|index| coverage.cover(index).is_ok())
            }
            Authority::Recorded(recorder) => recorder.require(*account),
            Authority::Genesis => true,
        }
    }

    /// The separately signed authorisations that covered something.
    pub(crate) fn used(&self) -> Vec<(Account, u64, Time)> {
        let Authority::Signed(Signed { coverage, nonces }) = self else { return Vec::new() };
        let used = nonces.iter().enumerate().filter(|(index, _)| coverage.used(*index));
        used.filter_map(|(_, (account, nonce))| nonce.map(|(nonce, expiry)| (*account, nonce, expiry)))
            .collect()
    }

    pub(crate) fn mark(&self) -> AuthorityMark {
        AuthorityMark(match self {
            Authority::Signed(signed) => signed.coverage.mark(),
            Authority::Recorded(recorder) => recorder.mark(),
            Authority::Genesis => 0,
        })
    }

    /// Gives back what frames that failed have taken.
    pub(crate) fn rollback(&mut self, mark: AuthorityMark) {
        match self {
            Authority::Signed(signed) => signed.coverage.rollback(mark.0),
            Authority::Recorded(recorder) => recorder.rollback(mark.0),
            Authority::Genesis => {}
        }
    }
}
