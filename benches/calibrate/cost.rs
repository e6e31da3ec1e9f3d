//! What something takes and what it is charged, measured together: every figure comes from calls whose
//! time is taken and whose gas the receipt tells, so that no table of prices is believed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use sillok_abi::ContractId;
use sillok_abi::native::contract_id;
use sillok_testing::account;

use super::program::{FEW, MANY, Program};
use sillok_benches::{Cost, Prepared, Runner, Stage, salt, succeeded};

/// How often each call is timed.
static SAMPLES: AtomicU64 = AtomicU64::new(0);

/// Sets how often each call is timed. If that is never, each is made once, for its gas.
pub(crate) fn set_samples(samples: u64) {
    SAMPLES.store(samples, Ordering::Relaxed);
}

/// Whether calls are timed.
pub(crate) fn is_timed() -> bool {
    SAMPLES.load(Ordering::Relaxed) > 0
}

/// The shortest of several times that `work` takes, in nanoseconds.
pub(crate) fn shortest(work: impl FnMut()) -> f64 {
    shortest_of(u64::MAX, work)
}

/// As `shortest`, with no more than so many times.
pub(crate) fn shortest_of(most: u64, mut work: impl FnMut()) -> f64 {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_nanos()
    };
    let samples = SAMPLES.load(Ordering::Relaxed).clamp(1, most);
    (0..samples).map(once).min().map_or(0.0, |nanos| nanos as f64)
}

/// What a root call costs, whether it succeeds or not. Each time it is in another block, so that a
/// program can take what no call before it has touched.
pub(crate) fn root_call(runner: &mut Runner<'_>, prepared: &Prepared) -> Cost {
    let mut gas = 0;
    let nanos = shortest(|| {
        runner.env.height += 1;
        gas = runner.first(prepared).gas_used;
    });
    Cost { nanos, gas: gas as f64 }
}

/// Programs that are measured together, on one chain, with contracts that they may call.
#[derive(Default)]
pub(crate) struct Batch {
    callees: Vec<Vec<u8>>,
    programs: Vec<Program>,
}

/// What a turn of each program of a batch costs, in the order in which they were added.
pub(crate) struct Costs(Vec<Cost>);

impl Costs {
    pub(crate) fn of(&self, program: usize) -> Cost {
        self.0[program]
    }
}

impl Batch {
    /// Adds a contract that programs may call; answers its id. Callees come before programs.
    pub(crate) fn callee(&mut self, wasm: Vec<u8>) -> ContractId {
        assert!(self.programs.is_empty(), "callees come before programs");
        self.callees.push(wasm);
        contract_id(&account("Alice"), &salt(self.callees.len() - 1))
    }

    /// Adds a program; answers its number.
    pub(crate) fn add(&mut self, program: Program) -> usize {
        self.programs.push(program);
        self.programs.len() - 1
    }

    /// Measures all programs; `prepare` may put something into the state first.
    pub(crate) fn measure(self, prepare: impl FnOnce(&mut Stage)) -> Costs {
        let empty = Program::EMPTY;
        let programs = self.programs.iter().chain([&empty]);
        let wasm: Vec<Vec<u8>> = self.callees.iter().cloned().chain(programs.map(Program::wasm)).collect();
        let names: Vec<String> = (0..wasm.len()).map(|index| index.to_string()).collect();
        let contracts: Vec<(&str, &[u8])> =
            names.iter().map(String::as_str).zip(wasm.iter().map(Vec::as_slice)).collect();
        let mut stage = Stage::new(&contracts);
        prepare(&mut stage);
        let turn = |program: &Program, name: &str| turn(&stage, program, name);
        let empty = turn(&empty, &names[wasm.len() - 1]);
        let measured = self.programs.iter().zip(&names[self.callees.len()..]);
        Costs(measured.map(|(program, name)| turn(program, name) - empty).collect())
    }
}

/// What a turn of a program's loop costs, the loop included.
fn turn(stage: &Stage, program: &Program, contract: &str) -> Cost {
    let mut runner = stage.runner();
    let mut method = |method| {
        let prepared = stage.prepare(stage.call(contract, method, ()));
        succeeded(runner.first(&prepared));
        root_call(&mut runner, &prepared)
    };
    let few = method(FEW);
    (method(MANY) - few) / f64::from(program.turns)
}
