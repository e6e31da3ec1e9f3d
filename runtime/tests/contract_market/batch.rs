//! Many operations in one transaction, over one pool of cover.

use sillok_abi::{Failure, OrderId, OrderKind, Outcome, Price, SelfTrade, Side};
use sillok_market::{Operation, Order, PlacedOrder};
use sillok_testing::{World, account, failure};

use super::setting::*;

type Results = Vec<Option<PlacedOrder>>;

fn batch(world: &mut World, by: &str, cash: u64, shares: u64, operations: Vec<Operation>) -> Results {
    let lot = NAMES.iter().position(|name| *name == by).unwrap() as u64 + 1;
    let lots = if shares > 0 { vec![(lot, shares)] } else { Vec::new() };
    let results = world.ok(by, MARKET, "batch", (LISTING, account(by), cash, lots, operations));
    assert_sound(world);
    results
}

fn quotes(middle: u64) -> Vec<Operation> {
    let mut operations = vec![Operation::CancelAll { side: None }];
    for step in 1..=5 {
        operations.push(Operation::Place(buy(middle - 10 * step, 20)));
        operations.push(Operation::Place(sell("Bob", middle + 10 * step, 20)));
    }
    operations
}

#[test]
fn a_market_maker_moves_all_quotes_at_once() {
    let mut world = listed(|new| new.fees = FEES);
    let first = batch(&mut world, "Bob", 100_000, 100, quotes(500));
    assert_eq!(first.iter().flatten().map(|placed| placed.resting).sum::<u64>(), 200);
    let held = world.cash(account("Bob")).1;
    // What the old quotes free covers the new ones: nothing is put in.
    let receipt = world.call(
        "Bob",
        MARKET,
        "batch",
        (LISTING, account("Bob"), 0u64, Vec::<(u64, u64)>::new(), quotes(490)),
    );
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{:?}", receipt.outcome);
    assert_sound(&world);
    let asked = receipt.events.iter().filter(|event| event.name == "Held" || event.name == "Locked");
    assert_eq!(asked.count(), 0);
    assert_eq!(world.cash(account("Bob")).1, held - 1_000 - 1);
    // Upwards they cost more than there is.
    let more = (LISTING, account("Bob"), 0u64, Vec::<(u64, u64)>::new(), quotes(500));
    assert_eq!(world.code("Bob", MARKET, "batch", more), Refusal::CashTooLow as u32);
}

#[test]
fn operations_are_done_in_order_all_or_none() {
    let mut world = listed(|_| {});
    let charlies = place(&mut world, "Charlie", sell("Charlie", 500, 30)).order;
    let mine = place(&mut world, "Bob", buy(450, 10)).order;
    // The third order gets the place that this one leaves.
    let third = mine + (1 << OrderId::SLOT_BITS);
    let operations = vec![
        Operation::Amend { order: mine, price: Some(500), quantity: 10 },
        Operation::Cancel { order: mine },
        Operation::Cancel { order: 77 },
        Operation::Cancel { order: charlies },
        Operation::Place(buy(500, 25)),
        Operation::Amend { order: third, price: None, quantity: 5 },
        Operation::Place(Order { self_trade: SelfTrade::CancelOldest, ..sell("Bob", 500, 5) }),
    ];
    let results = batch(&mut world, "Bob", 20_000, 5, operations);
    let filled: Vec<u64> = results.iter().map(|result| result.map_or(0, |placed| placed.filled)).collect();
    assert_eq!(filled, [10, 0, 0, 0, 20, 0, 0], "what is gone, or another's, is left alone");
    assert_eq!(results[4].map(|placed| placed.order), Some(third));
    assert!(view(&world, charlies).is_none() && view(&world, third).is_none(), "its own resting order went");
    let sale = results[6].unwrap().order;
    assert_eq!(view(&world, sale).map(|order| (order.side, order.remaining)), Some((Side::Sell, 5)));

    // One that can't be refuses all.
    let bad = vec![
        Operation::Place(buy(300, 10)),
        Operation::Place(of_kind(OrderKind::Limit { price: Price(301) }, buy(0, 5))),
    ];
    let args = (LISTING, account("Bob"), 10_000u64, Vec::<(u64, u64)>::new(), bad);
    assert_eq!(world.code("Bob", MARKET, "batch", args), Refusal::OffTick as u32);
    let others = vec![Operation::Amend { order: sale, price: None, quantity: 5 }];
    let args = (LISTING, account("Dave"), 0u64, Vec::<(u64, u64)>::new(), others);
    assert_eq!(world.code("Dave", MARKET, "batch", args), Refusal::NoOrder as u32);
    let short = vec![Operation::Place(sell("Bob", 600, 10))];
    let args = (LISTING, account("Bob"), 0u64, vec![(1u64, 5u64)], short);
    assert_eq!(world.code("Bob", MARKET, "batch", args), Refusal::SharesTooFew as u32);
}

#[test]
fn nobody_batches_for_another() {
    let mut world = listed(|_| {});
    let args =
        (LISTING, account("Bob"), 0u64, Vec::<(u64, u64)>::new(), vec![Operation::Cancel { order: 1 }]);
    let failed = failure(&world.alone("Charlie", MARKET, "batch", args));
    assert_eq!(failed, Failure::Unauthorised { account: account("Bob") });
}
