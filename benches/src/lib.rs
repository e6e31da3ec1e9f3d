//! What the benches share. Figures and the commands that give them are in `docs/benchmarks.md`.
//!
//! A [`Stage`] is a chain in memory with the contracts that are measured, a [`Runner`] the one place
//! where root calls are made, [`plain`] the same Wasm without Sillok, [`worst`] the modules that take longest
//! to compile, [`variant`] makes many contracts of one, [`accounts`] state with a million keys, [`books`] what
//! happens in order books, [`Rows`] the table of gas prices that the bench `calibrate` makes.
#![allow(clippy::float_arithmetic, reason = "figures are for people")]
#![allow(clippy::unwrap_used, reason = "a bench: a panic is how it reports")]

/// The node's allocator, or other programs would be measured: with glibc's, a call with a long argument gives
/// memory back to the kernel each time and takes five times as long.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

pub mod accounts;
pub mod books;
pub mod plain;
mod prices;
mod runner;
mod stage;
mod variant;
pub mod worst;

pub use prices::{BOUNDS, Cost, GAS_PER_NANO, Row, Rows};
pub use runner::{Prepared, Runner, succeeded};
pub use stage::{BENCH, OTHER, Stage, salt};
pub use variant::variant;
