//! Submitters' signatures, verified many at a time ([`super::batch`]). If not all hold, each is verified alone.
//!
//! A quarter of the work is finding the point that a key's bytes stand for, so the points of keys that signed
//! lately are kept.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use foldhash::quality::RandomState;
use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;
use sillok_abi::{Account, Credential, Hash, SignatureScheme, Transaction};

use super::batch::{Signed, all_hold};
use crate::limits;
use crate::rng::{Rng, SystemRng};

/// Verifies signatures.
pub(super) struct Signatures {
    /// The points of the keys that signed last.
    keys: Cache<[u8; 32], RistrettoPoint, UnitWeighter, RandomState>,
}

impl Signatures {
    pub(super) fn new() -> Self {
        let kept = limits::KEPT_KEYS;
        let (weighter, hashes, lifecycle) = (UnitWeighter, RandomState::default(), Default::default());
        Signatures { keys: Cache::with(kept, kept as u64, weighter, hashes, lifecycle) }
    }

    /// Whether each transaction of a key, given with its id, is signed by it. Others count as signed: contracts
    /// judge them.
    pub(super) fn verify<'a>(
        &self,
        transactions: impl Iterator<Item = (&'a Transaction, &'a Hash)>,
    ) -> Vec<bool> {
        let mut verdicts = Vec::new();
        let mut places = Vec::new();
        for (place, (transaction, id)) in transactions.enumerate() {
            verdicts.push(true);
            if let (Account::Key(key), Credential::Sr25519(signature)) =
                (&transaction.body.submitter, &transaction.credential)
            {
                places.push((place, key, id, signature));
            }
        }
        let signed = places.iter().map(|(_, key, id, signature)| (*key, *id, *signature));
        if !self.hold_together(signed) {
            for (place, key, id, signature) in places {
                verdicts[place] =
                    sillok_runtime::crypto::verify(SignatureScheme::Sr25519, key, id, signature);
            }
        }
        verdicts
    }

    /// Whether each transaction, given with its id, is signed as its submitter's kind of account signs.
    pub(super) fn are_signed(&self, transactions: &[(&Transaction, &Hash)]) -> bool {
        let is_whole = |(one, _): &(&Transaction, &Hash)| {
            !matches!(one.body.submitter, Account::Key(_)) || matches!(one.credential, Credential::Sr25519(_))
        };
        transactions.iter().all(is_whole)
            && self.verify(transactions.iter().copied()).iter().all(|signed| *signed)
    }

    /// Whether all are valid, each of a key over an id; if not, some still may be.
    fn hold_together<'a>(
        &self,
        signatures: impl Iterator<Item = (&'a [u8; 32], &'a Hash, &'a [u8; 64])>,
    ) -> bool {
        let (mut new, mut signed) = (Vec::new(), Vec::new());
        for (key, message, signature) in signatures {
            let known = self.keys.get(key);
            let Some(point) = known.or_else(|| point_of(key)) else { return false };
            if known.is_none() {
                new.push((*key, point));
            }
            signed.push(Signed { key, point, message, signature });
        }
        let mut seed = [0; 32];
        SystemRng.fill(&mut seed);
        let hold = all_hold(&signed, &seed);
        if hold {
            // Only of those who did sign: anybody can name keys, and would displace those in use.
            new.into_iter().for_each(|(key, point)| self.keys.insert(key, point));
        }
        hold
    }
}

/// The point that a key stands for, if it is one.
fn point_of(key: &[u8; 32]) -> Option<RistrettoPoint> {
    // The neutral element, for which anybody can sign, is no key.
    (*key != [0; 32]).then(|| CompressedRistretto(*key).decompress()).flatten()
}
