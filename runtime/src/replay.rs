//! The replay guard: submitters' nonces, remembered until their transactions could no longer be included.
//!
//! It is no part of state: whoever has the recent blocks has it too.

use std::collections::{BTreeMap, BTreeSet};

use sillok_abi::{Account, Time, TransactionBody};

/// A nonce that a transaction has used.
#[derive(Clone, Copy)]
pub(crate) struct UsedNonce {
    submitter: Account,
    nonce: u64,
    expiry: Time,
}

impl UsedNonce {
    pub(crate) fn of(body: &TransactionBody) -> Self {
        UsedNonce { submitter: body.submitter, nonce: body.nonce, expiry: body.expiry }
    }
}

/// Used nonces that could still be replayed.
#[derive(Default)]
pub(crate) struct ReplayGuard {
    used: BTreeSet<(Account, u64)>,
    by_expiry: BTreeMap<Time, Vec<(Account, u64)>>,
}

impl ReplayGuard {
    pub(crate) fn contains(&self, body: &TransactionBody) -> bool {
        self.used.contains(&(body.submitter, body.nonce))
    }

    /// Remembers an included transaction's nonce until its expiry.
    pub(crate) fn insert(&mut self, used: &UsedNonce) {
        let nonce = (used.submitter, used.nonce);
        if self.used.insert(nonce) {
            self.by_expiry.entry(used.expiry).or_default().push(nonce);
        }
    }

    /// Forgets nonces whose transactions have expired at block time `now`.
    pub(crate) fn forget_before(&mut self, now: Time) {
        let live = self.by_expiry.split_off(&now.plus(1));
        for nonce in std::mem::replace(&mut self.by_expiry, live).into_values().flatten() {
            self.used.remove(&nonce);
        }
    }
}
