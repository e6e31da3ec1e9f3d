//! The five contracts together: market, escrow, scheduled expiry, conservation.

use sillok_abi::{Account, Failure, Outcome, Time};
use sillok_testing::{World, account, leaf};

/// Alice's lot of 100 shares is listed with a tick of 10 and a band of 10 to 10,000.
fn listed() -> (World, u64, u64) {
    let mut world = World::default();
    let lot = world.issue("Alice", 100);
    world.mint("Bob", 100_000);
    let (register, cash) = (world.id("register"), world.id("cash"));
    let listing = world.ok("Alice", "market", "list", (register, 1u32, cash, 10u64, 1u64, 10u64, 10_000u64));
    (world, listing, lot)
}

const BUY: u8 = 0;
const SELL: u8 = 1;
const GTC: u8 = 0;
const IOC: u8 = 1;

type PlacedOrder = (u64, u64, u64, u64, u64);

#[test]
fn fills_settle_shares_against_cash_and_price_improvement_is_released() {
    let (mut world, listing, lot) = listed();
    let (alice, bob) = (account("Alice"), account("Bob"));
    let sell: PlacedOrder =
        world.ok("Alice", "market", "place", (listing, alice, SELL, 500u64, 30u64, GTC, Some(lot)));
    assert_eq!((sell.1, sell.3), (0, 30));
    assert_eq!(world.shares(alice), (100, 30));

    let buy: PlacedOrder =
        world.ok("Bob", "market", "place", (listing, bob, BUY, 600u64, 20u64, GTC, None::<u64>));
    assert_eq!((buy.1, buy.2, buy.3, buy.4), (20, 10_000, 0, 0));
    assert_eq!((world.shares(alice), world.shares(bob)), ((80, 10), (20, 0)));
    assert_eq!((world.cash(alice), world.cash(bob)), ((10_000, 0), (90_000, 0)));

    let rest: PlacedOrder =
        world.ok("Bob", "market", "place", (listing, bob, BUY, 500u64, 25u64, IOC, None::<u64>));
    assert_eq!((rest.1, rest.3, rest.4), (10, 0, 15));
    assert_eq!((world.shares(alice), world.cash(bob)), ((70, 0), (85_000, 0)));
}

#[test]
fn the_seller_s_other_orders_on_a_lot_survive_its_partial_sale() {
    let (mut world, listing, lot) = listed();
    let (alice, bob) = (account("Alice"), account("Bob"));
    let place = |world: &mut World, price: u64| -> PlacedOrder {
        world.ok("Alice", "market", "place", (listing, alice, SELL, price, 40u64, GTC, Some(lot)))
    };
    place(&mut world, 500);
    let second = place(&mut world, 600);
    let _: PlacedOrder =
        world.ok("Bob", "market", "place", (listing, bob, BUY, 500u64, 40u64, GTC, None::<u64>));
    assert_eq!(world.shares(alice), (60, 40));
    let cancelled: u64 = world.ok("Alice", "market", "cancel", (listing, second.0));
    assert_eq!((cancelled, world.shares(alice)), (40, (60, 0)));
}

#[test]
fn orders_without_cover_or_authority_are_refused_whole() {
    let (mut world, listing, lot) = listed();
    let (alice, bob) = (account("Alice"), account("Bob"));
    let before = (*world.state).clone();
    let failed =
        world.fails("Bob", "market", "place", (listing, bob, BUY, 9_000u64, 99u64, GTC, None::<u64>));
    assert!(matches!(failed, Failure::Error { code: 1 }), "too little cash: {failed:?}");
    let failed =
        world.fails("Alice", "market", "place", (listing, alice, SELL, 500u64, 101u64, GTC, Some(lot)));
    assert!(matches!(failed, Failure::Error { .. }), "too few shares: {failed:?}");
    let failed = world.fails("Bob", "market", "place", (listing, bob, SELL, 500u64, 1u64, GTC, Some(lot)));
    assert!(matches!(failed, Failure::Error { code: 12 }), "another's lot: {failed:?}");
    assert_eq!(*world.state, before);
}

#[test]
fn the_book_survives_a_restart_exactly() {
    let (mut world, listing, lot) = listed();
    let alice = account("Alice");
    for price in [520u64, 500, 510, 500] {
        let _: PlacedOrder =
            world.ok("Alice", "market", "place", (listing, alice, SELL, price, 5u64, GTC, Some(lot)));
    }
    let depth: sillok_abi::Depth = world.query("market", "depth", (listing, 10u32));
    let state = world.state.clone();
    let root = world.executor.state_root();
    world.executor =
        sillok_runtime::Executor::open(world.runtime.clone(), state, root, std::iter::empty()).unwrap();
    assert_eq!(world.query::<sillok_abi::Depth>("market", "depth", (listing, 10u32)), depth);
    let bob = account("Bob");
    let buy: PlacedOrder =
        world.ok("Bob", "market", "place", (listing, bob, BUY, 510u64, 12u64, GTC, None::<u64>));
    assert_eq!((buy.1, buy.2), (12, 10 * 500 + 2 * 510));
}

type Terms =
    (Account, Account, sillok_abi::ContractId, u64, u64, sillok_abi::ContractId, u64, Time, [u8; 32]);

fn terms(world: &World, lot: u64, expiry: u64) -> Terms {
    let (register, cash) = (world.id("register"), world.id("cash"));
    (account("Alice"), account("Bob"), register, lot, 40, cash, 4_000, Time(expiry), [5; 32])
}

#[test]
fn an_escrow_delivers_both_or_neither() {
    let mut world = World::default();
    let lot = world.issue("Alice", 100);
    world.mint("Bob", 5_000);
    let terms = terms(&world, lot, world.time + 60_000);
    let id: [u8; 32] = world.ok("Alice", "escrow", "open", (terms,));
    let _: u8 = world.ok("Alice", "escrow", "deposit_shares", (id,));
    assert_eq!(world.shares(account("Alice")), (100, 40));
    let status: u8 = world.ok("Bob", "escrow", "deposit_cash", (id,));
    assert_eq!(status, 3, "settled");
    assert_eq!((world.shares(account("Alice")), world.shares(account("Bob"))), ((60, 0), (40, 0)));
    assert_eq!((world.cash(account("Alice")), world.cash(account("Bob"))), ((4_000, 0), (1_000, 0)));
}

#[test]
fn an_escrow_that_expires_refunds_by_itself() {
    let mut world = World::default();
    let lot = world.issue("Alice", 100);
    world.mint("Bob", 5_000);
    let expiry = world.time + 1_000;
    let terms = terms(&world, lot, expiry);
    let id: [u8; 32] = world.ok("Alice", "escrow", "open", (terms,));
    let _: u8 = world.ok("Bob", "escrow", "deposit_cash", (id,));
    assert_eq!(world.cash(account("Bob")), (1_000, 4_000));
    assert_eq!(world.executor.next_due(&*world.state).unwrap(), Some(Time(expiry)));
    world.time = expiry - 2;
    assert!(world.block(Vec::new()).execution.receipts.is_empty(), "not yet due");
    let execution = world.block(Vec::new()).execution;
    assert_eq!(execution.scheduled, 1);
    assert!(matches!(execution.receipts[0].outcome, Outcome::Success(_)), "{:?}", execution.receipts);
    assert_eq!(world.cash(account("Bob")), (5_000, 0));
    assert_eq!(world.executor.next_due(&*world.state).unwrap(), None);
    let failed = world.fails("Alice", "escrow", "deposit_shares", (id,));
    assert!(matches!(failed, Failure::Error { .. }), "{failed:?}");
}

#[test]
fn a_contract_acts_for_itself_but_for_nobody_else() {
    let (mut world, ..) = listed();
    // Eve asks the register to hand over shares as if she were the market.
    let market = Account::Contract(world.id("market"));
    let mut body = world.body("Eve", world.id("register"), "unlock", (1u64, 1u64, market));
    let tree = leaf(world.id("register"), "unlock", (1u64, 1u64, market));
    body.authorisations.push(sillok_abi::Authorisation { by: sillok_abi::Authoriser::Submitter, tree });
    let transaction = world.seal(body);
    let receipt = world.send(transaction).unwrap();
    assert!(!matches!(receipt.outcome, Outcome::Success(_)));
}
