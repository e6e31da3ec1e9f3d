//! The accounts that have had orders in a book, numbered in order of arrival.
//!
//! Numbers are part of state and never change. How many orders an owner has, and where they are, follows
//! from the orders. Invariants: an owner's list names exactly its orders, each once, and `places` where in
//! that list an order stands, so that it leaves without a search; nothing iterates over the hash table,
//! whose seed may differ from node to node.

use std::hash::{BuildHasher, Hasher};

use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;
use sillok_abi::Account;

use super::answer::{Broken, promised};
use crate::hashing::write_account;

/// An owner.
pub(super) struct Owner {
    pub(super) account: Account,
    /// The slots of its orders, in no order that anybody may see.
    pub(super) slots: Vec<u32>,
}

/// The owners of a book.
pub(super) struct Owners {
    list: Vec<Owner>,
    numbers: HashTable<u32>,
    hasher: SeedableRandomState,
    /// For each slot with an order, where its owner's list names it.
    places: Vec<u32>,
}

impl Owners {
    /// Nobody. The seed keeps whoever chooses accounts from choosing colliding ones.
    pub(super) fn new(seed: u64) -> Self {
        let hasher = SeedableRandomState::with_seed(seed, SharedSeed::global_fixed());
        Owners { list: Vec::new(), numbers: HashTable::new(), hasher, places: Vec::new() }
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
        self.list.push(Owner { account, slots: Vec::new() });
        let (list, hasher) = (&self.list, &self.hasher);
        let rehash =
            |number: &u32| list.get(*number as usize).map_or(0, |owner| hash_with(hasher, &owner.account));
        self.numbers.insert_unique(hash, number, rehash);
        number
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Result<&Owner, Broken> {
        promised(self.list.get(number as usize), &"an owner is missing")
    }

    /// An owner gets the order in a slot.
    #[inline]
    pub(super) fn give(&mut self, number: u32, slot: u32) -> Result<(), Broken> {
        let owner = promised(self.list.get_mut(number as usize), &"an owner is missing")?;
        let at = slot as usize;
        if at >= self.places.len() {
            lengthen(&mut self.places, at);
        }
        // An owner has no more orders than a book.
        *promised(self.places.get_mut(at), &"a slot has no place")? = owner.slots.len() as u32;
        owner.slots.push(slot);
        Ok(())
    }

    /// An owner loses the order in a slot; the last of its list takes the place.
    #[inline]
    pub(super) fn take(&mut self, number: u32, slot: u32) -> Result<(), Broken> {
        let owner = promised(self.list.get_mut(number as usize), &"an owner is missing")?;
        let place = *promised(self.places.get(slot as usize), &"a slot has no place")?;
        let last = promised(owner.slots.pop(), &"an owner's orders fall below none")?;
        if last != slot {
            *promised(owner.slots.get_mut(place as usize), &"an owner's order is not on its list")? = last;
            *promised(self.places.get_mut(last as usize), &"a slot has no place")? = place;
        }
        Ok(())
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

    #[inline]
    fn hash(&self, account: &Account) -> u64 {
        hash_with(&self.hasher, account)
    }
}

#[cold]
fn lengthen(places: &mut Vec<u32>, at: usize) {
    places.resize(at.saturating_add(1).next_power_of_two(), 0);
}

#[inline]
fn hash_with(hasher: &SeedableRandomState, account: &Account) -> u64 {
    let mut state = hasher.build_hasher();
    write_account(&mut state, account);
    state.finish()
}
