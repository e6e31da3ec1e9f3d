//! Makes as many contract calls as it is told (100,000 if nothing), of the kind that it is told (of all in
//! turn if nothing), and nothing else that could matter: under `strace -c -f` it shows whether a call needs
//! the kernel (`make bench-syscalls`), under `valgrind --tool=callgrind` what it executes.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example that reports by printing")]

use sillok_abi::Call;
use sillok_benches::{BENCH, OTHER, Prepared, Stage, succeeded};
use sillok_testing::account;

/// How many calls are made if nothing is said.
const CALLS: u64 = 100_000;
/// Calls between contracts in each nested call.
const NESTED: u32 = 10;

fn main() {
    let mut args = std::env::args().skip(1);
    let calls: u64 = args.next().map_or(CALLS, |count| count.parse().unwrap());
    let stage = Stage::bench();
    let gas = match args.next().as_deref() {
        Some("query") => queries(&stage, calls),
        wanted => changes(&stage, calls, wanted),
    };
    println!("{calls} calls used {gas} gas");
}

fn changes(stage: &Stage, calls: u64, wanted: Option<&str>) -> u64 {
    let kinds: Vec<Prepared> = [
        ("noop", stage.call(BENCH, "noop", ())),
        ("transfer", stage.transfer()),
        ("nested", stage.call(BENCH, "nested", (NESTED, stage.id(OTHER)))),
        ("spin", stage.call(BENCH, "spin", (100u64,))),
    ]
    .into_iter()
    .filter(|(name, _): &(&str, Call)| wanted.is_none_or(|wanted| wanted == *name))
    .map(|(_, call)| stage.prepare(call))
    .collect();
    let mut runner = stage.runner();
    (0..calls).map(|index| succeeded(runner.next(&kinds[index as usize % kinds.len()])).gas_used).sum()
}

fn queries(stage: &Stage, calls: u64) -> u64 {
    let (runner, balance) = (stage.runner(), stage.call(BENCH, "balance", (account("Alice"),)));
    (0..calls).map(|_| runner.query(&balance).gas_used).sum()
}
