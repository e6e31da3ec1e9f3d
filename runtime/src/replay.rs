//! The replay guard: submitters' nonces, remembered until their transactions could no longer be included.
//!
//! It is no part of state: whoever has the recent blocks has it too. Nonces are found by a hash table, of which
//! nothing visible depends on the order.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};

use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use sillok_abi::{Account, Time, TransactionBody};

use crate::hashing::write_account;

/// A nonce that a transaction has used.
#[derive(Clone)]
pub(crate) struct UsedNonce {
    submitter: Submitter,
    nonce: u64,
    expiry: Time,
}

/// An account that takes no more room than most do: there are millions of nonces.
#[derive(Clone)]
enum Submitter {
    Key([u8; 32]),
    Other(Box<Account>),
}

impl Submitter {
    fn of(account: Account) -> Self {
        match account {
            Account::Key(key) => Submitter::Key(key),
            other => Submitter::Other(Box::new(other)),
        }
    }

    fn account(&self) -> Account {
        match self {
            Submitter::Key(key) => Account::Key(*key),
            Submitter::Other(other) => **other,
        }
    }
}

impl UsedNonce {
    pub(crate) fn of(body: &TransactionBody) -> Self {
        UsedNonce { submitter: Submitter::of(body.submitter), nonce: body.nonce, expiry: body.expiry }
    }

    fn is(&self, submitter: &Account, nonce: u64) -> bool {
        self.nonce == nonce && self.submitter.account() == *submitter
    }
}

/// How many tables there are. Millions of nonces are remembered, and a table that is full is made anew: all of it while
/// a block waits, if there were one alone.
const TABLES: usize = 64;

/// Submitters' nonces.
pub(crate) struct Nonces {
    tables: Vec<HashTable<UsedNonce>>,
    hasher: SeedableRandomState,
}

impl Nonces {
    /// None. The seed keeps whoever chooses nonces from choosing colliding ones.
    pub(crate) fn seeded(seed: u64) -> Self {
        let hasher = SeedableRandomState::with_seed(seed, SharedSeed::global_fixed());
        Nonces { tables: (0..TABLES).map(|_| HashTable::new()).collect(), hasher }
    }

    pub(crate) fn contains(&self, body: &TransactionBody) -> bool {
        let hash = hash(&self.hasher, &body.submitter, body.nonce);
        self.tables[table(hash)].find(hash, |used| used.is(&body.submitter, body.nonce)).is_some()
    }

    /// Answers the hash of one that is new.
    pub(crate) fn insert(&mut self, used: &UsedNonce) -> Option<u64> {
        let hash_of = |used: &UsedNonce| hash(&self.hasher, &used.submitter.account(), used.nonce);
        let hash = hash_of(used);
        let same = |other: &UsedNonce| other.is(&used.submitter.account(), used.nonce);
        match self.tables[table(hash)].entry(hash, same, hash_of) {
            Entry::Occupied(_) => None,
            Entry::Vacant(place) => {
                place.insert(used.clone());
                Some(hash)
            }
        }
    }

    /// Forgets one with this hash that has expired at `now`; answers whether there was any.
    fn forget(&mut self, hash: u64, now: Time) -> bool {
        let entry = self.tables[table(hash)].find_entry(hash, |used| used.expiry <= now);
        entry.map(|entry| entry.remove()).is_ok()
    }
}

/// Which table a nonce with this hash is in: by bits that tables do not look at themselves.
fn table(hash: u64) -> usize {
    (hash >> 48) as usize % TABLES
}

fn hash(hasher: &SeedableRandomState, submitter: &Account, nonce: u64) -> u64 {
    let mut state = hasher.build_hasher();
    write_account(&mut state, submitter);
    state.write_u64(nonce);
    state.finish()
}

/// Nonces that expire in the same so many milliseconds are kept together: a list for each of them would be as many
/// pieces of memory as there are milliseconds. There are seldom two blocks in as many.
const STEP_MS: u64 = 64;

/// Used nonces that could still be replayed.
pub(crate) struct ReplayGuard {
    used: Nonces,
    /// Their hashes, by the step in which they expire.
    by_expiry: BTreeMap<u64, Vec<u64>>,
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
        if let Some(hash) = self.used.insert(used) {
            self.by_expiry.entry(used.expiry.0 / STEP_MS).or_default().push(hash);
        }
    }

    /// Forgets nonces whose transactions have expired at block time `now`. Of two with one hash it does not matter
    /// which goes first: both do once both have expired.
    pub(crate) fn forget_before(&mut self, now: Time) {
        while let Some(mut step) = self.by_expiry.first_entry()
            && *step.key() <= now.0 / STEP_MS
        {
            step.get_mut().retain(|hash| !self.used.forget(*hash, now));
            if !step.get().is_empty() {
                return;
            }
            step.remove();
        }
    }
}

const _: () = assert!(size_of::<UsedNonce>() == 56, "a nonce takes no more than it must");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sillok_abi::{Call, ContractId, Hash};

    use super::*;

    fn body(nonce: u64) -> TransactionBody {
        TransactionBody {
            chain: Hash::default(),
            submitter: match nonce % 3 {
                0 => Account::Key([1; 32]),
                1 => Account::Contract(ContractId([1; 32])),
                _ => Account::Managed { contract: ContractId([2; 32]), id: [1; 32] },
            },
            nonce,
            expiry: Time(0),
            gas_limit: 0,
            call: Call { contract: ContractId([2; 32]), method: String::new(), args: Vec::new() },
            authorisations: Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn each_nonce_is_known_until_it_expires(
            steps in prop::collection::vec((0u64..40, 0..4 * STEP_MS, 0..STEP_MS), 1..200),
        ) {
            let (mut guard, mut model, mut now) = (ReplayGuard::seeded(7), BTreeMap::new(), 0);
            for (nonce, lifetime, passed) in steps {
                let expiry = Time(now + 1 + lifetime);
                guard.insert(&UsedNonce { submitter: Submitter::of(body(nonce).submitter), nonce, expiry });
                model.entry(nonce).or_insert(expiry);
                now += passed;
                guard.forget_before(Time(now));
                model.retain(|_, expiry| expiry.0 > now);
                for nonce in 0..40 {
                    prop_assert_eq!(guard.contains(&body(nonce)), model.contains_key(&nonce));
                }
                prop_assert_eq!(guard.by_expiry.values().map(Vec::len).sum::<usize>(), model.len());
            }
        }
    }
}
