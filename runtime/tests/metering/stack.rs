//! Stack is counted from the text of the module: recursion stops at a depth that can be computed.

use sillok_runtime::{MeterRules, meter};
use wasmtime::OptLevel;

use super::support::{Compiled, End, MAX_STACK_BYTES, PLENTY, metered, module, rules};

const MEMORY: &str = r#"(memory (export "memory") 1)"#;

fn items(items: &str) -> Vec<u8> {
    module(&format!("{MEMORY} {items}"), &["run"])
}

/// A recursion of `$down`, `depth` deep, whose frames have `locals` locals.
fn recursion(locals: u32) -> Vec<u8> {
    items(&format!(
        r#"(func $down (param $n i32) (result i32) (local {})
             (if (result i32) (local.get $n)
               (then (call $down (i32.sub (local.get $n) (i32.const 1))))
               (else (i32.const 0))))
           (func (export "run") (param $n i32) (result i32) (call $down (local.get $n)))"#,
        "i64 ".repeat(locals as usize)
    ))
}

#[test]
fn recursion_stops_at_the_computed_depth() {
    // `run` has a parameter, an operand and three operators; `down` a parameter, two operands and ten
    // operators.
    let run = 64 + 8 * 2 + 3;
    for locals in [0, 7, 900] {
        let down = 64 + 8 * (3 + locals) + 10;
        let frames = ((MAX_STACK_BYTES - run) / down) as i32;
        for level in [OptLevel::Speed, OptLevel::SpeedAndSize, OptLevel::None] {
            let compiled = Compiled::at(level, metered(&recursion(locals)));
            assert_eq!(compiled.run("run", frames - 1, PLENTY).0.end, End::Status(0), "{locals} locals");
            assert_eq!(compiled.run("run", frames, PLENTY).0.end, End::StackOverflow, "{locals} locals");
            assert_eq!(compiled.run("run", i32::MAX, PLENTY).0.end, End::StackOverflow, "{locals} locals");
        }
    }
}

/// However a function is left, its frame is taken off: a loop of calls takes as much as one.
#[test]
fn frames_are_taken_off() {
    let leave = [
        "(call $nothing)",
        "(call $nothing) (return)",
        "(call $nothing) (br 0)",
        "(block (loop (call $nothing) (br_if 2 (i32.const 1)) (br 1)))",
        "(call $nothing) (if (i32.const 1) (then (return)) (else unreachable))",
    ];
    for body in leave {
        let compiled = Compiled::new(&items(&format!(
            r#"(func $nothing) (func $f {body})
               (func (export "run") (param $n i32) (result i32)
                 (loop (call $f) (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                 (i32.const 0))"#
        )));
        assert_eq!(compiled.run("run", 10_000, PLENTY).0.end, End::Status(0), "{body}");
    }
}

/// A function that calls nothing counts nothing, up to 2 KiB.
#[test]
fn small_leaves_count_nothing() {
    let leaf = |locals: usize| {
        // One operand beside the locals.
        items(&format!(
            r#"(func $leaf (local {}) (drop (i32.const 1)))
               (func $down (param $n i32)
                 (if (local.get $n)
                   (then (call $down (i32.sub (local.get $n) (i32.const 1))))
                   (else (call $leaf))))
               (func (export "run") (param $n i32) (result i32) (call $down (local.get $n)) (i32.const 0))"#,
            "i64 ".repeat(locals)
        ))
    };
    let (run, down) = (64 + 8 * 2 + 4, 64 + 8 * 3 + 10);
    let frames = ((MAX_STACK_BYTES - run) / down) as i32;
    let small = Compiled::new(&leaf(246));
    assert_eq!(small.run("run", frames - 1, PLENTY).0.end, End::Status(0));
    let counted = 64 + 8 * (247 + 1) + 3;
    let large = Compiled::new(&leaf(247));
    let frames = ((MAX_STACK_BYTES - run - counted) / down) as i32;
    assert_eq!(large.run("run", frames - 1, PLENTY).0.end, End::Status(0));
    assert_eq!(large.run("run", frames, PLENTY).0.end, End::StackOverflow);
}

/// A single frame that is larger than all may be.
#[test]
fn a_frame_that_never_fits() {
    let operands = 33_000;
    let wasm = items(&format!(
        r#"(func (export "run") (param i32) (result i32) {} {})"#,
        "(i32.const 1) ".repeat(operands),
        "i32.add ".repeat(operands - 1),
    ));
    assert_eq!(Compiled::new(&wasm).run("run", 0, PLENTY).0.end, End::StackOverflow);
}

/// A recursion whose frames hold far more than their locals and operands: optimisation keeps what `before`
/// computes for `after`, or hoists what is the same in each turn of the loop out of it.
fn hoarding(before: &str, after: &str) -> Vec<u8> {
    items(&format!(
        r#"(func $down (param $n i32) (param $x i32) (result i32) (local $y i32)
             (loop
               {before}
               (if (local.get $n)
                 (then (local.set $y (i32.add (local.get $y)
                   (call $down (i32.sub (local.get $n) (i32.const 1)) (local.get $x))))))
               {after}
               (br_if 0 (i32.eq (local.tee $y (i32.add (local.get $y) (i32.const 1))) (i32.const -77))))
             (local.get $y))
           (func (export "run") (param $n i32) (result i32) (call $down (local.get $n) (i32.const 3)))"#
    ))
}

/// The engine's own stack, of 2 MiB, is never what overflows, not even if frames counted half as much.
#[test]
fn the_engines_stack_is_never_what_overflows() {
    let repeat = |count: u32, term: &dyn Fn(u32) -> String| (0..count).map(term).collect::<String>();
    let products = |count| {
        let term = |i| format!("(i32.mul (local.get $x) (i32.const {})) i32.xor ", i * 7_919 + 1_000_003);
        format!("(i32.const 0) {} (local.set $y)", repeat(count, &term))
    };
    let stores = |count| {
        repeat(count, &|i| {
            format!("(i32.store8 (i32.add (local.get $x) (i32.const {})) (local.get $y))", i * 61)
        })
    };
    let far = |count| {
        repeat(count, &|i| format!("(i32.store8 offset={} (local.get $x) (local.get $y))", 1_024 + i * 61))
    };
    let loads = |count| {
        let add = |i| {
            let load = format!("(i32.load offset={} (local.get $x))", i * 61);
            format!("(local.set $y (i32.add (local.get $y) {load}))")
        };
        repeat(count, &add)
    };
    let rules = MeterRules { max_stack_bytes: 2 * MAX_STACK_BYTES, ..rules() };
    for count in [1, 20, 100, 1_000] {
        for (before, after) in [
            (products(count), products(count)),
            (stores(count), String::new()),
            (far(count), String::new()),
            (loads(count), String::new()),
        ] {
            let metered = meter(&hoarding(&before, &after), &rules).unwrap();
            let compiled = Compiled::at(OptLevel::Speed, metered);
            assert_eq!(
                compiled.run("run", i32::MAX, PLENTY).0.end,
                End::StackOverflow,
                "{count}: {before:.60}"
            );
        }
    }
}
