//! The usual way: orders rest, meet, settle, and are cancelled.

use sillok_abi::{Account, Depth, Failure, OrderId, Outcome, Side, TimeInForce};
use sillok_interfaces::Lot;
use sillok_market::{Order, Tape, Trade};
use sillok_testing::{World, account, failure, leaf};

use super::setting::*;

#[test]
fn orders_trade_at_the_best_resting_price_and_the_saving_goes_back() {
    let mut world = listed(|_| {});
    let (bob, charlie) = (account("Bob"), account("Charlie"));
    assert_eq!(facts(place(&mut world, "Bob", sell("Bob", 500, 100))), (0, 0, 100, 0));
    assert_eq!(facts(place(&mut world, "Bob", sell("Bob", 490, 50))), (0, 0, 50, 0));
    let cost = 50 * 490 + 70 * 500;
    assert_eq!(facts(place(&mut world, "Charlie", buy(510, 120))), (120, cost, 0, 0));
    assert_eq!((world.cash(bob), world.cash(charlie)), ((CASH + cost, 0), (CASH - cost, 0)));
    assert_eq!((world.shares(bob), world.shares(charlie)), ((SHARES - 120, 30), (SHARES + 120, 0)));
    let ioc = Order { time_in_force: TimeInForce::Ioc, ..buy(500, 50) };
    assert_eq!(facts(place(&mut world, "Dave", ioc)), (30, 15_000, 0, 20));
    assert_eq!(orders_of(&world, bob), []);

    // A resting purchase is met in part; the rest of the sale is cancelled and unlocked.
    let _ = place(&mut world, "Dave", buy(300, 40));
    let ioc = Order { time_in_force: TimeInForce::Ioc, ..sell("Charlie", 300, 60) };
    assert_eq!(facts(place(&mut world, "Charlie", ioc)), (40, 12_000, 0, 20));
    check_tape(&world);
}

/// The trades of the test above.
fn check_tape(world: &World) {
    let trades: Vec<Trade> = world.query(MARKET, "trades", (LISTING, 1u64, 10u32));
    let facts: Vec<_> = trades.iter().map(|trade| (trade.number, trade.price, trade.quantity)).collect();
    assert_eq!(facts, [(1, 490, 50), (2, 500, 70), (3, 500, 30), (4, 300, 40)]);
    let last = &trades[3];
    assert_eq!((last.buyer, last.seller, last.taker), (account("Dave"), account("Charlie"), Side::Sell));
    let orders = [last.buy_order, last.sell_order].map(|order| OrderId(order).number());
    assert_eq!((orders, last.value), ([5, 6], 12_000));
    for trade in &trades {
        let lot: Option<Lot> = world.query("register", "lot", (trade.lot,));
        let lot = lot.unwrap();
        assert_eq!((lot.id, lot.holder, lot.quantity), (trade.lot, trade.buyer, trade.quantity));
    }
    let latest: Vec<Trade> = world.query(MARKET, "latest_trades", (LISTING, 2u32));
    assert_eq!(latest.iter().map(|trade| trade.number).collect::<Vec<_>>(), [4, 3]);
    let tape: Tape = world.query(MARKET, "tape", (LISTING,));
    assert_eq!((tape.trades, tape.last_price), (4, Some(300)));
}

#[test]
fn fees_and_tax_are_withheld_to_the_unit() {
    let mut world = listed(|new| (new.fees, new.tax_class) = (FEES, 7));
    let tomorrow = sillok_abi::Date(world.env().time.date().0 + 2);
    let () = world.ok("Ferdie", MARKET, "set_tax", (7u32, tomorrow, 1_800u32));
    let _ = place(&mut world, "Bob", sell("Bob", 330, 35));
    let _ = place(&mut world, "Charlie", buy(330, 35));
    // 11,550 won: the maker owes 5.775, the taker 17.325, and there is no tax yet.
    assert_eq!(world.cash(account("Bob")).0, CASH + 11_550 - 5);
    assert_eq!(world.cash(account("Charlie")).0, CASH - 11_550 - 17);
    assert_eq!(OTHERS.map(|name| world.cash(account(name)).0), [22, 0]);

    world.time += 2 * 86_400_000;
    let _ = place(&mut world, "Bob", buy(330, 35));
    let _ = place(&mut world, "Dave", sell("Dave", 330, 35));
    // The tax is 20.79, and the seller is the taker now.
    assert_eq!(world.cash(account("Dave")).0, CASH + 11_550 - 17 - 20);
    assert_eq!(OTHERS.map(|name| world.cash(account(name)).0), [44, 20]);
    let trades: Vec<Trade> = world.query(MARKET, "trades", (LISTING, 1u64, 10u32));
    let facts: Vec<_> = trades.iter().map(|trade| (trade.buyer_fee, trade.seller_fee, trade.tax)).collect();
    assert_eq!(facts, [(17, 5, 0), (5, 17, 20)]);
}

#[test]
fn rebates_come_out_of_the_other_side_s_fee() {
    let mut world = listed(|new| new.fees = sillok_abi::Fees { maker: -300, taker: 1_000, auction: 0 });
    let _ = place(&mut world, "Bob", buy(330, 35));
    let _ = place(&mut world, "Dave", sell("Dave", 330, 35));
    assert_eq!(world.cash(account("Bob")).0, CASH - 11_550 + 3);
    assert_eq!(world.cash(account("Dave")).0, CASH + 11_550 - 11);
    assert_eq!(world.cash(account("Fees")).0, 8);
}

#[test]
fn only_its_owner_cancels_an_order() {
    let mut world = listed(|_| {});
    let order = place(&mut world, "Bob", sell("Bob", 900, 100)).order;
    let open = view(&world, order);
    assert_eq!(open.map(|open| (open.owner, open.lot, open.remaining)), Some((account("Bob"), Some(1), 100)));
    let (bob, charlie) = (account("Bob"), account("Charlie"));
    let failed = failure(&world.alone("Charlie", MARKET, "cancel", (LISTING, bob, order)));
    assert_eq!(failed, Failure::Unauthorised { account: bob });
    assert_eq!(world.code("Charlie", MARKET, "cancel", (LISTING, charlie, order)), Refusal::NoOrder as u32);
    let amendment = (LISTING, charlie, order, None::<u64>, 5u64, 0u64);
    assert_eq!(world.code("Charlie", MARKET, "amend", amendment), Refusal::NoOrder as u32);
    let failed = failure(&world.alone("Charlie", MARKET, "place", args(&world, "Bob", buy(500, 5))));
    assert_eq!(failed, Failure::Unauthorised { account: bob });
    assert_eq!(world.ok::<u64>("Bob", MARKET, "cancel", (LISTING, bob, order)), 100);
    assert_eq!(world.code("Bob", MARKET, "cancel", (LISTING, bob, order)), Refusal::NoOrder as u32);
    assert_sound(&world);
}

#[test]
fn amending_takes_what_more_it_needs_and_gives_back_the_rest() {
    let mut world = listed(|new| new.fees = FEES);
    let (bob, charlie) = (account("Bob"), account("Charlie"));
    let sale = place(&mut world, "Bob", sell("Bob", 500, 100)).order;
    let purchase = place(&mut world, "Charlie", buy(400, 100)).order;
    // Less keeps its place, and frees cover.
    let less = (LISTING, bob, sale, None::<u64>, 60u64, 0u64);
    assert_eq!(facts(world.ok("Bob", MARKET, "amend", less)), (0, 0, 60, 0));
    assert_sound(&world);
    assert_eq!(world.shares(bob).1, 60);
    // A higher price needs more cash; too little is refused, and too much goes back.
    let dearer = |more: u64| (LISTING, charlie, purchase, Some(450u64), 100u64, more);
    assert_eq!(world.code("Charlie", MARKET, "amend", dearer(5_000)), Refusal::CashTooLow as u32);
    assert_eq!(facts(world.ok("Charlie", MARKET, "amend", dearer(9_999))), (0, 0, 100, 0));
    assert_sound(&world);
    assert_eq!(world.cash(charlie).1, 45_067);
    // It meets the sale at the sale's price, and what is left rests.
    let across = (LISTING, charlie, purchase, Some(550u64), 80u64, 0u64);
    assert_eq!(facts(world.ok("Charlie", MARKET, "amend", across)), (60, 30_000, 20, 0));
    assert_sound(&world);
    let more_shares = (LISTING, bob, sale, None::<u64>, 60u64, 0u64);
    assert_eq!(world.code("Bob", MARKET, "amend", more_shares), Refusal::NoOrder as u32, "it is filled");
}

#[test]
fn a_sale_is_amended_to_more_with_more_shares() {
    let mut world = listed(|_| {});
    let bob = account("Bob");
    let sale = place(&mut world, "Bob", sell("Bob", 500, 100)).order;
    let more = |more: u64| (LISTING, bob, sale, None::<u64>, 150u64, more);
    assert_eq!(world.code("Bob", MARKET, "amend", more(45)), Refusal::SharesTooFew as u32);
    assert_eq!(facts(world.ok("Bob", MARKET, "amend", more(70))), (0, 0, 150, 0));
    assert_sound(&world);
    assert_eq!(world.shares(bob), (SHARES, 150));
}

#[test]
fn the_seller_s_other_orders_on_a_lot_survive_its_partial_sale() {
    let mut world = listed(|_| {});
    let _ = place(&mut world, "Bob", sell("Bob", 500, 40));
    let second = place(&mut world, "Bob", sell("Bob", 600, 40)).order;
    let _ = place(&mut world, "Charlie", buy(500, 40));
    assert_eq!(world.shares(account("Bob")), (SHARES - 40, 40));
    let cancelled: u64 = world.ok("Bob", MARKET, "cancel", (LISTING, account("Bob"), second));
    assert_eq!((cancelled, world.shares(account("Bob"))), (40, (SHARES - 40, 0)));
}

#[test]
fn an_order_meets_at_most_sixty_four_others() {
    let mut world = listed(|_| {});
    for _ in 0..80 {
        let args = args(&world, "Dave", sell("Dave", 400, 5));
        let _: sillok_market::PlacedOrder = world.ok("Dave", MARKET, "place", args);
    }
    let swept = place(&mut world, "Bob", buy(400, 400));
    assert_eq!((swept.filled, swept.resting, swept.cancelled), (320, 0, 80));
    assert_eq!(place(&mut world, "Bob", buy(400, 80)).filled, 80, "the same again gets the rest");
}

#[test]
fn the_book_survives_a_restart_exactly() {
    let mut world = listed(|_| {});
    for price in [520, 500, 510, 500] {
        let _ = place(&mut world, "Bob", sell("Bob", price, 5));
    }
    let depth: Depth = world.query(MARKET, "depth", (LISTING, 10u32));
    let mut world = world.fork();
    assert_eq!(world.query::<Depth>(MARKET, "depth", (LISTING, 10u32)), depth);
    let placed = place(&mut world, "Charlie", buy(510, 15));
    assert_eq!((placed.filled, placed.traded), (15, 10 * 500 + 5 * 510));
}

#[test]
fn a_contract_acts_for_itself_but_for_nobody_else() {
    let mut world = listed(|_| {});
    // Eve asks the register to hand over shares as if she were the market.
    let market = Account::Contract(world.id(MARKET));
    let mut body = world.body("Eve", world.id("register"), "unlock", (1u64, 1u64, market));
    let tree = leaf(world.id("register"), "unlock", (1u64, 1u64, market));
    body.authorisations.push(sillok_abi::Authorisation { by: sillok_abi::Authoriser::Submitter, tree });
    let transaction = world.seal(body);
    assert!(!matches!(world.send(transaction).unwrap().outcome, Outcome::Success(_)));
}
