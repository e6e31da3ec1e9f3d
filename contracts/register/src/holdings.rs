//! Who holds what: a total per class and holder, the holder's lots, and the rows of the cap table.
//!
//! Lots of a holder are listed by their roots, which stay when a lot is parted.

use sillok_interfaces::{HolderRow, Lot};
use sillok_sdk::prelude::*;

use crate::Register;
use crate::arithmetic::{minus, plus};
use crate::page::{page, skipped};
use crate::parting::Parting;

/// What the register keeps of one holder's shares of one class; gone when they have none.
#[data]
pub(crate) struct HoldingRecord {
    /// How many shares.
    pub(crate) shares: u64,
    /// How many of them are locked.
    pub(crate) locked: u64,
    /// In how many lots.
    pub(crate) lots: u64,
    /// The position of its row in the cap table.
    pub(crate) row: u64,
}

impl Register {
    /// Adds a new lot to its holder's.
    pub(crate) fn gain(&mut self, lot: &Lot) {
        let key = (lot.class, lot.holder);
        let mut holding = match self.holdings.get(&key) {
            Some(holding) => holding,
            None => HoldingRecord { shares: 0, locked: 0, lots: 0, row: self.rows.push(&key) },
        };
        self.count_gain(lot, holding.lots == 0);
        holding.shares = plus(holding.shares, lot.quantity);
        holding.lots = plus(holding.lots, 1);
        self.holding_lots.insert(&(lot.class, lot.holder, lot.root));
        self.holdings.insert(&key, &holding);
    }

    /// Takes parted shares from a lot's holder, and the lot too if they are all of it.
    pub(crate) fn lose(&mut self, lot: &Lot, parting: Parting) {
        let key = (lot.class, lot.holder);
        let mut holding = self.holding_record(&key);
        holding.shares = minus(holding.shares, parting.quantity);
        holding.locked = minus(holding.locked, parting.from_locks);
        if parting.quantity == lot.quantity {
            holding.lots = minus(holding.lots, 1);
            self.holding_lots.remove(&(lot.class, lot.holder, lot.root));
        }
        self.count_loss(lot, parting.quantity, holding.lots == 0);
        if holding.lots == 0 {
            self.holdings.remove(&key);
            self.remove_row(holding.row);
        } else {
            self.holdings.insert(&key, &holding);
        }
    }

    /// Changes how many shares of a live lot are locked.
    pub(crate) fn set_locked(&mut self, mut lot: Lot, locked: u64) {
        let key = (lot.class, lot.holder);
        let mut holding = self.holding_record(&key);
        holding.locked = plus(minus(holding.locked, lot.locked), locked);
        self.holdings.insert(&key, &holding);
        lot.locked = locked;
        self.store(lot);
    }

    /// A page of the cap table.
    pub(crate) fn rows_page(&self, from: u64, limit: u32) -> Vec<HolderRow> {
        let rows = self.rows.range(from..).take(page(limit));
        rows.map(|(class, holder)| {
            let holding = self.holding_record(&(class, holder));
            HolderRow { holder, class, shares: holding.shares, locked: holding.locked }
        })
        .collect()
    }

    /// A page of a holder's lots of a class.
    pub(crate) fn lots_page(&self, key: (u32, Account), from: u64, limit: u32) -> Vec<Lot> {
        let roots = self.holding_lots.prefix(&key).skip(skipped(from)).take(page(limit));
        roots.map(|root| self.live(root).expect("a holder's lots are live")).collect()
    }

    fn holding_record(&self, key: &(u32, Account)) -> HoldingRecord {
        self.holdings.get(key).expect("who has a lot has a holding")
    }

    /// Removes a row of the cap table; the last one takes its place.
    fn remove_row(&mut self, position: u64) {
        self.rows.swap_remove(position);
        if let Some(moved) = self.rows.get(position) {
            let mut holding = self.holding_record(&moved);
            holding.row = position;
            self.holdings.insert(&moved, &holding);
        }
    }
}
