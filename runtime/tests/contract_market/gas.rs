//! What the usual things cost. The bounds are some tenth above what they took when they were written down:
//! whoever makes the market dearer finds out here.

use sillok_abi::{OrderKind, Outcome, Phase};
use sillok_market::{Operation, Order};
use sillok_testing::{Raw, World, account};

use super::setting::*;

/// The gas of a call that must succeed.
fn gas(world: &mut World, by: &str, method: &str, args: Vec<u8>) -> u64 {
    let receipt = world.call(by, MARKET, method, Raw(args));
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{method}: {:?}", receipt.outcome);
    receipt.gas_used
}

fn placing(world: &mut World, by: &str, order: Order) -> u64 {
    let args = raw(args(world, by, order));
    gas(world, by, "place", args)
}

#[track_caller]
fn check(what: &str, used: u64, most: u64) {
    assert!(used <= most, "{what}: {used} gas, which is above {most}");
    assert!(used >= most / 2, "{what}: {used} gas: lower the bound of {most}");
}

#[test]
fn the_usual_things_cost_what_they_should() {
    let mut world = listed(|_| {});
    // The first order of an account writes more.
    for (by, order) in [("Bob", sell("Bob", 900, 5)), ("Charlie", buy(200, 5))] {
        let _ = place(&mut world, by, order);
    }
    check("a sale rests", placing(&mut world, "Bob", sell("Bob", 500, 40)), 1_640_000);
    check("a purchase rests", placing(&mut world, "Charlie", buy(490, 40)), 1_500_000);
    let order = (LISTING, account("Charlie"), orders_of(&world, account("Charlie"))[1].order);
    check("a purchase is cancelled", gas(&mut world, "Charlie", "cancel", raw(order)), 1_360_000);
    check("a purchase is filled", placing(&mut world, "Charlie", buy(500, 40)), 2_860_000);
}

#[test]
fn a_fill_costs_its_settlement_and_little_else() {
    let mut world = listed(|new| (new.fees, new.tax_class) = (FEES, 1));
    for _ in 0..65 {
        let _ = placing(&mut world, "Bob", sell("Bob", 500, 5));
    }
    let one = placing(&mut world, "Charlie", buy(500, 5));
    let sixty_four = placing(&mut world, "Charlie", buy(500, 320));
    check("each of many fills", (sixty_four - one) / 63, 570_000);
    let cancels: Vec<Operation> = (0..32).map(|order| Operation::Cancel { order: order + 1_000 }).collect();
    let places: Vec<Operation> = (0..32).map(|_| Operation::Place(buy(400, 5))).collect();
    let batch = |operations: Vec<Operation>| {
        raw((LISTING, account("Dave"), 70_000u64, Vec::<(u64, u64)>::new(), operations))
    };
    let nothing = gas(&mut world, "Dave", "batch", batch(cancels));
    let placed = gas(&mut world, "Dave", "batch", batch(places));
    check("each of many orders in a batch", (placed - nothing) / 32, 55_000);
}

#[test]
fn the_dearest_advance_has_gas_enough() {
    let mut world = listed(|new| {
        new.fees = FEES;
        new.timetable =
            timetable(&[(0, Phase::OpenCall), (1_438, Phase::Continuous), (1_439, Phase::Closed)]);
    });
    for number in 0..150 {
        let (by, other) = (NAMES[number % 3], NAMES[(number + 1) % 3]);
        let market =
            Order { time_in_force: sillok_abi::TimeInForce::Day, ..of_kind(OrderKind::Market, buy(0, 5)) };
        let _ = placing(&mut world, other, market);
        let _ = placing(&mut world, by, sell(by, 500, 5));
    }
    let due = world.executor.next_due(&*world.state).unwrap().unwrap();
    world.time = due.0 - 1;
    let receipts = world.block(Vec::new()).execution.receipts;
    assert!(matches!(receipts[0].outcome, Outcome::Success(_)), "{:?}", receipts[0].outcome);
    check("sixty-four fills of an auction", receipts[0].gas_used, 46_500_000);
}
