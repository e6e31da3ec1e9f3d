//! The validator set: whose turn it is, and whether a certificate makes a block final.

use sillok_abi::{Certificate, Hash, PublicKey, Validator, digest, precommit_digest};

use crate::crypto;

/// Why a certificate does not make a block final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It is for another block, height or round.
    #[error("the certificate is for another block")]
    OtherBlock,
    /// Its signatures are not in the order of their validators' keys, or one appears twice.
    #[error("the certificate's signatures are not in order, each validator once")]
    Disordered,
    /// A signer is not in the validator set.
    #[error("the certificate is signed by a key that is not a validator's")]
    NotValidator,
    /// A signature is not valid.
    #[error("a signature of the certificate is not valid")]
    BadSignature,
    /// Two thirds or less of the voting power signed.
    #[error("validators of two thirds or less of the voting power signed")]
    NoQuorum,
}

/// The proposer of a round: validators take turns. The set is not empty.
pub fn proposer(validators: &[Validator], height: u64, round: u32) -> Option<PublicKey> {
    let turn = height.wrapping_sub(1).wrapping_add(u64::from(round));
    let index = turn.checked_rem(validators.len() as u64)?;
    validators.get(index as usize).map(|validator| validator.key)
}

/// The digest of a validator set that block headers carry.
pub fn validators_digest(validators: &[Validator]) -> Hash {
    digest("sillok/validators", &validators)
}

/// Whether `certificate` makes the block of this id final.
pub fn verify_certificate(
    chain: &Hash,
    validators: &[Validator],
    height: u64,
    block: &Hash,
    certificate: &Certificate,
) -> Result<(), CertificateError> {
    if certificate.height != height || certificate.block != *block {
        return Err(CertificateError::OtherBlock);
    }
    let signatures = &certificate.signatures;
    if !signatures.windows(2).all(|pair| pair[0].validator < pair[1].validator) {
        return Err(CertificateError::Disordered);
    }
    let message = precommit_digest(chain, height, certificate.round, block);
    let mut signed = 0u128;
    for commit in signatures {
        let validator = validators.iter().find(|validator| validator.key == commit.validator);
        signed += u128::from(validator.ok_or(CertificateError::NotValidator)?.power);
        if !crypto::verify_vote(&commit.validator, &message, &commit.signature) {
            return Err(CertificateError::BadSignature);
        }
    }
    let total: u128 = validators.iter().map(|validator| u128::from(validator.power)).sum();
    if signed * 3 > total * 2 { Ok(()) } else { Err(CertificateError::NoQuorum) }
}
