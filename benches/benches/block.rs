//! A block of a thousand transactions, as its proposer executes it: signatures were checked before.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sillok_abi::{
    Collar, Fees, MatchMode, OrderKind, Outcome, Price, SelfTrade, Side, TickZone, TimeInForce, Transaction,
    Volatility,
};
use sillok_market::{Base, InvestorLimits, NewListing, Order, Timetable};
use sillok_testing::{World, account};

const TRANSACTIONS: u64 = 1_000;

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
    let mut world = World::default();
    let (sellers, buyers) = (["Alice", "Bob", "Charlie"], ["Dave", "Eve", "Ferdie"]);
    sellers.iter().for_each(|name| {
        world.issue(name, 1_000_000);
    });
    buyers.iter().for_each(|name| world.mint(name, 1_000_000_000));
    let new = listing(&world);
    let market: u64 = world.ok("Alice", "market", "list", (new,));
    let transactions: Vec<Transaction> = (0..TRANSACTIONS as usize)
        .map(|index| {
            let (side, by, lot, cash) = match index % 2 {
                0 => (Side::Sell, sellers[index / 2 % 3], Some((index / 2 % 3) as u64 + 1), 0),
                _ => (Side::Buy, buyers[index / 2 % 3], None, 5_000),
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
        })
        .collect();
    let (env, state, parent) = (world.env(), world.state.clone(), world.root);
    let proposal = world.executor.propose(state, env, parent, transactions.clone()).unwrap();
    let succeeded = |outcome: &Outcome| matches!(outcome, Outcome::Success(_));
    assert!(proposal.execution.receipts.iter().all(|receipt| succeeded(&receipt.outcome)));
    world.executor.discard();
    propose(criterion, &mut world, "orders_1000", &transactions);
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

criterion_group!(benches, blocks, orders);
criterion_main!(benches);
