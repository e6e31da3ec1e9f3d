//! Pages of queries: bounded, so that no answer is larger than a frame can carry.

use core::ops::Range;

use crate::limits::MAX_PAGE;

/// The positions of a page: after the first `from` of `count`, at most `limit` and [`MAX_PAGE`].
pub(crate) fn page(from: u64, limit: u32, count: u64) -> Range<u64> {
    let end = from.saturating_add(u64::from(limit.min(MAX_PAGE)));
    from..end.min(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_bounded() {
        assert_eq!(page(0, 10, 3), 0..3);
        assert_eq!(page(2, 10, 5), 2..5);
        assert_eq!(page(0, u32::MAX, 1_000), 0..u64::from(MAX_PAGE));
        assert!(page(7, 10, 5).is_empty());
        assert!(page(u64::MAX, 10, 5).is_empty());
        assert!(page(0, 0, 5).is_empty());
    }
}
