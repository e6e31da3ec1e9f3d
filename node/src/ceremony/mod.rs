//! The ceremony: how the members of a consortium make one genesis, each on a machine of its own.
//!
//! A *draft* says what the chain is to be, in text that people agree on: organisations, parameters, contracts;
//! no nodes yet. Each member makes an *entry* for its node, signed by the node's keys and its organisation's,
//! and bound to that draft. Draft and entries come to one genesis, the same bytes wherever and in whatever order
//! they are put together: so every member can seal for itself, and compare the chain's id with the others.
//!
//! | file | |
//! |---|---|
//! | `draft`, `template` | the draft's text: read, and written for a start |
//! | `plan`, `contracts` | what it means: a genesis without nodes |
//! | `entry` | a member's entry: made, signed, checked |
//! | `seal` | plan and entries put together, and tried |
//! | `known_keys` | keys that everybody knows, found wherever they hide |
//! | `facts` | a genesis in sentences, and what two of them differ in |

mod contracts;
mod draft;
mod entry;
mod error;
mod facts;
mod known_keys;
mod plan;
mod seal;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use draft::{Draft, Organisation};
pub(crate) use entry::{Entry, EntryKeys, NewEntry};
pub(crate) use error::CeremonyError;
pub(crate) use facts::differences;
pub(crate) use known_keys::known_keys;
pub(crate) use plan::Plan;
pub(crate) use seal::{seal, try_out};
pub(crate) use template::template;
