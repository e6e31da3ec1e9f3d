//! Modules that are as bad for a compiler as the limits of code allow, each in its own way.
//!
//! Each is a contract that the checks at upload accept: one function made as large as the limits let it
//! be, as often as there is room. What they take to compile is what any accepted code takes at most, as
//! far as anybody has found; a worse one belongs here.

use std::fmt::Write;

use sillok_runtime::{CodeLimits, check_code};
use sillok_testing::code::{MEMORY, contract};

/// What a module of this kind has before its functions, and its function of a size.
type Kind = (&'static str, fn(u32) -> String);

/// Every kind, by name.
const KINDS: [(&str, Kind); 21] = [
    ("deep_loops", ("", |locals| loops(locals, limits().loop_nesting, ""))),
    ("loop_after_loop", ("", nests_of_loops)),
    ("continues", ("", |branches| continues(250, branches))),
    ("continue_tables", ("", |tables| continue_tables(250, tables))),
    ("joins", ("", |tables| joins(40, 40, tables))),
    ("jump_table", ("", |tables| jump_tables(limits().branch_targets, 1, tables))),
    ("jump_tables", ("", |tables| jump_tables(200, 200, tables))),
    ("live_values", ("", |steps| live(limits().locals, &sums(limits().locals, steps)))),
    ("live_branches", ("", |steps| live(60, &conditions(60, steps)))),
    ("live_loops", ("", live_loops)),
    ("live_calls", ("(func $callee)", |calls| live(100, &loop_of("(call $callee)", calls)))),
    ("loop_tree", ("", loop_tree)),
    ("parameters", ("", |params| format!("(func (param {}))", "i64 ".repeat(params as usize)))),
    ("operands", ("", operands)),
    ("functions", ("", |locals| format!("(func (local {}))", "i64 ".repeat(locals as usize)))),
    (
        "calls",
        ("(func $callee (param i32 i32 i32 i32 i32 i32 i32 i32))", |calls| {
            repeated(&format!("(call $callee {})", "(local.get 0)".repeat(8)), calls)
        }),
    ),
    (
        "indirect_calls",
        ("(type $t (func)) (table 100 funcref)", |calls| {
            repeated("(call_indirect (type $t) (local.get 0))", calls)
        }),
    ),
    ("copies", ("", |copies| repeated("(memory.copy (local.get 0) (local.get 0) (local.get 0))", copies))),
    ("stores", ("", |stores| repeated("(i32.store (local.get 0) (local.get 0))", stores))),
    (
        "divisions",
        ("", |divisions| repeated("(local.set 0 (i32.rem_s (local.get 0) (local.get 0)))", divisions)),
    ),
    ("arithmetic", ("", arithmetic)),
];

/// Every one of these modules, by name.
pub fn worst() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    KINDS.iter().map(|(name, kind)| (*name, largest(*kind)))
}

fn limits() -> CodeLimits {
    CodeLimits::default()
}

/// The largest module of a kind that is accepted.
fn largest((before, function): Kind) -> Vec<u8> {
    let module =
        |size, count: u32| contract(&format!("{before} {MEMORY} {}", function(size).repeat(count as usize)));
    let accepted = |code: &[u8]| check_code(code, &limits()).is_ok();
    let size = greatest(|size| accepted(&module(size, 1)));
    let count = greatest(|count| accepted(&module(size, count)));
    module(size, count)
}

/// The greatest number that passes, if all below it do.
fn greatest(passes: impl Fn(u32) -> bool) -> u32 {
    let mut above = 1;
    while passes(above) {
        above *= 2;
    }
    let mut below = above / 2;
    while above - below > 1 {
        let middle = below.midpoint(above);
        if passes(middle) { below = middle } else { above = middle }
    }
    assert!(below > 0, "the smallest one is accepted");
    below
}

fn repeated(text: &str, count: u32) -> String {
    format!("(func (param i32) {})", text.repeat(count as usize))
}

/// Numbers below `bound` that look random and are the same each time.
fn numbers(bound: u32) -> impl FnMut() -> u32 {
    let mut state = 1u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(bound)) as u32
    }
}

/// Loops within loops around a change of every local, and more: each loop carries each local.
fn loops(locals: u32, depth: u32, inside: &str) -> String {
    let mut text = format!("(func (local {})", "i32 ".repeat(locals as usize));
    text += &nest(locals, depth, inside);
    text + ")"
}

fn nest(locals: u32, depth: u32, inside: &str) -> String {
    let mut text = "loop ".repeat(depth as usize);
    for local in 0..locals {
        let other = (local + 1) % locals;
        let _ = write!(text, "(local.set {local} (i32.add (local.get {local}) (local.get {other})))");
    }
    text + inside + &"(br_if 0 (local.get 0)) end ".repeat(depth as usize)
}

/// Nests of loops, one after the other.
fn nests_of_loops(nests: u32) -> String {
    let locals = 100;
    let nest = nest(locals, limits().loop_nesting, "").repeat(nests as usize);
    format!("(func (local {}) {nest})", "i32 ".repeat(locals as usize))
}

/// Branches from the innermost loop to all loops around it.
fn continues(locals: u32, branches: u32) -> String {
    let depth = limits().loop_nesting;
    let mut inside = String::new();
    for branch in 0..branches {
        let local = branch % locals;
        let _ =
            write!(inside, "(br_if {} (local.tee {local} (i32.load (local.get {local}))))", branch % depth);
    }
    loops(locals, depth, &inside)
}

/// The same by jump tables.
fn continue_tables(locals: u32, tables: u32) -> String {
    let depth = limits().loop_nesting;
    let labels: String = (1..=depth).map(|label| format!("{label} ")).collect();
    let mut inside = String::new();
    for table in 0..tables {
        let local = table % locals;
        let _ = write!(inside, "(block (br_if 0 (local.tee {local} (i32.load (local.get {local}))))");
        let _ = write!(inside, "(br_table {labels} (local.get {local})))");
    }
    loops(locals, depth, &inside)
}

/// Jump tables, each to every one of many blocks, with other values in all locals each time.
fn joins(locals: u32, blocks: u32, tables: u32) -> String {
    let mut text = format!("(func (param i32) (local {}) ", "i32 ".repeat(locals as usize));
    text += &"block ".repeat(blocks as usize);
    let labels: String = (1..=blocks).map(|label| format!("{label} ")).collect();
    for _ in 0..tables {
        for local in 1..=locals {
            let _ = write!(text, "(local.set {local} (i32.add (local.get {local}) (local.get 0)))");
        }
        let _ = write!(text, "(block (br_if 0 (local.get 0)) (br_table {labels} (local.get 1)))");
    }
    for _ in 0..blocks {
        text += "end ";
        for local in 1..=locals {
            let _ = write!(text, "(local.set 0 (i32.add (local.get 0) (local.get {local})))");
        }
    }
    text + ")"
}

/// Jump tables with so many targets, spread over so many blocks.
fn jump_tables(targets: u32, blocks: u32, tables: u32) -> String {
    let labels: String = (0..targets).map(|target| format!("{} ", 1 + target % blocks)).collect();
    let table = format!("(block (br_if 0 (local.get 0)) (br_table {labels} (local.get 0)))");
    let blocks = blocks as usize;
    let tables = table.repeat(tables as usize);
    format!("(func (param i32) {} {tables} {})", "block ".repeat(blocks), "end ".repeat(blocks))
}

/// Locals that come from memory, are kept alive through `work` on them, and go to memory.
fn live(locals: u32, work: &str) -> String {
    let mut text = format!("(func (param i64) (local {})", "i64 ".repeat(locals as usize));
    for local in 1..=locals {
        let _ = write!(text, "(local.set {local} (i64.load offset={} (i32.const 0)))", local * 8);
    }
    text += work;
    for local in 1..=locals {
        let _ = write!(text, "(i64.store offset={} (i32.const 0) (local.get {local}))", local * 8);
    }
    text + ")"
}

fn sums(locals: u32, steps: u32) -> String {
    let mut local = numbers(locals);
    let mut pick = move || 1 + local();
    let step = |_| format!("(local.set {} (i64.add (local.get {}) (local.get {})))", pick(), pick(), pick());
    (0..steps).map(step).collect()
}

fn conditions(locals: u32, steps: u32) -> String {
    let mut local = numbers(locals);
    let mut pick = move || 1 + local();
    let step = |_| {
        let (condition, target, source) = (pick(), pick(), pick());
        format!("(if (i64.eqz (local.get {condition})) (then (local.set {target} (local.get {source}))))")
    };
    (0..steps).map(step).collect()
}

/// Sums in loops within loops.
fn live_loops(depth: u32) -> String {
    let (locals, steps) = (100, 20);
    let mut text = String::new();
    for level in 0..depth {
        text += "loop ";
        text += &sums(locals, steps + level % 2);
    }
    for level in 0..depth {
        text += &sums(locals, steps + level % 2);
        text += "(br_if 0 (i64.eqz (local.get 1))) end ";
    }
    live(locals, &text)
}

fn loop_of(text: &str, count: u32) -> String {
    let depth = limits().loop_nesting as usize;
    let (before, after) = ("loop ".repeat(depth), "(br_if 0 (i64.eqz (local.get 1))) end ".repeat(depth));
    format!("{before} {} {after}", text.repeat(count as usize))
}

/// Loops within loops, each with loops beside each other.
fn loop_tree(width: u32) -> String {
    let mut text = nest(100, 1, "");
    for _ in 1..limits().loop_nesting {
        text = format!("loop {text} {} (br_if 0 (local.get 0)) end ", nest(20, 1, "").repeat(width as usize));
    }
    format!("(func (local {}) {text})", "i32 ".repeat(100))
}

/// Values on the operand stack, alive across loops.
fn operands(loops: u32) -> String {
    let height = (limits().operands / 2) as usize;
    let values = "(i32.load (local.get 0))".repeat(height);
    let loops = "(loop (br_if 0 (local.get 0)))".repeat(loops as usize);
    format!("(func (param i32) {values} {loops} {})", "(local.set 0 (i32.add (local.get 0)))".repeat(height))
}

/// All kinds of operators on few locals, for the optimiser's rules to find something in.
fn arithmetic(steps: u32) -> String {
    const OPERATORS: [&str; 12] =
        ["add", "sub", "mul", "and", "or", "xor", "shl", "shr_u", "shr_s", "rotl", "eq", "lt_s"];
    let mut number = numbers(1 << 20);
    let mut text = String::from("(func (param i32 i32 i32 i32) (local.get 0)");
    for _ in 0..steps {
        let step = number();
        let _ = match step % 4 {
            0 => write!(text, "(i32.const {})", step % 67),
            local => write!(text, "(local.get {local})"),
        };
        let _ = write!(text, "i32.{} ", OPERATORS[step as usize / 4 % OPERATORS.len()]);
        if step.is_multiple_of(11) {
            let _ = write!(text, "(local.tee {})", step % 4);
        }
    }
    text + "drop)"
}
