//! The market as a part of the chain: lots that are parted, restarts, authority.
//! What it does by itself is in `contract_market.rs`.

use sillok_abi::{Account, Outcome};
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

type PlacedOrder = (u64, u64, u64, u64, u64);

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
fn the_book_survives_a_restart_exactly() {
    let (mut world, listing, lot) = listed();
    let alice = account("Alice");
    for price in [520u64, 500, 510, 500] {
        let _: PlacedOrder =
            world.ok("Alice", "market", "place", (listing, alice, SELL, price, 5u64, GTC, Some(lot)));
    }
    let depth: sillok_abi::Depth = world.query("market", "depth", (listing, 10u32));
    let state = world.state.clone();
    world.executor = sillok_runtime::Executor::open(
        world.runtime.clone(),
        state,
        sillok_abi::Time(world.time),
        std::iter::empty(),
    )
    .unwrap();
    assert_eq!(world.query::<sillok_abi::Depth>("market", "depth", (listing, 10u32)), depth);
    let bob = account("Bob");
    let buy: PlacedOrder =
        world.ok("Bob", "market", "place", (listing, bob, BUY, 510u64, 12u64, GTC, None::<u64>));
    assert_eq!((buy.1, buy.2), (12, 10 * 500 + 2 * 510));
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
