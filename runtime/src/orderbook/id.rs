//! Ids of orders: their numbers, counted in order of arrival, and the slots where they lie.
//!
//! So whoever names an order says where it is, and no table has to be searched for it. An order keeps its slot
//! for as long as it lives, also while it is out of its queue to trade. Of one that cannot rest, the slot is the
//! one that it would have got, and says nothing.

use sillok_abi::OrderId;

use super::limits::MAX_ORDERS;

const SLOT: u32 = (1 << OrderId::SLOT_BITS) - 1;
/// The highest number of an order.
pub(super) const MAX_NUMBER: u64 = u64::MAX >> OrderId::SLOT_BITS;

/// The id of the order of this number in a slot. A full book has no slot for one that cannot rest: it gets the
/// first.
#[inline]
pub(super) fn id_of(number: u64, slot: u32) -> u64 {
    number << OrderId::SLOT_BITS | u64::from(slot & SLOT)
}

/// The slot in an id.
#[inline]
pub(super) fn slot_in(id: u64) -> u32 {
    id as u32 & SLOT
}

const _: () = assert!(MAX_ORDERS == 1 << OrderId::SLOT_BITS, "an id has room for every slot, and no more");
