//! Kinds of orders, what they ask for, and how they change.

use sillok_abi::{
    BookError, NewOrder, OrderKind, OrderState, Phase, Price, Quantity, Removal, SelfTrade, Side, Time,
    TimeInForce,
};

use super::*;
use crate::orderbook::Now;
use crate::orderbook::tests::basics::{MARKET, Market};

/// 최유리 and 최우선: the best price of the other side, and of one's own, when the order comes.
#[test]
fn limits_taken_over_from_the_market() {
    let mut market = Market::with(korean(10_000));
    assert_eq!(market.try_place(order(Side::Buy, OrderKind::BestLimit, 1)), Err(BookError::NoPrice));
    assert_eq!(market.try_place(order(Side::Buy, OrderKind::TopLimit, 1)), Err(BookError::NoPrice));
    market.place(buy(9_900, 5));
    market.place(sell(10_000, 5));
    market.place(sell(10_010, 5));
    let placed = market.place(order(Side::Buy, OrderKind::BestLimit, 8));
    assert_eq!((trades(&placed), placed.resting), (vec![(10_000, 5)], Quantity(3)));
    market.place(order(Side::Buy, OrderKind::TopLimit, 4));
    assert_eq!(market.side(Side::Buy), [(10_000, 7), (9_900, 5)]);
}

/// 시장가: what is left rests at the price of the last trade.
#[test]
fn the_rest_of_a_market_order_rests_at_the_last_price() {
    let mut market = Market::with(korean(10_000));
    market.place(sell(10_010, 5));
    market.place(sell(10_020, 5));
    let placed = market.place(order(Side::Buy, OrderKind::Market, 12));
    assert_eq!(trades(&placed), [(10_010, 5), (10_020, 5)]);
    assert_eq!(market.side(Side::Buy), [(10_020, 2)]);
}

/// What stopped a national market for seven minutes in 2025: a midpoint at a spread of one unit, with orders of
/// one owner on both sides.
#[test]
fn a_midpoint_of_half_a_unit_with_self_trade_prevention() {
    let mut market = Market::with(korean(1_500));
    market.place(buy(1_500, 10));
    market.place(sell(1_501, 10));
    market.place(order(Side::Sell, OrderKind::Midpoint, 7));
    let own = NewOrder {
        owner: account(2),
        self_trade: SelfTrade::Decrement,
        ..order(Side::Buy, OrderKind::Midpoint, 3)
    };
    let placed = market.place(own);
    assert_eq!(
        (placed.fills.len(), placed.cancelled, placed.reason),
        (0, Quantity(3), Some(Removal::SelfTrade))
    );
    assert_eq!((placed.removed[0].quantity, placed.removed[0].left), (Quantity(3), Quantity(4)));
    let placed = market.place(order(Side::Buy, OrderKind::Midpoint, 3));
    let fill = placed.fills[0];
    // 3 × 1,500.5 is 4,501.5: both sides get the same whole amount.
    assert_eq!((fill.price, fill.half, fill.quantity, fill.value), (Price(1_500), true, Quantity(3), 4_501));
    assert_eq!(market.state_of(3), Some((OrderState::Midpoint, 1_050, 1)));
    // A limit that reaches halfway meets it there, before the seller at 1,501.
    let placed = market.place(buy(1_501, 2));
    assert_eq!(
        placed.fills.iter().map(|fill| (fill.price.0, fill.half)).collect::<Vec<_>>(),
        [(1_500, true), (1_501, false)]
    );
}

/// 스톱지정가: waits for a trade at its trigger.
#[test]
fn stops_are_triggered_by_trades() {
    let mut market = Market::with(korean(10_000));
    market.place(sell(10_100, 5));
    market.place(sell(10_200, 5));
    let stop = OrderKind::StopLimit { trigger: Price(10_100), price: Price(10_150) };
    market.place(order(Side::Buy, stop, 4));
    market.place(order(Side::Buy, OrderKind::Stop { trigger: Price(10_100) }, 3));
    assert_eq!(market.state_of(3), Some((OrderState::Stop, 10_150, 4)));
    let placed = market.place(buy(10_100, 2));
    // The stop-limit takes the 3 that are left at 10,100 and rests; the stop goes on to 10,200.
    let takers: Vec<(u64, u64, u64)> =
        placed.fills.iter().map(|fill| (fill.taker.number(), fill.price.0, fill.quantity.0)).collect();
    assert_eq!(takers, [(5, 10_100, 2), (3, 10_100, 3), (4, 10_200, 3)]);
    assert_eq!(market.side(Side::Buy), [(10_150, 1)]);
}

#[test]
fn an_iceberg_shows_its_next_part_behind_the_others() {
    let mut market = Market::with(korean(10_000));
    market.place(order(Side::Sell, OrderKind::Iceberg { price: Price(10_000), peak: Quantity(5) }, 12));
    market.place(sell(10_000, 4));
    assert_eq!(market.side(Side::Sell), [(10_000, 9)]);
    let makers: Vec<(u64, u64, u64)> = market
        .place(buy(10_000, 16))
        .fills
        .iter()
        .map(|fill| (fill.maker.number(), fill.quantity.0, fill.maker_left.0))
        .collect();
    assert_eq!(makers, [(1, 5, 7), (2, 4, 0), (1, 5, 2), (1, 2, 0)]);
}

#[test]
fn all_or_nothing_and_at_least() {
    let mut market = Market::with(korean(10_000));
    market.place(sell(10_000, 5));
    let fok = |order| NewOrder { time_in_force: TimeInForce::Fok, ..order };
    let placed = market.place(fok(buy(10_000, 6)));
    assert_eq!((placed.fills.len(), placed.cancelled), (0, Quantity(6)));
    assert_eq!(market.books.steps_taken(), 1, "what was taken back was done nevertheless");
    let least = NewOrder { min_quantity: Quantity(6), ..buy(10_000, 9) };
    assert_eq!(market.place(least).cancelled, Quantity(9));
    let least = NewOrder { min_quantity: Quantity(5), ..buy(10_000, 9) };
    assert_eq!(market.place(least).resting, Quantity(4));
    assert_eq!(market.place(fok(sell(10_000, 4))).fills.len(), 1);
    market.place(sell(10_000, 5));
    assert_eq!(market.try_place(NewOrder { post_only: true, ..buy(10_000, 1) }), Err(BookError::WouldTrade));
    assert_eq!(market.place(NewOrder { post_only: true, ..buy(9_990, 1) }).resting, Quantity(1));
}

#[test]
fn less_keeps_its_place_and_anything_else_loses_it() {
    let mut market = Market::with(korean(10_000));
    for _ in 0..3 {
        market.place(sell(10_000, 5));
    }
    let ids = [1, 2, 3].map(|number| market.id(number));
    let mut amend = |order: usize, price: Option<u64>, quantity| {
        let (order, price) = (ids[order - 1], price.map(Price));
        let amended = market.books.amend(MARKET, market.book, order, price, Quantity(quantity), 64);
        let (before, placed) = amended.unwrap().unwrap();
        (before.price, placed.resting)
    };
    amend(1, None, 4);
    amend(2, None, 6);
    let amended = amend(3, Some(10_010), 5);
    assert_eq!(amended, (Price(10_000), Quantity(5)));
    amend(3, Some(10_000), 5);
    let makers: Vec<u64> =
        market.place(buy(10_000, 15)).fills.iter().map(|fill| fill.maker.number()).collect();
    assert_eq!(makers, [1, 2, 3]);
    market.place(sell(10_010, 5));
    let buyer = market.place(buy(9_900, 5)).order;
    let crossing = market.books.amend(MARKET, market.book, buyer, Some(Price(10_010)), Quantity(7), 64);
    let (_, placed) = crossing.unwrap().unwrap();
    assert_eq!((trades(placed), placed.resting), (vec![(10_010, 5)], Quantity(2)));
}

#[test]
fn self_trades_by_owner_and_by_group() {
    use SelfTrade::*;
    let outcome = |mode| {
        let mut market = Market::with(korean(10_000));
        market.place(NewOrder { group: 7, ..sell(10_000, 5) });
        market.place(sell(10_000, 5));
        let placed = market.place(NewOrder { self_trade: mode, group: 7, ..buy(10_000, 8) });
        (trades(&placed), placed.resting.0, placed.cancelled.0, market.side(Side::Sell))
    };
    assert_eq!(outcome(Allow), (vec![(10_000, 5), (10_000, 3)], 0, 0, vec![(10_000, 2)]));
    assert_eq!(outcome(CancelNewest), (vec![], 0, 8, vec![(10_000, 10)]));
    assert_eq!(outcome(CancelOldest), (vec![(10_000, 5)], 3, 0, vec![]));
    assert_eq!(outcome(CancelBoth), (vec![], 0, 8, vec![(10_000, 5)]));
    assert_eq!(outcome(Decrement), (vec![(10_000, 3)], 0, 5, vec![(10_000, 2)]));
}

#[test]
fn orders_leave_at_their_time() {
    let mut market = Market::with(korean(10_000));
    let until = |time_in_force| NewOrder { time_in_force, ..sell(10_000, 1) };
    market.place(until(TimeInForce::Until(Time(100))));
    market.place(until(TimeInForce::UntilHeight(9)));
    market.place(until(TimeInForce::Day));
    market.place(sell(10_000, 1));
    market.books.set_now(Now { time: 100, height: 8 });
    let placed = market.place(buy(10_000, 1));
    assert_eq!(placed.removed[0].reason, Removal::Expired, "one that has expired does not trade");
    assert_eq!(placed.fills[0].maker, market.id(2));
    market.turn(Phase::Closed);
    assert_eq!(market.state_of(3), None);
    assert!(market.state_of(4).is_some());
}

/// A step limit leaves stops triggered but waiting, and `resume` goes on.
#[test]
fn what_is_due_goes_on_later() {
    let mut market = Market::with(korean(10_000));
    market.place(sell(10_000, 1));
    for _ in 0..3 {
        market.place(order(Side::Buy, OrderKind::Stop { trigger: Price(10_000) }, 1));
    }
    let placed = market.books.place(MARKET, market.book, &buy(10_000, 1), 2).unwrap().unwrap().clone();
    assert_eq!(placed.fills.len(), 1, "and one stop was triggered");
    assert_eq!(market.side(Side::Buy), [(10_000, 1)]);
    let resumed = market.books.resume(MARKET, market.book, 1).unwrap().unwrap();
    assert!(!resumed.done);
    assert!(market.books.resume(MARKET, market.book, 1).unwrap().unwrap().done);
    assert_eq!(market.side(Side::Buy), [(10_000, 3)]);
}
