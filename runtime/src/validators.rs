//! The validator set: whose turn it is, and whether a certificate makes a block final.

use sillok_abi::{Certificate, CertificateError, Hash, PublicKey, Validator};

use crate::crypto;

/// The proposer of a round: validators take turns. The set is not empty.
pub fn proposer(validators: &[Validator], height: u64, round: u32) -> Option<PublicKey> {
    let turn = height.wrapping_sub(1).wrapping_add(u64::from(round));
    let index = turn.checked_rem(validators.len() as u64)?;
    validators.get(index as usize).map(|validator| validator.key)
}

/// Whether `certificate` makes the block of this id final.
pub fn verify_certificate(
    chain: &Hash,
    validators: &[Validator],
    height: u64,
    block: &Hash,
    certificate: &Certificate,
) -> Result<(), CertificateError> {
    let is_vote =
        |key: &PublicKey, message: &Hash, signature: &[u8; 64]| crypto::verify_vote(key, message, signature);
    certificate.check(chain, validators, height, block, is_vote)
}
