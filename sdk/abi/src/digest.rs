//! Hashing: BLAKE3-256 with a domain word in front, so that no digest can stand for another kind.

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

/// The key under which nodes of Merkle trees are hashed.
const NODE_KEY: &Hash = b"sillok/merkle/node\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// Root of a binary Merkle tree over `leaves` in order, each a [`digest`]: node = BLAKE3 of left ‖ right under a key
/// of its own, neighbours are paired from the left, an odd last node rises unchanged, and no leaves give 32 zero
/// bytes. As leaves are hashed without a key and with a domain, no node can stand for a leaf (what RFC 6962, section
/// 2.1, has its prefixes for), and each costs one block of BLAKE3.
pub fn merkle_root(leaves: &[Hash]) -> Hash {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        let above = level.chunks(2).map(|pair| match pair {
            [_, _] => *blake3::keyed_hash(NODE_KEY, pair.as_flattened()).as_bytes(),
            single => single[0],
        });
        level = above.collect();
    }
    level.first().copied().unwrap_or_default()
}
