//! State as a bank with many accounts has it, for benches of the tree that commits to it.

use sillok_runtime::{Changes, StateTree, TreeBuilder};

/// How many keys there are.
pub const KEYS: u64 = 1_000_000;
/// How many of them a block changes.
pub const CHANGED: u64 = 10_000;
/// The contract and field under which they are.
const FIELD: [u8; 36] = [7; 36];

/// The key of an account.
pub fn key(number: u64) -> Vec<u8> {
    [FIELD.as_slice(), &[0], &spread(number).to_be_bytes(), &[9; 24]].concat()
}

/// A balance: two numbers of 64 bits.
pub fn value(number: u64) -> Vec<u8> {
    [number.to_le_bytes(), [0; 8]].concat()
}

/// The tree of all accounts.
///
/// # Panics
/// If a key is none, which would be a fault of this file.
#[allow(clippy::unwrap_used, reason = "a bench that can't go on should panic")]
pub fn tree() -> StateTree {
    let mut keys: Vec<Vec<u8>> = (0..KEYS).map(key).collect();
    keys.sort_unstable();
    let mut builder = TreeBuilder::default();
    keys.iter().for_each(|key| builder.add(key, &value(0)).unwrap());
    builder.finish()
}

/// What the block of this number changes.
pub fn changes(block: u64) -> Changes {
    let account = |index: u64| spread(block * CHANGED + index) % KEYS;
    (0..CHANGED).map(|index| (key(account(index)), Some(value(block + 1)))).collect()
}

/// A number that looks random, another one for each (SplitMix64's finaliser; Steele, Lea, Flood 2014).
fn spread(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
