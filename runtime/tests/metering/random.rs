//! Random programs: what they do and the gas they take is what an interpreter finds that counts
//! operator by operator, and the same whatever the engine's settings.

use proptest::prelude::*;
use sillok_runtime::{MeterRules, OperatorPrices, meter};
use wasmtime::OptLevel;

use super::interpreter::Interpreter;
use super::program::{nodes, text};
use super::support::{Compiled, End, module, rules};

/// Enough for programs that end, little enough for those that don't.
const LIMIT: i64 = 300_000;

/// More memory costs less than usual: a segment in which it is asked for stays far below the limit, and programs that
/// get some go on.
fn prices() -> OperatorPrices {
    OperatorPrices { memory_grow: 1_200, grow_page: 4_000, ..rules().prices }
}

fn check(wasm: &[u8], argument: i32) -> Result<(), TestCaseError> {
    let prices = prices();
    let metered = meter(wasm, &MeterRules { prices: prices.clone(), ..rules() }).unwrap();
    let mut interpreter = Interpreter::new(wasm, &prices, LIMIT as u64);
    let end = interpreter.run("run", argument);
    let gas = interpreter.gas_used() as i64;
    let mut runs = Vec::new();
    for level in [OptLevel::Speed, OptLevel::SpeedAndSize, OptLevel::None] {
        let compiled = Compiled::at(level, metered.clone());
        let (run, count) = compiled.run("run", argument, LIMIT);
        match (&end, &run.end) {
            // A trap may stand in a segment that is not paid for in full.
            (End::Trap(_), End::OutOfGas) => prop_assert!(LIMIT - gas < 10_000),
            _ => prop_assert_eq!(&run.end, &end),
        }
        if let Some(count) = &count {
            prop_assert_eq!(LIMIT - count.gas_left, gas);
            prop_assert!(run.memory == interpreter.memory);
            prop_assert_eq!(&run.notes, &interpreter.notes);
            let exactly = compiled.run("run", argument, gas);
            prop_assert_eq!(&exactly.0, &run);
        }
        if end != End::OutOfGas {
            prop_assert_eq!(compiled.run("run", argument, gas - 1).0.end, End::OutOfGas);
        }
        let [first, second] = compiled.run_twice("run", argument, LIMIT);
        if count.is_some() && run.memory.len() == 65_536 {
            prop_assert!(first == second);
        }
        runs.push((run, count));
    }
    // Whatever way it ended: memory and what was told to the host, too.
    prop_assert!(runs.windows(2).all(|pair| pair[0] == pair[1]));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn metered_programs_do_and_cost_what_an_interpreter_finds(
        functions in [nodes(), nodes(), nodes()],
        argument in -2i32..20,
    ) {
        check(&module(&text(&functions), &["run"]), argument)?;
    }
}
