//! Stack is counted from the text of the module: recursion stops at a depth that can be computed.

use wasmtime::OptLevel;

use super::support::{Compiled, End, MAX_STACK_BYTES, PLENTY, metered, module};

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
    // `run` has a parameter and an operand, `down` a parameter and two operands.
    let run = 64 + 8 * 2;
    for locals in [0, 7, 900] {
        let down = 64 + 8 * (3 + locals);
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
    let (run, down) = (64 + 8 * 2, 64 + 8 * 3);
    let frames = ((MAX_STACK_BYTES - run) / down) as i32;
    let small = Compiled::new(&leaf(247));
    assert_eq!(small.run("run", frames - 1, PLENTY).0.end, End::Status(0));
    let counted = 64 + 8 * (248 + 1);
    let large = Compiled::new(&leaf(248));
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
