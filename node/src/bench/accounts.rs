//! A bench's accounts: keys by number, the same each time.

use sillok_abi::digest;
use sillok_client::keys::Keypair;

/// The key of the account of this number.
pub(super) fn key(number: u32) -> Keypair {
    Keypair::from_seed(digest("sillok/bench-account", &number))
}

/// Numbers that look random and are the same each time (SplitMix64; Steele, Lea, Flood 2014).
pub(super) struct Numbers(u64);

impl Numbers {
    /// The numbers of this seed.
    pub(super) fn of(seed: u64) -> Self {
        Numbers(seed)
    }

    /// The next one below `bound`, which is above zero.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        // Of the 64 bits the upper half is scaled: below `bound` it fits in 32.
        u32::try_from(((mixed >> 32) * u64::from(bound)) >> 32).unwrap_or(0)
    }

    /// Two different ones below `bound`, which is above one.
    pub(super) fn two_below(&mut self, bound: u32) -> (u32, u32) {
        let first = self.below(bound);
        (first, (first + 1 + self.below(bound - 1)) % bound)
    }
}
