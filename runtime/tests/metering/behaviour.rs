//! A corpus of modules, each at several arguments: the metered form does what the original does, takes
//! the gas that an interpreter counts operator by operator, and needs exactly that.

use super::interpreter::Interpreter;
use super::support::{Compiled, End, PLENTY, module, rules, run_original};

const IMPORTS: &str = r#"(import "sillok" "note" (func $note (param i32)))
    (import "sillok" "mix" (func $mix (param i32 i64) (result i64)))
    (memory (export "memory") 1)"#;

/// Checks the method `run` of a module with these items at arguments from -1 to 8.
fn check(items: &str) {
    check_module(&module(&format!("{IMPORTS} {items}"), &["run"]));
}

/// Checks a module whose method `run` has this body.
fn check_body(body: &str) {
    check(&format!(r#"(func (export "run") (param $x i32) (result i32) {body})"#));
}

pub(crate) fn check_module(wasm: &[u8]) {
    let compiled = Compiled::new(wasm);
    for argument in -1..=8 {
        let original = run_original(wasm, "run", argument);
        let (run, count) = compiled.run("run", argument, PLENTY);
        assert_eq!(run.end, original.end, "argument {argument}");
        assert_eq!(run.notes, original.notes, "argument {argument}");
        assert!(run.memory == original.memory, "argument {argument}");
        let mut interpreter = Interpreter::new(wasm, &rules().prices, PLENTY as u64);
        assert_eq!(interpreter.run("run", argument), original.end, "argument {argument}");
        let gas = interpreter.gas_used() as i64;
        if let Some(count) = count {
            assert_eq!(PLENTY - count.gas_left, gas, "argument {argument}");
            assert_eq!(compiled.run("run", argument, gas).0, run, "argument {argument}");
        }
        assert_eq!(compiled.run("run", argument, gas - 1).0.end, End::OutOfGas, "argument {argument}");
        let [first, second] = compiled.run_twice("run", argument, PLENTY);
        if first.1.is_some() && first.0.memory.len() == 65_536 {
            assert_eq!(first, second, "argument {argument}");
        }
    }
}

#[test]
fn straight_code_and_locals() {
    check_body("local.get $x");
    check_body("(local i64 i32 i64) (local.set 1 (i64.const 5)) (i32.wrap_i64 (local.get 1))");
    check_body("(i32.add (i32.mul (local.get $x) (i32.const 3)) (i32.rem_u (i32.const 100) (i32.const 7)))");
    check_body("nop (drop (i32.const 1)) (select (i32.const 1) (i32.const 2) (local.get $x))");
}

#[test]
fn branches_to_the_functions_own_label() {
    check_body("(br_if 0 (i32.const 7) (local.get $x)) drop (i32.const 9)");
    check_body("(br 0 (local.get $x)) (i32.const 9)");
    check_body("(br_table 0 0 0 (i32.const 5) (local.get $x))");
    check_body(
        "(block (block (br_table 0 1 0 1 (local.get $x)) unreachable) (call $note (i32.const 1)))
         (i32.const 3)",
    );
    check_body(
        "(block $a (result i32) (block $b (result i32)
           (br_table $b $a 2 $b (i32.const 40) (local.get $x))) (i32.add (i32.const 1)))",
    );
}

#[test]
fn returns_in_nested_blocks() {
    check_body(
        "(block (loop (if (local.get $x) (then (block (return (i32.const 4)))))
           (call $note (i32.const 2)) (return (i32.const 5)))) (i32.const 6)",
    );
    check_body("(if (result i32) (local.get $x) (then (return (i32.const 1))) (else (i32.const 2)))");
    check_body("(return (local.get $x)) (drop (i32.const 1)) (i32.const 2)");
    check(
        r#"(func $nothing (param i32) (if (local.get 0) (then (return))) (call $note (i32.const 3)))
           (func (export "run") (param i32) (result i32) (call $nothing (local.get 0)) (i32.const 0))"#,
    );
}

#[test]
fn ifs() {
    check_body("(if (local.get $x) (then (call $note (i32.const 1)))) (i32.const 0)");
    check_body(
        "(if (local.get $x) (then (call $note (i32.const 1))) (else (call $note (i32.const 2)))) (i32.const 0)",
    );
    check_body("(if (result i32) (local.get $x) (then (i32.const 1)) (else (i32.const 2)))");
    check_body("(if (local.get $x) (then)) (if (local.get $x) (then) (else)) (i32.const 0)");
    // A branch to the if's own label, out of both sides.
    check_body(
        "(if (result i32) (local.get $x)
           (then (br_if 0 (i32.const 1) (i32.eq (local.get $x) (i32.const 2))) (drop) (i32.const 3))
           (else (br 0 (i32.const 5))))",
    );
    check_body(
        "(i32.const 10) (if (local.get $x) (then (call $note (i32.const 1)))) (i32.add (i32.const 1))",
    );
}

#[test]
fn code_that_cannot_be_reached() {
    check_body(
        "(if (local.get $x) (then unreachable (drop (i32.div_u (i32.const 1)))) (else nop)) (i32.const 1)",
    );
    check_body(
        "(block (br 0) (block (loop (br 0)) (if (i32.const 1) (then (br 2)) (else (return (i32.const 3)))))
           (drop (memory.grow (i32.const 5)))) (i32.const 2)",
    );
    check_body("(if (result i32) (local.get $x) (then (return (i32.const 1)) i32.add) (else (i32.const 2)))");
    check_body(
        "(if (local.get $x) (then (return (i32.const 1))) (else (return (i32.const 2)))) (i32.const 3)",
    );
    check_body("(loop (br_if 0 (i32.const 0)) unreachable (if (then) (else))) (i32.const 1)");
    // Nothing goes to the end of these blocks.
    check_body("(block (result i32) (return (i32.const 1)) (call $note (i32.const 9)) (i32.const 1))");
    check_body("(block $a (block (br $a) (br 0) (block (br 1))) (call $note (i32.const 5))) (i32.const 1)");
    check_body("unreachable");
    check_body("(loop unreachable) (i32.const 1)");
}

#[test]
fn loops() {
    let count = "(local $n i32) (local.set $n (local.get $x))";
    check_body(&format!(
        "{count} (loop (call $note (local.get $n))
           (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 8))))
         (local.get $n)"
    ));
    check_body(
        "(local $n i32) (local $m i32)
         (loop $outer
           (local.set $m (i32.const 3))
           (block $out (loop $inner
             (br_if $out (i32.eq (local.get $m) (local.get $x)))
             (local.set $m (i32.sub (local.get $m) (i32.const 1)))
             (br_if $inner (local.get $m))))
           (local.set $n (i32.add (local.get $n) (i32.const 1)))
           (br_if $outer (i32.lt_u (local.get $n) (i32.const 4))))
         (local.get $n)",
    );
    check_body("(loop (result i32) (call $note (local.get $x)) (i32.const 6)) (i32.add (i32.const 1))");
    // An unconditional way back, out by a return; the way back from within an if.
    check_body(
        "(local $n i32) (loop
           (if (i32.gt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (local.get $x))
             (then (return (local.get $n))))
           (br_if 1 (i32.const 42) (i32.gt_u (local.get $n) (i32.const 6))) drop
           (br 0)) unreachable",
    );
}

#[test]
fn calls() {
    check(
        r#"(func $inc (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
           (func $wide (param i64 i32) (result i64) (local i64) (i64.add (local.get 0) (i64.extend_i32_u (local.get 1))))
           (func $none)
           (func (export "run") (param $x i32) (result i32)
             (i32.const 100)
             (call $none)
             (call $inc (call $inc (local.get $x)))
             (i32.wrap_i64 (call $wide (i64.const 5) (local.get $x)))
             i32.add i32.add)"#,
    );
    check(
        r#"(type $one (func (param i32) (result i32)))
           (table 4 funcref) (elem (i32.const 1) $a $b $other)
           (func $a (type $one) (i32.mul (local.get 0) (i32.const 2)))
           (func $b (type $one) (call $a (call $a (local.get 0))))
           (func $other (param i64))
           (func (export "run") (param $x i32) (result i32)
             (call_indirect (type $one) (i32.const 21) (local.get $x)))"#,
    );
    check(
        r#"(func $fib (param $n i32) (result i32)
             (if (i32.lt_u (local.get $n) (i32.const 2)) (then (return (local.get $n))))
             (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                      (call $fib (i32.sub (local.get $n) (i32.const 2)))))
           (func (export "run") (param $x i32) (result i32)
             (call $fib (i32.and (local.get $x) (i32.const 15))))"#,
    );
}

#[test]
fn host_functions() {
    check_body(
        "(call $note (i32.const 1)) (call $note (local.get $x))
         (i32.wrap_i64 (call $mix (local.get $x) (call $mix (i32.const 3) (i64.const -4))))",
    );
    check_body(
        "(i32.const 5) (call $note (i32.const 1)) (loop (call $note (i32.const 2))) (i32.add (local.get $x))",
    );
}

#[test]
fn memory_and_globals() {
    check(
        r#"(global $m (mut i32) (i32.const 17)) (global $w (mut i64) (i64.const -1)) (global $c i32 (i32.const 3))
           (data (i32.const 1000) "some data") (data (i32.const 60000) "\01\02\03")
           (func (export "run") (param $x i32) (result i32)
             (i64.store offset=4096 (i32.const 8) (i64.load (i32.const 1000)))
             (i32.store8 (i32.const 59999) (local.get $x))
             (i64.store32 offset=2 align=1 (local.get $x) (global.get $w))
             (global.set $m (i32.add (global.get $m) (global.get $c)))
             (global.set $w (i64.shl (global.get $w) (i64.const 7)))
             (i32.add (i32.load16_u (i32.const 60000)) (global.get $m)))"#,
    );
    check_body("(i32.store (i32.const 65532) (local.get $x)) (i32.load (i32.const 65533))");
    check_body("(i32.store offset=70000 (local.get $x) (i32.const 1)) (i32.const 1)");
    check_body("(i32.store (local.get $x) (i32.const 1)) (i32.const 1)");
}

#[test]
fn bulk_memory_and_growing() {
    check_body(
        "(memory.fill (i32.const 100) (i32.const 7) (i32.mul (local.get $x) (i32.const 5000)))
         (memory.copy (i32.const 2000) (i32.const 90) (i32.const 3000)) (i32.load (i32.const 2010))",
    );
    check_body("(memory.copy (i32.const 65530) (i32.const 0) (local.get $x)) (i32.const 0)");
    check_body("(i32.add (memory.grow (local.get $x)) (memory.size))");
    check_body(
        "(drop (memory.grow (i32.const 1))) (i32.store (i32.const 131068) (local.get $x))
         (i32.load (i32.const 131068))",
    );
}

#[test]
fn divisions_trap_as_before() {
    check_body("(i32.div_u (i32.const 10) (local.get $x))");
    check_body("(call $note (i32.const 1)) (i32.div_s (i32.const 0x80000000) (local.get $x))");
}
