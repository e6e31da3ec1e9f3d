//! Compiling on its own, for benches and tests of the bound on what compiling takes.

use sillok_abi::native::code_hash;

use super::artefact;
use super::engine::{Engine, Optimisation};
use crate::Parameters;
use crate::fault::Fault;

/// The engine, for compiling only.
pub struct Compiler {
    engine: Engine,
}

impl Compiler {
    /// Fails if the engine does not start on this machine.
    pub fn new() -> Result<Self, Fault> {
        Ok(Compiler { engine: Engine::new(&Parameters::default(), Optimisation::default())? })
    }

    /// Meters and compiles accepted code just as a node does, and drops the result.
    pub fn compile(&self, code: &[u8]) -> Result<(), Fault> {
        artefact::compile(&self.engine, &code_hash(code), code).map(drop)
    }
}
