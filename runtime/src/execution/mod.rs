//! Execution: frames, calls between contracts, authority, transactions, scheduled calls.

mod authority;
mod books;
mod call;
mod call_key;
mod context;
mod coverage;
mod frame;
mod recorder;
mod schedule;
mod shared;
mod transaction;

pub(crate) use authority::{Authority, Grant};
pub(crate) use books::BooksPrice;
pub(crate) use context::Context;
pub(crate) use frame::{CallEnd, Entry, Stop, Target};
pub(crate) use recorder::Recorder;
pub(crate) use schedule::{finish, next_due, run_due};
pub(crate) use shared::{ByParameters, Shared};
pub(crate) use transaction::{Admitted, authenticate, run_transaction, sweep_nonces, tree_calls};

use sillok_abi::Time;

/// The block in which something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockEnv {
    /// Its height.
    pub height: u64,
    /// Its time.
    pub time: Time,
}
