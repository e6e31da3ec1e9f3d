//! Running Wasm: checks at upload, the engine, compiled code, host functions, instances.

mod check;
mod code;
mod compiler;
mod engine;
mod host;
mod host_functions;
mod instance;
#[cfg(test)]
mod specification;

pub use check::{CODE_ERRORS, CodeError, check_code, measure_code};
pub(crate) use code::{Code, CodeCache};
pub use compiler::Compiler;
pub(crate) use engine::Engine;
pub(crate) use instance::run;
