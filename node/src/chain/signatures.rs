//! Submitters' signatures, verified many at a time: a batch takes half of what its signatures take one by one.
//!
//! A batch is one equation of random weights (as of Bellare, Garay and Rabin, 1998): it holds for a batch with
//! a wrong signature with a chance of 2⁻¹²⁸. When it does not hold, each is verified alone.
//!
//! A quarter of the work is finding the point that a key's bytes stand for, so the points of keys that signed
//! lately are kept.

use foldhash::quality::RandomState;
use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;
use schnorrkel::{PublicKey, Signature, signing_context, verify_batch};
use sillok_abi::{Account, Credential, Hash, SignatureScheme, Transaction};

use crate::limits;

/// The signing context of accounts' keys.
const CONTEXT: &[u8] = b"substrate";

/// Verifies signatures.
pub(super) struct Signatures {
    /// The points of the keys that signed last.
    keys: Cache<[u8; 32], PublicKey, UnitWeighter, RandomState>,
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
        let mut signed = Vec::new();
        for (place, (transaction, id)) in transactions.enumerate() {
            verdicts.push(true);
            if let (Account::Key(key), Credential::Sr25519(signature)) =
                (&transaction.body.submitter, &transaction.credential)
            {
                signed.push(Signed { place, key, id, signature });
            }
        }
        if !self.hold_together(&signed) {
            for Signed { place, key, id, signature } in signed {
                verdicts[place] =
                    sillok_runtime::crypto::verify(SignatureScheme::Sr25519, key, id, signature);
            }
        }
        verdicts
    }

    /// Whether all are valid; if not, some still may be.
    fn hold_together(&self, signed: &[Signed<'_>]) -> bool {
        let context = signing_context(CONTEXT);
        let mut new = Vec::new();
        let mut keys = Vec::with_capacity(signed.len());
        let mut signatures = Vec::with_capacity(signed.len());
        let mut transcripts = Vec::with_capacity(signed.len());
        for Signed { key, id, signature, .. } in signed {
            let point = self.keys.get(*key).or_else(|| {
                new.push(keys.len());
                point_of(key)
            });
            let (Some(point), Ok(signature)) = (point, Signature::from_bytes(*signature)) else {
                return false;
            };
            keys.push(point);
            signatures.push(signature);
            transcripts.push(context.bytes(*id));
        }
        let hold = verify_batch(transcripts, &signatures, &keys, false).is_ok();
        if hold {
            // Only of those who did sign: anybody can name keys, and would displace those in use.
            new.into_iter().for_each(|place| self.keys.insert(*signed[place].key, keys[place]));
        }
        hold
    }
}

/// The point that a key stands for, if it is one.
fn point_of(key: &[u8; 32]) -> Option<PublicKey> {
    // The neutral element, for which anybody can sign, is no key.
    (*key != [0; 32]).then(|| PublicKey::from_bytes(key).ok()).flatten()
}

/// A signature, and where the verdict on it goes.
struct Signed<'a> {
    place: usize,
    key: &'a [u8; 32],
    id: &'a Hash,
    signature: &'a [u8; 64],
}
