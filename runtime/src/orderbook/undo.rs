//! Undo by copy on first touch: before a record changes for the first time since the latest savepoint,
//! it is copied here.
//!
//! Every savepoint starts an epoch, and each record carries the epoch in which it was last copied. So
//! `stamp == epoch` means that a copy lies in the log, at or after the latest savepoint. A record that
//! is restored gets stamp 0, which no epoch has: at worst it is copied once more.
//!
//! What the log of a block names is also what the block has changed: it yields the dirty pages.

use sillok_abi::Account;

use super::ladder::{Level, Rung};
use super::record::Header;
use super::slab::Order;

/// A copy of what a record was, and where it belongs.
pub(super) struct Saved<At, Record> {
    pub(super) book: u32,
    pub(super) at: At,
    pub(super) old: Record,
}

/// A savepoint to roll back to: how far the log had got, and how many books the block had created.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    pub(super) orders: usize,
    pub(super) owners: usize,
    pub(super) levels: usize,
    pub(super) headers: usize,
    pub(super) created: usize,
}

/// The copies since the tentative block began, oldest first.
pub(super) struct Log {
    pub(super) epoch: u32,
    pub(super) orders: Vec<Saved<u32, Order>>,
    pub(super) owners: Vec<Saved<u32, Account>>,
    pub(super) levels: Vec<Saved<Rung, Level>>,
    pub(super) headers: Vec<Saved<(), Header>>,
}

impl Log {
    pub(super) fn new() -> Self {
        let (orders, owners, levels, headers) = Default::default();
        Log { epoch: 1, orders, owners, levels, headers }
    }

    /// The end of the log.
    pub(super) fn mark(&self, created: usize) -> Mark {
        Mark {
            orders: self.orders.len(),
            owners: self.owners.len(),
            levels: self.levels.len(),
            headers: self.headers.len(),
            created,
        }
    }

    /// Forgets all copies, as nothing before now will be undone.
    pub(super) fn clear(&mut self) {
        self.orders.clear();
        self.owners.clear();
        self.levels.clear();
        self.headers.clear();
    }

    /// Takes copies of the changes to one book.
    pub(super) fn of(&mut self, book: u32) -> Recorder<'_> {
        Recorder { log: self, book }
    }
}

/// Takes a book's copies. Each method is called before its record changes.
pub(super) struct Recorder<'log> {
    log: &'log mut Log,
    book: u32,
}

impl Recorder<'_> {
    /// The stamp of a record that needs no copy, as it did not exist at the latest savepoint.
    pub(super) fn epoch(&self) -> u32 {
        self.log.epoch
    }

    pub(super) fn order(&mut self, slot: u32, order: &mut Order) {
        if order.stamp != self.log.epoch {
            self.log.orders.push(Saved { book: self.book, at: slot, old: *order });
            order.stamp = self.log.epoch;
        }
    }

    pub(super) fn level(&mut self, rung: Rung, level: &mut Level) {
        if level.stamp != self.log.epoch {
            self.log.levels.push(Saved { book: self.book, at: rung, old: *level });
            level.stamp = self.log.epoch;
        }
    }

    pub(super) fn header(&mut self, stamp: &mut u32, header: Header) {
        if *stamp != self.log.epoch {
            self.log.headers.push(Saved { book: self.book, at: (), old: header });
            *stamp = self.log.epoch;
        }
    }

    /// Owners have no stamp: one changes only when a slot is used again by somebody else.
    pub(super) fn owner(&mut self, slot: u32, owner: Account) {
        self.log.owners.push(Saved { book: self.book, at: slot, old: owner });
    }
}
