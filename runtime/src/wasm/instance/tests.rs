use sillok_testing::wat_contract;
use wasmtime::ResourceLimiter;

use super::*;
use crate::Parameters;
use crate::wasm::{Optimisation, artefact};

/// A host that is out of memory.
struct OutOfMemory;

impl ResourceLimiter for OutOfMemory {
    fn memory_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(false)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// Grows memory of one page, which may have three, by as many pages as there are bytes of arguments.
const GROWS: &str = r#"(memory (export "memory") 1 3)
    (func (export "run") (param i32) (result i32) (drop (memory.grow (local.get 0))) (i32.const 0))"#;

/// What growing by these pages comes to where there is no memory.
fn grow(pages: u32) -> Result<u32, Stop> {
    let engine = Engine::new(&Parameters::default(), Optimisation::Speed).unwrap();
    let (code, _) = artefact::compile(&engine, &[1; 32], &wat_contract(GROWS, &["run"])).unwrap();
    let mut instance = Instance::new(&engine, std::sync::Arc::new(code)).unwrap();
    instance.store.limiter(|_| Box::leak(Box::new(OutOfMemory)));
    let answer = instance.entries[0].call(&mut instance.store, (pages, 1_000_000_000));
    answer.map(|(status, _, _)| status).map_err(|error| instance.stopped(error))
}

#[test]
fn a_host_without_memory_is_a_fault_and_nothing_that_a_contract_sees() {
    for pages in [1, 2] {
        let stop = grow(pages).unwrap_err();
        assert!(matches!(&stop, Stop::Fault(fault) if *fault == no_memory()), "{stop:?}");
    }
}

#[test]
fn what_the_limit_does_not_allow_needs_no_memory_of_the_host() {
    for pages in [0, 3, 100] {
        assert_eq!(grow(pages).unwrap(), 0);
    }
}
