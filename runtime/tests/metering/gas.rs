//! Gas against sums that were made by hand from the protocol's rules and default prices.

use sillok_runtime::{MeterRules, OperatorPrices, meter};
use wasmtime::OptLevel;

use super::support::{Compiled, End, HOST_GAS, PLENTY, module, rules};

const ITEMS: &str = r#"(import "sillok" "note" (func $note (param i32))) (memory (export "memory") 1)"#;
const ENTRY: i64 = 12;
const LOCAL_ENTRY: i64 = 1;
const LOCAL: i64 = 1;
const CONSTANT: i64 = 1;
const SIMPLE: i64 = 2;
const COMPARE: i64 = 5;
const BRANCH: i64 = 1;
const STORE: i64 = 8;
const NOTE: i64 = 20 + HOST_GAS;

fn compiled(items: &str) -> Compiled {
    Compiled::new(&module(&format!("{ITEMS} {items}"), &["run"]))
}

fn body(body: &str) -> Compiled {
    compiled(&format!(r#"(func (export "run") (param $x i32) (result i32) {body})"#))
}

/// The run takes `expected`, succeeds with exactly that, and stops with one less.
fn takes(compiled: &Compiled, argument: i32, expected: i64) {
    assert_eq!(compiled.gas("run", argument), expected);
    let (run, count) = compiled.run("run", argument, expected);
    assert!(matches!(run.end, End::Status(_)));
    assert_eq!(count.unwrap().gas_left, 0);
    assert_eq!(compiled.run("run", argument, expected - 1).0.end, End::OutOfGas);
    assert_eq!(compiled.run("run", argument, 0).0.end, End::OutOfGas);
}

#[test]
fn entry_locals_and_straight_code() {
    takes(&body("local.get $x"), 3, ENTRY + LOCAL);
    takes(&body("(local i64 i32 i32) local.get $x"), 3, ENTRY + 3 * LOCAL_ENTRY + LOCAL);
    takes(&body("nop (block nop) (drop (i32.const 1)) (i32.const 2)"), 3, ENTRY + LOCAL + 2 * CONSTANT);
    takes(&body("(i32.mul (i32.const 2) (local.get $x))"), 3, ENTRY + CONSTANT + LOCAL + 5);
    takes(&body("(i32.rem_s (i32.const 2) (local.get $x))"), 3, ENTRY + CONSTANT + LOCAL + 60);
    takes(&body("(i32.load8_s (memory.size))"), 3, ENTRY + 1 + 6);
}

#[test]
fn either_side_of_an_if() {
    let one = body("(if (local.get $x) (then (call $note (i32.const 1)))) (i32.const 0)");
    takes(&one, 0, ENTRY + LOCAL + BRANCH + CONSTANT);
    takes(&one, 1, ENTRY + LOCAL + BRANCH + CONSTANT + NOTE + CONSTANT);
    let two = body("(if (result i32) (local.get $x) (then (i32.const 1)) (else (i32.eqz (i32.const 2))))");
    takes(&two, 0, ENTRY + LOCAL + BRANCH + CONSTANT + COMPARE);
    takes(&two, 1, ENTRY + LOCAL + BRANCH + CONSTANT);
}

#[test]
fn a_loop_pays_for_each_turn() {
    let countdown = body(
        "(loop (br_if 0 (local.tee $x (i32.sub (local.get $x) (i32.const 1)))))
         (i32.const 0)",
    );
    let turn = LOCAL + CONSTANT + SIMPLE + LOCAL + BRANCH;
    for turns in [1, 2, 1_000] {
        takes(&countdown, turns, ENTRY + i64::from(turns) * turn + CONSTANT);
    }
}

#[test]
fn leaving_early_does_not_pay_for_what_is_left_out() {
    let early = body("(block (br_if 0 (local.get $x)) (call $note (i32.const 1))) (i32.const 0)");
    takes(&early, 1, ENTRY + LOCAL + BRANCH + CONSTANT);
    takes(&early, 0, ENTRY + LOCAL + BRANCH + CONSTANT + NOTE + CONSTANT);
    takes(&body("(return (i32.const 1)) (i32.div_u (i32.const 4))"), 1, ENTRY + CONSTANT + BRANCH);
    let table =
        body("(block (block (br_table 0 1 (local.get $x))) (call $note (i32.const 1))) (i32.const 0)");
    takes(&table, 0, ENTRY + LOCAL + 6 + CONSTANT + NOTE + CONSTANT);
    takes(&table, 1, ENTRY + LOCAL + 6 + CONSTANT);
}

#[test]
fn calls_pay_for_the_call_and_the_entry() {
    let direct = compiled(
        r#"(func $f (param i32) (result i32) (local i64) (local.get 0))
           (func (export "run") (param $x i32) (result i32) (call $f (local.get $x)))"#,
    );
    takes(&direct, 1, ENTRY + LOCAL + 20 + ENTRY + LOCAL_ENTRY + LOCAL);
    let indirect = compiled(
        r#"(table 1 funcref) (elem (i32.const 0) $f) (func $f (global.set $g (global.get $g)))
           (global $g (mut i64) (i64.const 0))
           (func (export "run") (param $x i32) (result i32) (call_indirect (i32.const 0)) (i32.const 1))"#,
    );
    takes(&indirect, 1, ENTRY + CONSTANT + 40 + ENTRY + 1 + 1 + CONSTANT);
}

#[test]
fn memory_pays_for_pages_and_bytes() {
    takes(&body("(memory.grow (local.get $x))"), 2, ENTRY + LOCAL + 120_000 + 2 * 400_000);
    // A failed one too.
    takes(&body("(memory.grow (local.get $x))"), -1, ENTRY + LOCAL + 120_000 + 0xffff_ffff * 400_000);
    // One that the limit does not allow is seen by the contract; that fails in the same way everywhere.
    let limited = Compiled::new(&module(
        r#"(memory (export "memory") 1 3)
           (func (export "run") (param $x i32) (result i32) (memory.grow (local.get $x)))"#,
        &["run"],
    ));
    for (pages, before) in [(0, 1), (2, 1), (3, -1), (-1, -1)] {
        assert_eq!(limited.run("run", pages, PLENTY).0.end, End::Status(before));
    }
    let fill = body("(memory.fill (i32.const 0) (i32.const 1) (local.get $x)) (i32.const 1)");
    takes(&fill, 0, ENTRY + 2 * CONSTANT + LOCAL + 100 + CONSTANT);
    takes(&fill, 1_000, ENTRY + 2 * CONSTANT + LOCAL + 100 + 1_000 + CONSTANT);
    let copy = body("(memory.copy (i32.const 0) (i32.const 1) (local.get $x)) (i32.const 1)");
    takes(&copy, 1_000, ENTRY + 2 * CONSTANT + LOCAL + 100 + 1_000 + CONSTANT);
}

/// A segment is paid for before any of it is done.
#[test]
fn nothing_is_done_of_a_segment_that_is_not_paid_for() {
    let stores = body(
        "(i32.store8 (i32.const 0) (i32.const 1)) (i32.store8 (i32.const 1) (i32.const 1)) (i32.const 0)",
    );
    let gas = ENTRY + 2 * (2 * CONSTANT + STORE) + CONSTANT;
    assert_eq!(compiled_memory(&stores, gas), (End::Status(0), [1, 1]));
    assert_eq!(compiled_memory(&stores, gas - 1), (End::OutOfGas, [0, 0]));
    // Bytes are paid for where they are filled: what came before is done.
    let fill = body(
        "(i32.store8 (i32.const 0) (i32.const 1)) (memory.fill (i32.const 1) (i32.const 1) (i32.const 1)) (i32.const 0)",
    );
    let gas = ENTRY + 2 * CONSTANT + STORE + 3 * CONSTANT + 100 + 1 + CONSTANT;
    assert_eq!(compiled_memory(&fill, gas), (End::Status(0), [1, 1]));
    assert_eq!(compiled_memory(&fill, gas - 1), (End::OutOfGas, [1, 0]));
}

fn compiled_memory(compiled: &Compiled, gas: i64) -> (End, [u8; 2]) {
    let run = compiled.run("run", 0, gas).0;
    (run.end, [run.memory[0], run.memory[1]])
}

#[test]
fn prices_are_the_chains() {
    let wasm = module(
        &format!(
            r#"{ITEMS} (func (export "run") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))"#
        ),
        &["run"],
    );
    let prices = OperatorPrices { simple: u32::MAX, local: 0, constant: 0, ..OperatorPrices::default() };
    let metered = meter(&wasm, &MeterRules { prices, ..rules() }).unwrap();
    let compiled = Compiled::at(OptLevel::Speed, metered);
    takes(&compiled, 1, ENTRY + i64::from(u32::MAX));
    let nothing =
        OperatorPrices { simple: 0, local: 0, constant: 0, function_entry: 0, ..OperatorPrices::default() };
    let metered = meter(&wasm, &MeterRules { prices: nothing, ..rules() }).unwrap();
    assert_eq!(Compiled::at(OptLevel::Speed, metered).run("run", 1, 0).0.end, End::Status(2));
}

/// The most that one instruction can take leaves room in 64 bits.
#[test]
fn gas_does_not_overflow() {
    let prices = OperatorPrices { fill_byte: i32::MAX as u32, ..OperatorPrices::default() };
    let wasm = module(
        &format!(
            r#"{ITEMS} (func (export "run") (param i32) (result i32)
                 (memory.fill (i32.const 0) (i32.const 1) (local.get 0)) (i32.const 1))"#
        ),
        &["run"],
    );
    let metered = meter(&wasm, &MeterRules { prices, ..rules() }).unwrap();
    let compiled = Compiled::at(OptLevel::Speed, metered);
    for gas in [100_000, PLENTY, 1 << 62] {
        assert_eq!(compiled.run("run", -1, gas).0.end, End::OutOfGas);
    }
}
