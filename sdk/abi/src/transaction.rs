//! Transactions: one root call, who submits it, and who agrees to what.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};

use crate::{Account, Call, CallTree, Hash, Time, digest};

/// A submitted transaction: a body and the submitter's signature over all of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Transaction {
    /// What is signed.
    pub body: TransactionBody,
    /// The submitter's proof over [`TransactionBody::id`].
    pub credential: Credential,
}

/// Everything that a submitter signs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct TransactionBody {
    /// The chain: its genesis hash.
    pub chain: Hash,
    /// Who submits, and whose member's block share pays the gas.
    pub submitter: Account,
    /// Any number that the submitter has not used in a transaction that could still be included.
    /// Within a block a submitter's transactions run in the order of their nonces.
    pub nonce: u64,
    /// The first block time at which this can no longer be included.
    pub expiry: Time,
    /// The most gas that this may use.
    pub gas_limit: u64,
    /// The root call.
    pub call: Call,
    /// What each party agrees to.
    pub authorisations: Vec<Authorisation>,
}

impl Transaction {
    /// What a block's root has of it: its id, which is [`TransactionBody::id`], and its credential.
    pub fn leaf(&self, id: &Hash) -> Hash {
        digest("sillok/leaf", &(id, &self.credential))
    }
}

impl TransactionBody {
    /// The transaction's id, which is also what its submitter signs.
    pub fn id(&self) -> Hash {
        digest("sillok/transaction", self)
    }
}

/// One account's agreement to a tree of calls.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Authorisation {
    /// Who agrees, and how that is proven.
    pub by: Authoriser,
    /// What they agree to.
    pub tree: CallTree,
}

/// Who agrees, and the proof of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum Authoriser {
    /// The submitter, whose signature over the transaction covers this tree too.
    Submitter,
    /// Another party, or the submitter at another time. Signed apart, so that parties can agree at
    /// their own time and place.
    Signer {
        /// Who agrees.
        account: Account,
        /// Any number that the account has not used in an authorisation that could still be used.
        nonce: u64,
        /// The first block time at which this can no longer be used.
        expiry: Time,
        /// The account's proof over [`authorisation_digest`].
        credential: Credential,
    },
}

/// Proof that an account agreed to a digest.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum Credential {
    /// An sr25519 signature under the signing context `substrate`, over the 32-byte digest or over
    /// `<Bytes>` digest `</Bytes>` as wallets wrap it. Proves a [`Account::Key`].
    Sr25519([u8; 64]),
    /// Whatever the `authenticate` method of the account's contract asks for.
    Contract(Vec<u8>),
}

/// What a party other than the submitter signs to agree to `tree`.
pub fn authorisation_digest(
    chain: &Hash,
    account: &Account,
    nonce: u64,
    expiry: Time,
    tree: &CallTree,
) -> Hash {
    digest("sillok/authorisation", &(chain, account, nonce, expiry, tree))
}
