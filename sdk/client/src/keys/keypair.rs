//! A key pair that signs digests as Substrate's wallets do.

use std::fmt;
use std::str::FromStr;

use schnorrkel::{ExpansionMode, MiniSecretKey, PublicKey as SchnorrkelKey, Signature};
use sillok_abi::{Account, Hash, PublicKey};

use super::suri::{SuriError, seed_of};

/// The signing context of Substrate's sr25519 signatures.
pub const SIGNING_CONTEXT: &[u8] = b"substrate";

/// An sr25519 key pair. Its secret seed shows in no debug output.
#[derive(Clone)]
pub struct Keypair {
    seed: [u8; 32],
    pair: schnorrkel::Keypair,
}

impl Keypair {
    /// The key pair of a secret seed (a *mini secret key*, expanded as Substrate does).
    pub fn from_seed(seed: [u8; 32]) -> Self {
        // A mini secret key is any 32 bytes: its constructor fails for other lengths only.
        let mini = MiniSecretKey::from_bytes(&seed).unwrap_or_else(|_| unreachable!("32 bytes are a seed"));
        Keypair { seed, pair: mini.expand_to_keypair(ExpansionMode::Ed25519) }
    }

    /// A new key pair from the operating system's randomness.
    pub fn generate() -> Self {
        Self::from_seed(MiniSecretKey::generate().to_bytes())
    }

    /// The secret seed. Whoever knows it can sign.
    pub fn seed(&self) -> [u8; 32] {
        self.seed
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        self.pair.public.to_bytes()
    }

    /// The account that this key signs for.
    pub fn account(&self) -> Account {
        Account::Key(self.public())
    }

    /// Signs a transaction's or authorisation's digest under [`SIGNING_CONTEXT`].
    pub fn sign(&self, digest: &Hash) -> [u8; 64] {
        self.pair.sign_simple(SIGNING_CONTEXT, digest).to_bytes()
    }
}

impl FromStr for Keypair {
    type Err = SuriError;

    /// Reads a SURI: `//Alice`, or `0x` and a secret seed, each followed by any number of `//` and a
    /// hard junction.
    fn from_str(suri: &str) -> Result<Self, SuriError> {
        seed_of(suri).map(Self::from_seed)
    }
}

impl fmt::Debug for Keypair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Keypair({})", self.account())
    }
}

/// Whether `signature` is `key`'s over `digest`.
pub fn verify(key: &PublicKey, digest: &Hash, signature: &[u8; 64]) -> bool {
    let (Ok(key), Ok(signature)) = (SchnorrkelKey::from_bytes(key), Signature::from_bytes(signature)) else {
        return false;
    };
    key.verify_simple(SIGNING_CONTEXT, digest, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_valid_for_its_key_and_digest_only() {
        let (alice, bob): (Keypair, Keypair) = ("//Alice".parse().unwrap(), "//Bob".parse().unwrap());
        let signature = alice.sign(&[7; 32]);
        assert!(verify(&alice.public(), &[7; 32], &signature));
        assert!(!verify(&alice.public(), &[8; 32], &signature));
        assert!(!verify(&bob.public(), &[7; 32], &signature));
    }

    #[test]
    fn the_seed_is_not_in_debug_output() {
        let alice: Keypair = "//Alice".parse().unwrap();
        let shown = format!("{alice:?}");
        assert!(shown.contains("5Grwva") && !shown.contains(&hex::encode(alice.seed())), "{shown}");
    }

    #[test]
    fn generated_keys_differ() {
        assert_ne!(Keypair::generate().public(), Keypair::generate().public());
    }
}
