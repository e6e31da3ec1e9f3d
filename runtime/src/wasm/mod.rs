//! Running Wasm: checks at upload, the engine, compiled code, host functions, instances.

mod code;
mod engine;
mod host;
mod host_functions;
mod instance;
mod validate;

pub(crate) use code::{Code, CodeCache};
pub(crate) use engine::Engine;
pub(crate) use instance::run;
pub use validate::{CODE_ERRORS, CodeError, check_code};
