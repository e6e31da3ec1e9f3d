//! The key that this node's validator signs with, and how signatures of others are checked.

use std::sync::Arc;

use schnorrkel::{
    ExpansionMode, Keypair, MiniSecretKey, SignatureError, context::attach_rng, signing_context,
};
#[cfg(test)]
use sillok_abi::{CommitSignature, precommit_digest};
use sillok_abi::{Hash, PublicKey};
use sillok_runtime::crypto::verify_vote;

use crate::rng::{Rng, SigningRng};

/// The signing context of what validators sign, which no wallet uses.
const CONSENSUS_CONTEXT: &[u8] = b"sillok/consensus";

/// Signs as this node's validator, and checks what others signed. A simulation has a cheaper one.
pub(crate) trait Signatures: Send + Sync {
    /// The key that [`Signatures::sign`] signs with. A node that is not in the validator set has one too; it
    /// never gets to sign with it.
    fn key(&self) -> PublicKey;

    /// Signs the digest of a vote or proposal.
    fn sign(&self, digest: &Hash) -> [u8; 64];

    /// Whether a signature over a digest is that key's.
    fn verify(&self, key: &PublicKey, digest: &Hash, signature: &[u8; 64]) -> bool;
}

/// The key that this node's validator signs votes with.
#[derive(Clone)]
pub(crate) struct ValidatorKey {
    keypair: Keypair,
    rng: Arc<dyn Rng>,
}

impl ValidatorKey {
    /// The key of a secret seed, which draws the randomness of its signatures from `rng`.
    ///
    /// # Errors
    /// None for 32 bytes, by the curve's library of today.
    pub(crate) fn from_seed(seed: &[u8; 32], rng: Arc<dyn Rng>) -> Result<Self, SignatureError> {
        let secret = MiniSecretKey::from_bytes(seed)?;
        Ok(ValidatorKey { keypair: secret.expand_to_keypair(ExpansionMode::Ed25519), rng })
    }

    /// The public key.
    pub(crate) fn public(&self) -> PublicKey {
        self.keypair.public.to_bytes()
    }

    /// Precommits `block`.
    #[cfg(test)]
    pub(crate) fn precommit(&self, chain: &Hash, height: u64, round: u32, block: &Hash) -> CommitSignature {
        let signature = self.sign(&precommit_digest(chain, height, round, block));
        CommitSignature { validator: self.public(), signature }
    }
}

impl Signatures for ValidatorKey {
    fn key(&self) -> PublicKey {
        self.public()
    }

    fn sign(&self, digest: &Hash) -> [u8; 64] {
        let transcript = signing_context(CONSENSUS_CONTEXT).bytes(digest);
        self.keypair.sign(attach_rng(transcript, SigningRng(&*self.rng))).to_bytes()
    }

    fn verify(&self, key: &PublicKey, digest: &Hash, signature: &[u8; 64]) -> bool {
        verify_vote(key, digest, signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::FixedRng;

    #[test]
    fn a_signature_is_of_one_key_and_one_digest() {
        let [one, other] =
            [1, 2].map(|seed| ValidatorKey::from_seed(&[seed; 32], Arc::new(FixedRng)).unwrap());
        let signature = one.sign(&[7; 32]);
        assert!(other.verify(&one.key(), &[7; 32], &signature));
        assert!(!other.verify(&other.key(), &[7; 32], &signature));
        assert!(!other.verify(&one.key(), &[8; 32], &signature));
    }
}
