//! What each refusal, bound and rule of plain limit orders means, by example.

use std::sync::Arc;

use codec::{Decode, Encode};
use sillok_abi::{
    Account, BookError, BookId, BookParams, ContractId, NewOrder, OrderId, Placed, Price, Quantity, Side,
    TimeInForce,
};

use super::super::id::{MAX_NUMBER, id_of};
use super::super::record::{BookRecord, header_key, owners_key, page_key};
use super::super::{MAX_BOOKS, MAX_ORDERS, MAX_QUANTITY, MAX_TICKS, OrderBooks};
use crate::state::MemoryState;

pub(super) const MARKET: ContractId = ContractId([7; 32]);
const OTHER: ContractId = ContractId([8; 32]);
const ALICE: Account = Account::Key([1; 32]);

fn rules(tick: u64, lot: u64, low: u64, high: u64) -> BookParams {
    BookParams::simple(tick, lot, low, high)
}

pub(super) fn buy(price: u64, quantity: u64) -> NewOrder {
    NewOrder::limit(ALICE, Side::Buy, Price(price), Quantity(quantity))
}

pub(super) fn sell(price: u64, quantity: u64) -> NewOrder {
    NewOrder { side: Side::Sell, ..buy(price, quantity) }
}

fn ioc(order: NewOrder) -> NewOrder {
    NewOrder { time_in_force: TimeInForce::Ioc, ..order }
}

/// A chain's books, with one of a tick of 5 and a lot of 10, from 100 to 200.
pub(super) struct Market {
    pub(super) books: OrderBooks,
    pub(super) book: BookId,
    /// The ids of the orders that came in, in their order.
    ids: Vec<OrderId>,
}

impl Market {
    pub(super) fn new() -> Self {
        Market::with(rules(5, 10, 100, 200))
    }

    pub(super) fn with(params: BookParams) -> Self {
        let mut books = OrderBooks::new(Arc::new(MemoryState::default()));
        let book = books.create(MARKET, params).unwrap().unwrap();
        Market { books, book, ids: Vec::new() }
    }

    pub(super) fn try_place(&mut self, order: NewOrder) -> Result<Placed, BookError> {
        let placed = self.books.place(MARKET, self.book, &order, 64).unwrap().cloned();
        self.ids.extend(placed.iter().map(|placed| placed.order));
        placed
    }

    pub(super) fn place(&mut self, order: NewOrder) -> Placed {
        self.try_place(order).unwrap()
    }

    /// The id of the order that came in at this place, counted from 1.
    pub(super) fn id(&self, number: usize) -> OrderId {
        self.ids[number - 1]
    }

    /// The makers, prices and quantities that an order met.
    fn fills(&mut self, order: NewOrder) -> Vec<(u64, u64, u64)> {
        let fills = self.place(order).fills;
        fills.iter().map(|fill| (fill.maker.number(), fill.price.0, fill.quantity.0)).collect()
    }

    /// The state after the block so far.
    pub(super) fn state(&mut self) -> MemoryState {
        let mut state = MemoryState::default();
        state.apply(&self.books.changes().unwrap());
        state
    }
}

#[test]
fn price_then_time_at_the_makers_price() {
    let mut market = Market::new();
    for price in [120, 110, 110, 115] {
        market.place(sell(price, 20));
    }
    assert_eq!(market.fills(buy(115, 50)), [(2, 110, 20), (3, 110, 20), (4, 115, 10)]);
    assert_eq!(market.fills(buy(115, 10)), [(4, 115, 10)]);
    for price in [105, 110, 110] {
        market.place(buy(price, 20));
    }
    assert_eq!(market.fills(sell(105, 50)), [(8, 110, 20), (9, 110, 20), (7, 105, 10)]);
}

#[test]
fn a_partial_fill_keeps_its_place_and_a_cancel_frees_the_next() {
    let mut market = Market::new();
    for _ in 0..3 {
        market.place(sell(100, 30));
    }
    assert_eq!(market.fills(ioc(buy(100, 10))), [(1, 100, 10)]);
    assert_eq!(market.fills(ioc(buy(100, 10))), [(1, 100, 10)]);
    market.books.cancel(MARKET, market.book, market.id(2)).unwrap().unwrap();
    assert_eq!(market.fills(ioc(buy(100, 30))), [(1, 100, 10), (3, 100, 20)]);
}

#[test]
fn what_is_left_rests_or_is_cancelled() {
    let mut market = Market::new();
    market.place(sell(100, 10));
    let left = |placed: Placed| (placed.resting.0, placed.cancelled.0);
    assert_eq!(left(market.place(buy(100, 30))), (20, 0));
    assert_eq!(left(market.place(ioc(sell(100, 50)))), (0, 30));
    assert_eq!(left(market.place(ioc(sell(100, 50)))), (0, 50));
}

#[test]
fn the_bound_of_fills_cancels_what_could_still_match() {
    let mut market = Market::new();
    for _ in 0..3 {
        market.place(sell(100, 10));
    }
    let mut place = |order, max_fills| {
        let placed = market.books.place(MARKET, market.book, &order, max_fills).unwrap().unwrap().clone();
        (placed.fills.len(), placed.resting.0, placed.cancelled.0)
    };
    assert_eq!(place(buy(100, 40), 0), (0, 0, 40), "no fill allowed, so nothing rests crossed");
    assert_eq!(place(buy(100, 40), 2), (2, 0, 20), "the third seller could still match");
    assert_eq!(place(buy(100, 20), 1), (1, 10, 0), "the bound is reached, but nobody is left to match");
}

#[test]
fn refusals_of_a_book_that_makes_no_sense() {
    let bad = [
        rules(0, 10, 100, 200),
        rules(5, 0, 100, 200),
        rules(5, 10, 0, 200),
        rules(5, 10, 101, 200),
        rules(5, 10, 100, 201),
        rules(5, 10, 200, 100),
        rules(5, MAX_QUANTITY + 1, 100, 200),
        rules(1, 1, 1, u64::from(MAX_TICKS) + 1),
        rules(1, 1, 1, u64::MAX),
    ];
    let mut books = OrderBooks::new(Arc::new(MemoryState::default()));
    for params in bad {
        assert_eq!(books.create(MARKET, params.clone()).unwrap(), Err(BookError::BadParams), "{params:?}");
    }
    let widest = rules(1 << 40, 1, 1 << 40, u64::from(MAX_TICKS) << 40);
    assert_eq!(books.create(MARKET, widest).unwrap(), Ok(BookId(1)));
}

#[test]
fn refusals_of_an_order_in_the_order_of_their_list() {
    let mut market = Market::new();
    assert_eq!(market.books.place(OTHER, BookId(2), &buy(1, 1), 64).unwrap(), Err(BookError::NoBook));
    assert_eq!(market.books.place(OTHER, BookId(0), &buy(1, 1), 64).unwrap(), Err(BookError::NoBook));
    assert_eq!(market.books.place(OTHER, BookId(u64::MAX), &buy(1, 1), 64).unwrap(), Err(BookError::NoBook));
    assert_eq!(market.books.place(OTHER, market.book, &buy(1, 1), 64).unwrap(), Err(BookError::NotOwner));
    assert_eq!(market.try_place(buy(1, 1)), Err(BookError::OffTick));
    for price in [0, 95, 205, u64::MAX] {
        assert_eq!(market.try_place(buy(price, 1)), Err(BookError::OutsideBand), "{price}");
    }
    for quantity in [0, 1, 15, u64::MAX, MAX_QUANTITY.next_multiple_of(10)] {
        assert_eq!(market.try_place(buy(100, quantity)), Err(BookError::OffLot), "{quantity}");
    }
    let placed = market.place(buy(100, MAX_QUANTITY - MAX_QUANTITY % 10));
    assert_eq!(placed.order, OrderId(id_of(1, 0)), "no id is wasted");
}

#[test]
fn refusals_of_a_cancel_and_of_reads() {
    let mut market = Market::new();
    let order = market.place(buy(100, 10)).order;
    let Market { mut books, book, .. } = market;
    assert_eq!(books.cancel(OTHER, BookId(2), order).unwrap(), Err(BookError::NoBook));
    assert_eq!(books.cancel(OTHER, book, order).unwrap(), Err(BookError::NotOwner));
    for id in [0, 1, id_of(1, 1), id_of(2, 0), u64::MAX] {
        assert_eq!(books.cancel(MARKET, book, OrderId(id)).unwrap(), Err(BookError::NoOrder));
        assert_eq!(books.order(book, OrderId(id)).unwrap(), Err(BookError::NoOrder));
    }
    books.cancel(MARKET, book, order).unwrap().unwrap();
    assert_eq!(books.cancel(MARKET, book, order).unwrap(), Err(BookError::NoOrder));
    assert_eq!(books.depth(BookId(2), 1).unwrap(), Err(BookError::NoBook));
    assert_eq!(books.params(BookId(2)).unwrap(), Err(BookError::NoBook));
    assert_eq!(books.order(BookId(2), order).unwrap(), Err(BookError::NoBook));
}

#[test]
fn a_full_book_refuses_what_may_rest() {
    let mut market = Market::new();
    for _ in 0..MAX_ORDERS {
        market.place(sell(150, 10));
    }
    assert_eq!(market.try_place(sell(150, 10)), Err(BookError::Full));
    assert_eq!(market.try_place(buy(150, 10)), Err(BookError::Full));
    assert_eq!(market.place(ioc(sell(150, 10))).cancelled, Quantity(10));
    assert_eq!(market.place(ioc(buy(150, 10))).fills.len(), 1, "a match needs no room");
    assert_eq!(market.place(sell(150, 10)).resting, Quantity(10));
}

#[test]
fn a_book_that_has_given_out_all_numbers_is_full() {
    let mut state = Market::new().state();
    let mut record = BookRecord::decode(&mut &state.entries()[&header_key(0)][..]).unwrap();
    record.counters.order = MAX_NUMBER;
    state.apply(&[(header_key(0), Some(record.encode()))].into());
    let mut books = OrderBooks::new(Arc::new(state));
    let mut place = |order| books.place(MARKET, BookId(1), &order, 64).unwrap().map(|placed| placed.order);
    assert_eq!(place(buy(100, 10)), Ok(OrderId(id_of(MAX_NUMBER, 0))));
    assert_eq!(place(buy(100, 10)), Err(BookError::Full));
    assert_eq!(place(ioc(sell(100, 10))), Err(BookError::Full));
}

#[test]
fn there_are_no_more_books_than_may_be() {
    let mut market = Market::new();
    for number in 1..MAX_BOOKS {
        let id = BookId(u64::from(number) + 1);
        assert_eq!(market.books.create(MARKET, rules(5, 10, 100, 200)).unwrap(), Ok(id));
    }
    assert_eq!(market.books.create(MARKET, rules(5, 10, 100, 200)).unwrap(), Err(BookError::TooManyBooks));
    assert_eq!(market.books.create(MARKET, rules(0, 0, 0, 0)).unwrap(), Err(BookError::BadParams));
}

#[test]
fn a_block_writes_only_what_it_touches() {
    let mut market = Market::new();
    for _ in 0..100 {
        market.place(sell(150, 10));
    }
    let state = market.state();
    assert_eq!(state.entries().len(), 3 + 100usize.div_ceil(32), "count, header, owners and pages");
    market.books.commit();
    assert!(market.books.changes().unwrap().is_empty());
    let mark = market.books.savepoint();
    market.place(buy(150, 30));
    market.books.rollback(mark);
    assert!(market.books.changes().unwrap().is_empty(), "what was rolled back is not written");
    market.place(ioc(buy(150, 10)));
    let changed: Vec<Vec<u8>> = market.books.changes().unwrap().into_keys().collect();
    assert_eq!(changed.len(), 2);
    assert!(changed.contains(&header_key(0)) && changed.contains(&page_key(0, 0)));
    assert!(!changed.contains(&owners_key(0, 0)), "nobody is new");
}
