//! Who holds what: a total per class and holder, the holder's lots, and the rows of the cap table.
//!
//! Lots of a holder and rows of the table are dense lists: what leaves is replaced by the last one,
//! so that every change costs the same however long they are. Lots are listed by their roots, which
//! stay when a lot is parted.

use sillok_interfaces::{HolderRow, Lot};
use sillok_sdk::prelude::*;

use crate::arithmetic::{minus, plus};
use crate::page::page;
use crate::parting::Parting;
use crate::{LotRecord, Register};

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
    /// Adds a new lot to its holder's and returns its position among them.
    pub(crate) fn gain(&mut self, lot: &Lot) -> u64 {
        let key = (lot.class, lot.holder);
        let mut holding = match self.holdings.get(&key) {
            Some(holding) => holding,
            None => HoldingRecord { shares: 0, locked: 0, lots: 0, row: self.add_row(&key) },
        };
        let position = holding.lots;
        holding.shares = plus(holding.shares, lot.quantity);
        holding.lots = plus(position, 1);
        self.holding_lots.insert(&(lot.class, lot.holder, position), &lot.root);
        self.holdings.insert(&key, &holding);
        position
    }

    /// Takes parted shares from a lot's holder, and the lot too if they are all of it.
    pub(crate) fn lose(&mut self, record: &LotRecord, parting: Parting) {
        let key = (record.lot.class, record.lot.holder);
        let mut holding = self.holding_record(&key);
        holding.shares = minus(holding.shares, parting.quantity);
        holding.locked = minus(holding.locked, parting.from_locks);
        if parting.quantity == record.lot.quantity {
            holding.lots = minus(holding.lots, 1);
            self.remove_lot(&key, record.position, holding.lots);
        }
        if holding.lots == 0 {
            self.holdings.remove(&key);
            self.remove_row(holding.row);
        } else {
            self.holdings.insert(&key, &holding);
        }
    }

    /// Changes how many shares of a live lot are locked.
    pub(crate) fn set_locked(&mut self, mut record: LotRecord, locked: u64) {
        let key = (record.lot.class, record.lot.holder);
        let mut holding = self.holding_record(&key);
        holding.locked = plus(minus(holding.locked, record.lot.locked), locked);
        self.holdings.insert(&key, &holding);
        record.lot.locked = locked;
        self.store(record);
    }

    /// A page of the cap table.
    pub(crate) fn rows_page(&self, from: u64, limit: u32) -> Vec<HolderRow> {
        page(from, limit, self.row_count.get_or_default())
            .map(|position| {
                let key = self.rows.get(&position).expect("rows are dense");
                let holding = self.holding_record(&key);
                let (class, holder) = key;
                HolderRow { holder, class, shares: holding.shares, locked: holding.locked }
            })
            .collect()
    }

    /// A page of a holder's lots of a class.
    pub(crate) fn lots_page(&self, key: (u32, Account), from: u64, limit: u32) -> Vec<Lot> {
        let count = self.holdings.get(&key).map_or(0, |holding| holding.lots);
        let (class, holder) = key;
        page(from, limit, count)
            .map(|position| {
                let root = self.holding_lots.get(&(class, holder, position)).expect("lots are dense");
                self.live(root).expect("a holder's lots are live").lot
            })
            .collect()
    }

    fn holding_record(&self, key: &(u32, Account)) -> HoldingRecord {
        self.holdings.get(key).expect("who has a lot has a holding")
    }

    /// Removes the lot at `position` from a holder's; the last one, at `last`, takes its place.
    fn remove_lot(&mut self, key: &(u32, Account), position: u64, last: u64) {
        let (class, holder) = *key;
        let moved = self.holding_lots.take(&(class, holder, last)).expect("lots are dense");
        if position == last {
            return;
        }
        self.holding_lots.insert(&(class, holder, position), &moved);
        let mut record = self.live(moved).expect("a holder's lots are live");
        record.position = position;
        self.store(record);
    }

    /// Adds a row at the cap table's end and returns its position.
    fn add_row(&mut self, key: &(u32, Account)) -> u64 {
        let position = self.row_count.get_or_default();
        self.rows.insert(&position, key);
        self.row_count.set(&plus(position, 1));
        position
    }

    /// Removes a row; the last one takes its place.
    fn remove_row(&mut self, position: u64) {
        let last = minus(self.row_count.load(), 1);
        self.row_count.set(&last);
        let moved = self.rows.take(&last).expect("rows are dense");
        if position == last {
            return;
        }
        self.rows.insert(&position, &moved);
        let mut holding = self.holding_record(&moved);
        holding.row = position;
        self.holdings.insert(&moved, &holding);
    }
}
