//! The key that this node's validator signs votes with.

use std::sync::Arc;

use schnorrkel::{
    ExpansionMode, Keypair, MiniSecretKey, SignatureError, context::attach_rng, signing_context,
};
use sillok_abi::{CommitSignature, Hash, PublicKey, precommit_digest};

use crate::rng::{Rng, SigningRng};

/// The signing context of votes, which no wallet uses.
const VOTE_CONTEXT: &[u8] = b"sillok/consensus";

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
    pub(crate) fn precommit(&self, chain: &Hash, height: u64, round: u32, block: &Hash) -> CommitSignature {
        let vote = precommit_digest(chain, height, round, block);
        let transcript = signing_context(VOTE_CONTEXT).bytes(&vote);
        let signature = self.keypair.sign(attach_rng(transcript, SigningRng(&*self.rng)));
        CommitSignature { validator: self.public(), signature: signature.to_bytes() }
    }
}
