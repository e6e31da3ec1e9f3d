//! Whole transactions: what is around a call, from the bytes that arrive to the receipt.
//!
//! The time is that of decoding, of the check that a transaction can be in a block, signature included,
//! and of its part in executing a block; the charge is the receipt's.

use codec::Encode;
use sillok_abi::{Receipt, Transaction};
use sillok_benches::{Cost, Row, Rows, Stage};
use sillok_runtime::{Refusal, decode_transaction};

use super::cost::shortest;
use super::database::Database;
use super::program::{Program, imports, memory, module};

/// How many transactions of a kind are measured in one block.
const COUNT: usize = 50;
/// Gas that every one of them gets by with, of which a block has enough for all.
const LIMIT: u64 = 1 << 32;
/// Bytes of a large transaction's arguments.
const LARGE: usize = 16 * 1_024;
const KIB: f64 = 1_024.0;
/// Keys that a transaction writes that writes many.
const KEYS: u32 = 1_000;

/// Measures transactions.
pub(crate) fn measure(rows: &mut Rows) {
    let mut stage = Stage::new(&[("idle", &idle()), ("writer", &writer())]);
    let least = least_gas(&stage);
    let noop = cost(&mut stage, "noop", 0, LIMIT);
    let large = cost(&mut stage, "noop", LARGE, LIMIT);
    let trap = cost(&mut stage, "trap", 0, least);
    let panic = cost(&mut stage, "panic", 0, LIMIT);
    let mut row = |name: &str, cost| rows.add(Row::new("transactions", name, cost));
    row("transaction that does nothing", noop);
    row("transaction, each KiB of arguments more", (large - noop) / LARGE as f64 * KIB);
    row("transaction that traps, with the least gas", trap);
    row("transaction that panics", panic);
    let row = Row::new("transactions", "storage_set, new, and the block's end", written(&mut stage));
    rows.add(row.unjudged("whether a key is there is known only when it has been looked for"));
}

fn idle() -> Vec<u8> {
    let method =
        |name: &str, body: &str| format!("(func (export \"{name}\") (param i32) (result i32) {body})");
    let panic = "(call $panic (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)) (i32.const 0)";
    let text = format!(
        "{} {} {} {} {}",
        imports(&["panic"]),
        memory(1, &[]),
        method("noop", "(i32.const 0)"),
        method("trap", "(unreachable)"),
        method("panic", panic)
    );
    module(&text, &["noop", "trap", "panic"])
}

/// Writes a new key in each turn.
fn writer() -> Vec<u8> {
    let body = "(i32.store (i32.const 0) (i32.mul (local.get $count) (i32.const -1640531527)))
        (call $storage_set (i32.const 0) (i32.const 36) (i32.const 64) (i32.const 8))";
    Program::calling(&["storage_set"], body).turns(KEYS).wasm()
}

/// A signed transaction.
fn transaction(stage: &Stage, contract: &str, method: &str, bytes: usize, gas_limit: u64) -> Transaction {
    let world = &stage.world;
    let mut body = world.body("Alice", stage.id(contract), method, ());
    (body.call.args, body.gas_limit) = (vec![7; bytes], gas_limit);
    world.seal(body)
}

/// The least gas limit that a transaction without arguments may have.
fn least_gas(stage: &Stage) -> u64 {
    let world = &stage.world;
    let enough = |limit: &u64| {
        let transaction = transaction(stage, "idle", "trap", 0, *limit);
        let checked = world.runtime.check(world.state.clone(), world.env(), &transaction).unwrap();
        checked != Err(Refusal::GasLimit)
    };
    let (mut below, mut least) = (0, LIMIT);
    assert!(enough(&least), "the limit is too small");
    while least - below > 1 {
        let middle = below + (least - below) / 2;
        if enough(&middle) { least = middle } else { below = middle }
    }
    least
}

/// What one transaction of a block of many costs.
fn cost(stage: &mut Stage, method: &str, bytes: usize, gas_limit: u64) -> Cost {
    let all: Vec<Transaction> =
        (0..COUNT).map(|_| transaction(stage, "idle", method, bytes, gas_limit)).collect();
    let encoded = all[0].encode();
    let decoding = shortest(|| {
        assert!(decode_transaction(&encoded).is_ok());
    });
    let world = &stage.world;
    let checking = shortest(|| {
        world.runtime.check(world.state.clone(), world.env(), &all[0]).unwrap().unwrap();
    });
    let (one, _) = block(stage, &all[..1]);
    let (many, receipt) = block(stage, &all);
    let executing = (many - one) / (COUNT - 1) as f64;
    Cost { nanos: decoding + checking + executing, gas: receipt.gas_used as f64 }
}

/// The time of proposing a block, and the last receipt in it.
fn block(stage: &mut Stage, transactions: &[Transaction]) -> (f64, Receipt) {
    let mut receipt = None;
    let world = &mut stage.world;
    let nanos = shortest(|| {
        let (env, state) = (world.env(), world.state.clone());
        let proposal = world.executor.propose(state, env, world.root, transactions.to_vec()).unwrap();
        assert_eq!(proposal.transactions.len(), transactions.len());
        receipt = proposal.execution.receipts.last().cloned();
        world.executor.discard();
    });
    (nanos, receipt.unwrap())
}

/// What a key costs that a transaction adds to the state: writing it, its part of the block's root, and
/// of the batch that the node writes.
fn written(stage: &mut Stage) -> Cost {
    let database = Database::under(stage);
    let mut cost = |method| {
        let transaction = transaction(stage, "writer", method, 0, LIMIT);
        let (proposing, receipt) = block(stage, std::slice::from_ref(&transaction));
        let world = &mut stage.world;
        let (env, state) = (world.env(), world.state.clone());
        let proposal = world.executor.propose(state, env, world.root, vec![transaction]).unwrap();
        world.executor.discard();
        let writing = shortest(|| database.write(&proposal.execution.changes));
        Cost { nanos: proposing + writing, gas: receipt.gas_used as f64 }
    };
    let few = cost(super::program::FEW);
    (cost(super::program::MANY) - few) / f64::from(KEYS)
}
