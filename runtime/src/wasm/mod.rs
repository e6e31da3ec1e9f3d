//! The sandbox: code is checked, metered, compiled, and run in instances that look fresh to every call.

mod artefact;
mod book_functions;
mod cache;
mod check;
mod code;
mod compiler;
mod engine;
mod host;
mod host_functions;
mod instance;
mod instances;
mod meter;
mod spares;

#[cfg(test)]
mod specification;

pub use cache::Artefacts;
pub(crate) use cache::CodeCache;
pub use check::{AcceptedCode, CODE_ERRORS, CodeError, check_code};
pub(crate) use code::Code;
pub use compiler::Compiler;
pub(crate) use engine::Engine;
pub use engine::Optimisation;
pub(crate) use instance::Instance;
pub(crate) use instances::{Instances, instance};
pub use meter::{MeterError, MeterRules, Metered, OperatorPrices, meter};
