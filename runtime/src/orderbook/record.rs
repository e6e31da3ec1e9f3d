//! How books lie in state: keys and records.
//!
//! Under the order book's contract id: how many books there are (`books`), a header for each book
//! (`header`), its owners (`owner`) and its slots (`page`), both in pages, and of slots that changed since
//! their page was written, what they are (`journal`). Queues, levels and whatever finds orders are not
//! stored: they follow from the slots. Numbers within keys are big-endian, so that pages lie in order.

use std::sync::LazyLock;

use codec::{Decode, DecodeAll, Encode};
use sillok_abi::{BookParams, ContractId, native};

use super::book::Counters;
use super::day::Day;
use super::order::{Extra, Flags, Order, Rung};
use super::pages::Pages;
use crate::state::Fault;

/// A book without its orders, as stored.
#[derive(Encode, Decode)]
pub(super) struct BookRecord {
    /// The contract that created it.
    pub(super) owner: ContractId,
    pub(super) params: BookParams,
    pub(super) counters: Counters,
    pub(super) day: Day,
    /// The first slot on the free list; `u32::MAX` if there is none.
    pub(super) free: u32,
    /// How many orders are in it.
    pub(super) live: u32,
    /// How many owners it has.
    pub(super) owners: u32,
    pub(super) pages: Pages,
}

/// A page of slots, as stored.
#[derive(Encode, Decode)]
pub(super) struct PageRecord {
    /// The first chunk of the journal that can say something newer.
    pub(super) since: u64,
    pub(super) slots: Vec<SlotRecord>,
}

/// A slot, as stored. Links within queues are not: an order stands where its priority puts it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum SlotRecord {
    /// On the free list.
    Free {
        /// The next slot on it; `u32::MAX` if there is none.
        next: u32,
    },
    /// An order.
    Plain(OrderRecord),
    /// An order with what few have.
    Special {
        /// What every order has.
        order: OrderRecord,
        /// What it hides.
        hidden: u64,
        /// The rest.
        extra: Extra,
    },
}

/// What is stored of every order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct OrderRecord {
    pub(super) id: u64,
    pub(super) priority: u64,
    pub(super) shown: u64,
    pub(super) owner: u32,
    pub(super) rung: Rung,
    pub(super) group: u32,
    pub(super) flags: Flags,
}

/// An order's bytes: its fields, and the variant before them.
const PLAIN_BYTES: usize = 41;

impl SlotRecord {
    /// Writes what [`Encode`] would of a slot, without making a record first.
    #[inline]
    pub(super) fn write(order: &Order, extra: impl FnOnce() -> Extra, bytes: &mut Vec<u8>) {
        if !order.is_live() {
            bytes.push(0);
            bytes.extend_from_slice(&order.next.to_le_bytes());
            return;
        }
        let special = order.flags.has(Flags::EXTRA);
        let mut plain = [0u8; PLAIN_BYTES];
        plain[0] = if special { 2 } else { 1 };
        plain[1..9].copy_from_slice(&order.id.to_le_bytes());
        plain[9..17].copy_from_slice(&order.priority.to_le_bytes());
        plain[17..25].copy_from_slice(&order.shown.to_le_bytes());
        plain[25..29].copy_from_slice(&order.owner.to_le_bytes());
        plain[29..33].copy_from_slice(&order.rung.to_bits().to_le_bytes());
        plain[33..37].copy_from_slice(&order.group.to_le_bytes());
        plain[37..41].copy_from_slice(&order.flags.0.to_le_bytes());
        bytes.extend_from_slice(&plain);
        if special {
            order.hidden.encode_to(bytes);
            extra().encode_to(bytes);
        }
    }

    /// The order in a slot, outside of any queue, with its extra part if it has one.
    pub(super) fn into_order(self) -> (Order, Option<Extra>) {
        let live = |order: OrderRecord, hidden| Order {
            id: order.id,
            priority: order.priority,
            shown: order.shown,
            hidden,
            rung: order.rung,
            owner: order.owner,
            group: order.group,
            flags: order.flags,
            ..Order::free(super::order::NIL)
        };
        match self {
            SlotRecord::Free { next } => (Order::free(next), None),
            SlotRecord::Plain(order) => (live(order, 0), None),
            SlotRecord::Special { order, hidden, extra } => (live(order, hidden), Some(extra)),
        }
    }
}

/// The key of how many books there are, a `u32`.
pub(super) fn count_key() -> Vec<u8> {
    static FIELD: Field = LazyLock::new(|| prefix("books"));
    key(&FIELD, &[], &[])
}

/// The key of a book's [`BookRecord`]. Books are numbered from 0, one below their id.
pub(super) fn header_key(book: u32) -> Vec<u8> {
    static FIELD: Field = LazyLock::new(|| prefix("header"));
    key(&FIELD, &book.to_be_bytes(), &[])
}

/// The key of a page of a book's slots, a [`PageRecord`].
pub(super) fn page_key(book: u32, page: u32) -> Vec<u8> {
    static FIELD: Field = LazyLock::new(|| prefix("page"));
    key(&FIELD, &book.to_be_bytes(), &page.to_be_bytes())
}

/// The key of a page of a book's owners, a `Vec<Account>`.
pub(super) fn owners_key(book: u32, page: u32) -> Vec<u8> {
    static FIELD: Field = LazyLock::new(|| prefix("owner"));
    key(&FIELD, &book.to_be_bytes(), &page.to_be_bytes())
}

/// The key of a chunk of a book's journal, a `Vec<(u32, SlotRecord)>`.
pub(super) fn chunk_key(book: u32, chunk: u64) -> Vec<u8> {
    static FIELD: Field = LazyLock::new(|| prefix("journal"));
    key(&FIELD, &book.to_be_bytes(), &chunk.to_be_bytes())
}

/// The first four bytes of a field's hash, as in every contract's storage, found once.
type Field = LazyLock<[u8; 4]>;

fn prefix(name: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = *blake3::hash(name.as_bytes()).as_bytes();
    [a, b, c, d]
}

/// A state key in one piece: the contract's id, the field, the book, and what of it.
fn key(field: &Field, book: &[u8], part: &[u8]) -> Vec<u8> {
    [&native::ORDER_BOOK.0[..], &field[..], book, part].concat()
}

/// What a stored record says. State that can't be read is a fault: this module wrote it.
pub(super) fn decode<T: Decode>(bytes: &[u8], what: &str) -> Result<T, Fault> {
    T::decode_all(&mut &bytes[..])
        .map_err(|error| Fault(format!("order book: {what} is unreadable: {error}")))
}
