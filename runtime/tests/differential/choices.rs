//! The bytes that decide what is generated.
//!
//! Everything random here is drawn from a string of bytes that follows from a seed. Where the bytes end only
//! zeros follow, and zero is the simplest choice: so a failing module gets smaller by cutting its bytes.

/// `length` bytes that follow from `seed` (SplitMix64).
pub(crate) fn random_bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    };
    let mut bytes: Vec<u8> =
        std::iter::repeat_with(|| next().to_le_bytes()).take(length / 8 + 1).flatten().collect();
    bytes.truncate(length);
    bytes
}

/// Decisions, drawn from bytes one after the other.
pub(crate) struct Choices<'a> {
    bytes: &'a [u8],
}

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Choices { bytes }
    }

    /// The next byte; zero if there is none.
    pub(crate) fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    /// Whatever bytes were not drawn yet.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.bytes
    }

    /// A number below `bound`, which is not zero.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let drawn = match bound {
            0..=256 => u32::from(self.byte()),
            257..=65_536 => u32::from_le_bytes([self.byte(), self.byte(), 0, 0]),
            _ => self.word() as u32,
        };
        drawn % bound
    }

    /// One of `options`, of which there is at least one.
    pub(crate) fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len() as u32) as usize]
    }

    /// True once in `of` times.
    pub(crate) fn once_in(&mut self, of: u32) -> bool {
        self.below(of) == of - 1
    }

    /// Any number.
    pub(crate) fn word(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// A number that tends to be where mistakes are: small, or at the edge of some width.
    pub(crate) fn number(&mut self) -> i64 {
        match self.below(6) {
            0 => i64::from(self.byte()),
            1 => -i64::from(self.byte()),
            2 => 1i64.wrapping_shl(self.below(64)).wrapping_sub(i64::from(self.below(3)) - 1),
            3 => i64::from(self.pick(&[i32::MIN, i32::MAX, -1, 0x7fff, 0xffff, 0x1_0000])),
            4 => self.pick(&[i64::MIN, i64::MAX, -1, i64::from(u32::MAX)]),
            _ => self.word() as i64,
        }
    }
}
