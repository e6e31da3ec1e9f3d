//! Compiling on its own, for benches and tests of the bound on what compiling takes.

use super::code;
use super::engine::Engine;
use crate::fault::Fault;

/// The engine, for compiling only.
pub struct Compiler {
    engine: Engine,
}

impl Compiler {
    /// Fails if the engine does not start on this machine.
    pub fn new() -> Result<Self, Fault> {
        Ok(Compiler { engine: Engine::new()? })
    }

    /// Compiles accepted code just as a node does on its first call, and drops the result.
    pub fn compile(&self, code: &[u8]) -> Result<(), Fault> {
        code::compile(&self.engine, code).map(drop)
    }
}
