//! Submitters' signatures, verified many at a time: a batch takes half of what its signatures take one by one.
//!
//! A batch is one equation of random weights (as of Bellare, Garay and Rabin, 1998): it holds for a batch with
//! a wrong signature with a chance of 2⁻¹²⁸. When it does not hold, each is verified alone.

use schnorrkel::{PublicKey, Signature, signing_context, verify_batch};
use sillok_abi::{Account, Credential, Hash, SignatureScheme, Transaction};

/// The signing context of accounts' keys.
const CONTEXT: &[u8] = b"substrate";

/// Whether each transaction of a key, given with its id, is signed by it. Others count as signed: contracts
/// judge them.
pub(super) fn verify<'a>(transactions: impl Iterator<Item = (&'a Transaction, &'a Hash)>) -> Vec<bool> {
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
    if !hold_together(&signed) {
        for Signed { place, key, id, signature } in signed {
            verdicts[place] = sillok_runtime::crypto::verify(SignatureScheme::Sr25519, key, id, signature);
        }
    }
    verdicts
}

/// A signature, and where the verdict on it goes.
struct Signed<'a> {
    place: usize,
    key: &'a [u8; 32],
    id: &'a Hash,
    signature: &'a [u8; 64],
}

/// Whether all are valid; if not, some still may be.
fn hold_together(signed: &[Signed<'_>]) -> bool {
    let parsed = signed.iter().map(|Signed { key, id, signature, .. }| {
        // The neutral element, for which anybody can sign, is no key.
        let key = (**key != [0; 32]).then(|| PublicKey::from_bytes(*key).ok()).flatten()?;
        Some((key, Signature::from_bytes(*signature).ok()?, signing_context(CONTEXT).bytes(*id)))
    });
    let Some(parsed) = parsed.collect::<Option<Vec<_>>>() else { return false };
    let mut keys = Vec::with_capacity(parsed.len());
    let mut signatures = Vec::with_capacity(parsed.len());
    let mut transcripts = Vec::with_capacity(parsed.len());
    for (key, signature, transcript) in parsed {
        keys.push(key);
        signatures.push(signature);
        transcripts.push(transcript);
    }
    verify_batch(transcripts, &signatures, &keys, false).is_ok()
}
