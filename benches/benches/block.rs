//! A block of a thousand transactions, as its proposer executes it: signatures were checked before.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sillok_abi::Transaction;
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
    let mut group = criterion.benchmark_group("block");
    group.throughput(Throughput::Elements(TRANSACTIONS)).sample_size(20);
    group.bench_function("transfers_1000", |bencher| {
        bencher.iter_batched(
            || transactions.clone(),
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

criterion_group!(benches, blocks);
criterion_main!(benches);
