//! The accounts that have had orders in a book, numbered in order of arrival.
//!
//! Numbers are part of state and never change. How many orders an owner has, and where they are, follows
//! from the orders. Invariants: an owner's orders, and no others, are linked to each other, in no order that
//! anybody may see; nothing iterates over the hash table, whose seed may differ from node to node.

use std::hash::{BuildHasher, Hasher};

use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;
use sillok_abi::Account;

use super::answer::{Broken, promised};
use super::links::or;
use super::order::NIL;
use crate::hashing::write_account;

/// The orders of an owner.
#[derive(Clone, Copy)]
struct Orders {
    /// How many there are.
    count: u32,
    /// The slot of one of them, from which the others are reached; `u32::MAX` if it has none.
    head: u32,
}

/// The slots of two other orders of an order's owner; `u32::MAX` is none.
#[derive(Clone, Copy)]
struct Link {
    prev: u32,
    next: u32,
}

impl Link {
    const NONE: Link = Link { prev: NIL, next: NIL };
}

/// The owners of a book.
pub(super) struct Owners {
    accounts: Vec<Account>,
    /// Of each of them. Orders that come and go ask for these alone.
    orders: Vec<Orders>,
    numbers: HashTable<u32>,
    hasher: SeedableRandomState,
    /// For each slot with an order.
    links: Vec<Link>,
}

impl Owners {
    /// Nobody. The seed keeps whoever chooses accounts from choosing colliding ones.
    pub(super) fn new(seed: u64) -> Self {
        let hasher = SeedableRandomState::with_seed(seed, SharedSeed::global_fixed());
        Owners {
            accounts: Vec::new(),
            orders: Vec::new(),
            numbers: HashTable::new(),
            hasher,
            links: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn count(&self) -> u32 {
        // A book refuses more owners than 32 bits count.
        self.accounts.len() as u32
    }

    /// The number of an account that has had an order.
    #[inline]
    pub(super) fn find(&self, account: &Account) -> Option<u32> {
        let same = |number: &u32| self.accounts.get(*number as usize) == Some(account);
        self.numbers.find(self.hash(account), same).copied()
    }

    /// Adds an account that is not there; answers its number.
    pub(super) fn add(&mut self, account: Account) -> u32 {
        let number = self.count();
        let hash = self.hash(&account);
        self.accounts.push(account);
        self.orders.push(Orders { count: 0, head: NIL });
        let (accounts, hasher) = (&self.accounts, &self.hasher);
        let rehash =
            |number: &u32| accounts.get(*number as usize).map_or(0, |account| hash_with(hasher, account));
        self.numbers.insert_unique(hash, number, rehash);
        number
    }

    /// The account of an owner.
    #[inline]
    pub(super) fn account(&self, number: u32) -> Result<&Account, Broken> {
        promised(self.accounts.get(number as usize), &"an owner is missing")
    }

    /// How many orders an owner has.
    #[inline]
    pub(super) fn orders(&self, number: u32) -> Result<u32, Broken> {
        let orders = promised(self.orders.get(number as usize), &"an owner is missing")?;
        Ok(orders.count)
    }

    /// An owner gets the order in a slot.
    #[inline(always)]
    pub(super) fn give(&mut self, number: u32, slot: u32) -> Result<(), Broken> {
        let owner = promised(self.orders.get_mut(number as usize), &"an owner is missing")?;
        // An owner has no more orders than a book.
        owner.count = owner.count.wrapping_add(1);
        let next = std::mem::replace(&mut owner.head, slot);
        if slot as usize >= self.links.len() {
            lengthen(&mut self.links, slot as usize);
        }
        link(&mut self.links, or(next == NIL, slot, next))?.prev = slot;
        *link(&mut self.links, slot)? = Link { prev: NIL, next };
        Ok(())
    }

    /// An owner loses the order in a slot.
    #[inline]
    pub(super) fn take(&mut self, number: u32, slot: u32) -> Result<(), Broken> {
        let owner = promised(self.orders.get_mut(number as usize), &"an owner is missing")?;
        owner.count = promised(owner.count.checked_sub(1), &"an owner's orders fall below none")?;
        let Link { prev, next } = *link(&mut self.links, slot)?;
        owner.head = or(prev == NIL, next, owner.head);
        // What would be written to one that is not there goes to its own, which is none any more.
        link(&mut self.links, or(prev == NIL, slot, prev))?.next = next;
        link(&mut self.links, or(next == NIL, slot, next))?.prev = prev;
        Ok(())
    }

    /// The slots of an owner's orders, as many as it has, or a slot that is missing.
    pub(super) fn slots(&self, number: u32) -> Result<impl Iterator<Item = Result<u32, Broken>>, Broken> {
        let owner = promised(self.orders.get(number as usize), &"an owner is missing")?;
        let mut slot = owner.head;
        let follow = move |_| {
            let link = promised(self.links.get(slot as usize), &"an owner's order is not linked")?;
            Ok(std::mem::replace(&mut slot, link.next))
        };
        Ok((0..owner.count).map(follow))
    }

    /// Takes away the owners from number `count` on.
    pub(super) fn truncate(&mut self, count: u32) {
        while self.count() > count {
            let Some(account) = self.accounts.pop() else { return };
            self.orders.pop();
            let (hash, number) = (self.hash(&account), self.count());
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
fn lengthen(links: &mut Vec<Link>, at: usize) {
    links.resize(at.saturating_add(1).next_power_of_two(), Link::NONE);
}

#[inline(always)]
fn link(links: &mut [Link], slot: u32) -> Result<&mut Link, Broken> {
    promised(links.get_mut(slot as usize), &"an owner's order is not linked")
}

#[inline]
fn hash_with(hasher: &SeedableRandomState, account: &Account) -> u64 {
    let mut state = hasher.build_hasher();
    write_account(&mut state, account);
    state.finish()
}
