//! One contract call through the whole runtime: look-up, instance, gas, authority, storage, event, result.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, scope, sleep};
use std::time::{Duration, Instant};

use codec::Encode;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use sillok_benches::plain::Plain;
use sillok_benches::{BENCH, OTHER, Stage, succeeded};
use sillok_runtime::limits::NATIVE_STACK_BYTES;
use sillok_testing::account;

/// How much is hashed.
const HASHED: u32 = 64 * 1024;
/// How many calls one transaction makes of another contract.
const NESTED: u32 = 100;

/// `call/noop` is a call by itself. `call/transfer` asks for authority, reads and writes two balances and
/// emits an event. `call/nested_100` makes a hundred calls of another contract's noop.
/// `call/sha256_64k` computes, `call/sha256_64k_unmetered` is the same Wasm as it is.
fn calls(criterion: &mut Criterion) {
    let stage = Stage::bench();
    let mut group = criterion.benchmark_group("call");
    run(&mut group, "noop", &stage, stage.call(BENCH, "noop", ()));
    run(&mut group, "transfer", &stage, stage.transfer());
    run(&mut group, "nested_100", &stage, stage.call(BENCH, "nested", (NESTED, stage.id(OTHER))));
    run(&mut group, "sha256_64k", &stage, stage.call(BENCH, "sha256", (HASHED,)));
    let mut plain = Plain::new(sillok_contracts::BENCH);
    let sha256 = plain.method("sha256");
    let args = HASHED.encode();
    group.bench_function("sha256_64k_unmetered", |bencher| {
        bencher.iter(|| plain.call(&sha256, black_box(&args)).len());
    });
}

fn run(group: &mut BenchmarkGroup<'_, WallTime>, id: &str, stage: &Stage, call: sillok_abi::Call) {
    let (mut runner, prepared) = (stage.runner(), stage.prepare(call));
    group.bench_function(id, |bencher| bencher.iter(|| succeeded(runner.next(black_box(&prepared)))));
}

/// `call/query_one_thread` and `call/query_two_threads`: queries of a balance. Compare the throughput:
/// in the same time two threads make twice as many if neither waits for the other.
fn queries(criterion: &mut Criterion) {
    let stage = Stage::bench();
    let mut group = criterion.benchmark_group("call");
    for (id, threads) in [("query_one_thread", 1), ("query_two_threads", 2)] {
        group.throughput(Throughput::Elements(threads));
        group.bench_function(id, |bencher| bencher.iter_custom(|count| query(&stage, threads, count)));
    }
}

/// How long threads make queries before it counts: the system may put new ones on one processor at first, and needs a
/// few ticks of its clock to part them.
const PARTED: Duration = Duration::from_millis(20);

/// How long it takes until each of the threads has made `count` queries.
fn query(stage: &Stage, threads: u64, count: u64) -> Duration {
    let call = stage.call(BENCH, "balance", (account("Alice"),));
    let (counts, barrier) = (AtomicBool::new(false), Barrier::new(threads as usize + 1));
    let work = || {
        let runner = stage.runner();
        while !counts.load(Ordering::Acquire) {
            drop(runner.query(black_box(&call)));
        }
        (0..count).for_each(|_| drop(runner.query(black_box(&call))));
        barrier.wait();
    };
    scope(|scope| {
        for _ in 0..threads {
            Builder::new().stack_size(NATIVE_STACK_BYTES).spawn_scoped(scope, work).unwrap();
        }
        sleep(PARTED);
        let start = Instant::now();
        counts.store(true, Ordering::Release);
        barrier.wait();
        start.elapsed()
    })
}

criterion_group!(benches, calls, queries);
criterion_main!(benches);
