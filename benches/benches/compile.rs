//! What compiling takes: a real contract, and the worst modules that the limits of code let through.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use sillok_benches::worst;
use sillok_runtime::Compiler;

/// `compile/market` is the largest of this repository's contracts, `compile/worst_…` the worst modules.
fn compile(criterion: &mut Criterion) {
    let compiler = Compiler::new().unwrap();
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10).warm_up_time(Duration::from_millis(1));
    group.bench_function("market", |bencher| {
        bencher.iter(|| compiler.compile(black_box(sillok_contracts::MARKET)).unwrap());
    });
    for (name, code) in worst::worst() {
        group.bench_function(format!("worst_{name}"), |bencher| {
            bencher.iter(|| compiler.compile(black_box(&code)).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, compile);
criterion_main!(benches);
