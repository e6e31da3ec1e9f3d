//! Every limit of the order book, by name.

/// The most books on a chain.
pub const MAX_BOOKS: u32 = 8_192;
/// The most prices of one book, from its lowest to its highest in steps of its ticks. A KRX band of
/// ±30 % has at most about 1,500.
pub const MAX_TICKS: u32 = 65_536;
/// The most orders in one book.
pub const MAX_ORDERS: u32 = 1 << 20;
/// The most accounts that ever had an order in one book.
pub const MAX_OWNERS: u32 = 1 << 20;
/// The largest quantity of one order.
pub const MAX_QUANTITY: u64 = 1 << 43;
/// The largest value of one order: its quantity at the highest price of its book. Values and fees of
/// trades then fit their types.
pub const MAX_VALUE: u64 = 1 << 62;
/// The most zones of a tick table.
pub(super) const MAX_ZONES: usize = 16;
/// The highest fee or rebate, in millionths: all of the value.
pub(super) const MAX_FEE: i32 = 1_000_000;
/// The highest threshold of a volatility interruption, in hundredths of a percent.
pub(super) const MAX_MOVE: u32 = 100_000;
/// The longest volatility interruption, in milliseconds: a day.
pub(super) const MAX_INTERRUPTION_MS: u64 = 86_400_000;
/// How many slots one step of the sweep at the end of a day looks at.
pub(super) const SLOTS_PER_STEP: u32 = 16;

/// How many slots are persisted under one key as a page.
pub(super) const PAGE_ORDERS: u32 = 32;
/// About how many bytes a page of plain orders takes.
pub(super) const PAGE_BYTES: usize = 1_400;
/// How many bytes a plain order takes in the journal.
pub(super) const CHUNK_SLOT_BYTES: usize = 45;
/// A page with so many changed slots is written whole; the slots of others go to the journal.
pub(super) const DENSE_SLOTS: u32 = 8;
/// With no more pages than this to change, all are written whole, and the journal is left alone.
pub(super) const FEW_PAGES: usize = 4;
/// For so many slots in the journal, one page is written in turn.
pub(super) const SLOTS_PER_TURN: u32 = 64;
/// How many chunks of the journal one block takes away.
pub(super) const DROPS_PER_BLOCK: u64 = 8;
/// How many owners are persisted under one key.
pub(super) const PAGE_OWNERS: u32 = 32;

const _: () = assert!((MAX_ORDERS as u64).checked_mul(MAX_QUANTITY).is_some(), "a level's quantity fits u64");
const _: () = assert!(MAX_TICKS <= 1 << 29, "a tick and a queue fit 32 bits");
