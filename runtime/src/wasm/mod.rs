//! The sandbox: code is checked, metered, compiled, and run in instances that look fresh to every call.

mod artefact;
mod cache;
mod code;
mod engine;
mod host;
mod host_functions;
mod instance;
mod instances;
mod meter;
mod spares;
mod validate;

pub use cache::Artefacts;
pub(crate) use cache::CodeCache;
pub(crate) use code::Code;
pub(crate) use engine::Engine;
pub(crate) use instance::Instance;
pub(crate) use instances::{Instances, instance};
pub use meter::{MeterError, MeterRules, Metered, OperatorPrices, meter};
pub use validate::{CODE_ERRORS, CodeError, check_code};
