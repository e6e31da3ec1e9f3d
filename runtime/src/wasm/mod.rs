//! Running Wasm: checks at upload, metering, the engine, compiled code, host functions, instances.

mod code;
mod engine;
mod host;
mod host_functions;
mod instance;
mod meter;
mod validate;

pub(crate) use code::{Code, CodeCache};
pub(crate) use engine::Engine;
pub(crate) use instance::run;
pub use meter::{MeterError, MeterRules, Metered, OperatorPrices, meter};
pub use validate::{CODE_ERRORS, CodeError, check_code};
