//! The replay guard: submitters' nonces, remembered until their transactions could no longer be included.
//!
//! It is no part of state: whoever has the recent blocks has it too. Nonces are found by a hash table, of which
//! nothing visible depends on the order.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

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

/// How many tables there are. Millions of nonces are remembered, and a table that is full is made anew: all of it while
/// a block waits, if there were one alone.
const TABLES: u64 = 64;

/// Submitters' nonces.
pub(crate) struct Nonces {
    tables: Vec<HashSet<(Account, u64), SeedableRandomState>>,
    hasher: SeedableRandomState,
}

impl Nonces {
    /// None. The seed keeps whoever chooses nonces from choosing colliding ones.
    pub(crate) fn seeded(seed: u64) -> Self {
        let hasher = |seed| SeedableRandomState::with_seed(seed, SharedSeed::global_fixed());
        // Another seed chooses the table than places within it.
        let tables = (0..TABLES).map(|_| HashSet::with_hasher(hasher(seed))).collect();
        Nonces { tables, hasher: hasher(!seed) }
    }

    pub(crate) fn contains(&self, body: &TransactionBody) -> bool {
        let used = (body.submitter, body.nonce);
        self.tables[self.place(&used)].contains(&used)
    }

    /// Answers whether it is new.
    pub(crate) fn insert(&mut self, submitter: Account, nonce: u64) -> bool {
        let used = (submitter, nonce);
        let place = self.place(&used);
        self.tables[place].insert(used)
    }

    fn remove(&mut self, used: &(Account, u64)) {
        let place = self.place(used);
        self.tables[place].remove(used);
    }

    fn place(&self, used: &(Account, u64)) -> usize {
        (self.hasher.hash_one(used) % TABLES) as usize
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
            self.used.remove(&nonce);
        }
    }
}
