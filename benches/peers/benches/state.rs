//! The tree that commits to state and another one, on the same changes in the same run.
#![allow(missing_docs, reason = "a bench")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sillok_benches::accounts::{CHANGED, KEYS, changes, key, tree, value};
use sillok_peers::jellyfish::Jellyfish;

/// `state/update_10k_of_1m`, `state/update_10k_of_1m_jmt`: the root after a block that changes 10,000 of 1,000,000
/// keys.
fn update(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("state");
    group.throughput(Throughput::Elements(CHANGED)).sample_size(20);
    let (mut own, mut block) = (tree(), 0);
    let mut next = || {
        block += 1;
        changes(block)
    };
    group.bench_function("update_10k_of_1m", |bencher| {
        bencher.iter_batched(
            &mut next,
            |changes| own.update(&changes).expect("its keys are keys"),
            BatchSize::PerIteration,
        );
    });
    drop(own);
    let (mut other, mut block) = (Jellyfish::of(KEYS, key, &value(0)), 0);
    let mut next = || {
        block += 1;
        changes(block)
    };
    group.bench_function("update_10k_of_1m_jmt", |bencher| {
        bencher.iter_batched(&mut next, |changes| other.update(changes.into_iter()), BatchSize::PerIteration);
    });
}

criterion_group!(benches, update);
criterion_main!(benches);
