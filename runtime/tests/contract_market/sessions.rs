//! Days that the timetable drives: calls and their auctions, interruptions, the close, the next day's band.

use sillok_abi::{Fees, MatchMode, OrderKind, Phase, Price, TimeInForce, Volatility};
use sillok_market::{Base, NewListing, Order, PlacedOrder, Today, Trade};
use sillok_testing::{START, World, account};

use super::setting::*;

const DAY_MS: u64 = 86_400_000;
const KOREA_MS: u64 = 9 * 3_600_000;
pub(crate) const OPEN_CALL: u32 = 8 * 60 + 30;
pub(crate) const OPEN: u32 = 9 * 60;
const CLOSE_CALL: u32 = 15 * 60 + 20;
const CLOSE: u32 = 15 * 60 + 30;

/// A minute of a day in Korea, counted from the day on which the chain starts.
pub(crate) fn at(day: u64, minute: u32) -> u64 {
    (START + KOREA_MS) / DAY_MS * DAY_MS + day * DAY_MS + u64::from(minute) * 60_000 - KOREA_MS
}

/// As on KRX: two calls around continuous trading, and a band of 30 percent.
pub(crate) fn krx(new: &mut NewListing) {
    new.timetable = timetable(&[
        (OPEN_CALL, Phase::OpenCall),
        (OPEN, Phase::Continuous),
        (CLOSE_CALL, Phase::CloseCall),
        (CLOSE, Phase::Closed),
    ]);
    (new.band, new.fees, new.limits.open_orders) = (3_000, FEES, 0);
}

fn today(world: &World) -> Today {
    world.query(MARKET, "today", (LISTING,))
}

fn day(order: Order) -> Order {
    Order { time_in_force: TimeInForce::Day, ..order }
}

/// A world that is passed on to the opening call.
fn in_call(change: impl FnOnce(&mut NewListing)) -> World {
    let mut world = listed(|new| {
        krx(new);
        change(new);
    });
    assert_eq!(today(&world).phase, Phase::Closed);
    let args = args(&world, "Bob", buy(500, 5));
    assert_eq!(world.code("Bob", MARKET, "place", args), Refusal::NotNow as u32);
    pass(&mut world, at(1, OPEN_CALL) + 1);
    assert_eq!(today(&world).phase, Phase::OpenCall);
    world
}

#[test]
fn an_opening_call_trades_at_one_price() {
    let mut world = in_call(|_| {});
    let _ = place(&mut world, "Bob", sell("Bob", 480, 50));
    let _ = place(&mut world, "Bob", sell("Bob", 520, 50));
    let _ = place(&mut world, "Charlie", buy(530, 60));
    let market = day(of_kind(OrderKind::Market, buy(0, 30)));
    let placed = place(&mut world, "Dave", market);
    assert_eq!((placed.filled, world.cash(account("Dave")).1), (0, 30 * 650 + 29), "to the band's end");
    pass(&mut world, at(1, OPEN) + 1);
    let now = today(&world);
    assert_eq!((now.phase, now.opened, now.volume), (Phase::Continuous, Some(520), 90));
    let trades: Vec<Trade> = world.query(MARKET, "trades", (LISTING, 1u64, 10u32));
    assert!(trades.iter().all(|trade| trade.price == 520));
    // 15,600 won at 0.07 percent; all the rest is back.
    assert_eq!(world.cash(account("Dave")), (CASH - 15_600 - 10, 0));
}

#[test]
fn an_auction_larger_than_one_call_goes_on_by_itself() {
    let mut world = in_call(|_| {});
    for _ in 0..150 {
        let args = args(&world, "Bob", sell("Bob", 500, 5));
        let _: PlacedOrder = world.ok("Bob", MARKET, "place", args);
    }
    let _ = place(&mut world, "Charlie", buy(500, 800));
    world.time = at(1, OPEN) - 1;
    let first = world.block(Vec::new()).execution.receipts;
    assert_eq!(events(&world, &first, "Traded").len(), 64);
    assert_sound(&world);
    let early = args(&world, "Dave", buy(500, 5));
    assert_eq!(world.code("Dave", MARKET, "place", early), Refusal::NotNow as u32);
    assert!(!world.ok::<bool>("Eve", MARKET, "advance", (LISTING,)), "anybody may help");
    let rest = pass(&mut world, at(1, OPEN) + 10_000);
    assert_eq!(events(&world, &rest, "Traded").len(), 150 - 128);
    assert_eq!(today(&world).phase, Phase::Continuous);
    assert_eq!(orders_of(&world, account("Charlie"))[0].remaining, 50);
}

#[test]
fn a_price_that_jumps_leads_to_a_call_that_ends_by_itself() {
    let mut world = listed(|new| new.volatility = Volatility { fixed: 0, moving: 300, millis: 120_000 });
    let _ = place(&mut world, "Bob", sell("Bob", 500, 5));
    let _ = place(&mut world, "Charlie", buy(500, 5));
    let _ = place(&mut world, "Bob", sell("Bob", 520, 20));
    let placed = place(&mut world, "Charlie", buy(520, 10));
    assert_eq!((placed.filled, placed.resting), (0, 10));
    assert_eq!(today(&world).phase, Phase::VolatilityCall);
    let until = today(&world).until.unwrap().0;
    let _ = place(&mut world, "Dave", buy(520, 5));
    pass(&mut world, until - 1);
    assert_eq!(today(&world).phase, Phase::VolatilityCall);
    pass(&mut world, until + 1);
    assert_eq!((today(&world).phase, today(&world).last), (Phase::Continuous, Some(520)));
    assert_eq!(world.shares(account("Dave")).0, SHARES + 5);
}

#[test]
fn the_close_takes_the_day_s_orders_and_the_next_day_has_its_own_band() {
    let mut world = in_call(|_| {});
    pass(&mut world, at(1, OPEN) + 1);
    let _ = place(&mut world, "Bob", sell("Bob", 560, 50));
    let _ = place(&mut world, "Charlie", buy(560, 20));
    let _ = place(&mut world, "Charlie", buy(360, 10));
    let _ = place(&mut world, "Charlie", day(buy(500, 10)));
    let _ = place(&mut world, "Dave", day(of_kind(OrderKind::Stop { trigger: Price(600) }, buy(0, 10))));
    let at_close = of_kind(OrderKind::LimitThenMarket { price: Price(510) }, buy(0, 10));
    let _ = place(&mut world, "Dave", day(at_close));
    pass(&mut world, at(1, CLOSE_CALL) + 1);
    assert_eq!(today(&world).phase, Phase::CloseCall);
    pass(&mut world, at(1, CLOSE) + 1);
    // The order that became a market order bought in the closing auction; the day's others are gone.
    assert_eq!(today(&world).phase, Phase::Closed);
    assert_eq!((world.shares(account("Dave")).0, world.cash(account("Dave")).1), (SHARES + 10, 0));
    let left: Vec<u64> = orders_of(&world, account("Charlie")).iter().map(|order| order.price).collect();
    assert_eq!(left, [360]);
    pass(&mut world, at(2, OPEN_CALL) + 1);
    let next = today(&world);
    assert_eq!((next.reference, next.low, next.high), (560, 400, 720));
    assert_eq!(orders_of(&world, account("Charlie")), [], "360 lies outside of it");
    assert_eq!((next.volume, next.trades), (0, 0));
}

#[test]
fn equal_price_books_trade_at_equal_prices_only_and_open_at_the_average() {
    let mut world = listed(|new| {
        (new.mode, new.base, new.band) = (MatchMode::EqualPrice, Base::AveragePrice, 3_000);
        new.timetable = timetable(&[(OPEN, Phase::Continuous), (CLOSE, Phase::Closed)]);
        new.first_band = Some((150, 1_000));
        new.fees = Fees { maker: 900, taker: 900, auction: 0 };
    });
    pass(&mut world, at(1, OPEN) + 1);
    assert_eq!((today(&world).phase, today(&world).low), (Phase::Continuous, 150));
    let _ = place(&mut world, "Bob", sell("Bob", 600, 10));
    let _ = place(&mut world, "Bob", sell("Bob", 610, 30));
    let placed = place(&mut world, "Charlie", buy(610, 20));
    assert_eq!(facts(placed), (20, 12_200, 0, 0), "not at 600, which is better");
    let placed = place(&mut world, "Charlie", buy(600, 10));
    assert_eq!(placed.filled, 10);
    assert_eq!(facts(place(&mut world, "Dave", buy(620, 5))), (0, 0, 5, 0), "the book may be crossed");
    pass(&mut world, at(2, OPEN) + 1);
    // 18,200 won for 30 shares are 606.67 each.
    assert_eq!((today(&world).reference, today(&world).low, today(&world).high), (600, 420, 780));
    assert_eq!(orders_of(&world, account("Dave")).len(), 1);
}

#[test]
fn an_order_s_time_comes_by_itself() {
    let mut world = listed(|_| {});
    let until = |millis| TimeInForce::Until(sillok_abi::Time(START + millis));
    let first = Order { time_in_force: until(90_000), ..buy(500, 5) };
    let second = Order { time_in_force: until(95_000), ..sell("Bob", 600, 5) };
    let later = Order { time_in_force: until(10 * 60_000), ..sell("Bob", 610, 5) };
    let _ = place(&mut world, "Bob", later);
    let _ = place(&mut world, "Charlie", first);
    let _ = place(&mut world, "Bob", second);
    pass(&mut world, START + 3 * 60_000);
    assert_eq!((world.cash(account("Charlie")).1, world.shares(account("Bob")).1), (0, 5));
    pass(&mut world, START + 11 * 60_000);
    assert_eq!(world.shares(account("Bob")).1, 0);
    assert_eq!(world.executor.next_due(&*world.state).unwrap(), None);
}

#[test]
fn nothing_opens_on_a_holiday() {
    let mut world = listed(krx);
    let day = sillok_abi::Date(((at(1, OPEN) + KOREA_MS) / DAY_MS) as i32);
    let () = world.ok("Alice", MARKET, "set_holiday", (day, true));
    pass(&mut world, at(1, OPEN) + 1);
    assert_eq!(today(&world).phase, Phase::Closed);
    pass(&mut world, at(2, OPEN) + 1);
    assert_eq!(today(&world).phase, Phase::Continuous);
}

#[test]
fn a_listing_without_trades_keeps_its_base_and_wakes_every_day() {
    let mut world = listed(krx);
    for day in 1..4 {
        pass(&mut world, at(day, OPEN) + 1);
        assert_eq!((today(&world).phase, today(&world).reference), (Phase::Continuous, 500));
    }
}

#[test]
fn a_day_that_nobody_closed_ends_before_the_next_begins() {
    let mut world = in_call(|_| {});
    let _ = place(&mut world, "Bob", day(sell("Bob", 500, 10)));
    let _ = place(&mut world, "Charlie", buy(510, 5));
    // The chain stands still until the next day's trading.
    world.time = at(2, OPEN + 60);
    pass(&mut world, at(2, OPEN + 61));
    let now = today(&world);
    assert_eq!(
        (now.phase, now.volume, world.shares(account("Bob"))),
        (Phase::Continuous, 0, (SHARES - 5, 0))
    );
}

#[test]
fn a_halt_in_a_call_comes_back_to_the_call() {
    let mut world = in_call(|_| {});
    let _ = place(&mut world, "Bob", sell("Bob", 500, 10));
    let _ = place(&mut world, "Charlie", buy(510, 5));
    for status in [sillok_market::Status::Halted, sillok_market::Status::Trading] {
        assert!(world.ok::<bool>("Alice", MARKET, "set_status", (LISTING, status, [0u8; 32])));
    }
    assert_eq!((today(&world).phase, today(&world).volume), (Phase::OpenCall, 0));
    pass(&mut world, at(1, OPEN) + 1);
    assert_eq!((today(&world).phase, today(&world).volume), (Phase::Continuous, 5));
}
