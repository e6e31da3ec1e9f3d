//! Every limit of the market, in one place.

/// The most rows that one query returns.
pub(crate) const MAX_PAGE: u32 = 100;
/// The most levels of each side that `depth` returns.
pub(crate) const MAX_LEVELS: u32 = 100;
/// The most operations of one batch, and the most lots that it takes shares of: each operation can lead to
/// sixty-four fills, and a transaction has so many events at most.
pub(crate) const MAX_OPERATIONS: usize = 32;
/// The most slots of a timetable.
pub(crate) const MAX_SLOTS: usize = 16;
/// The most zones of ticks.
pub(crate) const MAX_ZONES: usize = 16;
/// The highest fee, tax or rebate, in millionths: a tenth. So a seller always gets something.
pub(crate) const MAX_RATE: u32 = 100_000;
/// The furthest that an order or a proposal may last, in milliseconds: 366 days.
pub(crate) const MAX_DURATION_MS: u64 = 366 * 86_400_000;
/// The most bytes of a disclosure's title.
pub(crate) const MAX_TITLE: usize = 200;
/// How many times in one call `advance` asks the book to do something.
pub(crate) const MAX_ADVANCES: u32 = 8;
/// After so many fills and removals in one call, `advance` leaves the rest to the next: a book's call makes
/// up to sixty-four of each, and a transaction has so many events at most.
pub(crate) const ENOUGH_MOVED: usize = 64;
/// The most gas of a scheduled `advance`: more than twice what sixty-four fills of an auction take, and the
/// removals after them.
pub(crate) const ADVANCE_GAS: u64 = 100_000_000;
/// How long `advance` waits before it goes on with what it left, in milliseconds.
pub(crate) const CONTINUE_MS: u64 = 1_000;
