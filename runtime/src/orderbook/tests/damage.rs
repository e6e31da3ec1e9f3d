//! A book in state that does not hold together is a fault, and never a book.

use std::sync::Arc;

use codec::{Decode, Encode};
use sillok_abi::{BookId, Depth, OrderId, Side};

use super::super::OrderBooks;
use super::super::record::{BookRecord, Header, SlotRecord, header_key, page_key};
use super::super::slab::NIL;
use super::{MARKET, Market, sell};
use crate::state::{Fault, MemoryState};

/// A book of four slots: 0 and 2 hold the orders 1 and 3, which queue at one price; 3 and 1 are free, in
/// this order.
fn sound_state() -> MemoryState {
    let mut market = Market::new();
    for _ in 0..4 {
        market.place(sell(150, 10));
    }
    for order in [2, 4] {
        market.books.cancel(MARKET, market.book, OrderId(order)).unwrap().unwrap();
    }
    market.state()
}

/// Loads the book with one value replaced.
fn open_with(key: Vec<u8>, value: Option<Vec<u8>>) -> Result<Depth, Fault> {
    let mut state = sound_state();
    state.apply(&[(key, value)].into());
    OrderBooks::new(Arc::new(state)).depth(BookId(1), 1).map(Result::unwrap)
}

fn with_header(damage: impl FnOnce(&mut Header)) -> Result<Depth, Fault> {
    let mut record = BookRecord::decode(&mut &sound_state().entries()[&header_key(0)][..]).unwrap();
    damage(&mut record.header);
    open_with(header_key(0), Some(record.encode()))
}

fn with_page(damage: impl FnOnce(&mut Vec<SlotRecord>)) -> Result<Depth, Fault> {
    let mut slots = Vec::<SlotRecord>::decode(&mut &sound_state().entries()[&page_key(0, 0)][..]).unwrap();
    damage(&mut slots);
    open_with(page_key(0, 0), Some(slots.encode()))
}

#[test]
fn undamaged_it_loads() {
    assert_eq!(with_header(|_| ()).unwrap().asks[0].orders, 2);
    assert_eq!(with_page(|_| ()).unwrap().asks[0].orders, 2);
}

#[test]
fn missing_or_unreadable() {
    for key in [header_key(0), page_key(0, 0)] {
        assert!(open_with(key.clone(), None).is_err());
        assert!(open_with(key, Some(vec![0xff])).is_err());
    }
}

#[test]
fn a_header_that_does_not_agree() {
    let damages: [fn(&mut Header); 6] = [
        |header| header.slots = 3,
        |header| header.slots = 33,
        |header| header.free = NIL,
        |header| header.free = 1,
        |header| header.live = 3,
        |header| header.next_order = 3,
    ];
    for (number, damage) in damages.iter().enumerate() {
        assert!(with_header(damage).is_err(), "damage {number}");
    }
}

#[test]
fn slots_that_do_not_agree() {
    let damages: [fn(&mut Vec<SlotRecord>); 6] = [
        |slots| slots.truncate(3),
        |slots| slots.push(SlotRecord::Free { next: NIL }),
        |slots| slots[1] = SlotRecord::Free { next: 3 },
        |slots| slots[3] = SlotRecord::Free { next: NIL },
        |slots| slots[3] = SlotRecord::Free { next: 0 },
        |slots| slots[0] = SlotRecord::Free { next: NIL },
    ];
    for (number, damage) in damages.iter().enumerate() {
        assert!(with_page(damage).is_err(), "damage {number}");
    }
}

#[test]
fn an_order_that_does_not_agree() {
    for damage in 0..12 {
        let result = with_page(|slots| damage_first(&mut slots[0], damage));
        assert!(result.is_err(), "damage {damage}");
    }
}

fn damage_first(slot: &mut SlotRecord, damage: u32) {
    let SlotRecord::Live { id, tick, quantity, prev, next, side, .. } = slot else { panic!("it is free") };
    match damage {
        0 => *id = 0,
        1 => *id = 3,
        2 => *id = 5,
        3 => *tick = 21,
        4 => *tick = 9,
        5 => *side = Side::Buy,
        6 => *quantity = 0,
        7 => *prev = 2,
        8 => *prev = 1,
        9 => *next = NIL,
        10 => *next = 0,
        _ => *next = 3,
    }
}
