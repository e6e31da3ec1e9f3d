//! Criterion benches. Figures and the commands that give them are in `docs/benchmarks.md`.
