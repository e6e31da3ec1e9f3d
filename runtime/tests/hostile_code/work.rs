//! What compiling is said to take, to the unit.

use sillok_runtime::{CodeLimits, check_code};
use sillok_testing::code::{MEMORY, contract};

#[track_caller]
fn check(text: &str, expected: u64) {
    let code = contract(&format!("{MEMORY} {text}"));
    assert_eq!(check_code(&code, &CodeLimits::default()).unwrap().work, expected, "{text}");
}

/// Every function ends with an instruction of its own.
const EMPTY: u64 = 75 + 2;

#[test]
fn functions_and_values() {
    check("", 0);
    check("(func)", EMPTY);
    check("(func) (func)", 2 * EMPTY);
    check("(func (param i32) (local i64 i64))", EMPTY + 1);
    check("(func (drop (i32.const 1)))", EMPTY + 2 * 2);
}

#[test]
fn instructions_by_their_kind() {
    check("(func (block))", EMPTY + 2 * 2 + 45);
    check("(func (param i32) (loop (br_if 0 (local.get 0))))", EMPTY + 4 * 2 + 2 * 45 + 1);
    check("(func (param i32) (if (local.get 0) (then) (else)))", EMPTY + 4 * 2 + 2 * 45 + 1);
    check("(func $f (call $f))", EMPTY + 2 + 35);
    let indirect = "(type $t (func)) (table 1 funcref) (func (call_indirect (type $t) (i32.const 0)))";
    check(indirect, EMPTY + 2 * 2 + 120);
    check("(func (br_table 0 0 0 (i32.const 0)))", EMPTY + 2 * 2 + 3 * 6);
    let fill = "(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))";
    check(fill, EMPTY + 4 * 2 + 110 + 1);
    let copy = "(func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))";
    check(copy, EMPTY + 4 * 2 + 110 + 1);
    check("(func (drop (memory.grow (i32.const 0))))", EMPTY + 3 * 2 + 110);
}

/// What does not fit into registers counts for each branch, and for each stretch without one.
#[test]
fn values_that_are_many() {
    let function = |values: usize, body: &str| format!("(func (local {}) {body})", "i64 ".repeat(values));
    check(&function(20, "(block)"), EMPTY + 10 + 4 + 45);
    check(&function(24, "(block)"), EMPTY + 12 + 4 + 45 + 7 * 4);
    check(&function(24, "(block) (block)"), EMPTY + 12 + 8 + 90 + 7 * 4 * 2);
    let long = "(local.set 0 (local.get 1))".repeat(512);
    check(&function(23, &long), EMPTY + 12 + 2 * 1_024 + 7 * 4 * 2);
}
