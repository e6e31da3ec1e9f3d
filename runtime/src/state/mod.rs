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

use crate::limits::MAX_KEY_BYTES;

pub(crate) use crate::fault::Fault;
pub use memory::MemoryState;
pub(crate) use overlay::{Overlay, OverlayMark};
pub use range::{Direction, PageLimit};
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

    /// The first entries with `from <= key < to` in this direction, as many as fill a page.
    fn page(&self, from: &[u8], to: &[u8], direction: Direction, limit: PageLimit) -> Result<Entries, Fault>;

    /// The first `limit` entries with `from <= key < to`, in the order of their keys.
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Entries, Fault> {
        self.page(from, to, Direction::Ascending, PageLimit::entries(limit))
    }
}

/// The key of a contract's storage key in the state.
pub fn state_key(contract: &ContractId, key: &[u8]) -> Vec<u8> {
    [&contract.0, key].concat()
}

/// The same for keys of contracts, of which every call has several: on the stack.
pub(crate) struct StateKey {
    bytes: [u8; 32 + MAX_KEY_BYTES],
    length: usize,
}

impl StateKey {
    /// None if `key` is longer than keys may be.
    pub(crate) fn new(contract: &ContractId, key: &[u8]) -> Option<Self> {
        let mut state_key = StateKey { bytes: [0; 32 + MAX_KEY_BYTES], length: 32 + key.len() };
        let (first, rest) = state_key.bytes.split_at_mut(32);
        first.copy_from_slice(&contract.0);
        rest.get_mut(..key.len())?.copy_from_slice(key);
        Some(state_key)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}
