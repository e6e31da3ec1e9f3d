//! Hashing: BLAKE3-256 with a domain word in front, so that no digest can stand for another kind.

use alloc::vec::Vec;
use codec::Encode;

/// A BLAKE3-256 digest.
pub type Hash = [u8; 32];

/// BLAKE3-256 of `domain ‖ 0x00 ‖ SCALE(value)`. The domain separates kinds: a signature over a
/// transaction can never be read as one over an authorisation or a vote.
pub fn digest(domain: &str, value: &impl Encode) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(domain.as_bytes());
    hasher.update(&[0]);
    value.using_encoded(|bytes| hasher.update(bytes));
    *hasher.finalize().as_bytes()
}

/// Root of a binary Merkle tree over `leaves` in order: leaf = BLAKE3(0x00 ‖ leaf), node =
/// BLAKE3(0x01 ‖ left ‖ right), an odd node rises unchanged, no leaves give 32 zero bytes (the shape
/// and prefixes of RFC 6962, section 2.1, which an odd last node cannot forge).
pub fn merkle_root(leaves: &[Hash]) -> Hash {
    let mut level: Vec<Hash> = leaves.iter().map(|leaf| hash_parts(&[&[0], leaf])).collect();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => hash_parts(&[&[1], left, right]),
                [single] => *single,
                _ => unreachable!("chunks of two hold one or two"),
            })
            .collect();
    }
    level.first().copied().unwrap_or_default()
}

fn hash_parts(parts: &[&[u8]]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}
