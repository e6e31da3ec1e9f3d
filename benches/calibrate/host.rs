//! Host functions other than storage and order books: the call by itself, and each byte of what it takes.

use codec::Encode;
use sillok_abi::{HASH_BLAKE3, HASH_KECCAK256, HASH_SHA256};
use sillok_benches::{Cost, Row, Rows, Stage, succeeded};
use sillok_testing::account;

use super::cost::{Batch, root_call};
use super::program::{Program, imports, memory, module};

/// Where arguments of host functions lie in memory.
const AT: u32 = 1_024;
/// Bytes of larger arguments.
const LARGE: u32 = 8_192;
/// A large event, and how many of them the limit of events allows.
const LARGE_EVENT: u32 = 2_048;
const EVENTS: u32 = 100;
const KIB: f64 = 1_024.0;

/// Measures host functions.
pub(crate) fn measure(rows: &mut Rows) {
    simple(rows);
    sized(rows);
    arguments(rows);
}

/// Functions of one price.
fn simple(rows: &mut Rows) {
    let mut batch = Batch::default();
    let account = account("Alice").encode();
    let require = format!("(call $require_auth (i32.const {AT}) (i32.const {}))", account.len());
    // As long ahead as is a second, with little gas, of a method of this contract.
    let schedule = format!(
        "(call $schedule (i64.add (call $block_time) (i64.const 1000)) (i64.const 1000)
            (i32.const {AT}) (i32.const 3) (i32.const {AT}) (i32.const 0))"
    );
    let programs = [
        ("contract_id", Program::calling(&["contract_id"], "(call $contract_id (i32.const 0))")),
        ("caller", Program::calling(&["caller"], "(drop (call $caller))")),
        ("chain", Program::calling(&["chain"], "(call $chain (i32.const 0))")),
        ("block_height", Program::calling(&["block_height"], "(drop (call $block_height))")),
        ("block_time", Program::calling(&["block_time"], "(drop (call $block_time))")),
        ("input of nothing", Program::calling(&["input"], "(call $input (i32.const 0))")),
        ("result of nothing", Program::calling(&["result"], "(call $result (i32.const 0))")),
        ("require_auth", Program::calling(&["require_auth"], require).with(AT, account)),
        ("schedule", Program::calling(&["schedule", "block_time"], schedule).with(AT, *b"few").turns(200)),
    ];
    let numbered = programs.map(|(name, program)| (name, batch.add(program)));
    let costs = batch.measure(|_| {});
    for (name, number) in numbered {
        rows.add(Row::new("host functions", name, costs.of(number)));
    }
}

/// Functions whose price depends on a length, at two lengths.
fn sized(rows: &mut Rows) {
    let mut batch = Batch::default();
    let mut pair =
        |name: &str, sizes: [u32; 2], text: &dyn Fn(u32) -> String, import: &'static str, turns: u32| {
            let mut add = |bytes| batch.add(Program::calling(&[import], text(bytes)).turns(turns));
            (name.to_owned(), sizes, sizes.map(&mut add))
        };
    let output = |bytes| format!("(call $output (i32.const {AT}) (i32.const {bytes}))");
    let emit =
        |bytes| format!("(call $emit (i32.const {AT}) (i32.const 8) (i32.const {AT}) (i32.const {bytes}))");
    let mut pairs = vec![
        pair("output", [32, LARGE], &output, "output", 1_000),
        pair("emit", [64, LARGE_EVENT], &emit, "emit", EVENTS),
    ];
    for (name, algorithm) in
        [("BLAKE3", HASH_BLAKE3), ("SHA-256", HASH_SHA256), ("Keccak-256", HASH_KECCAK256)]
    {
        let hash = move |bytes| {
            format!("(call $hash (i32.const {algorithm}) (i32.const {AT}) (i32.const {bytes}) (i32.const 0))")
        };
        pairs.push(pair(&format!("hash, {name}"), [32, LARGE], &hash, "hash", 200));
    }
    let costs = batch.measure(|_| {});
    for (name, [few, many], [small, large]) in pairs {
        let [small, large]: [Cost; 2] = [small, large].map(|number| costs.of(number));
        rows.add(Row::new("host functions", format!("{name}, {few} bytes"), small));
        let each = (large - small) / f64::from(many - few) * KIB;
        let row = Row::new("host functions", format!("{name}, each KiB more"), each);
        rows.add(if name.starts_with("hash") { row } else { row.at_least() });
    }
}

/// `input` gives its bytes once: a call with much to take against one with little.
fn arguments(rows: &mut Rows) {
    const BYTES: usize = 60 * 1_024;
    let text = format!(
        "{} {} (func (export \"take\") (param i32) (result i32) (call $input (i32.const 0)) (i32.const 0))",
        imports(&["input"]),
        memory(1, &[])
    );
    let stage = Stage::new(&[("taker", &module(&text, &["take"]))]);
    let mut runner = stage.runner();
    let mut cost = |bytes: usize| {
        let mut call = stage.call("taker", "take", ());
        call.args = vec![7; bytes];
        let prepared = stage.prepare(call);
        succeeded(runner.first(&prepared));
        root_call(&mut runner, &prepared)
    };
    let small = cost(8);
    let each = (cost(BYTES) - small) / (BYTES - 8) as f64 * KIB;
    rows.add(Row::new("host functions", "input, each KiB", each));
}
