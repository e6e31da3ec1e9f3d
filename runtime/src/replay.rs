//! The replay guard: submitters' nonces, remembered until their transactions could no longer be included.
//!
//! It is no part of state: whoever has the recent blocks has it too. Nonces are found by a hash table, of which
//! nothing visible depends on the order.

use std::collections::BTreeMap;

use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;
use hashbrown::HashSet;
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

/// Submitters' nonces.
pub(crate) struct Nonces(HashSet<(Account, u64), SeedableRandomState>);

impl Nonces {
    /// None. The seed keeps whoever chooses nonces from choosing colliding ones.
    pub(crate) fn seeded(seed: u64) -> Self {
        Nonces(HashSet::with_hasher(SeedableRandomState::with_seed(seed, SharedSeed::global_fixed())))
    }

    pub(crate) fn contains(&self, body: &TransactionBody) -> bool {
        self.0.contains(&(body.submitter, body.nonce))
    }

    /// Answers whether it is new.
    pub(crate) fn insert(&mut self, submitter: Account, nonce: u64) -> bool {
        self.0.insert((submitter, nonce))
    }
}

/// Used nonces that could still be replayed.
pub(crate) struct ReplayGuard {
    used: Nonces,
    by_expiry: BTreeMap<Time, Vec<(Account, u64)>>,
}

impl ReplayGuard {
    /// None. For the seed see [`Nonces::seeded`].
    pub(crate) fn seeded(seed: u64) -> Self {
        ReplayGuard { used: Nonces::seeded(seed), by_expiry: BTreeMap::new() }
    }

    pub(crate) fn contains(&self, body: &TransactionBody) -> bool {
        self.used.contains(body)
    }

    /// Remembers an included transaction's nonce until its expiry.
    pub(crate) fn insert(&mut self, used: &UsedNonce) {
        if self.used.insert(used.submitter, used.nonce) {
            self.by_expiry.entry(used.expiry).or_default().push((used.submitter, used.nonce));
        }
    }

    /// Forgets nonces whose transactions have expired at block time `now`.
    pub(crate) fn forget_before(&mut self, now: Time) {
        let live = self.by_expiry.split_off(&now.plus(1));
        for nonce in std::mem::replace(&mut self.by_expiry, live).into_values().flatten() {
            self.used.0.remove(&nonce);
        }
    }
}
