//! The accounts that have had orders in a book, numbered in order of arrival.
//!
//! Numbers are part of state and never change. How many orders an owner has, and where they are, follows
//! from the orders. An order that leaves is not taken out of its owner's list: that would touch others that
//! lie far away. The list is cleaned when half of it is gone. Invariants: it names every order that the owner
//! has; nothing iterates over the hash table, whose seed may differ from node to node.

use std::hash::{BuildHasher, Hasher};

use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;
use sillok_abi::Account;

use super::answer::{Broken, promised};

/// An owner.
pub(super) struct Owner {
    pub(super) account: Account,
    /// How many orders it has in the book.
    pub(super) open: u32,
    /// Their ids and slots, and some that are gone, or there twice.
    pub(super) orders: Vec<(u64, u32)>,
}

/// The owners of a book.
pub(super) struct Owners {
    list: Vec<Owner>,
    numbers: HashTable<u32>,
    hasher: SeedableRandomState,
}

impl Owners {
    /// Nobody. The seed keeps whoever chooses accounts from choosing colliding ones.
    pub(super) fn new(seed: u64) -> Self {
        let hasher = SeedableRandomState::with_seed(seed, SharedSeed::global_fixed());
        Owners { list: Vec::new(), numbers: HashTable::new(), hasher }
    }

    #[inline]
    pub(super) fn count(&self) -> u32 {
        // A book refuses more owners than 32 bits count.
        self.list.len() as u32
    }

    /// The number of an account that has had an order.
    #[inline]
    pub(super) fn find(&self, account: &Account) -> Option<u32> {
        let hash = self.hash(account);
        let same =
            |number: &u32| self.list.get(*number as usize).is_some_and(|owner| owner.account == *account);
        self.numbers.find(hash, same).copied()
    }

    /// Adds an account that is not there; answers its number.
    pub(super) fn add(&mut self, account: Account) -> u32 {
        let number = self.count();
        let hash = self.hash(&account);
        self.list.push(Owner { account, open: 0, orders: Vec::new() });
        let (list, hasher) = (&self.list, &self.hasher);
        let rehash =
            |number: &u32| list.get(*number as usize).map_or(0, |owner| hash_with(hasher, &owner.account));
        self.numbers.insert_unique(hash, number, rehash);
        number
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Result<&Owner, Broken> {
        promised(self.list.get(number as usize), "an owner is missing")
    }

    #[inline]
    pub(super) fn get_mut(&mut self, number: u32) -> Result<&mut Owner, Broken> {
        promised(self.list.get_mut(number as usize), "an owner is missing")
    }

    /// Takes away the owners from number `count` on.
    pub(super) fn truncate(&mut self, count: u32) {
        while self.count() > count {
            let Some(owner) = self.list.pop() else { return };
            let (hash, number) = (self.hash(&owner.account), self.count());
            if let Ok(entry) = self.numbers.find_entry(hash, |found| *found == number) {
                entry.remove();
            }
        }
    }

    fn hash(&self, account: &Account) -> u64 {
        hash_with(&self.hasher, account)
    }
}

/// Word by word, which takes a fraction of what hashing bytes does.
fn hash_with(hasher: &SeedableRandomState, account: &Account) -> u64 {
    let (kind, id, contract) = match account {
        Account::Key(key) => (0, key, None),
        Account::Contract(contract) => (1, &contract.0, None),
        Account::Managed { contract, id } => (2, id, Some(&contract.0)),
    };
    let mut state = hasher.build_hasher();
    state.write_u8(kind);
    for bytes in [Some(id), contract].into_iter().flatten() {
        for word in bytes.as_chunks::<8>().0 {
            state.write_u64(u64::from_le_bytes(*word));
        }
    }
    state.finish()
}
