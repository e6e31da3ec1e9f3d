//! A block of a thousand transactions, as its proposer executes it: signatures were checked before. And a
//! block of one order, of which percentiles are printed.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    missing_docs,
    reason = "a bench"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sillok_abi::{
    Collar, Fees, MatchMode, OrderKind, Outcome, Price, Receipt, SelfTrade, Side, TickZone, TimeInForce,
    Transaction, Volatility,
};
use sillok_market::{Base, InvestorLimits, NewListing, Order, Timetable};
use sillok_testing::{World, account};

const TRANSACTIONS: u64 = 1_000;
/// How many orders wait for the one that is timed.
const WAITING: usize = 500;
/// How often it is timed.
const TIMED: usize = 5_000;
/// The accounts that sell, and those that buy.
const SELLERS: [&str; 3] = ["Alice", "Bob", "Charlie"];
const BUYERS: [&str; 3] = ["Dave", "Eve", "Ferdie"];

/// `block/transfers_1000`: cash transfers by six submitters to each other.
fn blocks(criterion: &mut Criterion) {
    let mut world = World::default();
    let names = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];
    names.iter().for_each(|name| world.mint(name, 1_000_000));
    let transactions: Vec<Transaction> = (0..TRANSACTIONS as usize)
        .map(|index| {
            let (from, to) = (names[index % 6], names[(index + 1) % 6]);
            let mut body = world.body(from, world.id("cash"), "transfer", (account(from), account(to), 1u64));
            // Two million is ample for a transfer, and lets a thousand into one block.
            body.gas_limit = 2_000_000;
            world.signed(body)
        })
        .collect();
    propose(criterion, &mut world, "transfers_1000", &transactions);
}

/// `block/orders_1000`: three accounts sell and three buy at one price, each order locked or held, matched, settled
/// with fees.
fn orders(criterion: &mut Criterion) {
    let (mut world, market) = market();
    let transactions: Vec<Transaction> =
        (0..TRANSACTIONS as usize).map(|index| order(&world, market, index)).collect();
    let (env, state, parent) = (world.env(), world.state.clone(), world.root);
    let proposal = world.executor.propose(state, env, parent, transactions.clone()).unwrap();
    proposal.execution.receipts.iter().for_each(check);
    world.executor.discard();
    propose(criterion, &mut world, "orders_1000", &transactions);
}

/// `block/order_to_match`: one admitted, signed order that meets one of five hundred, from where the proposer
/// takes it up until the executed proposal is there, with its state root. Prints percentiles.
fn order_to_match(criterion: &mut Criterion) {
    let (mut world, market) = market();
    let waiting = (0..WAITING).map(|index| order(&world, market, 2 * index)).collect();
    let block = world.block(waiting);
    block.execution.receipts.iter().for_each(check);
    let buys: Vec<Transaction> =
        (0..BUYERS.len()).map(|index| order(&world, market, 2 * index + 1)).collect();
    let mut times: Vec<Duration> = (0..TIMED).map(|index| match_one(&mut world, &buys[index % 3])).collect();
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 1_000].as_nanos() as f64 / 1_000.0;
    println!("block/order_to_match: p50 {:.1} us, p99 {:.1} us, p99.9 {:.1} us", at(500), at(990), at(999));
    criterion.benchmark_group("block").bench_function("order_to_match", |bencher| {
        bencher.iter_custom(|runs| (0..runs).map(|_| match_one(&mut world, &buys[0])).sum());
    });
}

/// Executes an order alone, and forgets it; answers how long it took.
fn match_one(world: &mut World, buy: &Transaction) -> Duration {
    let candidates = vec![buy.clone()];
    let (env, state, parent) = (world.env(), world.state.clone(), world.root);
    let start = Instant::now();
    let proposal = black_box(world.executor.propose(state, env, parent, candidates).unwrap());
    let taken = start.elapsed();
    proposal.execution.receipts.iter().for_each(check);
    world.executor.discard();
    taken
}

fn check(receipt: &Receipt) {
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{:?}", receipt.outcome);
}

/// A chain with a listed class, sellers that have shares and buyers that have cash.
fn market() -> (World, u64) {
    let mut world = World::default();
    SELLERS.iter().for_each(|name| {
        world.issue(name, 300_000);
    });
    BUYERS.iter().for_each(|name| world.mint(name, 1_000_000_000));
    let new = listing(&world);
    let market = world.ok("Alice", "market", "list", (new,));
    (world, market)
}

/// An order of five shares at 500: sales and purchases take turns.
fn order(world: &World, market: u64, index: usize) -> Transaction {
    let (side, by, lot, cash) = match index % 2 {
        0 => (Side::Sell, SELLERS[index / 2 % 3], Some((index / 2 % 3) as u64 + 1), 0u64),
        _ => (Side::Buy, BUYERS[index / 2 % 3], None, 5_000),
    };
    let order = Order {
        side,
        kind: OrderKind::Limit { price: Price(500) },
        quantity: 5,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        min_quantity: 0,
        self_trade: SelfTrade::CancelNewest,
        lot,
    };
    let body = world.body(by, world.id("market"), "place", (market, account(by), order, cash));
    let mut transaction = world.signed(body).body;
    transaction.gas_limit = 6_000_000;
    world.seal(transaction)
}

/// A class with a tick of 10 and fees.
fn listing(world: &World) -> NewListing {
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
        fees: Fees { maker: 500, taker: 1_500, auction: 700 },
        limits: InvestorLimits::default(),
        tax_class: 0,
    }
}

/// Measures proposing one block of all these.
fn propose(criterion: &mut Criterion, world: &mut World, id: &str, transactions: &[Transaction]) {
    let mut group = criterion.benchmark_group("block");
    group.throughput(Throughput::Elements(TRANSACTIONS)).sample_size(20);
    group.bench_function(id, |bencher| {
        bencher.iter_batched(
            || transactions.to_vec(),
            |candidates| {
                let (env, state, parent) = (world.env(), world.state.clone(), world.root);
                let proposal = world.executor.propose(state, env, parent, candidates).unwrap();
                assert_eq!(proposal.transactions.len() as u64, TRANSACTIONS);
                world.executor.discard();
            },
            BatchSize::LargeInput,
        );
    });
}

criterion_group!(benches, blocks, orders, order_to_match);
criterion_main!(benches);
