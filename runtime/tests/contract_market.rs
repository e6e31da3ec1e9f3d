//! The market: orders meet by price and time, each fill settles at once, and what rests is exactly
//! covered.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::cell::RefCell;
use std::collections::BTreeSet;

use codec::{Decode, Encode};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sillok_abi::{
    Account, CallFailure, ContractId, Depth, Failure, Outcome, Side, Time, TimeInForce, TimeInForce::*,
};
use sillok_testing::{Raw, START, World, account, failure};

/// What the contract refuses.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Refusal {
    NoListing = 1,
    NoClass,
    AlreadyListed,
    BadRules,
    TooManyListings,
    OffTick,
    OutsideBand,
    OffLot,
    LotMissing,
    LotNotNeeded,
    NoLot,
    NotOwnersLot,
    WrongClass,
    SelfTrade = 15,
    NoOrder,
}
use Refusal::*;

/// Refusals of the contracts that the market calls.
const INSUFFICIENT_FUNDS: u32 = 1;
const NOT_ENOUGH_SHARES: u32 = 5;
const SHARES_LOCKED: u32 = 6;

/// Who trades; each starts with a lot of this many shares, numbered 1 to 3, and this much cash.
const NAMES: [&str; 3] = ["Bob", "Charlie", "Dave"];
const SHARES: u64 = 10_000;
const CASH: u64 = 10_000_000;
const LISTING: u64 = 1;
const MARKET: &str = "market";

#[derive(Decode, Debug, Clone, PartialEq)]
struct Placed {
    order: u64,
    filled: u64,
    traded: u64,
    resting: u64,
    cancelled: u64,
}

#[derive(Decode, Debug, Clone, PartialEq)]
struct OpenOrder {
    listing: u64,
    order: u64,
    owner: Account,
    side: Side,
    price: u64,
    quantity: u64,
    remaining: u64,
    lot: Option<u64>,
    placed: Time,
}

#[derive(Decode, Debug, Clone)]
struct Trade {
    number: u64,
    price: u64,
    quantity: u64,
    buyer: Account,
    seller: Account,
    buy_order: u64,
    sell_order: u64,
    taker: Side,
    lot: u64,
    _time: Time,
}

/// A lot, of which the tests look at owner and size.
#[derive(Decode)]
struct Lot {
    id: u64,
    _root: u64,
    _source: Option<u64>,
    _class: u32,
    holder: Account,
    quantity: u64,
    _locked: u64,
    _rest: (i32, Option<i32>, String),
}

/// A class with a tick of 10, a lot size of 5 and prices of 100 to 1,000.
fn listed() -> World {
    let mut world = World::default();
    for name in NAMES {
        world.issue(name, SHARES);
        world.mint(name, CASH);
    }
    let id: u64 = world.ok("Alice", MARKET, "list", rules(&world, 1, 10));
    assert_eq!(id, LISTING);
    world
}

/// The arguments of `list`.
fn rules(world: &World, class: u32, tick: u64) -> (ContractId, u32, ContractId, u64, u64, u64, u64) {
    (world.id("register"), class, world.id("cash"), tick, 5, 100, 1_000)
}

/// An order, as `place` takes it.
#[derive(Encode, Clone, Copy)]
struct Order {
    listing: u64,
    owner: Account,
    side: Side,
    price: u64,
    quantity: u64,
    time_in_force: TimeInForce,
    lot: Option<u64>,
}

fn buy(by: &str, price: u64, quantity: u64, time_in_force: TimeInForce) -> Order {
    let owner = account(by);
    Order { listing: LISTING, owner, side: Side::Buy, price, quantity, time_in_force, lot: None }
}

fn sell(by: &str, price: u64, quantity: u64, lot: u64) -> Order {
    let (owner, lot) = (account(by), Some(lot));
    Order { listing: LISTING, owner, side: Side::Sell, price, quantity, time_in_force: Gtc, lot }
}

fn place(world: &mut World, order: Order) -> Placed {
    world.ok("Eve", MARKET, "place", order)
}

fn placed(order: u64, filled: u64, traded: u64, resting: u64, cancelled: u64) -> Placed {
    Placed { order, filled, traded, resting, cancelled }
}

fn orders_of(world: &World, owner: Account) -> Vec<OpenOrder> {
    let count: u32 = world.query(MARKET, "count_of", (owner,));
    let pages = (0..count.div_ceil(100)).map(|page| (owner, page * 100, 1_000u32));
    let orders: Vec<OpenOrder> =
        pages.flat_map(|page| world.query::<Vec<OpenOrder>>(MARKET, "orders_of", page)).collect();
    assert_eq!(orders.len(), count as usize);
    orders
}

/// Every resting order is covered, nothing else is locked or held, and nothing came or went.
fn assert_conserved(world: &World) {
    let market = Account::Contract(world.id(MARKET));
    let (mut all_cash, mut all_shares) = (0, 0);
    for owner in NAMES.map(account) {
        let orders = orders_of(world, owner);
        let of = |side: Side| orders.iter().filter(move |order| order.side == side);
        let held: u64 = of(Side::Buy).map(|order| order.price * order.remaining).sum();
        let locked: u64 = of(Side::Sell).map(|order| order.remaining).sum();
        assert_eq!(world.query::<u64>("cash", "hold_of", (owner, market)), held);
        let (available, all_held) = world.cash(owner);
        let (shares, all_locked) = world.shares(owner);
        assert_eq!((all_held, all_locked), (held, locked));
        all_cash += available + held;
        all_shares += shares;
    }
    assert_eq!((all_cash, all_shares), (3 * CASH, 3 * SHARES));
}

#[test]
fn orders_trade_at_the_best_resting_price_and_the_saving_goes_back() {
    let mut world = listed();
    let (bob, charlie) = (account("Bob"), account("Charlie"));
    assert_eq!(place(&mut world, sell("Bob", 500, 100, 1)), placed(1, 0, 0, 100, 0));
    assert_eq!(place(&mut world, sell("Bob", 490, 50, 1)), placed(2, 0, 0, 50, 0));
    assert_conserved(&world);
    let cost = 50 * 490 + 70 * 500;
    assert_eq!(place(&mut world, buy("Charlie", 510, 120, Gtc)), placed(3, 120, cost, 0, 0));
    assert_eq!((world.cash(bob), world.cash(charlie)), ((CASH + cost, 0), (CASH - cost, 0)));
    assert_eq!((world.shares(bob), world.shares(charlie)), ((SHARES - 120, 30), (SHARES + 120, 0)));
    assert_conserved(&world);
    assert_eq!(place(&mut world, buy("Dave", 500, 50, Ioc)), placed(4, 30, 15_000, 0, 20));
    assert_conserved(&world);
    assert_eq!(orders_of(&world, bob), []);

    // A resting purchase is met in part; the rest of the sale is cancelled and unlocked.
    let _ = place(&mut world, buy("Dave", 300, 40, Gtc));
    let order = sell("Charlie", 300, 60, 2);
    assert_eq!(place(&mut world, Order { time_in_force: Ioc, ..order }), placed(6, 40, 12_000, 0, 20));
    assert_conserved(&world);
    check_tape(&world);
}

/// The trades of the test above.
fn check_tape(world: &World) {
    let trades: Vec<Trade> = world.query(MARKET, "trades", (LISTING, 1u64, 10u32));
    let facts: Vec<_> = trades.iter().map(|trade| (trade.number, trade.price, trade.quantity)).collect();
    assert_eq!(facts, [(1, 490, 50), (2, 500, 70), (3, 500, 30), (4, 300, 40)]);
    let last = &trades[3];
    assert_eq!((last.buyer, last.seller, last.taker), (account("Dave"), account("Charlie"), Side::Sell));
    assert_eq!((last.buy_order, last.sell_order), (5, 6));
    for trade in &trades {
        let lot: Option<Lot> = world.query("register", "lot", (trade.lot,));
        let lot = lot.unwrap();
        assert_eq!((lot.id, lot.holder, lot.quantity), (trade.lot, trade.buyer, trade.quantity));
    }
    let latest: Vec<Trade> = world.query(MARKET, "latest_trades", (LISTING, 2u32));
    assert_eq!(latest.iter().map(|trade| trade.number).collect::<Vec<_>>(), [4, 3]);
    assert_eq!(world.query::<(u64, Option<u64>)>(MARKET, "tape", (LISTING,)), (4, Some(300)));
}

#[test]
fn only_its_owner_cancels_an_order() {
    let mut world = listed();
    let order = place(&mut world, sell("Bob", 900, 100, 1)).order;
    let open: Option<OpenOrder> = world.query(MARKET, "order", (LISTING, order));
    assert_eq!(open.map(|open| (open.owner, open.lot, open.remaining)), Some((account("Bob"), Some(1), 100)));
    let failed = failure(&world.alone("Charlie", MARKET, "cancel", (LISTING, order)));
    assert_eq!(failed, Failure::Unauthorised { account: account("Bob") });
    let failed = failure(&world.alone("Charlie", MARKET, "place", buy("Bob", 500, 5, Gtc)));
    assert_eq!(failed, Failure::Unauthorised { account: account("Bob") });
    let failed = failure(&world.alone("Charlie", MARKET, "list", rules(&world, 1, 10)));
    assert_eq!(failed, Failure::Unauthorised { account: account("Alice") }, "the registrar lists");
    assert_conserved(&world);
    assert_eq!(world.ok::<u64>("Bob", MARKET, "cancel", (LISTING, order)), 100);
    assert_eq!(world.code("Bob", MARKET, "cancel", (LISTING, order)), NoOrder as u32);
    assert_conserved(&world);
}

#[test]
fn each_refusal_has_its_code() {
    let mut world = listed();
    let class = ("preferred", "Preferred", 1u8, 1_000u64, 0u32, 2u32, 500u64);
    let _: u32 = world.ok("Alice", "register", "add_class", class);
    let issue = (2u32, account("Bob"), 100u64, "", Time(START).date(), "");
    let preferred: u64 = world.ok("Alice", "register", "issue", issue);
    let (unknown, taken) = (rules(&world, 3, 10), rules(&world, 1, 10));
    let (no_tick, off_tick) = (rules(&world, 2, 0), rules(&world, 2, 30));
    let mut refuses = |method: &str, args: Vec<u8>, refusal: Refusal| {
        assert_eq!(world.code("Alice", MARKET, method, Raw(args)), refusal as u32, "{method}: {refusal:?}");
    };
    refuses("list", unknown.encode(), NoClass);
    refuses("list", taken.encode(), AlreadyListed);
    refuses("list", no_tick.encode(), BadRules);
    refuses("list", off_tick.encode(), BadRules);
    let bought = buy("Bob", 500, 5, Gtc);
    let sold = sell("Bob", 500, 5, 1);
    refuses("place", Order { listing: 2, ..bought }.encode(), NoListing);
    refuses("place", buy("Bob", 505, 5, Gtc).encode(), OffTick);
    refuses("place", buy("Bob", 90, 5, Gtc).encode(), OutsideBand);
    refuses("place", buy("Bob", 1_010, 5, Gtc).encode(), OutsideBand);
    refuses("place", buy("Bob", 500, 4, Gtc).encode(), OffLot);
    refuses("place", buy("Bob", 500, 0, Gtc).encode(), OffLot);
    refuses("place", buy("Bob", 500, u64::MAX / 5 * 5, Gtc).encode(), OffLot);
    refuses("place", Order { lot: None, ..sold }.encode(), LotMissing);
    refuses("place", Order { lot: Some(1), ..bought }.encode(), LotNotNeeded);
    refuses("place", sell("Bob", 500, 5, 77).encode(), NoLot);
    refuses("place", sell("Bob", 500, 5, 2).encode(), NotOwnersLot);
    refuses("place", sell("Bob", 500, 5, preferred).encode(), WrongClass);
    refuses("cancel", (LISTING, 1u64).encode(), NoOrder);
    refuses("cancel", (2u64, 1u64).encode(), NoOrder);
}

#[test]
fn orders_without_cover_are_refused_whole() {
    let mut world = listed();
    let (register, cash) = (world.id("register"), world.id("cash"));
    let refused = world.refused("Eve", MARKET, "place", sell("Bob", 500, SHARES + 5, 1));
    assert_eq!(refused, (register, NOT_ENOUGH_SHARES));
    let _ = place(&mut world, sell("Bob", 500, 5, 1));
    let refused = world.refused("Eve", MARKET, "place", sell("Bob", 500, SHARES, 1));
    assert_eq!(refused, (register, SHARES_LOCKED));
    // It would trade five shares, which it could pay: nothing of it happens.
    let refused = world.refused("Eve", MARKET, "place", buy("Charlie", 1_000, CASH / 1_000 + 5, Gtc));
    assert_eq!(refused, (cash, INSUFFICIENT_FUNDS));
    let wide = (register, 1u32, register, 1u64 << 30, 1u64, 1u64 << 30, 1u64 << 40);
    let wide: u64 = world.ok("Alice", MARKET, "list", wide);
    let huge = Order { listing: wide, ..buy("Bob", 1 << 40, 1 << 43, Gtc) };
    // The book takes nothing of which the value would not fit an amount.
    assert_eq!(world.code("Eve", MARKET, "place", huge), OffLot as u32);
    assert_conserved(&world);
}

#[test]
fn nobody_trades_with_oneself() {
    let mut world = listed();
    let _ = place(&mut world, sell("Charlie", 500, 10, 2));
    let _ = place(&mut world, sell("Bob", 510, 10, 1));
    // The first fill would be with Charlie: it is taken back too.
    assert_eq!(world.code("Bob", MARKET, "place", buy("Bob", 510, 20, Gtc)), SelfTrade as u32);
    let depth: Depth = world.query(MARKET, "depth", (LISTING, 1_000u32));
    let asks: Vec<_> = depth.asks.iter().map(|level| (level.price.0, level.quantity.0)).collect();
    assert_eq!((asks, depth.bids), (vec![(500, 10), (510, 10)], vec![]));
    let _ = place(&mut world, buy("Bob", 510, 10, Gtc));
    assert_eq!(place(&mut world, buy("Bob", 500, 10, Gtc)).resting, 10, "below one's own price it rests");
    assert_conserved(&world);
}

#[test]
fn an_order_meets_at_most_sixty_four_others() {
    let mut world = listed();
    for _ in 0..80 {
        let _ = place(&mut world, sell("Dave", 400, 5, 3));
    }
    let swept = place(&mut world, buy("Bob", 400, 400, Gtc));
    assert_eq!((swept.filled, swept.resting, swept.cancelled), (320, 0, 80));
    assert_conserved(&world);
    assert_eq!(place(&mut world, buy("Bob", 400, 80, Gtc)).filled, 80, "the same again gets the rest");
}

#[test]
fn a_market_has_a_bounded_number_of_listings() {
    const MOST: u32 = 8_192;
    let mut world = listed();
    let (register, market) = (world.id("register"), world.id(MARKET));
    let listing = |world: &World, number: u32| {
        let mut cash = ContractId([1; 32]);
        cash.0[..4].copy_from_slice(&number.to_le_bytes());
        let args = (register, 1u32, cash, 10u64, 5u64, 100u64, 1_000u64);
        let mut body = world.body("Alice", market, "list", args);
        body.gas_limit = 2_000_000;
        let tree = sillok_abi::CallTree::leaf(body.call.clone());
        let by = sillok_abi::Authoriser::Submitter;
        body.authorisations.push(sillok_abi::Authorisation { by, tree });
        world.seal(body)
    };
    let mut number = 1;
    while number < MOST {
        let batch = (number..MOST.min(number + 1_024)).map(|number| listing(&world, number)).collect();
        let execution = world.block(batch).execution;
        let listed = |receipt: &sillok_abi::Receipt| matches!(receipt.outcome, Outcome::Success(_));
        assert!(!execution.receipts.is_empty() && execution.receipts.iter().all(listed));
        number += execution.receipts.len() as u32;
    }
    let one_more = listing(&world, MOST);
    let failed = failure(&world.send(one_more).unwrap());
    assert_eq!(failed, Failure::Error { code: TooManyListings as u32 });
}

/// An order or a cancellation with raw numbers.
#[derive(Clone, Copy, Debug)]
struct Step {
    kind: u8,
    who: u8,
    pick: u16,
    price: u8,
    quantity: u8,
}

fn step() -> impl Strategy<Value = Step> {
    let raw = (any::<u8>(), any::<u8>(), any::<u16>(), any::<u8>(), any::<u8>());
    raw.prop_map(|(kind, who, pick, price, quantity)| Step { kind, who, pick, price, quantity })
}

impl Step {
    /// The method and its arguments.
    fn call(self, world: &World) -> (&'static str, Vec<u8>) {
        let by = NAMES[usize::from(self.who) % NAMES.len()];
        let owner = account(by);
        let pick = usize::from(self.pick);
        let open = orders_of(world, owner);
        if self.kind.is_multiple_of(4) && !open.is_empty() {
            return ("cancel", (LISTING, open[pick % open.len()].order).encode());
        }
        let (price, quantity) =
            (400 + 10 * u64::from(self.price % 12), 5 * (1 + u64::from(self.quantity % 40)));
        let time_in_force = if self.kind.is_multiple_of(5) { Ioc } else { Gtc };
        if self.kind.is_multiple_of(2) {
            return ("place", buy(by, price, quantity, time_in_force).encode());
        }
        let lots: Vec<Lot> = world.query("register", "lots_of", (owner, 1u32, 0u64, 100u32));
        let order = sell(by, price, quantity, lots[pick % lots.len()].id);
        ("place", Order { time_in_force, ..order }.encode())
    }
}

#[test]
fn random_orders_stay_covered() {
    let start = listed();
    let seen = RefCell::new(BTreeSet::new());
    let config = ProptestConfig {
        cases: 12,
        rng_seed: RngSeed::Fixed(20_261_123),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step(), 50..120))| {
        let mut world = start.fork();
        for step in steps {
            let (method, args) = step.call(&world);
            let met = match world.call("Eve", MARKET, method, Raw(args)).outcome {
                Outcome::Success(_) => (method.to_owned(), 0),
                Outcome::Failed(CallFailure { method, failure: Failure::Error { code }, .. }) => (method, code),
                Outcome::Failed(other) => panic!("{step:?}: {other:?}"),
            };
            seen.borrow_mut().insert(met);
            assert_conserved(&world);
        }
    });
    // Besides successes, all that such orders can run into: small lots, promised shares, one's own orders.
    let expected = [("cancel", 0), ("place", 0), ("place", SelfTrade as u32)];
    let locks = [("lock", NOT_ENOUGH_SHARES), ("lock", SHARES_LOCKED)];
    let expected: BTreeSet<_> =
        expected.into_iter().chain(locks).map(|(method, code)| (method.to_owned(), code)).collect();
    assert_eq!(seen.into_inner(), expected);
}
