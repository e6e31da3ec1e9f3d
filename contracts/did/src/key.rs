//! Keys, and the proofs they make.

use sillok_sdk::codec::DecodeAll;
use sillok_sdk::prelude::*;

/// The most bytes of a credential: a proof with the longest name takes 99.
const MAX_CREDENTIAL: usize = 128;
/// The bytes of a signature, in every scheme.
const SIGNATURE_BYTES: usize = 64;

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

/// A key of a document. Every key signs for the DID.
#[data]
pub struct DidKey {
    /// Its name, unique in the document: what follows the `#` of a DID URL.
    pub name: String,
    /// How it signs.
    pub scheme: Scheme,
    /// The public key: 32 bytes, or a compressed point of 33 for the ECDSA schemes.
    pub public: Vec<u8>,
}

/// What shows that a DID agrees to a digest; its SCALE form is the credential of the DID's account.
#[data]
pub struct DidProof {
    /// The name of the key that signed.
    pub key: String,
    /// Its signature of the 32 bytes of the digest: 64 bytes.
    pub signature: Vec<u8>,
}

impl DidKey {
    /// Whether the public key has its scheme's length and form. Whether it is a point of the curve
    /// shows when it first signs.
    pub(crate) fn is_well_formed(&self) -> bool {
        match (self.scheme, self.public.as_slice()) {
            (Scheme::Sr25519 | Scheme::Ed25519, key) => key.len() == 32,
            (Scheme::P256 | Scheme::Secp256k1, [2 | 3, x @ ..]) => x.len() == 32,
            (Scheme::P256 | Scheme::Secp256k1, _) => false,
        }
    }

    /// Whether both are the same public key, whatever their names.
    pub(crate) fn is_same_key(&self, other: &DidKey) -> bool {
        self.scheme == other.scheme && self.public == other.public
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

impl DidProof {
    /// Reads a credential; none if it is too long, or not exactly one proof.
    pub(crate) fn from_credential(mut credential: &[u8]) -> Option<DidProof> {
        if credential.len() > MAX_CREDENTIAL {
            return None;
        }
        DidProof::decode_all(&mut credential).ok()
    }
}
