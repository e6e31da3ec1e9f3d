//! Operators: statements that depend on each other, so that none is hidden behind the next.
//!
//! An operator is not measured alone: `local.get` and constants become parts of other instructions. A
//! statement is, with all of its operators, and is charged for all of them. It is repeated a hundred
//! times in a loop, and each takes what the one before left: the processor can't overlap them, as it
//! can in most code, so that code is seldom slower than what is measured here, of the same operators.

use sillok_benches::{Row, Rows};

use super::cost::Batch;
use super::program::Program;

/// How many statements a turn of the loop has.
const STATEMENTS: usize = 100;
/// How many values the statements rotate through.
const VALUES: usize = 6;
const TURNS: u32 = 2_000;

/// Binary operators of both widths.
const BINARY: [&str; 9] = ["add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u"];
/// Rotations, by what the one before left: two by the same values would be made one.
const ROTATION: [&str; 2] = ["rotl", "rotr"];
/// Division, whose dividend is made large, and its divisor small, so that it takes long.
const DIVISION: [&str; 4] = ["div_s", "div_u", "rem_s", "rem_u"];
const UNARY: [&str; 3] = ["clz", "ctz", "popcnt"];
const COMPARISON: [&str; 4] = ["eq", "lt_s", "lt_u", "ge_u"];

/// Statements of their own: operators, and text in which `{k}` and `{l}` are numbers below [`VALUES`],
/// `{o}` is an offset in memory, `{c}` and `{w}` are constants of 31 and 63 bits.
const OTHERS: [(&str, &str); 20] = [
    ("i32.eqz", "(local.set $a (i32.eqz (i32.and (local.get $a) (local.get $c{k}))))"),
    ("i32.extend8_s", "(local.set $a (i32.rotl (i32.extend8_s (local.get $a)) (local.get $c{k})))"),
    ("i32.extend16_s", "(local.set $a (i32.rotl (i32.extend16_s (local.get $a)) (local.get $c{k})))"),
    ("i64.extend8_s", "(local.set $x (i64.rotl (i64.extend8_s (local.get $x)) (local.get $z{k})))"),
    ("i64.extend32_s", "(local.set $x (i64.rotl (i64.extend32_s (local.get $x)) (local.get $z{k})))"),
    (
        "i32.wrap_i64, i64.extend_i32_u",
        "(local.set $x (i64.extend_i32_u (i32.wrap_i64 (i64.add (local.get $x) (local.get $z{k})))))",
    ),
    (
        "i32.wrap_i64, i64.extend_i32_s",
        "(local.set $x (i64.rotl (i64.extend_i32_s (i32.wrap_i64 (local.get $x))) (local.get $z{k})))",
    ),
    ("select", "(local.set $a (select (local.get $c{k}) (local.get $c{l}) (local.get $a)))"),
    ("i32.const", "(local.set $a (i32.xor (i32.add (local.get $a) (i32.const {c})) (local.get $c{k})))"),
    ("i64.const", "(local.set $x (i64.xor (i64.add (local.get $x) (i64.const {w})) (local.get $z{k})))"),
    (
        "local.tee",
        "(local.set $a (i32.add (local.tee $b (i32.xor (local.get $a) (local.get $c{k}))) (local.get $b)))",
    ),
    ("global.get, global.set", "(global.set $g (i64.add (global.get $g) (local.get $z{k})))"),
    ("memory.size", "(local.set $a (i32.add (local.get $a) (memory.size)))"),
    (
        "br_if, not taken",
        "(block (br_if 0 (i32.eq (local.get $a) (local.get $d)))
            (local.set $a (i32.or (local.get $a) (local.get $c{k}))))",
    ),
    (
        "br_if, taken",
        "(block (br_if 0 (i32.ne (local.get $a) (local.get $d)))
            (local.set $a (i32.or (local.get $a) (local.get $c{k}))))",
    ),
    (
        "if, else",
        "(if (i32.eq (local.get $a) (local.get $d))
            (then (local.set $a (i32.add (local.get $a) (local.get $c{k}))))
            (else (local.set $a (i32.or (local.get $a) (local.get $c{k})))))",
    ),
    (
        "br_table",
        "(block (block (block (br_table 0 1 2 (i32.and (local.get $a) (local.get $d))))
            (local.set $a (i32.add (local.get $a) (local.get $c{k}))) (br 1))
            (local.set $a (i32.sub (local.get $a) (local.get $c{k}))))",
    ),
    ("call", "(local.set $a (call $add (local.get $a) (local.get $c{k})))"),
    (
        "call with 8 parameters and 8 locals",
        "(local.set $x (call $wide (local.get $x) (local.get $z0) (local.get $z1) (local.get $z2)
            (local.get $z3) (local.get $z4) (local.get $z5) (local.get $x)))",
    ),
    (
        "call_indirect",
        "(local.set $a (call_indirect (type $binary) (local.get $a) (local.get $c{k})
            (i32.and (local.get $c{l}) (i32.const 1))))",
    ),
];

/// Statements in which an operator takes less than it does elsewhere, and why.
const FUSED: [(&str, &str); 3] = [
    ("br_if, not taken", "the comparison becomes part of the branch"),
    ("if, else", "the comparison becomes part of the branch"),
    ("i32.wrap_i64, i64.extend_i32_u", "both become part of the next instruction"),
];

/// A choice by a bit of a random number.
const UNFORESEEN: &str = "
    (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
    (if (i64.lt_s (local.get $x) (i64.const 0))
        (then (local.set $y (i64.add (local.get $y) (local.get $z{k}))))
        (else (local.set $y (i64.mul (i64.rotl (local.get $y) (local.get $x)) (local.get $z{k})))))";

const ITEMS: &str = "
    (type $binary (func (param i32 i32) (result i32)))
    (global $g (mut i64) (i64.const 1))
    (table 2 2 funcref) (elem (i32.const 0) $add $sub)
    (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func $sub (param i32 i32) (result i32) (i32.sub (local.get 0) (local.get 1)))
    (func $wide (param i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
        (local i64 i64 i64 i64 i64 i64 i64 i64)
        (local.set 8 (i64.add (local.get 0) (local.get 1))) (local.set 9 (i64.xor (local.get 2) (local.get 8)))
        (local.set 10 (i64.add (local.get 3) (local.get 9))) (local.set 11 (i64.xor (local.get 4) (local.get 10)))
        (local.set 12 (i64.add (local.get 5) (local.get 11))) (local.set 13 (i64.xor (local.get 6) (local.get 12)))
        (local.set 14 (i64.add (local.get 7) (local.get 13))) (local.set 15 (i64.xor (local.get 14) (local.get 8)))
        (local.get 15))";

/// Measures all operators that only compute.
pub(crate) fn measure(rows: &mut Rows) {
    let statements = statements();
    let mut batch = Batch::default();
    statements.iter().for_each(|(_, text)| {
        batch.add(program(text));
    });
    let spilled = batch.add(spilled());
    let unforeseen = batch.add(program(UNFORESEEN));
    let costs = batch.measure(|_| {});
    for (index, (name, _)) in statements.iter().enumerate() {
        let row = Row::new("operators", name, costs.of(index) / STATEMENTS as f64);
        let fused = FUSED.iter().find(|(fused, _)| fused == name);
        rows.add(fused.map_or(row.clone(), |(_, why)| row.unjudged(why)));
    }
    let each = |number| costs.of(number) / STATEMENTS as f64;
    rows.add(Row::new("operators", "i64.xor of 48 locals, kept on the stack", each(spilled)));
    let row = Row::new("operators", "if, else, by chance", each(unforeseen));
    rows.add(row.unjudged("what the processor can't foresee is not priced"));
}

/// Operators and a statement of each.
fn statements() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (width, value, other, least) in
        [("i32", "$a", "$c{k}", "-2147483648"), ("i64", "$x", "$z{k}", "-9223372036854775808")]
    {
        let (get, other) = (format!("(local.get {value})"), format!("(local.get {other})"));
        let mut add = |name: &str, term: String| {
            all.push((format!("{width}.{name}"), format!("(local.set {value} {term})")));
        };
        BINARY.iter().for_each(|name| add(name, format!("({width}.{name} {get} {other})")));
        ROTATION.iter().for_each(|name| add(name, format!("({width}.{name} {other} {get})")));
        for name in DIVISION {
            add(name, format!("({width}.{name} ({width}.or {get} ({width}.const {least})) {other})"));
        }
        UNARY.iter().for_each(|name| add(name, format!("({width}.{name} ({width}.add {get} {other}))")));
        for name in COMPARISON {
            let compared = format!("({width}.{name} {get} {other})");
            add(name, if width == "i64" { format!("(i64.extend_i32_u {compared})") } else { compared });
        }
    }
    all.extend(OTHERS.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    all
}

/// A program of this statement, repeated.
pub(crate) fn program(statement: &str) -> Program {
    let body: String = (0..STATEMENTS).map(|index| filled(statement, index)).collect();
    let values: String =
        (0..VALUES).map(|index| format!("(local $c{index} i32) (local $z{index} i64) ")).collect();
    let loaded: String = (0..VALUES)
        .map(|index| {
            format!(
                "(local.set $c{index} (i32.load (i32.const {})))
                 (local.set $z{index} (i64.load (i32.const {})))",
                4 * index,
                32 + 8 * index
            )
        })
        .collect();
    Program {
        items: ITEMS.into(),
        locals: format!(
            "(local $a i32) (local $b i32) (local $d i32) (local $p i32) (local $x i64) (local $y i64) {values}"
        ),
        before: format!(
            "{loaded} (local.set $d (i32.load (i32.const 512))) (local.set $p (local.get $d))
             (local.set $a (i32.load (i32.const 20))) (local.set $x (i64.load (i32.const 72)))"
        ),
        body,
        after: "(i32.store (i32.const 128) (i32.add (i32.add (local.get $a) (local.get $b)) (local.get $p)))
             (i64.store (i32.const 136) (i64.add (local.get $x) (local.get $y)))"
            .into(),
        turns: TURNS,
        ..Program::EMPTY
    }
    .with(0, [3u32, 5, 7, 11, 13, 17].map(u32::to_le_bytes).concat())
    .with(32, [3u64, 5, 7, 11, 13, 17].map(u64::to_le_bytes).concat())
}

fn filled(statement: &str, index: usize) -> String {
    let random = (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    statement
        .replace("{k}", &(index % VALUES).to_string())
        .replace("{l}", &((index + 1) % VALUES).to_string())
        .replace("{o}", &(1_024 + 8 * index).to_string())
        .replace("{c}", &(random >> 33).to_string())
        .replace("{w}", &(random >> 1).to_string())
}

/// More values than there are registers, so that each is read from the stack and written there.
fn spilled() -> Program {
    const LOCALS: usize = 48;
    let name = |index: usize| format!("$s{}", index % LOCALS);
    let mut program = program("");
    for index in 0..LOCALS {
        program.locals += &format!("(local {} i64)", name(index));
        program.before +=
            &format!("(local.set {} (i64.load (i32.const {})))", name(index), 32 + 8 * (index % VALUES));
        program.after += &format!("(local.set $x (i64.xor (local.get $x) (local.get {})))", name(index));
    }
    program.after += "(i64.store (i32.const 144) (local.get $x))";
    program.body = (0..STATEMENTS)
        .map(|index| {
            let (to, one, two) = (name(index), name(index + 1), name(index + 17));
            format!("(local.set {to} (i64.xor (local.get {one}) (local.get {two})))")
        })
        .collect();
    program
}
