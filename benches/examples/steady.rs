//! Makes as many contract calls as it is told (100,000 if nothing), and nothing else that could matter:
//! under `strace -c -f` it shows whether a call needs the kernel. `make bench-syscalls` runs it so.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example that reports by printing")]

use sillok_benches::{BENCH, OTHER, Stage, succeeded};

/// How many calls are made if nothing is said.
const CALLS: u64 = 100_000;
/// Calls between contracts in each nested call.
const NESTED: u32 = 10;

fn main() {
    let calls: u64 = std::env::args().nth(1).map_or(CALLS, |count| count.parse().unwrap());
    let stage = Stage::bench();
    let kinds = [
        stage.call(BENCH, "noop", ()),
        stage.transfer(),
        stage.call(BENCH, "nested", (NESTED, stage.id(OTHER))),
        stage.call(BENCH, "spin", (100u64,)),
    ]
    .map(|call| stage.prepare(call));
    let mut runner = stage.runner();
    let gas: u64 =
        (0..calls).map(|index| succeeded(runner.next(&kinds[index as usize % kinds.len()])).gas_used).sum();
    println!("{calls} calls used {gas} gas");
}
