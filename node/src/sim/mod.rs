//! A whole network of validators in one thread, under a seed.

mod application;
mod byzantine;
mod check;
mod faults;
mod network;
mod node;
mod options;
mod perform;
mod random;
mod signatures;
mod story;
#[cfg(test)]
mod tests;
mod world;

pub(crate) use check::Violation;
pub(crate) use options::{Habits, Options, Plant};
pub(crate) use world::{Outcome, World};

/// Runs what these options come to.
pub(crate) fn run(options: Options) -> Outcome {
    World::new(options).run()
}
