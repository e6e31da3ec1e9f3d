//! Halts, suspensions and delistings: who can do what, and what is released.

use sillok_abi::Phase;
use sillok_market::{Disclosure, Listing, PlacedOrder, Status, Today};
use sillok_testing::{START, World, account};

use super::setting::*;

fn set(world: &mut World, status: Status) -> bool {
    let done = world.ok("Alice", MARKET, "set_status", (LISTING, status, [7u8; 32]));
    assert_sound(world);
    done
}

/// So many orders of five shares on each side, by turns.
fn rest(world: &mut World, orders: u64) {
    for number in 0..orders {
        let (by, price) = (NAMES[(number % 3) as usize], 400 + number % 7 * 10);
        let order = if number.is_multiple_of(2) { buy(price, 5) } else { sell(by, price + 200, 5) };
        let args = args(world, by, order);
        let _: PlacedOrder = world.ok(by, MARKET, "place", args);
    }
    assert_sound(world);
}

#[test]
fn a_halt_keeps_orders_and_lets_them_be_cancelled() {
    let mut world = listed(|_| {});
    let order = place(&mut world, "Bob", sell("Bob", 500, 10)).order;
    let other = place(&mut world, "Bob", sell("Bob", 510, 10)).order;
    assert!(set(&mut world, Status::Halted));
    let today: Today = world.query(MARKET, "today", (LISTING,));
    assert_eq!((today.phase, today.status), (Phase::Halted, Status::Halted));
    let args = args(&world, "Charlie", buy(500, 10));
    assert_eq!(world.code("Charlie", MARKET, "place", args.clone()), Refusal::NotTrading as u32);
    let _: u64 = world.ok("Bob", MARKET, "cancel", (LISTING, account("Bob"), order));
    assert!(set(&mut world, Status::Trading));
    assert_eq!(place(&mut world, "Charlie", buy(510, 10)).filled, 10);
    assert!(view(&world, other).is_none());
}

#[test]
fn a_suspension_releases_all_orders_in_bounded_steps() {
    let mut world = listed(|new| new.fees = FEES);
    rest(&mut world, 300);
    assert!(!set(&mut world, Status::Suspended), "that is more than one call does");
    assert!(NAMES.iter().any(|name| !orders_of(&world, account(name)).is_empty()));
    let until = world.time + 60_000;
    let receipts = pass(&mut world, until);
    assert!(receipts.len() >= 2);
    for name in NAMES {
        assert_eq!(orders_of(&world, account(name)), []);
        assert_eq!((world.cash(account(name)), world.shares(account(name))), ((CASH, 0), (SHARES, 0)));
    }
    assert!(set(&mut world, Status::Trading));
    let _ = place(&mut world, "Bob", sell("Bob", 500, 10));
}

#[test]
fn what_is_delisted_is_released_and_can_be_listed_anew() {
    let mut world = listed(|_| {});
    rest(&mut world, 40);
    assert!(set(&mut world, Status::Delisted));
    assert_eq!(world.shares(account("Bob")), (SHARES, 0));
    let trading = (LISTING, Status::Trading, [7u8; 32]);
    assert_eq!(world.code("Alice", MARKET, "set_status", trading), Refusal::NotTrading as u32);
    let terms = (world.id("register"), 1u32, world.id("cash"));
    assert_eq!(world.query::<Option<u64>>(MARKET, "find", terms), None);
    let again = plain(&world);
    let again: u64 = world.ok("Alice", MARKET, "list", (again,));
    assert_eq!(world.query::<Option<u64>>(MARKET, "find", terms), Some(again));
    let listings: Vec<Listing> = world.query(MARKET, "listings", (0u32, 10u32));
    let statuses: Vec<Status> = listings.iter().map(|listing| listing.status).collect();
    assert_eq!(statuses, [Status::Delisted, Status::Trading]);
    assert_eq!(listings[0].par, 500);
}

#[test]
fn a_delisting_in_the_middle_of_an_auction_lets_it_finish() {
    let opens = (START + 9 * 3_600_000) % 86_400_000 / 60_000;
    let mut world = listed(|new| {
        let slots = [(0, Phase::OpenCall), (opens as u32 + 5, Phase::Continuous), (1_439, Phase::Closed)];
        new.timetable = timetable(&slots);
    });
    for _ in 0..100 {
        let args = args(&world, "Bob", sell("Bob", 500, 5));
        let _: PlacedOrder = world.ok("Bob", MARKET, "place", args);
    }
    let _ = place(&mut world, "Charlie", buy(500, 600));
    let due = world.executor.next_due(&*world.state).unwrap().unwrap();
    world.time = due.0 - 1;
    let begun = world.block(Vec::new()).execution.receipts;
    assert_eq!(events(&world, &begun, "Traded").len(), 64);
    set(&mut world, Status::Delisted);
    let until = world.time + 60_000;
    pass(&mut world, until);
    assert_eq!(world.shares(account("Charlie")).0, SHARES + 500);
    assert_eq!((world.cash(account("Charlie")).1, world.shares(account("Bob")).1), (0, 0));
    let today: Today = world.query(MARKET, "today", (LISTING,));
    assert_eq!(today.phase, Phase::Halted);
}

#[test]
fn documents_are_found_by_their_listing() {
    let mut world = listed(|_| {});
    for (number, title) in ["An annual report", "A notice of a meeting"].into_iter().enumerate() {
        let number: u64 = number as u64 + 1;
        assert_eq!(
            world.ok::<u64>("Alice", MARKET, "disclose", (LISTING, [number as u8; 32], title)),
            number
        );
    }
    let found: Vec<Disclosure> = world.query(MARKET, "disclosures", (LISTING, 2u64, 10u32));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].number, found[0].document), (2, [2; 32]));
}
