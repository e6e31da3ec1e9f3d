//! A book in state that does not hold together is a fault, and never a book.

use std::sync::Arc;

use codec::{Decode, Encode};
use sillok_abi::{BookId, Depth, Side};

use super::super::OrderBooks;
use super::super::id::id_of;
use super::super::order::{Family, Flags, NIL, Rung};
use super::super::record::{
    BookRecord, OrderRecord, PageRecord, SlotRecord, chunk_key, header_key, owners_key, page_key,
};
use super::basics::{MARKET, Market, sell};
use crate::state::{Fault, MemoryState};

/// A book of four slots: 0 and 2 hold the orders 1 and 3, which queue at one price; 3 and 1 are free, in
/// this order.
fn sound_state() -> MemoryState {
    let mut market = Market::new();
    for _ in 0..4 {
        market.place(sell(150, 10));
    }
    for order in [2, 4] {
        market.books.cancel(MARKET, market.book, market.id(order)).unwrap().unwrap();
    }
    market.state()
}

/// Loads the book with one value replaced.
fn open_with(key: Vec<u8>, value: Option<Vec<u8>>) -> Result<Depth, Fault> {
    let mut state = sound_state();
    state.apply(&[(key, value)].into());
    OrderBooks::new(Arc::new(state)).depth(BookId(1), 1).map(Result::unwrap)
}

fn with_header(damage: impl FnOnce(&mut BookRecord)) -> Result<Depth, Fault> {
    let mut record = BookRecord::decode(&mut &sound_state().entries()[&header_key(0)][..]).unwrap();
    damage(&mut record);
    open_with(header_key(0), Some(record.encode()))
}

fn with_page(damage: impl FnOnce(&mut Vec<SlotRecord>)) -> Result<Depth, Fault> {
    let mut page = PageRecord::decode(&mut &sound_state().entries()[&page_key(0, 0)][..]).unwrap();
    damage(&mut page.slots);
    open_with(page_key(0, 0), Some(page.encode()))
}

#[test]
fn undamaged_it_loads() {
    assert_eq!(with_header(|_| ()).unwrap().asks[0].orders, 2);
    assert_eq!(with_page(|_| ()).unwrap().asks[0].orders, 2);
}

#[test]
fn missing_or_unreadable() {
    for key in [header_key(0), page_key(0, 0), owners_key(0, 0)] {
        assert!(open_with(key.clone(), None).is_err());
        assert!(open_with(key, Some(vec![0xff])).is_err());
    }
}

#[test]
fn a_header_that_does_not_agree() {
    let damages: [fn(&mut BookRecord); 11] = [
        |header| header.pages.slots = 3,
        |header| header.pages.slots = 33,
        |header| header.pages.next = 1,
        |header| header.free = NIL,
        |header| header.free = 1,
        |header| header.live = 3,
        |header| header.owners = 0,
        |header| header.owners = 2,
        |header| header.counters.order = 3,
        |header| header.counters.priority = 2,
        |header| header.params.ticks.clear(),
    ];
    for (number, damage) in damages.iter().enumerate() {
        assert!(with_header(damage).is_err(), "damage {number}");
    }
}

#[test]
fn a_journal_that_does_not_agree() {
    let with_chunk = |chunk: Vec<(u32, SlotRecord)>| {
        let mut state = sound_state();
        let mut record = BookRecord::decode(&mut &state.entries()[&header_key(0)][..]).unwrap();
        record.pages.next = 1;
        let entries = [(header_key(0), Some(record.encode())), (chunk_key(0, 0), Some(chunk.encode()))];
        state.apply(&entries.into());
        OrderBooks::new(Arc::new(state)).depth(BookId(1), 1).map(Result::unwrap)
    };
    assert_eq!(with_chunk(vec![]).unwrap().asks[0].orders, 2);
    assert!(with_chunk(vec![(4, SlotRecord::Free { next: NIL })]).is_err(), "a slot that is in no page");
    assert!(with_chunk(vec![(0, SlotRecord::Free { next: NIL })]).is_err(), "an order that is gone");
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
    let damages: [fn(&mut OrderRecord); 10] = [
        |order| order.id = 0,
        |order| order.id = id_of(0, 0),
        |order| order.id = id_of(1, 2),
        |order| order.id = id_of(5, 0),
        |order| order.priority = 2,
        |order| order.priority = 4,
        |order| order.rung = Rung::new(Family::Limit, Side::Buy, 21),
        |order| order.shown = 0,
        |order| order.owner = 1,
        |order| order.flags = Flags(Flags::EXTRA),
    ];
    for (number, damage) in damages.iter().enumerate() {
        let result = with_page(|slots| {
            let SlotRecord::Plain(order) = &mut slots[0] else { panic!("it is free") };
            damage(order);
        });
        assert!(result.is_err(), "damage {number}");
    }
}
