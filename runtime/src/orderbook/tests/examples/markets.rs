//! Rules of markets: equal prices, bands, auctions, interruptions, halts, negotiated trades.

use sillok_abi::{
    Auction, BookError, BookParams, Collar, Fees, MatchMode, OrderKind, OrderState, Phase, Price, Quantity,
    Removal, Side, Time, Volatility,
};

use super::*;
use crate::orderbook::Now;
use crate::orderbook::tests::basics::{MARKET, Market};

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
fn negotiated_trades_and_fees() {
    let fees = Fees { maker: -100, taker: 2_500, auction: 0 };
    let mut market = Market::with(BookParams { mode: MatchMode::Negotiated, fees, ..korean(10_000) });
    market.place(sell(10_000, 10));
    assert_eq!(market.trades(buy(10_000, 10)), [], "offers never meet by themselves");
    let taken = market
        .books
        .take(MARKET, market.book, market.id(1), account(9), Quantity(4))
        .unwrap()
        .unwrap()
        .clone();
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
