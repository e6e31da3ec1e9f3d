//! Snapshots: the state after one block in files, with what proves it, so that a node can begin there.
//!
//! ```text
//! manifest            the header that commits to the state, and the chunks with their digests
//! finality            what makes that header final: its certificate, and changes of validators before it
//! chunks/000000 …     entries of state, then the blocks whose transactions could be replayed
//! ```
//!
//! The manifest and the chunks of a height are the same bytes wherever they are made; certificates differ, as
//! nodes see other signatures of the same decision. `manifest` and `record` say what the bytes are, `folder`
//! where they are, `export` makes them, `check` tells whether they are true, `restore` begins a chain with them.
//! `shelf` has those that a node keeps, `keep` makes them while it runs, `wire` is what peers are asked and told.
//!
//! Invariant: nothing of a snapshot becomes a chain before all of it is checked against validators that are
//! trusted from elsewhere.

mod check;
mod error;
mod export;
mod folder;
mod keep;
mod manifest;
mod record;
mod restore;
mod shelf;
mod wire;

pub(crate) use check::verify;
pub(crate) use error::SnapshotError;
#[cfg(test)]
pub(crate) use export::create_in_chunks;
pub(crate) use export::{create, newest};
pub(crate) use folder::SnapshotFolder;
pub(crate) use keep::{KeepSnapshots, keep};
pub(crate) use manifest::{Chunk, Finality, Manifest};
#[cfg(test)]
pub(crate) use record::Record;
pub(crate) use restore::restore;
pub(crate) use shelf::Shelf;
pub(crate) use wire::{Ask, Head, Offer, read};
