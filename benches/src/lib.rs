//! Criterion benches and what they run on. Figures and the commands that give them are in
//! `docs/benchmarks.md`.

pub mod worst;
