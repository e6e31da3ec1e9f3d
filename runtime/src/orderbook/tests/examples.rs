//! Worked examples of the rules of KRX and K-OTC, and of what each kind of order does.

use sillok_abi::{
    Account, Auction, BookError, BookParams, Collar, Fees, MatchMode, NewOrder, OrderKind, OrderState, Phase,
    Placed, Price, Quantity, Removal, SelfTrade, Side, Time, TimeInForce, Volatility, ticks,
};

use super::super::Now;
use super::basics::{MARKET, Market};

fn account(number: u8) -> Account {
    Account::Key([number; 32])
}

/// An order of an account of its own for each side, so that orders of two sides are never of one owner.
fn order(side: Side, kind: OrderKind, quantity: u64) -> NewOrder {
    let owner = account(if side == Side::Buy { 1 } else { 2 });
    NewOrder { kind, ..NewOrder::limit(owner, side, Price(0), Quantity(quantity)) }
}

fn limit(side: Side, price: u64, quantity: u64) -> NewOrder {
    order(side, OrderKind::Limit { price: Price(price) }, quantity)
}

fn buy(price: u64, quantity: u64) -> NewOrder {
    limit(Side::Buy, price, quantity)
}

fn sell(price: u64, quantity: u64) -> NewOrder {
    limit(Side::Sell, price, quantity)
}

/// Rules as of KRX and K-OTC: their ticks, and ±30 % around a base.
fn korean(base: u64) -> BookParams {
    let params = BookParams { ticks: ticks::krx_2023(), ..BookParams::simple(1, 1, base, base) };
    let (low, high) = params.band(Price(base), 3_000);
    BookParams { low, high, reference: Price(base), ..params }
}

impl Market {
    fn turn(&mut self, phase: Phase) {
        let set = self.books.set_phase(MARKET, self.book, phase, None, 64).unwrap().unwrap();
        assert!(set.done, "{phase:?}");
    }

    /// Prices and quantities of what an order meets.
    fn trades(&mut self, order: NewOrder) -> Vec<(u64, u64)> {
        trades(&self.place(order))
    }

    fn uncross(&mut self) -> (Option<u64>, Vec<(u64, u64, u64)>) {
        let (mut fills, mut price) = (Vec::new(), None);
        loop {
            // Few steps at a time, as a contract would take them.
            let step = self.books.uncross(MARKET, self.book, 2).unwrap().unwrap();
            price = price.or(step.price.map(|price| price.0));
            fills.extend(
                step.fills.iter().map(|fill| (fill.maker.number(), fill.taker.number(), fill.quantity.0)),
            );
            if step.done {
                return (price, fills);
            }
        }
    }

    fn state_of(&mut self, order: usize) -> Option<(OrderState, u64, u64)> {
        let order = self.id(order);
        let view = self.books.order(self.book, order).unwrap().ok()?;
        Some((view.state, view.price.0, view.quantity.0))
    }

    /// Prices and shown quantities of a side.
    fn side(&mut self, side: Side) -> Vec<(u64, u64)> {
        let depth = self.books.depth(self.book, 100).unwrap().unwrap();
        let levels = if side == Side::Buy { depth.bids } else { depth.asks };
        levels.iter().map(|level| (level.price.0, level.quantity.0)).collect()
    }
}

fn trades(placed: &Placed) -> Vec<(u64, u64)> {
    placed.fills.iter().map(|fill| (fill.price.0, fill.quantity.0)).collect()
}

/// K-OTC: a purchase at 3,610 meets the seller at 3,610, although others sell at 3,600 and 3,605.
#[test]
fn k_otc_trades_at_equal_prices_only() {
    let mut market = Market::with(BookParams { mode: MatchMode::EqualPrice, ..korean(3_600) });
    for price in [3_600, 3_605, 3_610] {
        market.place(sell(price, 10));
    }
    assert_eq!(market.trades(buy(3_610, 10)), [(3_610, 10)]);
    assert_eq!(market.trades(buy(3_610, 10)), []);
    assert_eq!(market.side(Side::Sell), [(3_600, 10), (3_605, 10)]);
    assert_eq!(market.side(Side::Buy), [(3_610, 10)], "the book is crossed, which is legal there");
}

/// K-OTC: a purchase of 176 at 21,900 fills 99, and the rest rests, though 21,850 is for sale.
#[test]
fn k_otc_lets_the_rest_rest_crossed() {
    let mut market = Market::with(BookParams { mode: MatchMode::EqualPrice, ..korean(21_900) });
    market.place(sell(21_850, 50));
    market.place(sell(21_900, 99));
    let placed = market.place(buy(21_900, 176));
    assert_eq!((trades(&placed), placed.resting), (vec![(21_900, 99)], Quantity(77)));
    assert_eq!(market.side(Side::Sell), [(21_850, 50)]);
}

/// K-OTC: orders farther than five ticks from the market are refused.
#[test]
fn k_otc_refuses_what_is_far_from_the_market() {
    let collar = Collar { through: 5, away: 5 };
    let mut market = Market::with(BookParams { mode: MatchMode::EqualPrice, collar, ..korean(1_998) });
    // The market is the base price as long as nobody sells; above 2,000 a tick is 5.
    assert_eq!(market.try_place(buy(2_020, 1)), Err(BookError::OutsideCollar));
    market.place(buy(2_015, 1));
    market.place(sell(2_005, 1));
    assert_eq!(market.try_place(buy(2_035, 1)), Err(BookError::OutsideCollar));
    market.place(buy(2_030, 1));
    assert_eq!(market.try_place(buy(1_995, 1)), Err(BookError::OutsideCollar));
    market.place(buy(1_996, 1));
}

#[test]
fn the_band_of_a_day() {
    let params = korean(10_000);
    assert_eq!((params.low, params.high), (Price(7_000), Price(13_000)));
    let mut market = Market::with(params);
    assert_eq!(market.try_place(buy(13_010, 1)), Err(BookError::OutsideBand));
    assert_eq!(market.try_place(buy(9_995, 1)), Err(BookError::OffTick));
    market.place(buy(7_000, 1));
    market.place(sell(13_000, 1));
    // The next day's band is narrower: the orders outside of it go first, one a step.
    let mut set = || {
        let band = (Price(8_000), Price(12_000));
        market.books.set_band(MARKET, market.book, Price(10_000), band, 1).unwrap().unwrap()
    };
    let first = set();
    let removed = first.removed[0];
    assert_eq!((removed.order.number(), removed.reason, first.done), (1, Removal::OutsideBand, false));
    assert_eq!((set().removed[0].order.number(), set().done), (2, true));
    assert_eq!(market.try_place(buy(7_990, 1)), Err(BookError::OutsideBand));
}

/// The price of greatest volume; all better orders fill, one side fills wholly at it.
#[test]
fn a_call_auction() {
    let mut market = Market::with(BookParams { phase: Phase::OpenCall, ..korean(10_000) });
    for (price, quantity) in [(10_100, 30), (10_050, 20), (10_000, 40), (9_950, 10)] {
        market.place(buy(price, quantity));
    }
    for (price, quantity) in [(9_900, 20), (10_000, 30), (10_050, 60)] {
        market.place(sell(price, quantity));
    }
    // At 10,000: 90 wanted, 50 offered; at 10,050: 50 wanted, 110 offered. 50 trade at either, and the base
    // is 10,000.
    let indication = Auction {
        price: Price(10_000),
        volume: Quantity(50),
        unfilled_buys: Quantity(40),
        unfilled_sells: Quantity(0),
    };
    assert_eq!(market.books.indication(market.book).unwrap(), Ok(Some(indication)));
    assert_eq!(
        market.books.set_phase(MARKET, market.book, Phase::Continuous, None, 9).unwrap(),
        Err(BookError::Crossed)
    );
    assert_eq!(market.uncross(), (Some(10_000), vec![(1, 5, 20), (1, 6, 10), (2, 6, 20)]));
    market.turn(Phase::Continuous);
    assert_eq!(market.side(Side::Buy), [(10_000, 40), (9_950, 10)]);
    assert_eq!(market.side(Side::Sell), [(10_050, 60)]);
}

/// Of several prices with the same volume, the one nearest to the base.
#[test]
fn a_call_auction_stays_near_the_base() {
    for (base, price) in [(9_000, 9_980), (9_990, 9_990), (11_000, 10_020)] {
        let mut market = Market::with(BookParams { phase: Phase::OpenCall, ..korean(base) });
        market.place(buy(10_020, 10));
        market.place(sell(9_980, 10));
        assert_eq!(market.uncross().0, Some(price), "base {base}");
    }
}

#[test]
fn market_orders_come_first_in_a_call_auction_and_then_rest_at_its_price() {
    let mut market = Market::with(BookParams { phase: Phase::OpenCall, ..korean(10_000) });
    market.place(buy(10_100, 10));
    market.place(order(Side::Buy, OrderKind::Market, 30));
    market.place(sell(10_050, 20));
    assert_eq!(market.uncross(), (Some(10_050), vec![(2, 3, 20)]));
    assert_eq!(market.state_of(2), Some((OrderState::Resting, 10_050, 10)));
    market.turn(Phase::Continuous);
}

/// 동시호가: at the limit of the band, by size in rounds of 100, 500, 1,000 and 2,000.
#[test]
fn at_the_upper_limit_shares_are_allotted_by_size() {
    let mut market = Market::with(BookParams { phase: Phase::OpenCall, ..korean(10_000) });
    for quantity in [50, 3_000, 600] {
        market.place(buy(13_000, quantity));
    }
    market.place(sell(13_000, 1_300));
    // 100 each, but 50 for the smallest; 500 each: 1,250 are given out; the last 50 go to the largest.
    let (price, mut fills) = market.uncross();
    fills.sort();
    assert_eq!((price, fills), (Some(13_000), vec![(1, 4, 50), (2, 4, 650), (3, 4, 600)]));
    assert_eq!(market.side(Side::Buy), [(13_000, 2_350)]);
}

/// 조건부지정가: a limit by day, a market order in the closing call.
#[test]
fn a_limit_becomes_a_market_order_at_the_close() {
    let mut market = Market::with(korean(10_000));
    market.place(order(Side::Buy, OrderKind::LimitThenMarket { price: Price(9_500) }, 10));
    assert_eq!(market.side(Side::Buy), [(9_500, 10)]);
    market.turn(Phase::CloseCall);
    assert_eq!(market.state_of(1), Some((OrderState::Market, 13_000, 10)));
    market.place(sell(10_100, 10));
    assert_eq!(market.uncross(), (Some(10_100), vec![(1, 2, 10)]));
    market.turn(Phase::Closed);
}

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
        market.books.amend(MARKET, market.book, order, price, Quantity(quantity), 64).unwrap().unwrap()
    };
    amend(1, None, 4);
    amend(2, None, 6);
    let amended = amend(3, Some(10_010), 5);
    assert_eq!((amended.before.price, amended.placed.resting), (Price(10_000), Quantity(5)));
    amend(3, Some(10_000), 5);
    let makers: Vec<u64> =
        market.place(buy(10_000, 15)).fills.iter().map(|fill| fill.maker.number()).collect();
    assert_eq!(makers, [1, 2, 3]);
    market.place(sell(10_010, 5));
    let buyer = market.place(buy(9_900, 5)).order;
    let crossing = market.books.amend(MARKET, market.book, buyer, Some(Price(10_010)), Quantity(7), 64);
    let placed = crossing.unwrap().unwrap().placed;
    assert_eq!((trades(&placed), placed.resting), (vec![(10_010, 5)], Quantity(2)));
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

/// A price three in a hundred from the last one leads to a call of two minutes.
#[test]
fn a_volatility_interruption() {
    let volatility = Volatility { fixed: 1_000, moving: 300, millis: 120_000 };
    let mut market = Market::with(BookParams { volatility, ..korean(10_000) });
    market.books.set_now(Now { time: 1_000, height: 1 });
    market.place(sell(10_290, 5));
    market.place(sell(10_300, 5));
    let placed = market.place(buy(10_300, 8));
    assert_eq!(
        (trades(&placed), placed.resting, placed.phase),
        (vec![(10_290, 5)], Quantity(3), Phase::VolatilityCall)
    );
    let session = market.books.session(market.book).unwrap().unwrap();
    assert_eq!((session.until, session.last), (Some(Time(121_000)), Some(Price(10_290))));
    assert_eq!(market.uncross(), (Some(10_300), vec![(2, 3, 3)]));
    market.turn(Phase::Continuous);
    market.books.cancel(MARKET, market.book, market.id(2)).unwrap().unwrap();
    // The static threshold counts from that auction now: 11,330.
    market.place(sell(10_600, 1));
    market.place(sell(10_900, 1));
    for price in [10_600, 10_900] {
        market.place(buy(price, 1));
    }
    market.place(sell(11_200, 1));
    assert_eq!(market.place(buy(11_200, 1)).phase, Phase::Continuous);
    market.place(sell(11_330, 1));
    assert_eq!(market.place(buy(11_330, 1)).phase, Phase::VolatilityCall);
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
    let placed = market.books.place(MARKET, market.book, &buy(10_000, 1), 2).unwrap().unwrap();
    assert_eq!(placed.fills.len(), 1, "and one stop was triggered");
    assert_eq!(market.side(Side::Buy), [(10_000, 1)]);
    let resumed = market.books.resume(MARKET, market.book, 1).unwrap().unwrap();
    assert!(!resumed.done);
    assert!(market.books.resume(MARKET, market.book, 1).unwrap().unwrap().done);
    assert_eq!(market.side(Side::Buy), [(10_000, 3)]);
}

#[test]
fn negotiated_trades_and_fees() {
    let fees = Fees { maker: -100, taker: 2_500, auction: 0 };
    let mut market = Market::with(BookParams { mode: MatchMode::Negotiated, fees, ..korean(10_000) });
    market.place(sell(10_000, 10));
    assert_eq!(market.trades(buy(10_000, 10)), [], "offers never meet by themselves");
    let taken =
        market.books.take(MARKET, market.book, market.id(1), account(9), Quantity(4)).unwrap().unwrap();
    let fill = taken.fills[0];
    assert_eq!((fill.value, fill.maker_fee, fill.taker_fee, fill.maker_left), (40_000, -4, 100, Quantity(6)));
    let reported = market.books.report(MARKET, market.book, Price(9_000), Quantity(3)).unwrap().unwrap();
    assert_eq!((reported.value, reported.fee), (27_000, 67));
    let session = market.books.session(market.book).unwrap().unwrap();
    assert_eq!((session.tape.volume, session.tape.value, session.last), (7, 67_000, Some(Price(10_000))));
}

#[test]
fn a_halt_of_one_book_leaves_others_working() {
    let mut market = Market::with(korean(10_000));
    let other = market.books.create(MARKET, korean(10_000)).unwrap().unwrap();
    let resting = market.place(buy(9_900, 1)).order;
    market.turn(Phase::Halted);
    assert_eq!(market.try_place(buy(9_900, 1)), Err(BookError::WrongPhase));
    market.books.cancel(MARKET, market.book, resting).unwrap().unwrap();
    assert!(market.books.place(MARKET, other, &buy(9_900, 1), 64).unwrap().is_ok());
}
