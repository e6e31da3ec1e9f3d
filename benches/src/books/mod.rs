//! What happens in order books, for the benches that measure them.

mod matchcore;
mod mix;

pub use matchcore::Matchcore;
pub use mix::{MAX_STEPS, MIDDLE, MIX1, MIX2, Mix, OPERATIONS, OWNER, Operation, Random, Shares};
