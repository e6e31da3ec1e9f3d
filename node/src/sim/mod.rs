//! A whole network of validators in one thread, under a seed.
//!
//! The drivers and the log are the node's own, and so is what they decide on if a run is `ledgered`: mempool,
//! executor and ledger. Clock, disk and network are fakes that fail as real ones do. [`Options::of_seed`] draws what goes wrong, [`World`] has it happen, and `Checks`
//! sees to it that nothing that must not happens. When everything heals, the honest members have to decide
//! again within a bound. `sillok sim --seeds A..B` runs seeds, and so does the test with `SILLOK_SIM_SEEDS=A..B`; one that fails
//! tells its story.
//! Invariant: a seed replays to the last byte.

mod application;
mod byzantine;
mod check;
mod command;
mod coverage;
mod event;
mod faults;
mod ledger;
mod network;
mod node;
mod options;
mod perform;
mod signatures;
mod story;
#[cfg(test)]
mod tests;
mod world;

use check::Violation;
pub(crate) use command::SimOptions;
#[cfg(test)]
use coverage::Case;
use coverage::{CASES, Coverage};
#[cfg(test)]
use options::Habits;
use options::{End, Options, Plant};
use world::{Outcome, World};

/// Runs what these options come to.
fn run(options: Options) -> Outcome {
    World::new(options).run()
}
