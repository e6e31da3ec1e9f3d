//! The members' keys: real ones, or signatures that cost next to nothing, so that thousands of seeds can run.

use std::sync::Arc;

use sillok_abi::{Hash, PublicKey, digest};

use crate::consensus::{Signatures, ValidatorKey};
use crate::rng::FixedRng;

/// Signs by hashing with the public key. It holds nobody back who wants to forge; nobody in the simulator
/// does, unless that is what is simulated.
struct CheapSignatures(PublicKey);

fn cheap(key: &PublicKey, message: &Hash) -> [u8; 64] {
    let half = digest("sim/signature", &(key, message));
    std::array::from_fn(|index| half[index % 32])
}

impl Signatures for CheapSignatures {
    fn key(&self) -> PublicKey {
        self.0
    }

    fn sign(&self, message: &Hash) -> [u8; 64] {
        cheap(&self.0, message)
    }

    fn verify(&self, key: &PublicKey, message: &Hash, signature: &[u8; 64]) -> bool {
        cheap(key, message) == *signature
    }
}

/// Takes every signature for valid: the fault that certificates are there to meet.
pub(super) struct Blind(pub(super) Arc<dyn Signatures>);

impl Signatures for Blind {
    fn key(&self) -> PublicKey {
        self.0.key()
    }

    fn sign(&self, message: &Hash) -> [u8; 64] {
        self.0.sign(message)
    }

    fn verify(&self, _: &PublicKey, _: &Hash, _: &[u8; 64]) -> bool {
        true
    }
}

/// The keys of all members.
#[derive(Clone)]
pub(crate) struct Keys(Vec<Arc<dyn Signatures>>);

impl Keys {
    /// Keys for so many members.
    pub(super) fn new(count: usize, real: bool) -> Self {
        Keys((0..count).map(|node| if real { sr25519(node) } else { cheap_key(node) }).collect())
    }

    /// What a member signs and verifies with.
    pub(super) fn of(&self, node: usize) -> &Arc<dyn Signatures> {
        &self.0[node]
    }

    /// A member's public key.
    pub(super) fn public(&self, node: usize) -> PublicKey {
        self.0[node].key()
    }

    /// The keys of all.
    pub(super) fn all(&self) -> impl Iterator<Item = PublicKey> {
        self.0.iter().map(|signatures| signatures.key())
    }

    /// Whether a signature is that key's.
    pub(super) fn verify(&self, key: &PublicKey, message: &Hash, signature: &[u8; 64]) -> bool {
        self.0[0].verify(key, message, signature)
    }
}

fn cheap_key(node: usize) -> Arc<dyn Signatures> {
    Arc::new(CheapSignatures(digest("sim/key", &(node as u64))))
}

fn sr25519(node: usize) -> Arc<dyn Signatures> {
    let seed = digest("sim/key", &(node as u64));
    Arc::new(ValidatorKey::from_seed(&seed, Arc::new(FixedRng)).expect("any seed is a key's"))
}
