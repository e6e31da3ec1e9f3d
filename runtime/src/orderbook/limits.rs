//! Every limit of the order book, by name.

/// The most books on a chain.
pub const MAX_BOOKS: u32 = 8_192;
/// The most prices of one book, from its lowest to its highest in steps of its tick. A KRX band of
/// ±30 % has at most about 1,500.
pub const MAX_TICKS: u32 = 65_536;
/// The most resting orders of one book.
pub const MAX_ORDERS: u32 = 1 << 20;
/// The largest quantity of one order.
pub const MAX_QUANTITY: u64 = 1 << 43;
/// How many slots are persisted under one key. Small, as orders that are touched in one block are
/// rarely neighbours.
pub(super) const PAGE_ORDERS: u32 = 32;
/// About how many bytes a page of orders of keys takes: 63 an order.
pub(super) const PAGE_BYTES: usize = 2_048;

const _: () = assert!((MAX_ORDERS as u64).checked_mul(MAX_QUANTITY).is_some(), "a level's quantity fits u64");
const _: () = assert!(MAX_TICKS <= 1 << 31, "a tick and a side fit 32 bits");
