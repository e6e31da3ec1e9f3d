//! Prices against the times that were measured: nothing is timed here, so that it fails only if a price or
//! the table is changed and not the other.
#![allow(clippy::unwrap_used, clippy::float_arithmetic, reason = "a test")]

#[path = "../calibrate/mod.rs"]
mod calibrate;

use std::collections::BTreeSet;

use sillok_abi::HOST_FUNCTIONS;
use sillok_runtime::{GasTable, HashPrices, OperatorPrices, SignaturePrices};
use sillok_testing::unless_settled;

/// The table that `make calibrate` writes.
const TABLE: &str = include_str!("../../docs/gas.md");

/// A price, and a line that judges it.
type Judged = (&'static str, &'static str);

#[test]
fn every_price_is_within_its_bounds_of_what_was_measured() {
    unless_settled("every price", judge_all);
}

fn judge_all() {
    let rows = calibrate::measure(Vec::new(), 0).timed_by(TABLE);
    assert!(rows.right(), "{}\n{}\nchange the price, or: make calibrate", rows.markdown(), rows.summary());
    let lines: BTreeSet<&str> = rows.names().collect();
    for (price, line) in judged(&GasTable::default()) {
        assert!(lines.contains(line), "no line `{line}` judges the price of {price}");
    }
}

#[test]
fn every_host_function_has_a_line() {
    let named: Vec<&str> = HOST.iter().map(|(name, _)| *name).collect();
    let all: Vec<&str> = HOST_FUNCTIONS.iter().map(|function| function.name).collect();
    assert_eq!(named, all);
}

fn judged(gas: &GasTable) -> Vec<Judged> {
    let (operators, signatures) = (operators(&gas.operators), signatures(&gas.signatures));
    [table(gas), operators, signatures, hashes(&gas.hashes), HOST.to_vec()].concat()
}

/// Each price of a struct with a line that judges it. There is no `..`, so that a new one has to be added.
macro_rules! judged {
    ($name:ident: $type:ident { $($price:ident: $line:literal,)* }) => {
        fn $name(prices: &$type) -> Vec<Judged> {
            let $type { $($price: _,)* } = prices;
            vec![$((stringify!($price), $line),)*]
        }
    };
}

judged! {
    table: GasTable {
        operators: "i32.add",
        host_functions: "block_height",
        transaction: "transaction that does nothing",
        transaction_byte: "transaction, each KiB of arguments more",
        signatures: "verify, sr25519",
        hashes: "hash, BLAKE3, 32 bytes",
        fill: "book_place, each fill more",
        level: "book_depth, each level more",
        first_touch: "storage_get, from the state of 1000000 keys",
        range_entry: "storage_range, each entry more, from the state of 1000000 keys",
        range_byte: "storage_range, each KiB of entries more",
        instance: "call that does nothing",
        restored_line: "call that writes to each 64th of 1 MiB",
        native_call: "call of a native module",
        code_byte: "check and keep, each byte of `market`",
        code_work: "upload and compile `market`",
    }
}

judged! {
    operators: OperatorPrices {
        simple: "i32.add",
        compare: "i32.eq",
        local: "i64.xor of 48 locals, kept on the stack",
        constant: "i64.const",
        load: "i32.load",
        store: "i32.store",
        multiply: "i64.mul",
        divide: "i64.div_u",
        branch: "br_if, taken",
        branch_table: "br_table",
        call: "call",
        call_indirect: "call_indirect",
        global_get: "global.get, global.set",
        global_set: "global.get, global.set",
        memory_size: "memory.size",
        memory_grow: "memory.grow by nothing",
        grow_page: "call that grows memory by 32 pages and writes them",
        bulk: "memory.copy, 8 bytes",
        copy_byte: "memory.copy, each KiB",
        fill_byte: "memory.fill, each KiB",
        function_entry: "call",
        local_entry: "call with 8 parameters and 8 locals",
    }
}

judged! {
    signatures: SignaturePrices {
        sr25519: "verify, sr25519, each KiB of message more",
        ed25519: "verify, Ed25519, each KiB of message more",
        p256: "verify, P-256, each KiB of message more",
        secp256k1: "verify, secp256k1, each KiB of message more",
    }
}

judged! {
    hashes: HashPrices {
        blake3: "hash, BLAKE3, each KiB more",
        sha256: "hash, SHA-256, each KiB more",
        keccak256: "hash, Keccak-256, each KiB more",
    }
}

/// The host functions in the order of their table.
const HOST: [Judged; 27] = [
    ("input", "input, each KiB"),
    ("output", "output, each KiB more"),
    ("panic", "transaction that panics"),
    ("result", "call, each KiB of result, with its reading"),
    ("contract_id", "contract_id"),
    ("caller", "caller"),
    ("chain", "chain"),
    ("block_height", "block_height"),
    ("block_time", "block_time"),
    ("storage_get", "storage_get, each KiB of value more"),
    ("storage_set", "storage_set, each KiB of value more"),
    ("storage_remove", "storage_remove, known"),
    ("storage_range", "storage_range of nothing"),
    ("call", "call, each KiB of arguments more"),
    ("require_auth", "require_auth"),
    ("emit", "emit, each KiB more"),
    ("schedule", "schedule"),
    ("hash", "hash, BLAKE3, 32 bytes"),
    ("verify", "verify, sr25519"),
    ("book_create", "book_create"),
    ("book_place", "book_place, rests"),
    ("book_cancel", "book_cancel"),
    ("book_act", "book_act, amend"),
    ("book_ask", "book_ask, session"),
    ("book_order", "book_order"),
    ("book_depth", "book_depth, one level"),
    ("book_params", "book_params"),
];
