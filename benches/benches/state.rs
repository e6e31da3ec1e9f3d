//! The tree that commits to state: a block's changes, proofs, and what checking one takes.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sillok_abi::ContractId;
use sillok_benches::accounts::{CHANGED, KEYS, changes, key, tree, value};
use sillok_runtime::StateTree;

/// `state/update_10k_of_1m`: the root after a block that changes 10,000 of 1,000,000 keys.
fn update(criterion: &mut Criterion, tree: &mut StateTree) {
    let mut group = criterion.benchmark_group("state");
    group.throughput(Throughput::Elements(CHANGED)).sample_size(20);
    let mut block = 0;
    group.bench_function("update_10k_of_1m", |bencher| {
        let next = || {
            block += 1;
            changes(block)
        };
        bencher.iter_batched(next, |changes| tree.update(&changes).unwrap(), BatchSize::PerIteration);
    });
    println!("memory: {} bytes a key", tree.memory_bytes() as u64 / KEYS);
}

/// `state/prove`, `state/verify`: one key of a million.
fn proofs(criterion: &mut Criterion, tree: &StateTree) {
    let mut group = criterion.benchmark_group("state");
    let (contract, own) = (ContractId([7; 32]), |number: u64| key(number).split_off(32));
    let mut number = 0;
    group.bench_function("prove", |bencher| {
        bencher.iter(|| {
            number += 1;
            tree.prove(&contract, black_box(&own(number % KEYS))).unwrap()
        });
    });
    let (root, absent) = (tree.root(), own(KEYS + 1));
    let proof = tree.prove(&contract, &absent).unwrap();
    println!("a proof: {} bytes", codec::Encode::encoded_size(&proof));
    proof.check(&root, &contract, &absent, None).unwrap();
    group.bench_function("verify", |bencher| {
        bencher.iter(|| proof.check(black_box(&root), &contract, &absent, None).unwrap());
    });
    assert!(proof.check(&root, &contract, &absent, Some(&value(0))).is_err());
}

fn state(criterion: &mut Criterion) {
    let mut tree = tree();
    update(criterion, &mut tree);
    proofs(criterion, &tree);
}

criterion_group!(benches, state);
criterion_main!(benches);
