//! The order book module by itself: a savepoint for each operation, and for each thousand of them a block's
//! end, with everything that it writes to state as bytes.
//!
//! `orderbook/mix1` and `orderbook/mix2` are the [mixes](sillok_benches::books), of a thousand owners that
//! prevent self-trades; `orderbook/mix1_matchcore` is the first in another crate's book, beside it.
//! `orderbook/sweep_1000_fills`: one order that meets a thousand. `orderbook/place_bare`: an order placed
//! and cancelled, two operations; `orderbook/place_from_contract`: the same by a contract.
//!
//! What an operation takes in the tenth percentile of runs is printed first, as is it where others have the
//! processor too; and percentiles of single operations, with and without the median of reading the clock, which
//! each of them contains. `cargo bench -p sillok-benches --bench orderbook -- --instructions 1` runs a hundred
//! blocks of the first mix and nothing else, for `valgrind --tool=callgrind --toggle-collect='*Mix*run*'`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group};
use sillok_abi::{BookParams, NewOrder, Price, Quantity, SelfTrade, Side};
use sillok_benches::books::{MAX_STEPS, MIDDLE, MIX1, MIX2, Matchcore, Mix, OPERATIONS, OWNER, Shares};
use sillok_benches::{BENCH, Stage, succeeded};
use sillok_testing::account;

const TIMED_BLOCKS: usize = 1_000;
const TIMED_RUNS: usize = 600;
/// How often a call of the contract places and cancels.
const PAIRS: u32 = 100;
/// How many calls are made before all is forgotten: what is undone is kept until a block's end.
const CALLS: u64 = 20;

/// Prints the percentiles of single operations.
fn percentiles(name: &str, shares: Shares) {
    let mut mix = Mix::new(shares);
    let mut times = Vec::with_capacity(TIMED_BLOCKS * OPERATIONS as usize);
    let mut clock = Vec::with_capacity(times.capacity());
    for _ in 0..TIMED_BLOCKS {
        for operation in mix.plan() {
            let start = Instant::now();
            mix.operate(&operation);
            times.push(start.elapsed());
            let start = Instant::now();
            clock.push(start.elapsed());
        }
        mix.end();
    }
    times.sort_unstable();
    clock.sort_unstable();
    let at = |times: &[Duration], share: usize| times[times.len() * share / 1_000].as_nanos();
    let reading = at(&clock, 500);
    let [p50, p99, most] = [500, 990, 999].map(|share| at(&times, share));
    let [own50, own99, own_most] = [p50, p99, most].map(|time| time.saturating_sub(reading));
    println!(
        "{name}: p50 {own50} ns, p99 {own99} ns, p99.9 {own_most} ns, without the {reading} ns of reading the clock"
    );
    println!("{name}: p50 {p50} ns, p99 {p99} ns, p99.9 {most} ns, with it");
}

/// Prints the tenth percentile of how long an operation takes in so many runs of `operations`: what a run takes
/// if nobody else has the processor in between.
fn tenth(name: &str, operations: u64, run: impl FnMut() -> Duration) {
    let mut times: Vec<Duration> = std::iter::repeat_with(run).take(TIMED_RUNS).collect();
    times.sort_unstable();
    println!("{name}: tenth percentile {} ns", times[TIMED_RUNS / 10].as_nanos() / u128::from(operations));
}

/// A book with a thousand sellers, and the order that meets them all, which is taken back after each run.
fn sweep(criterion: &mut Criterion) {
    let mut mix = Mix::empty(Shares { resting: 0, ..MIX1 });
    let book = mix.books.create(OWNER, BookParams::simple(1, 1, 1, 2 * MIDDLE)).unwrap().unwrap();
    for number in 0..1_000 {
        let order = mix.order(Side::Sell, Price(MIDDLE + number / 10), 1);
        let _ = mix.books.place(OWNER, book, &order, MAX_STEPS).unwrap().unwrap();
    }
    mix.books.commit();
    let order = NewOrder { self_trade: SelfTrade::Allow, ..mix.order(Side::Buy, Price(2 * MIDDLE), 1_000) };
    let mut meet = || {
        let mark = mix.books.savepoint();
        let start = Instant::now();
        let placed = mix.books.place(OWNER, book, &order, u32::MAX).unwrap().unwrap();
        let (taken, fills) = (start.elapsed(), placed.fills.len());
        assert_eq!(fills, 1_000);
        mix.books.rollback(mark);
        taken
    };
    tenth("sweep_1000_fills", 1_000, &mut meet);
    let mut group = criterion.benchmark_group("orderbook");
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("sweep_1000_fills", |bencher| {
        bencher.iter_custom(|runs| (0..runs).map(|_| meet()).sum());
    });
}

fn mixes(criterion: &mut Criterion) {
    for (name, shares) in [("mix1", MIX1), ("mix2", MIX2)] {
        percentiles(name, shares);
        let mut mix = Mix::new(shares);
        tenth(name, OPERATIONS, || {
            let block = mix.plan();
            mix.run(&block)
        });
        let mut group = criterion.benchmark_group("orderbook");
        group.throughput(Throughput::Elements(OPERATIONS));
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|runs| {
                (0..runs)
                    .map(|_| {
                        let block = mix.plan();
                        mix.run(&block)
                    })
                    .sum()
            })
        });
    }
    sweep(criterion);
}

/// The first mix in another crate's book.
fn peer(criterion: &mut Criterion) {
    let mut mix = Mix::empty(MIX1);
    let mut matchcore = Matchcore::default();
    let mut block = mix.fill();
    let mut next = || {
        let _ = mix.run(&block);
        let taken = matchcore.run(&block);
        block = mix.plan();
        taken
    };
    (0..=50).for_each(|_| {
        let _ = next();
    });
    tenth("mix1_matchcore", OPERATIONS, &mut next);
    let mut group = criterion.benchmark_group("orderbook");
    group.throughput(Throughput::Elements(OPERATIONS));
    group.bench_function("mix1_matchcore", |bencher| {
        bencher.iter_custom(|runs| (0..runs).map(|_| next()).sum());
    });
}

/// A contract that places an order and cancels it, and the same without one, each of them an operation of its
/// own.
fn contract(criterion: &mut Criterion) {
    let mut stage = Stage::bench();
    let book: u64 = stage.world.ok("Alice", BENCH, "open_book", ());
    stage.state = stage.world.state.clone();
    let prepared = stage.prepare(stage.call(BENCH, "place_and_cancel", (book, account("Bob"), PAIRS)));
    let operations = 2 * u64::from(PAIRS);
    let (mut runner, mut calls) = (stage.runner(), 0);
    let mut call = || {
        if calls % CALLS == 0 {
            runner = stage.runner();
            // Loads the book.
            succeeded(runner.next(&prepared));
        }
        calls += 1;
        let start = Instant::now();
        black_box(succeeded(runner.next(&prepared)));
        start.elapsed()
    };
    tenth("place_from_contract", operations, &mut call);
    let mut mix = Mix::empty(MIX1);
    let order = NewOrder::limit(account("Bob"), Side::Buy, Price(900), Quantity(10));
    let mut bare = || {
        let start = Instant::now();
        (0..PAIRS).for_each(|_| place_and_cancel(&mut mix, &order));
        let taken = start.elapsed();
        mix.books.commit();
        taken
    };
    tenth("place_bare", operations, &mut bare);
    let mut group = criterion.benchmark_group("orderbook");
    group.throughput(Throughput::Elements(operations));
    group.bench_function("place_from_contract", |bencher| {
        bencher.iter_custom(|runs| (0..runs).map(|_| call()).sum());
    });
    group.bench_function("place_bare", |bencher| {
        bencher.iter_custom(|runs| (0..runs).map(|_| bare()).sum());
    });
}

fn place_and_cancel(mix: &mut Mix, order: &NewOrder) {
    black_box(mix.books.savepoint());
    let placed = mix.books.place(OWNER, mix.book, black_box(order), MAX_STEPS).unwrap().unwrap();
    let order = black_box(placed).order;
    black_box(mix.books.savepoint());
    let _ = black_box(mix.books.cancel(OWNER, mix.book, order).unwrap().unwrap());
}

criterion_group!(benches, mixes, peer, contract);

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let counted = args.iter().position(|arg| arg == "--instructions").and_then(|at| args.get(at + 1));
    if let Some(number) = counted {
        let mut mix = Mix::new(if number == "1" { MIX1 } else { MIX2 });
        for _ in 0..100 {
            let block = mix.plan();
            let _ = mix.run(&block);
        }
        return;
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
