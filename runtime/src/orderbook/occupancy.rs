//! Which price levels hold orders: a bitmap in two tiers, so that the next occupied level is a few
//! instructions away however sparse the book is.
//!
//! Invariant: a bit of `summary` is set exactly if the word of `words` at its number is not zero.

/// A set of numbers below a fixed bound.
pub(super) struct Occupancy {
    words: Vec<u64>,
    summary: Vec<u64>,
    last: u32,
}

impl Occupancy {
    /// The empty set of numbers below `bound`, which is above zero.
    pub(super) fn new(bound: u32) -> Self {
        let words = vec![0; bound.div_ceil(64) as usize];
        let summary = vec![0; words.len().div_ceil(64)];
        Occupancy { words, summary, last: bound.saturating_sub(1) }
    }

    /// Puts `at` into the set.
    #[inline(always)]
    pub(super) fn insert(&mut self, at: u32) {
        let word = at >> 6;
        let Some(bits) = self.words.get_mut(word as usize) else { return };
        *bits |= bit(at);
        if let Some(bits) = self.summary.get_mut((word >> 6) as usize) {
            *bits |= bit(word);
        }
    }

    /// Takes `at` out of the set, without a jump.
    #[inline(always)]
    pub(super) fn remove(&mut self, at: u32) {
        let word = at >> 6;
        let Some(bits) = self.words.get_mut(word as usize) else { return };
        *bits &= !bit(at);
        let last = u64::from(*bits == 0);
        if let Some(bits) = self.summary.get_mut((word >> 6) as usize) {
            *bits &= !last.wrapping_shl(word);
        }
    }

    /// The lowest number in the set.
    #[inline]
    pub(super) fn first(&self) -> Option<u32> {
        self.at_or_above(0)
    }

    /// The highest number in the set.
    #[inline]
    pub(super) fn last(&self) -> Option<u32> {
        self.at_or_below(self.last)
    }

    /// The lowest number in the set that is not below `at`.
    #[inline]
    pub(super) fn at_or_above(&self, at: u32) -> Option<u32> {
        let word = at >> 6;
        let here = self.words.get(word as usize)? & from(at);
        if here != 0 {
            return Some(lowest(word, here));
        }
        let word = scan_up(&self.summary, word.checked_add(1)?)?;
        Some(lowest(word, *self.words.get(word as usize)?))
    }

    /// The highest number in the set that is not above `at`.
    #[inline]
    pub(super) fn at_or_below(&self, at: u32) -> Option<u32> {
        let word = at >> 6;
        let here = self.words.get(word as usize)? & up_to(at);
        if here != 0 {
            return Some(highest(word, here));
        }
        let word = scan_down(&self.summary, word.checked_sub(1)?)?;
        Some(highest(word, *self.words.get(word as usize)?))
    }
}

/// The lowest bit set in `words` from bit `at` upwards.
fn scan_up(words: &[u64], at: u32) -> Option<u32> {
    let mut word = at >> 6;
    let mut bits = words.get(word as usize)? & from(at);
    while bits == 0 {
        word = word.checked_add(1)?;
        bits = *words.get(word as usize)?;
    }
    Some(lowest(word, bits))
}

/// The highest bit set in `words` from bit `at` downwards.
fn scan_down(words: &[u64], at: u32) -> Option<u32> {
    let mut word = at >> 6;
    let mut bits = words.get(word as usize)? & up_to(at);
    while bits == 0 {
        word = word.checked_sub(1)?;
        bits = *words.get(word as usize)?;
    }
    Some(highest(word, bits))
}

// Wrapping shifts take the lowest six bits of their distance: the bit's number within its word.

#[inline(always)]
fn bit(at: u32) -> u64 {
    1u64.wrapping_shl(at)
}

/// The bits of a word from `at` upwards.
fn from(at: u32) -> u64 {
    u64::MAX.wrapping_shl(at)
}

/// The bits of a word up to and with `at`; `!at` is 63 - `at` in its lowest six bits.
fn up_to(at: u32) -> u64 {
    u64::MAX.wrapping_shr(!at)
}

/// The number of the lowest bit of a word that is not zero.
fn lowest(word: u32, bits: u64) -> u32 {
    (word << 6) | bits.trailing_zeros()
}

/// The number of the highest bit of a word that is not zero.
fn highest(word: u32, bits: u64) -> u32 {
    (word << 6) | (63 ^ bits.leading_zeros())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Occupancy;

    proptest! {
        #[test]
        fn agrees_with_a_set(
            bound in prop_oneof![1u32..130, 4_000u32..4_200, Just(65_536)],
            flips in prop::collection::vec(any::<u32>(), 1..60),
        ) {
            let mut occupancy = Occupancy::new(bound);
            let mut set = BTreeSet::new();
            for flip in flips {
                let at = flip % bound;
                if set.insert(at) {
                    occupancy.insert(at);
                } else {
                    set.remove(&at);
                    occupancy.remove(at);
                }
                let probe = flip.rotate_left(16) % bound;
                prop_assert_eq!(occupancy.first(), set.first().copied());
                prop_assert_eq!(occupancy.last(), set.last().copied());
                prop_assert_eq!(occupancy.at_or_above(probe), set.range(probe..).next().copied());
                prop_assert_eq!(occupancy.at_or_below(probe), set.range(..=probe).next_back().copied());
            }
        }
    }
}
