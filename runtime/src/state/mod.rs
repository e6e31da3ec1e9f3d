//! State: a flat map from keys to values, read through a trait, changed through an overlay and committed to
//! by a tree.
//!
//! A key is a contract's id and its storage key. Invariant: nothing here writes; a block's changes
//! are handed out and become state only when the node has them on disk.

mod memory;
mod overlay;
mod range;
mod tree;

use std::collections::BTreeMap;

use sillok_abi::ContractId;

pub(crate) use crate::fault::Fault;
pub use memory::MemoryState;
pub(crate) use overlay::{Overlay, OverlayMark, Place, Value};
pub use range::{Direction, MetKey, PageLimit, Walk};
pub(crate) use range::{RangeReader, Span};
pub use tree::{FieldKey, FieldRoots, StateTree, TreeBuilder};

/// What a block changes: a key's new value, or none if it is removed.
pub type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Entries of state: keys and values.
pub type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// A consistent view of state.
pub trait StateReader: Send + Sync + 'static {
    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;

    /// The first keys with `from <= key < to` in this direction, as many as fill a page, among them those
    /// that have no value in this state but can only be passed over one by one.
    ///
    /// The latest state, on which blocks are executed, has no such keys and takes one search, so that what
    /// a transaction pays for its ranges follows from state alone. A state of the past has the keys of all
    /// times; who reads it pays for those too.
    fn walk(&self, from: &[u8], to: &[u8], direction: Direction, limit: PageLimit) -> Result<Walk, Fault>;

    /// The first entries with `from <= key < to` in this direction, as many as fill a page, however many
    /// keys without a value lie between them: for who is not asked by a contract.
    fn page(&self, from: &[u8], to: &[u8], direction: Direction, limit: PageLimit) -> Result<Entries, Fault> {
        let mut rest = Span { from: from.to_vec(), to: to.to_vec() };
        let (mut page, mut bytes) = (Entries::new(), 0);
        while !limit.is_reached(page.len(), bytes) {
            let walked = self.walk(&rest.from, &rest.to, direction, limit)?.entries;
            let Some((last, _)) = walked.last() else { break };
            rest.advance(last, direction);
            for (key, value) in walked {
                let Some(value) = value else { continue };
                if limit.is_reached(page.len(), bytes) {
                    break;
                }
                bytes += key.len() + value.len();
                page.push((key, value));
            }
        }
        Ok(page)
    }

    /// The first `limit` entries with `from <= key < to`, in the order of their keys.
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Entries, Fault> {
        self.page(from, to, Direction::Ascending, PageLimit::entries(limit))
    }
}

/// The key of a contract's storage key in the state.
pub fn state_key(contract: &ContractId, key: &[u8]) -> Vec<u8> {
    [&contract.0, key].concat()
}

/// A state key in its two parts, as contracts and the host have it.
#[derive(Clone, Copy)]
pub(crate) struct StateKey<'a> {
    contract: &'a [u8],
    own: &'a [u8],
}

impl<'a> StateKey<'a> {
    /// A contract's storage key.
    pub(crate) fn new(contract: &'a ContractId, own: &'a [u8]) -> Self {
        StateKey { contract: &contract.0, own }
    }

    fn parts(self) -> [&'a [u8]; 2] {
        [self.contract, self.own]
    }

    fn is(self, whole: &[u8]) -> bool {
        // Keys of one contract differ in what is their own, so that goes first.
        whole.len() == self.contract.len() + self.own.len()
            && whole.ends_with(self.own)
            && whole.starts_with(self.contract)
    }
}

impl<'a, B: AsRef<[u8]> + ?Sized> From<&'a B> for StateKey<'a> {
    fn from(whole: &'a B) -> Self {
        let whole = whole.as_ref();
        let (contract, own) = whole.split_at(whole.len().min(size_of::<ContractId>()));
        StateKey { contract, own }
    }
}
