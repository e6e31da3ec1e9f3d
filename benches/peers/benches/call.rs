//! A contract call on Sillok and on other runtimes, in one run, so that the ratios mean something.
#![allow(missing_docs, reason = "a bench")]

use std::hint::black_box;

use codec::{Decode, Encode};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use sillok_abi::Call;
use sillok_benches::{BENCH, Stage, succeeded};
use sillok_peers::bank;
use sillok_peers::evm::Evm;
use sillok_peers::wasmi_peer::Interpreted;
use sillok_peers::wasmtime_peer::{Fresh, Peer, Reused};

/// `call/noop*` and `call/transfer*`.
fn calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("call");
    let stage = Stage::bench();
    sillok(&mut group, "noop", &stage, stage.call(BENCH, "noop", ()));
    sillok(&mut group, "transfer", &stage, stage.transfer());
    revm(&mut group);
    peer(&mut group, "wasmtime_fresh", &mut Fresh::new());
    let mut reused = Reused::new(&["noop", "mint", "transfer", "balance"]);
    peer(&mut group, "wasmtime_reused", &mut reused);
    assert_eq!(reused.pages(), 1, "an instance whose memory grows can't be kept for ever");
    peer(&mut group, "wasmi", &mut Interpreted::new());
}

fn sillok(group: &mut BenchmarkGroup<'_, WallTime>, id: &str, stage: &Stage, call: Call) {
    let (mut runner, prepared) = (stage.runner(), stage.prepare(call));
    let receipt = succeeded(runner.next(&prepared));
    assert_eq!(receipt.events.len(), usize::from(id == "transfer"));
    group.bench_function(id, |bencher| bencher.iter(|| succeeded(runner.next(black_box(&prepared)))));
}

fn revm(group: &mut BenchmarkGroup<'_, WallTime>) {
    let mut evm = Evm::new();
    let (noop, transfer) = (Evm::noop(), Evm::transfer());
    let result = evm.run(&transfer);
    assert!(result.is_success(), "{result:?}");
    assert_eq!(result.logs().len(), 1);
    assert_eq!(evm.balance_of_bob(), 1);
    group.bench_function("noop_revm", |bencher| bencher.iter(|| evm.run(black_box(&noop))));
    group.bench_function("transfer_revm", |bencher| bencher.iter(|| evm.run(black_box(&transfer))));
    assert!(evm.run(&transfer).is_success());
}

fn peer(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, peer: &mut impl Peer) {
    peer.call("mint", &bank::mint());
    let transfer = bank::transfer();
    peer.call("transfer", &transfer);
    let (event, data) = peer.bank().take_event();
    assert_eq!((event.as_slice(), data), (b"Moved".as_slice(), transfer.clone()));
    peer.call("balance", &bank::of_bob());
    let balance = std::mem::take(&mut peer.bank().output);
    assert_eq!(u64::decode(&mut balance.as_slice()).ok(), Some(1));
    let nothing = ().encode();
    group.bench_function(format!("noop_{name}"), |bencher| {
        bencher.iter(|| peer.call("noop", black_box(&nothing)));
    });
    group.bench_function(format!("transfer_{name}"), |bencher| {
        bencher.iter(|| {
            peer.call("transfer", black_box(&transfer));
            peer.bank().take_event()
        });
    });
}

criterion_group!(benches, calls);
criterion_main!(benches);
