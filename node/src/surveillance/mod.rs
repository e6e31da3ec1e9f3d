//! Surveillance: what in the market's trading somebody should look at.
//!
//! A read model. It follows the events of final blocks and nothing else, so it can be thrown away at any time:
//! whoever reads the same blocks by the same settings finds the same. It decides nothing; each finding names the
//! accounts, orders, trades, heights and figures that made it one, for people to judge.
//!
//! - [`Settings`]: the thresholds, from `node.toml`.
//! - `event`: what the market and the DID contract told, read from receipts.
//! - `model`: all that is known, block by block; `watch` is one listing's part, `groups` who belongs together.
//! - `detect`: one file for each pattern.
//! - `follow`: the thread that reads blocks; `keep`: what is known, in a file.
//!
//! Invariant: memory is bounded by the limits in `limits`, whatever the chain holds.

mod detect;
mod event;
mod finding;
mod follow;
mod groups;
mod keep;
mod limits;
mod model;
mod reference;
mod settings;
#[cfg(test)]
mod tests;
mod watch;

pub(crate) use finding::{Finding, Kind};
pub(crate) use follow::{Surveillance, SurveillanceError, start};
pub(crate) use model::Wanted;
pub(crate) use settings::Settings;
