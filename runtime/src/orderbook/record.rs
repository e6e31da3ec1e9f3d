//! How books lie in state: keys and records.
//!
//! Under the order book's contract id: how many books there are (`books`), a header for each book
//! (`header`), and its slots in pages (`page`). Levels, occupancy and index are not stored: they follow
//! from the slots. Numbers within keys are big-endian, so that a book's pages lie in order.

use codec::{Decode, DecodeAll, Encode};
use sillok_abi::{Account, BookParams, ContractId, Side, native};

use super::ladder::Rung;
use super::slab::{NIL, Order};
use crate::state::{Fault, state_key};

/// What a book's header counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Header {
    /// The id that the next order gets.
    pub(super) next_order: u64,
    /// How many slots there are.
    pub(super) slots: u32,
    /// The first slot on the free list; `u32::MAX` if there is none.
    pub(super) free: u32,
    /// How many orders rest.
    pub(super) live: u32,
}

impl Header {
    /// That of a book without orders.
    pub(super) const EMPTY: Header = Header { next_order: 1, slots: 0, free: NIL, live: 0 };
}

/// A book without its orders, as stored.
#[derive(Encode, Decode)]
pub(super) struct BookRecord {
    /// The contract that created it.
    pub(super) owner: ContractId,
    pub(super) params: BookParams,
    pub(super) header: Header,
}

/// A slot, as stored. Links are slots; `u32::MAX` is none.
#[derive(Encode, Decode)]
pub(super) enum SlotRecord {
    /// On the free list.
    Free {
        /// The next slot on it.
        next: u32,
    },
    /// A resting order.
    Live {
        id: u64,
        owner: Account,
        side: Side,
        /// The ordinal of its price.
        tick: u32,
        /// What is left of it.
        quantity: u64,
        /// The order before it in its queue.
        prev: u32,
        /// The order behind it.
        next: u32,
    },
}

/// Who stands as the owner of a free slot; it means nothing.
const NOBODY: Account = Account::Key([0; 32]);

impl SlotRecord {
    pub(super) fn new(order: &Order, owner: &Account) -> Self {
        if !order.is_live() {
            return SlotRecord::Free { next: order.next };
        }
        SlotRecord::Live {
            id: order.id,
            owner: *owner,
            side: order.rung.side(),
            tick: order.rung.tick(),
            quantity: order.quantity,
            prev: order.prev,
            next: order.next,
        }
    }

    pub(super) fn into_order(self) -> (Order, Account) {
        match self {
            SlotRecord::Free { next } => (Order::free(next), NOBODY),
            SlotRecord::Live { id, owner, side, tick, quantity, prev, next } => {
                (Order { id, quantity, rung: Rung::new(side, tick), prev, next, stamp: 0 }, owner)
            }
        }
    }
}

/// The key of how many books there are, a `u32`.
pub(super) fn count_key() -> Vec<u8> {
    key("books", &[])
}

/// The key of a book's [`BookRecord`]. Books are numbered from 0, one below their id.
pub(super) fn header_key(book: u32) -> Vec<u8> {
    key("header", &[book])
}

/// The key of a page of a book's slots, a `Vec<SlotRecord>`.
pub(super) fn page_key(book: u32, page: u32) -> Vec<u8> {
    key("page", &[book, page])
}

/// The first four bytes of the field's hash, as in every contract's storage, then the numbers.
fn key(field: &str, numbers: &[u32]) -> Vec<u8> {
    let mut key = blake3::hash(field.as_bytes()).as_bytes()[..4].to_vec();
    for number in numbers {
        key.extend_from_slice(&number.to_be_bytes());
    }
    state_key(&native::ORDER_BOOK, &key)
}

/// What a stored record says. State that can't be read is a fault: this module wrote it.
pub(super) fn decode<T: Decode>(bytes: &[u8], what: &str) -> Result<T, Fault> {
    T::decode_all(&mut &bytes[..])
        .map_err(|error| Fault(format!("order book: {what} is unreadable: {error}")))
}
