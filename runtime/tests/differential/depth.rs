//! The exact depth at which the stack ends: recursion of random frames, as deep as the oracle allows and one
//! deeper, however the engine optimises.

use sillok_abi::{CallFailure, Failure, Outcome, Receipt, TrapCode};
use sillok_testing::with_methods;

use super::calls::Ended;
use super::choices::{Choices, random_bytes};
use super::lab::{LEVELS, Lab, Subject};
use super::smith::import;

/// How many modules are tried.
const MODULES: u64 = 60;
const GAS: u64 = 1 << 40;

/// Text, so many times.
fn times(text: &str, count: u32) -> String {
    text.repeat(count as usize)
}

/// A function that calls `$next` with one less until its parameter is zero. What its frame counts is random:
/// locals, operands below the call, operators before it, and some that can't be reached.
fn function(name: &str, next: &str, choices: &mut Choices<'_>) -> String {
    let (locals, operands) = (choices.below(12), choices.below(12));
    let ty = choices.pick(&["i32", "i64"]);
    let reached = times("(drop (i32.const 1))", choices.below(40));
    let dead = times("(drop (i64.const 1))", choices.below(40));
    let end = choices.pick(&["(return)", "(unreachable)", "(br 0)"]);
    let below = times(&format!("({ty}.const 7)"), operands);
    let dropped = times("drop ", operands);
    format!(
        r#"(func ${name} (param i32) (local {}) {reached}
          (block (br_if 0 (local.get 0)) (return) {dead})
          (block (br_if 0 (local.get 0)) {end} {dead})
          {below} (call ${next} (i32.sub (local.get 0) (i32.const 1))) {dropped})"#,
        times(&format!("{ty} "), locals),
    )
}

/// A module whose `run` calls two such functions in turn, as deep as its argument says.
fn module(choices: &mut Choices<'_>) -> Vec<u8> {
    let other = choices.pick(&["one", "two"]);
    let text = format!(
        r#"(module {} (memory (export "memory") 1) {} {}
           (func (export "run") (param i32) (result i32)
             (call $input (i32.const 0)) (call $one (i32.load (i32.const 0))) (i32.const 0)))"#,
        import("input"),
        function("one", other, choices),
        function("two", "one", choices),
    );
    with_methods(wat::parse_str(text).unwrap(), &["run"])
}

fn overflows(outcome: &Outcome) -> bool {
    let overflow = Failure::Trap(TrapCode::StackOverflow);
    match outcome {
        Outcome::Success(_) => false,
        Outcome::Failed(CallFailure { failure, .. }) if *failure == overflow => true,
        other => panic!("{other:?}"),
    }
}

fn interpret(subject: &Subject<'_>, depth: u32) -> Ended {
    subject.interpret(&depth.to_le_bytes(), Some(GAS as i64))
}

/// The greatest depth at which the oracle has enough stack.
fn deepest(subject: &Subject<'_>) -> u32 {
    let (mut enough, mut too_deep) = (0, 8_192);
    assert!(overflows(&interpret(subject, too_deep).outcome));
    while too_deep - enough > 1 {
        let middle = enough.midpoint(too_deep);
        match overflows(&interpret(subject, middle).outcome) {
            true => too_deep = middle,
            false => enough = middle,
        }
    }
    enough
}

#[test]
fn the_stack_ends_where_the_oracle_says() {
    super::with_stack(|| {
        let lab = Lab::new();
        for seed in 0..MODULES {
            let code = module(&mut Choices::new(&random_bytes(seed, 256)));
            let subject = lab.subject(&code, 0).unwrap();
            let depth = deepest(&subject);
            let used = GAS as i64 - interpret(&subject, depth).gas.unwrap();
            for (level, optimisation) in LEVELS.iter().enumerate() {
                let call = |depth: u32| -> Receipt { subject.call(level, &depth.to_le_bytes(), GAS).0 };
                let (enough, too_deep) = (call(depth), call(depth + 1));
                let context = format!("seed {seed}, depth {depth}, {optimisation:?}");
                assert!(!overflows(&enough.outcome) && overflows(&too_deep.outcome), "{context}");
                assert_eq!(enough.gas_used, used as u64, "{context}");
            }
        }
    });
}
