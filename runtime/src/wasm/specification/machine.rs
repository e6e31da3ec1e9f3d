//! Runs a contract of the specification on the engine that runs all contracts.

use wasmtime::{Instance, Module, Store, Trap};

use super::contract::METHOD;
use crate::wasm::engine::Engine;

/// More than any script needs.
const GAS: u64 = 10_000_000_000;

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Returned(i32),
    Trapped(Trap),
}

/// What happens to accepted code before it is compiled: as yet, nothing.
fn prepare(contract: &[u8]) -> Vec<u8> {
    contract.to_vec()
}

/// The engine with the settings of contracts.
pub(super) struct Machine {
    engine: Engine,
}

impl Machine {
    pub(super) fn new() -> Self {
        Machine { engine: Engine::new().unwrap() }
    }

    pub(super) fn compile(&self, contract: &[u8]) -> Module {
        Module::from_binary(&self.engine.engine, &prepare(contract)).unwrap()
    }

    /// Calls the method in a new instance.
    pub(super) fn run(&self, module: &Module, selector: i32) -> End {
        let mut store = Store::new(&self.engine.engine, ());
        store.set_fuel(GAS).unwrap();
        let instance = Instance::new(&mut store, module, &[]).unwrap();
        let method = instance.get_typed_func::<i32, i32>(&mut store, METHOD).unwrap();
        match method.call(&mut store, selector) {
            Ok(status) => End::Returned(status),
            Err(error) => End::Trapped(error.downcast::<Trap>().unwrap()),
        }
    }
}
