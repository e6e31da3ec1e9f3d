//! The bounds of a range of storage keys.

use alloc::vec::Vec;
use core::ops::Bound;

/// Bytes of a field's name at the beginning of its keys.
const PREFIX_BYTES: usize = 4;

/// The storage keys of a range: `from` included, `to` not; an empty `to` is the end of the field.
pub(super) struct Bounds {
    pub(super) from: Vec<u8>,
    pub(super) to: Vec<u8>,
}

impl Bounds {
    /// All keys that begin with `shared`, which begins with a field's 4 bytes.
    pub(super) fn beginning(shared: &[u8]) -> Self {
        let to = successor(shared.to_vec(), PREFIX_BYTES).unwrap_or_default();
        Bounds { from: shared.to_vec(), to }
    }

    /// The keys that begin with `shared` and go on between these; none if there can be no such key.
    ///
    /// What a bound goes on with is on its side of the bound: an index key stands for all its entries.
    pub(super) fn between(shared: &[u8], start: Bound<Vec<u8>>, end: Bound<Vec<u8>>) -> Option<Self> {
        let Bounds { from, to } = Self::beginning(shared);
        let join = |bytes: Vec<u8>| [shared, &bytes].concat();
        let from = match start {
            Bound::Unbounded => from,
            Bound::Included(bytes) => join(bytes),
            Bound::Excluded(bytes) => successor(join(bytes), shared.len())?,
        };
        let to = match end {
            Bound::Unbounded => to,
            Bound::Included(bytes) => successor(join(bytes), shared.len()).unwrap_or(to),
            Bound::Excluded(bytes) => join(bytes),
        };
        Some(Bounds { from, to })
    }

    /// Takes off what is not in `other` too.
    pub(super) fn intersect(&mut self, other: Bounds) {
        if other.from > self.from {
            self.from = other.from;
        }
        if self.to.is_empty() || (!other.to.is_empty() && other.to < self.to) {
            self.to = other.to;
        }
    }
}

/// The least bytes that come after everything that begins with `bytes`, which go on beyond the first
/// `kept`; none if only something that begins otherwise comes after it.
fn successor(mut bytes: Vec<u8>, kept: usize) -> Option<Vec<u8>> {
    while bytes.len() > kept {
        let last = bytes.pop()?;
        if last < 0xFF {
            bytes.push(last + 1);
            return Some(bytes);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn the_successor_comes_after_all_that_begin_so() {
        assert_eq!(successor(vec![1, 2, 3, 4, 5], 4), Some(vec![1, 2, 3, 4, 6]));
        assert_eq!(successor(vec![1, 2, 3, 4, 5, 0xFF, 0xFF], 4), Some(vec![1, 2, 3, 4, 6]));
        assert_eq!(successor(vec![1, 2, 3, 4, 0xFF], 4), None);
        assert_eq!(successor(vec![1, 2, 3, 4], 4), None);
    }

    #[test]
    fn nothing_comes_after_the_greatest_key() {
        let greatest = || vec![0xFF; 8];
        assert!(Bounds::between(&[1, 2, 3, 4], Bound::Excluded(greatest()), Bound::Unbounded).is_none());
        let all =
            Bounds::between(&[1, 2, 3, 4], Bound::Unbounded, Bound::Included(greatest())).expect("keys");
        assert_eq!((all.from, all.to), (vec![1, 2, 3, 4], vec![]));
        let within = Bounds::between(&[1, 2, 3, 4, 7], Bound::Unbounded, Bound::Included(greatest()));
        assert_eq!(within.expect("keys").to, [1, 2, 3, 4, 8]);
    }
}
