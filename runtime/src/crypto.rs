//! Signatures and hashes that hosts verify and compute for contracts and transactions.

use sha2::Digest;
use sillok_abi::{HASH_BLAKE3, HASH_KECCAK256, HASH_SHA256, Hash, PublicKey, SignatureScheme};

/// The signing context of transactions and authorisations: that of Substrate's wallets.
const WALLET_CONTEXT: &[u8] = b"substrate";
/// The signing context of validators' votes.
const CONSENSUS_CONTEXT: &[u8] = b"sillok/consensus";

/// The key that everybody can sign with: Ristretto's neutral element. schnorrkel takes it for a key.
const NEUTRAL_KEY: [u8; 32] = [0; 32];

/// Whether `signature` of `message` by `key` is valid under `scheme`. Malformed keys and signatures
/// are not valid.
///
/// A key has one form for sr25519 and Ed25519, and two for ECDSA: compressed and uncompressed. A valid
/// ECDSA signature on P-256 has a twin (s and n − s), as phones and passkeys make either; of the twins on
/// secp256k1 only the one with the lower s is valid.
pub fn verify(scheme: SignatureScheme, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let verified = match scheme {
        SignatureScheme::Sr25519 => Some(verify_wallet(key, message, signature)),
        SignatureScheme::Ed25519 => verify_ed25519(key, message, signature),
        SignatureScheme::P256 => verify_p256(key, message, signature),
        SignatureScheme::Secp256k1 => verify_secp256k1(key, message, signature),
    };
    verified.unwrap_or(false)
}

/// Whether a validator's signature over `message` is valid.
pub fn verify_vote(key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    verify_sr25519(CONSENSUS_CONTEXT, key, message, signature).unwrap_or(false)
}

/// Whether somebody could sign votes with this sr25519 key, and not everybody can.
pub fn is_validator_key(key: &PublicKey) -> bool {
    *key != NEUTRAL_KEY && schnorrkel::PublicKey::from_bytes(key).is_ok()
}

/// Whether somebody could prove that this Ed25519 key is theirs, and not everybody can.
pub fn is_network_key(key: &[u8; 32]) -> bool {
    ed25519_dalek::VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak())
}

/// The network key, an Ed25519 public key, whose secret is this seed.
pub fn network_key(seed: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// Wallets wrap what they sign in `<Bytes>`, so that it can't be mistaken for a transaction of
/// another chain; both forms are accepted.
fn verify_wallet(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let wrapped = || [b"<Bytes>", message, b"</Bytes>"].concat();
    verify_sr25519(WALLET_CONTEXT, key, message, signature).unwrap_or(false)
        || verify_sr25519(WALLET_CONTEXT, key, &wrapped(), signature).unwrap_or(false)
}

fn verify_sr25519(context: &[u8], key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    if key == NEUTRAL_KEY {
        return None;
    }
    let key = schnorrkel::PublicKey::from_bytes(key).ok()?;
    let signature = schnorrkel::Signature::from_bytes(signature).ok()?;
    Some(key.verify_simple(context, message, &signature).is_ok())
}

fn verify_ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    Some(key.verify_strict(message, &signature).is_ok())
}

/// Whether a point is encoded as SEC1 has it for keys: compressed or not, but not in the compact form
/// that one of the two libraries would take.
fn is_sec1(key: &[u8]) -> bool {
    matches!((key.first(), key.len()), (Some(2 | 3), 33) | (Some(4), 65))
}

fn verify_p256(key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    use p256::ecdsa::signature::Verifier;
    if !is_sec1(key) {
        return None;
    }
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
    Some(key.verify(message, &signature).is_ok())
}

fn verify_secp256k1(key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    use k256::ecdsa::signature::Verifier;
    if !is_sec1(key) {
        return None;
    }
    let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let signature = k256::ecdsa::Signature::from_slice(signature).ok()?;
    Some(key.verify(message, &signature).is_ok())
}

/// The 32-byte hash of `data` by one of the host's algorithms.
pub(crate) fn hash(algorithm: u32, data: &[u8]) -> Option<Hash> {
    match algorithm {
        HASH_BLAKE3 => Some(*blake3::hash(data).as_bytes()),
        HASH_SHA256 => Some(sha2::Sha256::digest(data).into()),
        HASH_KECCAK256 => Some(sha3::Keccak256::digest(data).into()),
        _ => None,
    }
}
