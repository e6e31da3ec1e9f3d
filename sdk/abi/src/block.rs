//! Blocks, and the certificates that make them final.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};

use crate::{Hash, PublicKey, Time, Transaction, digest, merkle_root, precommit_digest};

/// What a block's id commits to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Header {
    /// The chain: its genesis hash.
    pub chain: Hash,
    /// One more than the parent's; the first block has height 1.
    pub height: u64,
    /// The consensus round in which this block was proposed.
    pub round: u32,
    /// Block time: later than the parent's.
    pub time: Time,
    /// The proposing validator.
    pub proposer: PublicKey,
    /// The parent's id; the genesis hash for the first block.
    pub parent: Hash,
    /// Root over the transactions, credentials included, in their order: [`Block::transactions_root`].
    pub transactions_root: Hash,
    /// The state's root after the parent, so that hashing can overlap voting.
    pub state_root: Hash,
    /// Merkle root of the digests of the parent's receipts.
    pub receipts_root: Hash,
    /// Digest of the validator set that decides this block.
    pub validators: Hash,
    /// Digest of the set that decides the next block, so that whoever trusts this one can go on to that.
    pub next_validators: Hash,
}

impl Header {
    /// The block's id.
    pub fn id(&self) -> Hash {
        digest("sillok/block", self)
    }
}

/// A header and its transactions.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Block {
    /// What is voted on.
    pub header: Header,
    /// The transactions, in the order that the protocol prescribes.
    pub transactions: Vec<Transaction>,
}

impl Block {
    /// Merkle root of the [leaves](Transaction::leaf) of `transactions`: a block's id commits to who signed
    /// them and how, so that nobody who passes a block on can change that.
    pub fn transactions_root(transactions: &[Transaction]) -> Hash {
        let leaf = |transaction: &Transaction| transaction.leaf(&transaction.body.id());
        let leaves: Vec<Hash> = transactions.iter().map(leaf).collect();
        merkle_root(&leaves)
    }
}

/// A member of the validator set.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Validator {
    /// The key that signs its votes.
    pub key: PublicKey,
    /// Its voting power; more than two thirds of the total decide.
    pub power: u64,
}

/// Proof that a block is final: precommits of more than two thirds of the voting power.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Certificate {
    /// The block's height.
    pub height: u64,
    /// The round in which it was decided.
    pub round: u32,
    /// The block's id.
    pub block: Hash,
    /// The precommits, ordered by validator key, each validator once.
    pub signatures: Vec<CommitSignature>,
}

/// Why a certificate does not make a block final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// It is for another block or height.
    OtherBlock,
    /// Its signatures are not in the order of their validators' keys, or one appears twice.
    Disordered,
    /// A signer is not in the validator set.
    NotValidator,
    /// A signature is not valid.
    BadSignature,
    /// Two thirds or less of the voting power signed.
    NoQuorum,
}

impl core::fmt::Display for CertificateError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            CertificateError::OtherBlock => "the certificate is for another block",
            CertificateError::Disordered => {
                "the certificate's signatures are not in order, each validator once"
            }
            CertificateError::NotValidator => "the certificate is signed by a key that is not a validator's",
            CertificateError::BadSignature => "a signature of the certificate is not valid",
            CertificateError::NoQuorum => "validators of two thirds or less of the voting power signed",
        })
    }
}

impl core::error::Error for CertificateError {}

impl Certificate {
    /// Checks that it makes the block of this id final. `is_vote` says whether a signature over a digest is a
    /// validator's vote: under the signing context `sillok/consensus`.
    ///
    /// # Errors
    /// If it does not.
    pub fn check(
        &self,
        chain: &Hash,
        validators: &[Validator],
        height: u64,
        block: &Hash,
        is_vote: impl Fn(&PublicKey, &Hash, &[u8; 64]) -> bool,
    ) -> Result<(), CertificateError> {
        if self.height != height || self.block != *block {
            return Err(CertificateError::OtherBlock);
        }
        if !self.signatures.is_sorted_by(|one, other| one.validator < other.validator) {
            return Err(CertificateError::Disordered);
        }
        let message = precommit_digest(chain, height, self.round, block);
        let mut signed = 0u128;
        for commit in &self.signatures {
            let validator = validators.iter().find(|validator| validator.key == commit.validator);
            signed += u128::from(validator.ok_or(CertificateError::NotValidator)?.power);
            if !is_vote(&commit.validator, &message, &commit.signature) {
                return Err(CertificateError::BadSignature);
            }
        }
        let total: u128 = validators.iter().map(|validator| u128::from(validator.power)).sum();
        if signed * 3 > total * 2 { Ok(()) } else { Err(CertificateError::NoQuorum) }
    }
}

/// The digest of a validator set that block headers carry.
pub fn validators_digest(validators: &[Validator]) -> Hash {
    digest("sillok/validators", &validators)
}

/// One validator's precommit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct CommitSignature {
    /// The validator's key.
    pub validator: PublicKey,
    /// Its sr25519 signature over [`precommit_digest`] under the signing context `sillok/consensus`.
    pub signature: [u8; 64],
}
