//! What the register answers, and what follows from it.

use std::collections::BTreeMap;

use codec::Decode;
use sillok_abi::{Account, Date, Time};
use sillok_testing::World;

/// A lot, as the register tells it and as the model keeps it.
#[derive(Clone, Debug, PartialEq, Decode)]
pub(super) struct Lot {
    pub(super) id: u64,
    pub(super) root: u64,
    pub(super) source: Option<u64>,
    pub(super) class: u32,
    pub(super) holder: Account,
    pub(super) quantity: u64,
    pub(super) locked: u64,
    pub(super) acquired: Date,
    pub(super) accepted: Option<Date>,
    pub(super) reference: String,
}

/// A lock: locker, quantity, right of delivery.
pub(super) type Lock = (Account, u64, bool);

/// A class, of which the tests look at the numbers of shares.
#[derive(Decode)]
pub(super) struct ShareClass {
    _id: u32,
    _reference: String,
    _name: String,
    _kind: u8,
    pub(super) authorised: u64,
    pub(super) issued: u64,
    pub(super) outstanding: u64,
    _votes_and_seniority: (u32, u32),
    _par: u64,
}

/// A row of the cap table.
#[derive(Debug, Decode)]
pub(super) struct HolderRow {
    pub(super) holder: Account,
    pub(super) class: u32,
    pub(super) shares: u64,
    pub(super) locked: u64,
}

/// An entry of the history.
#[derive(Debug, Decode)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) kind: u8,
    pub(super) class: u32,
    pub(super) lot: u64,
    pub(super) holder: Account,
    pub(super) counterpart: Option<Account>,
    pub(super) quantity: u64,
    pub(super) result: Option<u64>,
    pub(super) balance: Option<u64>,
    _date: Date,
    _note: String,
    _time: Time,
    _height: u64,
}

/// The cap table.
pub(super) fn rows(world: &World) -> Vec<HolderRow> {
    let pages = (0..).map(|page| world.query::<Vec<HolderRow>>("register", "holders", (page * 5u64, 5u32)));
    pages.take_while(|page| !page.is_empty()).flatten().collect()
}

/// The whole history.
pub(super) fn history(world: &World) -> Vec<Entry> {
    let pages = (0..).map(|page| world.query::<Vec<Entry>>("register", "history", (page * 100u64, 100u32)));
    pages.take_while(|page| !page.is_empty()).flatten().collect()
}

/// Class, holder, shares and locked shares of each live lot, from the history alone.
pub(super) fn rebuilt(entries: &[Entry]) -> BTreeMap<u64, (u32, Account, u64, u64)> {
    let mut lots = BTreeMap::new();
    for (number, entry) in (1..).zip(entries) {
        assert_eq!(entry.number, number);
        let Entry { class, holder, quantity, .. } = *entry;
        match entry.kind {
            0 => drop(lots.insert(entry.lot, (class, holder, quantity, 0))),
            1 => assert_eq!(lots[&entry.lot].2, quantity),
            6 => lots.get_mut(&entry.lot).unwrap().3 += quantity,
            7 => lots.get_mut(&entry.lot).unwrap().3 -= quantity,
            kind => {
                let (class, holder, shares, locked) = lots.remove(&entry.lot).unwrap();
                let locked = if kind == 8 { locked - quantity } else { locked };
                if let Some(balance) = entry.balance {
                    lots.insert(balance, (class, holder, shares - quantity, locked));
                }
                if let Some(result) = entry.result {
                    lots.insert(result, (class, entry.counterpart.unwrap(), quantity, 0));
                }
            }
        }
    }
    lots
}
