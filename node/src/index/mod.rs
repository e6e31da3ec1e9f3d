//! The index: what people ask of the past that state does not answer. Which transactions name an account or a
//! contract; a listing's trades and the prices of its hours and days; who held how much of a company when.
//!
//! A read model. It follows final blocks by a thread of its own, on storage of its own beside the chain's, and no
//! block waits for it. It can be thrown away at any time (`sillok history rebuild`): the same blocks give the same.
//! Entries of accounts and contracts say only where to look; the blocks have the rest.
//!
//! - `keys`, `records`: what storage holds, in bytes.
//! - `fold`: changes that wait to be written together, and reading through them.
//! - `describe`: what a contract's events mean, by its metadata.
//! - `read`: one block; `trades` and `holdings` are what it says of markets and registers.
//! - `follow`: the thread.
//! - `ask`: what is asked.
//!
//! Invariant: storage moves by whole blocks, with the height it is at, so that a crash costs no more than reading
//! some of them again.

mod ask;
mod describe;
mod fold;
mod follow;
mod holdings;
mod keys;
mod read;
mod records;
mod trades;

use serde::{Deserialize, Serialize};

pub(crate) use ask::{Index, Subject};
pub(crate) use describe::{Descriptions, fields};
pub(crate) use follow::{IndexError, start};
pub(crate) use keys::Position;
pub(crate) use records::{Candle, ClassStanding, Interval, Trade};

/// Settings of the index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Whether blocks are followed at all. It costs disk and processors, so that of a member's nodes those have it
    /// that people ask.
    pub(crate) enabled: bool,
}
