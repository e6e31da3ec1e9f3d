//! Consensus: validators agree on one block after the other, and a certificate says so.
//!
//! The algorithm is Tendermint (arXiv:1807.04938), its state machine Malachite's core, which nothing outside of
//! this folder sees. [`Driver::step`] takes an [`Input`] and returns [`Effect`]s in the order in which they
//! have to be done: bodies stored, entries logged and synced, and then what others get to know. Whoever does
//! them may not leave one out and go on: after a failure the node halts. `docs/architecture.md`,
//! "Consensus", has whose work each is; the simulator (`node/src/sim`) does them on fakes.
//!
//! ```text
//! network, timers, executor ──► Input ──► Driver ──► Effect ──► store, log, network, executor
//!                                          │  ▲
//!                                    malachite core (votes, locks, rounds)
//! ```
//!
//! | what | where |
//! |---|---|
//! | the core's vocabulary in our types | `context`, `members`, `convert`, `inputs` |
//! | the state machine around it | `driver`, `host`, `outbox`, `bodies`, `peers`, `present`, `schedule`, `timeouts` |
//! | signatures | `validator`, `verify`, `guard`, `certificate` |
//! | on wire and disk | `message`, `log` |
//!
//! Invariants: nothing here calls network or storage (but `log::file`, which the driver does not know); a
//! validator signs one thing at each place; what it signed is on disk before anybody hears of it.

mod bodies;
#[cfg(test)]
mod certificate;
mod context;
mod convert;
mod driver;
mod effect;
mod guard;
mod host;
mod inputs;
mod log;
mod members;
mod message;
mod outbox;
mod peers;
mod present;
mod schedule;
mod timeouts;
mod validator;
mod verify;

#[cfg(test)]
pub(crate) use certificate::assemble;
pub(crate) use driver::{Ballot, Config, Driver, Seat, Start, View};
pub(crate) use effect::{CertifiedBlock, Effect, Halt, Input, Offence, Peer, Stage, To, Verdict};
#[cfg(test)]
pub(crate) use log::Step;
pub(crate) use log::{
    AppendFault, Entry, FileMedium, Log, LogError, LogStore, MemoryMedium, Recorded, inspect as inspect_log,
};
pub(crate) use message::Message;
#[cfg(test)]
pub(crate) use message::Status;
pub(crate) use timeouts::{Timeouts, TimerId};
pub(crate) use validator::{Signatures, ValidatorKey};
