//! Runs a contract of the specification as all contracts run: metered, on the same engine.

use wasmtime::{Instance, Module, Store, Trap, Val};

use super::contract::METHOD;
use crate::Parameters;
use crate::wasm::code::entry_name;
use crate::wasm::engine::{Engine, Optimisation};
use crate::wasm::meter::meter;

/// More than any script needs.
const GAS: i64 = 1 << 60;
/// What a metered module says in `stop` when its stack limit was reached.
const STACK_OVERFLOW: i32 = 2;

/// What an entry answers: the method's status, the gas left, the chunks written to.
type Answer = (i32, i64, u64);

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Returned(i32),
    Trapped(Trap),
}

/// The engine with the settings of contracts.
pub(super) struct Machine {
    engine: Engine,
}

impl Machine {
    pub(super) fn new() -> Self {
        Machine { engine: Engine::new(&Parameters::default(), Optimisation::default()).unwrap() }
    }

    pub(super) fn compile(&self, contract: &[u8]) -> Module {
        let metered = meter(contract, &self.engine.rules).unwrap();
        Module::from_binary(&self.engine.engine, &metered.wasm).unwrap()
    }

    /// Calls the method in a new instance.
    pub(super) fn run(&self, module: &Module, selector: i32) -> End {
        let mut store = Store::new(&self.engine.engine, ());
        let instance = Instance::new(&mut store, module, &[]).unwrap();
        let stop = instance.get_global(&mut store, "stop").unwrap();
        let method = instance.get_typed_func::<(i32, i64), Answer>(&mut store, &entry_name(METHOD)).unwrap();
        match method.call(&mut store, (selector, GAS)) {
            Ok((status, ..)) => End::Returned(status),
            Err(error) => match (error.downcast::<Trap>().unwrap(), stop.get(&mut store)) {
                (Trap::UnreachableCodeReached, Val::I32(STACK_OVERFLOW)) => End::Trapped(Trap::StackOverflow),
                (trap, _) => End::Trapped(trap),
            },
        }
    }
}
