//! What the tests have in common: a listed class, orders, and what must hold after every step.

use std::collections::BTreeMap;

use codec::Encode;
use sillok_abi::{
    Account, Collar, ContractId, Event, Fees, MatchMode, OrderKind, Outcome, Price, Receipt, SelfTrade, Side,
    TickZone, TimeInForce, Volatility,
};
use sillok_market::{Base, InvestorLimits, NewListing, OpenOrder, Order, PlacedOrder, Slot, Timetable};
use sillok_testing::{World, account};

pub(crate) const MARKET: &str = "market";
pub(crate) const LISTING: u64 = 1;
/// Who trades; each starts with a lot of this many shares, numbered 1 to 3, and this much cash.
pub(crate) const NAMES: [&str; 3] = ["Bob", "Charlie", "Dave"];
pub(crate) const SHARES: u64 = 10_000;
pub(crate) const CASH: u64 = 10_000_000;
/// Who gets fees and taxes.
pub(crate) const OTHERS: [&str; 2] = ["Fees", "Tax"];
pub(crate) const FEES: Fees = Fees { maker: 500, taker: 1_500, auction: 700 };
/// The errors of the market, by their names.
pub(crate) use sillok_market::Error as Refusal;

/// Class 1 with a tick of 10, a lot size of 5 and prices of 100 to 1,000, without pause, fees or limits.
pub(crate) fn plain(world: &World) -> NewListing {
    NewListing {
        register: world.id("register"),
        class: 1,
        cash: world.id("cash"),
        ticks: vec![TickZone { from: Price(0), tick: Price(10) }],
        lot: 5,
        low: 100,
        high: 1_000,
        reference: 500,
        band: 0,
        first_band: None,
        base: Base::LastPrice,
        mode: MatchMode::Continuous,
        timetable: Timetable { slots: Vec::new(), days: 0 },
        collar: Collar::default(),
        volatility: Volatility::default(),
        fees: Fees::default(),
        limits: InvestorLimits::default(),
        tax_class: 0,
    }
}

/// A timetable of every day, by minutes.
pub(crate) fn timetable(slots: &[(u32, sillok_abi::Phase)]) -> Timetable {
    let slots = slots.iter().map(|(minute, phase)| Slot { minute: *minute, phase: *phase }).collect();
    Timetable { slots, days: 0x7f }
}

/// Traders with shares and cash, and no listing yet.
pub(crate) fn stocked() -> World {
    let mut world = World::default();
    for name in NAMES {
        world.issue(name, SHARES);
        world.mint(name, CASH);
    }
    world
}

/// The listing that `change` makes of the plain one.
pub(crate) fn listed(change: impl FnOnce(&mut NewListing)) -> World {
    let mut world = stocked();
    let mut new = plain(&world);
    change(&mut new);
    assert_eq!(world.ok::<u64>("Alice", MARKET, "list", (new,)), LISTING);
    world
}

/// A plain order that cancels itself when it meets one of its owner's own.
pub(crate) fn order(side: Side, price: u64, quantity: u64, lot: Option<u64>) -> Order {
    Order {
        side,
        kind: OrderKind::Limit { price: Price(price) },
        quantity,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        min_quantity: 0,
        self_trade: SelfTrade::CancelNewest,
        lot,
    }
}

pub(crate) fn buy(price: u64, quantity: u64) -> Order {
    order(Side::Buy, price, quantity, None)
}

/// A sale from one's first lot.
pub(crate) fn sell(by: &str, price: u64, quantity: u64) -> Order {
    let lot = NAMES.iter().position(|name| *name == by).unwrap() as u64 + 1;
    order(Side::Sell, price, quantity, Some(lot))
}

pub(crate) fn of_kind(kind: OrderKind, order: Order) -> Order {
    Order { kind, ..order }
}

/// The arguments of `place`: a purchase at a limit puts in exactly what it may cost.
pub(crate) fn args(world: &World, by: &str, order: Order) -> (u64, Account, Order, u64) {
    let cash = match (order.side, order.kind) {
        (Side::Sell, _) => 0,
        (
            _,
            OrderKind::Limit { price }
            | OrderKind::Iceberg { price, .. }
            | OrderKind::StopLimit { price, .. },
        ) => world.query(MARKET, "cost", (LISTING, price, order.quantity)),
        _ => world.query(MARKET, "cost", (LISTING, 1_000u64, order.quantity)),
    };
    (LISTING, account(by), order, cash)
}

/// Places an order, and checks that all is as it must be.
pub(crate) fn place(world: &mut World, by: &str, order: Order) -> PlacedOrder {
    let args = args(world, by, order);
    let placed = world.ok("Eve", MARKET, "place", args);
    assert_sound(world);
    placed
}

/// What a placed order led to, void shares aside: filled, traded, resting, cancelled.
pub(crate) fn facts(placed: PlacedOrder) -> (u64, u64, u64, u64) {
    assert_eq!(placed.void, 0);
    (placed.filled, placed.traded, placed.resting, placed.cancelled)
}

pub(crate) fn orders_of(world: &World, owner: Account) -> Vec<OpenOrder> {
    let count: u32 = world.query(MARKET, "count_of", (owner,));
    let pages = (0..count.div_ceil(100)).map(|page| (owner, page * 100, 1_000u32));
    let orders: Vec<OpenOrder> =
        pages.flat_map(|page| world.query::<Vec<OpenOrder>>(MARKET, "orders_of", page)).collect();
    assert_eq!(orders.len(), count as usize, "every order that is kept is in its book");
    orders
}

/// What an order has to have on hold, by what the book itself says of it.
fn needed(order: &OpenOrder, high: u64, fees: Fees) -> u64 {
    let most = u64::from(fees.maker.max(fees.taker).max(fees.auction).max(0).unsigned_abs());
    let value = worst(order, high) * order.remaining;
    value + value * most / 1_000_000
}

/// The worst price that a purchase may trade at.
fn worst(order: &OpenOrder, high: u64) -> u64 {
    use sillok_abi::OrderState::Resting;
    match order.kind {
        OrderKind::LimitThenMarket { .. } => high,
        OrderKind::StopLimit { price, .. } => price.0,
        // A market order that an auction let rest keeps the cover that it came with.
        OrderKind::Market | OrderKind::Stop { .. } if order.state == Resting => order.price,
        _ if order.state == Resting => order.price,
        _ => high,
    }
}

/// Every order in a book is covered, nothing else is locked or held, and nothing came or went.
#[track_caller]
pub(crate) fn assert_sound(world: &World) {
    let market = Account::Contract(world.id(MARKET));
    let listing: Option<sillok_market::Listing> = world.query(MARKET, "listing", (LISTING,));
    let listing = listing.unwrap();
    let today: sillok_market::Today = world.query(MARKET, "today", (LISTING,));
    let (mut all_cash, mut all_shares) = (0, 0);
    for owner in NAMES.map(account) {
        let orders = orders_of(world, owner);
        let (mut held, mut locked) = (0, BTreeMap::<u64, u64>::new());
        for order in &orders {
            match order.lot {
                Some(lot) => *locked.entry(lot).or_default() += order.remaining,
                None => {
                    let high = match order.time_in_force {
                        TimeInForce::Day => today.high,
                        _ => listing.high,
                    };
                    let needed = needed(order, high, listing.fees);
                    assert!(order.held >= needed, "{order:?} needs {needed}");
                    // Only what an auction let rest may have more, as it came without a limit.
                    let came_without = matches!(order.kind, OrderKind::Market | OrderKind::Stop { .. });
                    assert!(order.held == needed || came_without, "{order:?} needs {needed}");
                    held += order.held;
                }
            }
        }
        assert_eq!(world.query::<u64>("cash", "hold_of", (owner, market)), held);
        let (available, all_held) = world.cash(owner);
        let (shares, all_locked) = world.shares(owner);
        assert_eq!((all_held, all_locked), (held, locked.values().sum()));
        all_cash += available + held;
        all_shares += shares;
    }
    all_cash += OTHERS.map(|name| world.cash(account(name)).0).iter().sum::<u64>();
    let traders = NAMES.len() as u64;
    assert_eq!((all_cash, all_shares), (traders * CASH, traders * SHARES));
}

/// An order in the book, as the chain's state has it.
pub(crate) fn view(world: &World, order: u64) -> Option<OpenOrder> {
    world.query(MARKET, "order", (LISTING, order))
}

/// Passes time until the chain has nothing due before `until`; the receipts of all scheduled calls.
pub(crate) fn pass(world: &mut World, until: u64) -> Vec<Receipt> {
    let mut receipts = Vec::new();
    loop {
        let due = world.executor.next_due(&*world.state).unwrap().map(|time| time.0);
        let Some(due) = due.filter(|due| *due <= until) else { break };
        world.time = world.time.max(due - 1);
        let execution = world.block(Vec::new()).execution;
        assert!(execution.scheduled > 0);
        receipts.extend(execution.receipts);
        for receipt in &receipts {
            assert!(matches!(receipt.outcome, Outcome::Success(_)), "{receipt:?}");
        }
        assert_sound(world);
    }
    world.time = world.time.max(until);
    receipts
}

/// The market's events of a name in receipts.
pub(crate) fn events(world: &World, receipts: &[Receipt], name: &str) -> Vec<Vec<u8>> {
    let market: ContractId = world.id(MARKET);
    let events = receipts.iter().flat_map(|receipt| receipt.events.iter());
    let ours = events.filter(|event: &&Event| event.contract == market && event.name == name);
    ours.map(|event| event.data.clone()).collect()
}

/// Encoded arguments, for tables of refusals.
pub(crate) fn raw(args: impl Encode) -> Vec<u8> {
    args.encode()
}
