//! The history: one numbered entry for every change of who has which shares, and of locks.
//!
//! An entry carries the day that the parties give and the block's time, so that a date set back is
//! seen by anyone who compares the two.

use sillok_interfaces::{EntryKind, HistoryEntry, Lot};
use sillok_sdk::prelude::*;

use crate::Register;
use crate::arithmetic::plus;
use crate::page::page;

/// Korea's distance from UTC, the whole year.
const KOREA_OFFSET_MS: u64 = 9 * 60 * 60 * 1_000;

/// The day that the register itself dates by: today in Korea.
pub(crate) fn today() -> Date {
    block_time().plus(KOREA_OFFSET_MS).date()
}

/// What an entry says beyond its number, time and height.
pub(crate) struct Change {
    pub(crate) kind: EntryKind,
    pub(crate) quantity: u64,
    pub(crate) counterpart: Option<Account>,
    pub(crate) result: Option<u64>,
    pub(crate) balance: Option<u64>,
    pub(crate) date: Date,
    pub(crate) note: String,
}

impl Change {
    /// A change without counterpart, result, balance and note.
    pub(crate) fn of(kind: EntryKind, quantity: u64, date: Date) -> Self {
        Change { kind, quantity, counterpart: None, result: None, balance: None, date, note: String::new() }
    }
}

impl Register {
    /// Appends a change of `lot`, as it was before, to the history.
    pub(crate) fn record(&mut self, lot: &Lot, change: Change) {
        let Change { kind, quantity, counterpart, result, balance, date, note } = change;
        let number = plus(self.entries.len(), 1);
        let entry = HistoryEntry {
            number,
            kind,
            class: lot.class,
            lot: lot.id,
            holder: lot.holder,
            counterpart,
            quantity,
            result,
            balance,
            date,
            note,
            time: block_time(),
            height: block_height(),
        };
        self.entries.push(&entry);
    }

    /// A page of the history, oldest first.
    pub(crate) fn history_page(&self, from: u64, limit: u32) -> Vec<HistoryEntry> {
        self.entries.range(from..).take(page(limit)).collect()
    }
}
