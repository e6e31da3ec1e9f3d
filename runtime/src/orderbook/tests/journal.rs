//! Books of many pages: what a block writes whole and what into the journal, and that a node that starts anew has the
//! same book.

use std::sync::Arc;

use codec::{Compact, Decode};
use sillok_abi::{NewOrder, OrderId, Price, Quantity, Side, TimeInForce};

use super::super::OrderBooks;
use super::super::limits::{DENSE_SLOTS, PAGE_ORDERS};
use super::super::record::{chunk_key, header_key, page_key};
use super::basics::{MARKET, Market, buy, sell};
use super::generator::Random;
use crate::state::{Changes, MemoryState};

/// A book, what is in state of it, and its orders' ids.
struct Chain {
    market: Market,
    state: MemoryState,
    orders: Vec<OrderId>,
}

impl Chain {
    /// A book of so many pages of orders, which don't meet.
    fn new(pages: u32) -> Self {
        let mut market = Market::new();
        let place = |number| market.place(sell(150 + 5 * u64::from(number % 10), 10)).order;
        let orders = (0..pages * PAGE_ORDERS).map(place).collect();
        let mut chain = Chain { market, state: MemoryState::default(), orders };
        chain.end_block();
        chain
    }

    fn end_block(&mut self) -> Changes {
        let changes = self.market.books.changes().unwrap();
        self.state.apply(&changes);
        self.market.books.commit();
        changes
    }

    /// Cancels the order that came in first of those in a slot.
    fn cancel(&mut self, slot: u32) {
        let order = self.orders[slot as usize];
        self.market.books.cancel(MARKET, self.market.book, order).unwrap().unwrap();
    }

    /// How many slots are in the journal.
    fn journaled(&self) -> u32 {
        let first = chunk_key(0, 0);
        let chunks =
            self.state.entries().iter().filter(|(key, _)| key.starts_with(&first[..first.len() - 8]));
        chunks.map(|(_, chunk)| Compact::<u32>::decode(&mut &chunk[..]).unwrap().0).sum()
    }
}

#[test]
fn a_few_pages_are_written_whole_and_more_into_the_journal() {
    let mut chain = Chain::new(20);
    (0..4).for_each(|page| chain.cancel(3 * page * PAGE_ORDERS));
    let keys: Vec<Vec<u8>> = chain.end_block().into_keys().collect();
    let mut pages = vec![header_key(0)];
    pages.extend([0, 3, 6, 9].map(|page| page_key(0, page)));
    assert_eq!(keys, sorted(pages));
    assert_eq!(chain.journaled(), 0);

    (0..5).for_each(|page| chain.cancel(3 * page * PAGE_ORDERS + 1));
    let keys: Vec<Vec<u8>> = chain.end_block().into_keys().collect();
    assert_eq!(
        keys,
        sorted(vec![header_key(0), chunk_key(0, 0), page_key(0, 0)]),
        "the first page has its turn"
    );
    assert_eq!(chain.journaled(), 5);

    (0..5).for_each(|page| chain.cancel(3 * page * PAGE_ORDERS + 2));
    (0..DENSE_SLOTS).for_each(|slot| chain.cancel(7 * PAGE_ORDERS + slot));
    let keys: Vec<Vec<u8>> = chain.end_block().into_keys().collect();
    let all = vec![header_key(0), chunk_key(0, 1), page_key(0, 1), page_key(0, 7)];
    assert_eq!(keys, sorted(all), "one that changed much is written whole, the second has its turn");

    (13..19).for_each(|page| (0..7).for_each(|slot| chain.cancel(page * PAGE_ORDERS + slot)));
    let keys: Vec<Vec<u8>> = chain.end_block().into_keys().collect();
    let all = vec![header_key(0), chunk_key(0, 2), page_key(0, 2)];
    assert_eq!(keys, sorted(all), "one has its turn for 42 slots");
}

fn sorted(mut keys: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    keys.sort();
    keys
}

#[test]
fn a_large_book_is_the_same_after_a_start() {
    let mut chain = Chain::new(30);
    let mut random = Random::new(7);
    let slots = 30 * PAGE_ORDERS;
    let mut most = 0;
    for block in 0..150 {
        for _ in 0..1 + random.below(120) {
            chain.step(&mut random);
        }
        chain.end_block();
        most = most.max(chain.journaled());
        let mut anew = OrderBooks::new(Arc::new(chain.state.clone())).seeded(block);
        let book = chain.market.book;
        assert_eq!(anew.digest(book).unwrap(), chain.market.books.digest(book).unwrap(), "block {block}");
    }
    assert!(most > slots && most <= 4 * slots + 120, "{most} slots in the journal of a book of {slots}");
}

impl Chain {
    /// An order comes, goes, or takes others.
    fn step(&mut self, random: &mut Random) {
        let price = Price(150 + 5 * random.below(10));
        match random.below(3) {
            0 => {
                let order = NewOrder { side: Side::Sell, ..buy(price.0, 10 + 10 * random.below(3)) };
                self.orders.push(self.market.place(order).order);
            }
            1 => {
                let at = random.below(self.orders.len() as u64) as usize;
                let order = self.orders.swap_remove(at);
                // It may have been taken.
                let _ = self.market.books.cancel(MARKET, self.market.book, order).unwrap();
            }
            _ => {
                let taker =
                    NewOrder { time_in_force: TimeInForce::Ioc, ..buy(price.0, 10 * (1 + random.below(2))) };
                let placed = self.market.place(taker);
                assert!(placed.resting == Quantity(0));
            }
        }
    }
}
