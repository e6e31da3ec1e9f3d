//! Directors' keys.

use sillok_sdk::prelude::*;

/// The bytes of a signature, in every scheme.
pub(crate) const SIGNATURE_BYTES: usize = 64;

/// The signature schemes of keys.
#[data]
#[derive(Copy)]
pub enum Scheme {
    /// Schnorr on Ristretto, as wallets of Substrate chains sign.
    Sr25519,
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// ECDSA on P-256, as passkeys and secure elements of phones sign.
    P256,
    /// ECDSA on secp256k1.
    Secp256k1,
}

/// A director's key.
#[data]
pub struct DirectorKey {
    /// How it signs.
    pub scheme: Scheme,
    /// The public key: 32 bytes, or a compressed point of 33 for the ECDSA schemes.
    pub public: Vec<u8>,
}

impl DirectorKey {
    /// Whether the public key has its scheme's length and form, and is not the neutral element, for
    /// which nobody's signature stands. Each key has one form, so that equal keys are equal bytes.
    pub(crate) fn is_well_formed(&self) -> bool {
        match (self.scheme, self.public.as_slice()) {
            (Scheme::Sr25519 | Scheme::Ed25519, key) => key.len() == 32 && key.iter().any(|byte| *byte != 0),
            (Scheme::P256 | Scheme::Secp256k1, [2 | 3, x @ ..]) => x.len() == 32,
            (Scheme::P256 | Scheme::Secp256k1, _) => false,
        }
    }

    /// Whether `signature` of `digest` is this key's.
    pub(crate) fn verifies(&self, digest: &[u8; 32], signature: &[u8]) -> bool {
        let scheme = match self.scheme {
            Scheme::Sr25519 => SignatureScheme::Sr25519,
            Scheme::Ed25519 => SignatureScheme::Ed25519,
            Scheme::P256 => SignatureScheme::P256,
            Scheme::Secp256k1 => SignatureScheme::Secp256k1,
        };
        signature.len() == SIGNATURE_BYTES && verify(scheme, &self.public, digest, signature)
    }
}
