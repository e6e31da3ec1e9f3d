//! Orders of every kind are covered from the start, by the worst that can come of them.

use sillok_abi::{OrderKind, Price, Quantity, SelfTrade, TimeInForce};
use sillok_market::Order;
use sillok_testing::account;

use super::setting::*;

fn day(order: Order) -> Order {
    Order { time_in_force: TimeInForce::Day, ..order }
}

#[test]
fn a_market_purchase_costs_no_more_than_its_cash() {
    let mut world = listed(|new| new.fees = FEES);
    let _ = place(&mut world, "Bob", sell("Bob", 500, 50));
    let _ = place(&mut world, "Bob", sell("Bob", 600, 50));
    let market = Order { time_in_force: TimeInForce::Ioc, ..of_kind(OrderKind::Market, buy(0, 100)) };
    // 55,000 won, with fees of 37 and 45.
    let cash = |cash: u64| (LISTING, account("Charlie"), market.clone(), cash);
    assert_eq!(world.code("Charlie", MARKET, "place", cash(55_081)), Refusal::CashTooLow as u32);
    assert_eq!(facts(world.ok("Charlie", MARKET, "place", cash(90_000))), (100, 55_000, 0, 0));
    assert_sound(&world);
    assert_eq!(world.cash(account("Charlie")), (CASH - 55_082, 0));
}

#[test]
fn what_is_left_of_a_market_purchase_is_covered_where_it_rests() {
    let mut world = listed(|_| {});
    let _ = place(&mut world, "Bob", sell("Bob", 600, 50));
    let placed = place(&mut world, "Charlie", of_kind(OrderKind::Market, buy(0, 80)));
    assert_eq!(facts(placed), (50, 30_000, 30, 0));
    assert_eq!(world.cash(account("Charlie")).1, 30 * 600, "it rests at the last price");
}

#[test]
fn orders_without_a_limit_are_covered_to_the_end_of_the_band() {
    let mut world = listed(|_| {});
    let _ = place(&mut world, "Bob", sell("Bob", 500, 5));
    let _ = place(&mut world, "Charlie", buy(480, 5));
    let held = |world: &sillok_testing::World| world.cash(account("Dave")).1;
    for kind in [
        OrderKind::Stop { trigger: Price(600) },
        OrderKind::Midpoint,
        OrderKind::LimitThenMarket { price: Price(450) },
    ] {
        let before = held(&world);
        let _ = place(&mut world, "Dave", day(of_kind(kind, buy(0, 10))));
        assert_eq!(held(&world) - before, 10 * 1_000, "{kind:?}");
    }
    for (kind, price) in [
        (OrderKind::StopLimit { trigger: Price(600), price: Price(620) }, 620),
        (OrderKind::Iceberg { price: Price(470), peak: Quantity(5) }, 470),
        (OrderKind::BestLimit, 500),
    ] {
        let before = held(&world);
        let ahead = matches!(kind, OrderKind::BestLimit);
        let placed = place(&mut world, "Dave", day(of_kind(kind, buy(0, 10))));
        let rests = if ahead { placed.resting } else { 10 };
        assert_eq!(held(&world) - before, rests * price, "{kind:?}");
    }
}

#[test]
fn a_triggered_stop_trades_out_of_its_own_cover() {
    let mut world = listed(|new| new.fees = FEES);
    let stop = OrderKind::Stop { trigger: Price(550) };
    let _ = place(&mut world, "Dave", of_kind(stop, buy(0, 20)));
    let _ = place(&mut world, "Bob", sell("Bob", 550, 30));
    let placed = place(&mut world, "Charlie", buy(550, 10));
    assert_eq!(placed.filled, 10, "the stop's fill is not the order's");
    assert_eq!(world.shares(account("Dave")).0, SHARES + 20);
    assert_eq!(world.cash(account("Dave")), (CASH - 20 * 550 - 16, 0), "all that it did not need is back");
}

#[test]
fn midpoint_orders_pay_half_prices_to_the_same_unit() {
    let mut world = listed(|new| (new.lot, new.ticks[0].tick) = (1, Price(5)));
    let _ = place(&mut world, "Bob", sell("Bob", 505, 5));
    let _ = place(&mut world, "Charlie", buy(500, 5));
    let _ = place(&mut world, "Dave", of_kind(OrderKind::Midpoint, buy(0, 3)));
    let _ = place(&mut world, "Bob", of_kind(OrderKind::Midpoint, sell("Bob", 0, 3)));
    // 502.5 each, rounded down together.
    assert_eq!((world.cash(account("Dave")).0, world.cash(account("Bob")).0), (CASH - 1_507, CASH + 1_507));
}

#[test]
fn an_iceberg_is_covered_whole() {
    let mut world = listed(|_| {});
    let iceberg = OrderKind::Iceberg { price: Price(500), peak: Quantity(10) };
    let order = place(&mut world, "Bob", of_kind(iceberg, sell("Bob", 500, 100))).order;
    let seen = view(&world, order).unwrap();
    assert_eq!((seen.shown, seen.remaining, world.shares(account("Bob")).1), (10, 100, 100));
    assert_eq!(place(&mut world, "Charlie", buy(500, 35)).filled, 35);
    assert_eq!(world.shares(account("Bob")).1, 65);
}

#[test]
fn self_trades_are_prevented_and_the_cover_goes_back() {
    let start = {
        let mut world = listed(|_| {});
        let _ = place(&mut world, "Bob", sell("Bob", 500, 30));
        world
    };
    let modes = [
        (SelfTrade::CancelNewest, 0, 30),
        (SelfTrade::CancelOldest, 20, 0),
        (SelfTrade::CancelBoth, 0, 0),
        (SelfTrade::Decrement, 0, 10),
    ];
    for (self_trade, bought, sold) in modes {
        let mut world = start.fork();
        let placed = place(&mut world, "Bob", Order { self_trade, ..buy(500, 20) });
        assert_eq!((placed.filled, placed.resting), (0, bought), "{self_trade:?}");
        assert_eq!(world.cash(account("Bob")), (CASH - bought * 500, bought * 500));
        assert_eq!(world.shares(account("Bob")), (SHARES, sold));
    }
}

#[test]
fn an_order_without_enough_cover_is_refused_whole() {
    let mut world = listed(|_| {});
    let (register, cash) = (world.id("register"), world.id("cash"));
    let _ = place(&mut world, "Charlie", sell("Charlie", 500, 10));
    let (not_enough_shares, shares_locked, insufficient_funds) = (5, 6, 1);
    let refused = world.refused("Eve", MARKET, "place", args(&world, "Bob", sell("Bob", 600, SHARES + 5)));
    assert_eq!(refused, (register, not_enough_shares));
    let _ = place(&mut world, "Bob", sell("Bob", 600, 5));
    let refused = world.refused("Eve", MARKET, "place", args(&world, "Bob", sell("Bob", 600, SHARES)));
    assert_eq!(refused, (register, shares_locked));
    // It would trade ten shares, which it could pay: nothing of it happens.
    let large = args(&world, "Bob", buy(1_000, CASH / 1_000 + 5));
    assert_eq!(world.refused("Eve", MARKET, "place", large), (cash, insufficient_funds));
    let (listing, owner, order, cash) = args(&world, "Bob", buy(500, 10));
    for cash in [0, cash - 1] {
        let args = (listing, owner, order.clone(), cash);
        assert_eq!(world.code("Eve", MARKET, "place", args), Refusal::CashTooLow as u32);
    }
    assert_sound(&world);
}
