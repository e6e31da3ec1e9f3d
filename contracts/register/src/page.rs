//! Pages of queries: bounded, so that no answer is larger than a frame can carry.

use crate::limits::MAX_PAGE;

/// How many rows a page has that asks for `limit`.
pub(crate) fn page(limit: u32) -> usize {
    limit.min(MAX_PAGE) as usize
}

/// How many rows lie before a page; more than can be counted are all.
pub(crate) fn skipped(from: u64) -> usize {
    usize::try_from(from).unwrap_or(usize::MAX)
}
