//! What the model keeps at most, so that its memory is bounded: some 250 MB if all of it is full.

/// Listings; of more, the one in which nothing happened for longest is forgotten.
pub(super) const LISTINGS: usize = 1_024;
/// Orders of a listing; of more, the oldest is forgotten.
pub(super) const ORDERS: usize = 1_024;
/// The last trades of a listing.
pub(super) const TRADES: usize = 256;
/// The sizes of the last orders of a listing, for their average.
pub(super) const SIZES: usize = 64;
/// Accounts of a listing whose day's trading is added up; of more, the one with the least is forgotten.
pub(super) const ACCOUNTS: usize = 1_024;
/// Cancelled orders of a listing that wait for a trade that makes them suspect, and those that were.
pub(super) const CANCELS: usize = 64;
/// Pairs of accounts of a listing that were reported lately.
pub(super) const PAIRS: usize = 64;
/// Keys whose DID is known; of more, nothing new is learnt.
pub(super) const LINKS: usize = 65_536;
/// Findings; of more, the oldest is forgotten.
pub(super) const FINDINGS: usize = 4_096;
/// Findings in one answer.
pub(super) const PAGE: usize = 100;
