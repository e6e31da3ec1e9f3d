//! The deterministic state machine: transactions in, state changes and receipts out.
//!
//! It reads no clock, does no I/O, starts no thread whose timing can be seen and draws no randomness:
//! the same blocks give the same roots on every machine. State is read through [`StateReader`]; what a
//! block changes is handed out and becomes state when the node has it on disk.
#![deny(clippy::unwrap_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests may"))]

mod admission;
mod block;
mod code_limits;
pub mod crypto;
mod execution;
mod executor;
mod fault;
mod gas;
mod genesis;
mod hashing;
pub mod limits;
mod native;
pub mod orderbook;
mod parameters;
mod parts;
mod refusal;
mod replay;
mod runtime;
mod session;
mod state;
mod validators;
mod wasm;

pub use admission::{Checked, decode_transaction};
pub use block::{Identified, in_protocol_order};
pub use code_limits::{CODE_LIMITS, CodeLimits};
pub use execution::BlockEnv;
pub use executor::{BlockError, Execution, Executor, Proposal};
pub use fault::Fault;
pub use gas::{GasTable, HashPrices, HostPrice, SignaturePrices};
pub use genesis::{Genesis, GenesisError};
pub use native::{native_metadata, replay_window_ms};
pub use orderbook::OrderBooks;
pub use parameters::{BadParameter, EvidenceRules, Parameters};
pub use refusal::Refusal;
pub use runtime::{Checker, Outside, Runtime, Simulation};
pub use session::Session;
pub use state::{
    Changes, Direction, Entries, FieldKey, FieldRoots, MemoryState, MetKey, PageLimit, StateReader,
    StateTree, TreeBuilder, Walk, state_key,
};
pub use validators::{proposer, verify_certificate};
pub use wasm::{
    AcceptedCode, Artefacts, CODE_ERRORS, CodeError, Compiler, MeterError, MeterRules, Metered,
    OperatorPrices, Optimisation, check_code, meter,
};
