//! The company's rules are judged before an order enters and again at the fill; a fill that they refuse is
//! void, and the book goes on.

use codec::Decode;
use sillok_abi::{Account, Date};
use sillok_interfaces::{Investor, Rules, Standing};
use sillok_testing::{World, account};

use super::setting::*;

const NOT_APPROVED: u32 = 21;
const LOCKED_UP: u32 = 22;
const TOO_MANY_HOLDERS: u32 = 23;
const TOO_MANY_SHARES: u32 = 24;
const TOO_MANY_FOREIGN_SHARES: u32 = 25;

fn set_rules(world: &mut World, rules: Rules) {
    let () = world.ok("Alice", "register", "set_rules", (1u32, rules));
}

fn set_investor(world: &mut World, name: &str, approved: bool, foreign: bool) {
    let investor = Investor { approved, foreign };
    let () = world.ok("Alice", "register", "set_investor", (account(name), investor));
}

/// The register refuses the order with this code.
#[track_caller]
fn refuses(world: &mut World, by: &str, order: sillok_market::Order, code: u32) {
    let args = args(world, by, order);
    assert_eq!(world.refused("Eve", MARKET, "place", args), (world.id("register"), code));
}

#[test]
fn orders_that_the_rules_refuse_never_enter() {
    let mut world = listed(|_| {});
    let each = Rules { shares_each: SHARES + 50, ..Rules::default() };
    set_rules(&mut world, Rules { approval: true, ..each });
    refuses(&mut world, "Bob", buy(500, 5), NOT_APPROVED);
    set_investor(&mut world, "Bob", true, true);
    let _ = place(&mut world, "Bob", buy(500, 5));
    refuses(&mut world, "Bob", buy(500, 55), TOO_MANY_SHARES);
    set_rules(&mut world, Rules { foreign_shares: SHARES + 9, ..Rules::default() });
    refuses(&mut world, "Bob", buy(500, 10), TOO_MANY_FOREIGN_SHARES);
    set_rules(&mut world, Rules { holders: 3, ..Rules::default() });
    world.mint("Eve", CASH);
    refuses(&mut world, "Eve", buy(500, 5), TOO_MANY_HOLDERS);
    let until = Date(world.env().time.date().0 + 5);
    let () = world.ok("Alice", "register", "lock_up", (3u64, until));
    refuses(&mut world, "Dave", sell("Dave", 500, 5), LOCKED_UP);
    world.time += 5 * 86_400_000;
    let standing: Standing = world.query("register", "standing", (1u32,));
    assert_eq!(standing, Standing { holders: 3, foreign_shares: SHARES });
    let args = args(&world, "Dave", sell("Dave", 510, 5));
    let _: sillok_market::PlacedOrder = world.ok("Dave", MARKET, "place", args);
}

/// Buyer, seller and reason of a fill that was void.
type Void = (u64, (u64, u64), (Account, Account), (u64, u64), u32);

#[test]
fn a_fill_that_a_rule_refuses_is_void_and_the_order_goes_on() {
    let mut world = listed(|new| new.fees = FEES);
    let bobs = place(&mut world, "Bob", buy(500, 20)).order;
    let _ = place(&mut world, "Charlie", buy(490, 20));
    // Bob's approval goes while his order rests.
    set_rules(&mut world, Rules { approval: true, ..Rules::default() });
    set_investor(&mut world, "Charlie", true, false);
    let args = args(&world, "Dave", sell("Dave", 490, 50));
    let receipt = world.call("Dave", MARKET, "place", args);
    assert_sound(&world);
    let void = events(&world, std::slice::from_ref(&receipt), "FillVoided");
    assert_eq!(void.len(), 1);
    let void = Void::decode(&mut void[0].as_slice()).unwrap();
    let open = orders_of(&world, account("Dave"));
    assert_eq!(open.iter().map(|order| (order.quantity, order.remaining)).collect::<Vec<_>>(), [(50, 10)]);
    assert_eq!(
        void,
        (LISTING, (bobs, open[0].order), (account("Bob"), account("Dave")), (500, 20), NOT_APPROVED)
    );
    assert_eq!(events(&world, &[receipt], "Traded").len(), 1);
    // Bob has his money back, Dave sold to Charlie alone, and what is left of his order rests.
    assert_eq!(world.cash(account("Bob")), (CASH, 0));
    assert_eq!(world.shares(account("Charlie")).0, SHARES + 20);
    assert_eq!(world.shares(account("Dave")), (SHARES - 20, 10));
}

#[test]
fn a_lock_up_agreed_on_later_voids_fills_too() {
    let mut world = listed(|_| {});
    let _ = place(&mut world, "Dave", sell("Dave", 500, 20));
    let until = Date(world.env().time.date().0 + 5);
    let () = world.ok("Alice", "register", "lock_up", (3u64, until));
    let placed = place(&mut world, "Bob", buy(500, 30));
    assert_eq!((placed.filled, placed.void, placed.resting), (0, 20, 10));
    assert_eq!(world.shares(account("Dave")), (SHARES, 0));
    assert_eq!(world.cash(account("Bob")), (CASH - 5_000, 5_000));
}

#[test]
fn rules_hold_for_all_transfers_but_not_for_the_company_s_own_issues() {
    let mut world = stocked();
    let date = world.env().time.date();
    set_rules(&mut world, Rules { holders: 3, ..Rules::default() });
    let give = |quantity: u64| (1u64, quantity, account("Eve"), date, "", "");
    let refused = world.refused("Bob", "register", "transfer", give(5));
    assert_eq!(refused, (world.id("register"), TOO_MANY_HOLDERS));
    // All of it: one holder leaves as another comes.
    let _: u64 = world.ok("Bob", "register", "transfer", give(SHARES));
    let _ = world.issue("Ferdie", 10);
    let standing: Standing = world.query("register", "standing", (1u32,));
    assert_eq!(standing.holders, 4, "the company may");
    // A foreign holder's shares count from the moment that it is known, and no longer after.
    set_investor(&mut world, "Eve", false, true);
    assert_eq!(world.query::<Standing>("register", "standing", (1u32,)).foreign_shares, SHARES);
    set_investor(&mut world, "Eve", false, false);
    assert_eq!(world.query::<Standing>("register", "standing", (1u32,)).foreign_shares, 0);
}
