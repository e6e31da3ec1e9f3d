//! Metering: rewrites a module that passed the checks at upload so that it counts gas and stack by
//! itself, and marks which memory it writes.
//!
//! A pure function of the module and the chain's rules. Nothing of the module is renumbered: types,
//! globals, functions and locals are appended. What is counted is protocol (docs/protocol.md,
//! "Metering") and doesn't depend on the engine; how it is counted is not.
//!
//! The parts: `flow` divides a function into segments, `prices` says what operators cost, `body`
//! rewrites a function with the code of `charge`, `stack` and `stores`; `module` reads, `assemble`
//! writes, `wrappers` are the new module's entrances.

mod assemble;
mod body;
mod charge;
mod flow;
mod layout;
mod module;
mod prices;
mod short_copy;
mod stack;
mod stores;
mod wrappers;

pub use prices::OperatorPrices;

use layout::Layout;
use module::Module;

/// What decides how a module is metered; the same on every node of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterRules {
    /// What operators cost.
    pub prices: OperatorPrices,
    /// The most bytes that the frames of one instance may take, as `stack` counts them.
    pub max_stack_bytes: u32,
    /// The most memory of an instance, in pages of 64 KiB.
    pub max_memory_pages: u32,
}

/// A module in its metered form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    /// The rewritten module. Its results need multi-value; nothing else is asked for that the original
    /// did not.
    pub wasm: Vec<u8>,
    /// The memory that an instance starts with, in bytes.
    pub memory_bytes: u64,
    /// The chunk of memory that a bit of the dirty bitmap stands for, as the logarithm of its bytes.
    pub chunk_shift: u32,
    /// How many bytes behind a dirty chunk may have been written as well.
    pub spill: u32,
}

/// A module that can't be metered: it did not pass the checks at upload, or there is a bug.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeterError {
    /// It is not valid.
    #[error("the module is not valid: {0}")]
    Invalid(String),
    /// It has something that the checks at upload refuse.
    #[error("the checks at upload refuse this module: {0}")]
    Unchecked(&'static str),
    /// A price for each page or byte is above `i32::MAX`, with which gas could overflow.
    #[error("the price {0} is too high")]
    Price(&'static str),
}

impl From<wasmparser::BinaryReaderError> for MeterError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        MeterError::Invalid(error.to_string())
    }
}

/// Rewrites `code` into its metered form.
pub fn meter(code: &[u8], rules: &MeterRules) -> Result<Metered, MeterError> {
    rules.prices.check()?;
    let module = Module::read(code)?;
    let layout = Layout::new(&module, rules)?;
    assemble::assemble(code, module, &layout)
}
