//! One contract call through the whole runtime: look-up, instance, gas, authority, storage, event.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;

use codec::Encode;
use criterion::{Criterion, criterion_group, criterion_main};
use sillok_abi::Call;
use sillok_testing::{World, account};

/// `call/query` reads one value; `call/transfer` also asks for authority, writes two balances and emits an
/// event (as a simulation, which commits nothing).
fn calls(criterion: &mut Criterion) {
    let mut world = World::default();
    world.mint("Alice", 1_000_000);
    let contract = world.id("cash");
    let args = (account("Alice"),).encode();
    let call = Call { contract, method: "balance".into(), args };
    criterion.bench_function("call/query", |bencher| {
        bencher
            .iter(|| world.runtime.query(world.state.clone(), world.env(), black_box(call.clone())).unwrap());
    });
    let body = world.body("Alice", contract, "transfer", (account("Alice"), account("Bob"), 1u64));
    criterion.bench_function("call/transfer", |bencher| {
        bencher.iter(|| world.simulate(black_box(&body)));
    });
}

criterion_group!(benches, calls);
criterion_main!(benches);
