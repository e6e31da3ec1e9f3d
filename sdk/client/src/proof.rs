//! Proofs of what state holds, for whoever trusts nothing but a chain's validators: no node, no network.
//!
//! A proof of state after block *h* carries the header of block *h* + 1, which commits to that state, with the
//! certificate that makes it final.

use codec::{Decode, Encode};
use sillok_abi::{
    Certificate, CertificateError, ContractId, FIELD_BYTES, Hash, Header, KeyProof, ProofError, PublicKey,
    Search, check_field, validators_digest,
};

pub use crate::trust::Trust;

/// The signing context of validators' votes.
const CONSENSUS_CONTEXT: &[u8] = b"sillok/consensus";

/// What state holds, with all that proves it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StateProof {
    /// The header that commits to the state: of the block after it.
    pub header: Header,
    /// What makes that block final.
    pub certificate: Certificate,
    /// What state holds.
    pub claims: Vec<Claim>,
}

/// What is said of state.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Claim {
    /// A key holds a value, or none.
    Key {
        /// The contract.
        contract: ContractId,
        /// Its storage key.
        key: Vec<u8>,
        /// The value, if there is one.
        value: Option<Vec<u8>>,
        /// Why.
        proof: KeyProof,
    },
    /// A field holds these entries and no others.
    Field {
        /// The contract.
        contract: ContractId,
        /// The field: what all its keys begin with.
        field: [u8; FIELD_BYTES],
        /// The entries, keys in their order.
        entries: Vec<(Vec<u8>, Vec<u8>)>,
        /// Why.
        search: Search,
    },
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateProofError {
    /// It is of another chain.
    #[error("the proof is of another chain")]
    OtherChain,
    /// Its header names other validators than those that are trusted.
    #[error("the proof's block was decided by other validators than the trusted ones")]
    OtherValidators,
    /// Its block is not final.
    #[error("the proof's block is not final: {0}")]
    NotFinal(CertificateError),
    /// The claim does not follow.
    #[error("the claim does not follow from the state that the block commits to: {0}")]
    NotInState(ProofError),
}

impl StateProof {
    /// The height of the block after which state held what is claimed.
    pub fn height(&self) -> u64 {
        self.header.height.saturating_sub(1)
    }

    /// Checks everything: chain, validators, votes, and that the claims follow.
    ///
    /// # Errors
    /// The first that is not as it should be.
    pub fn check(&self, trust: &Trust) -> Result<(), StateProofError> {
        let header = &self.header;
        if header.chain != trust.chain {
            return Err(StateProofError::OtherChain);
        }
        if header.validators != validators_digest(&trust.validators) {
            return Err(StateProofError::OtherValidators);
        }
        self.certificate
            .check(&trust.chain, &trust.validators, header.height, &header.id(), is_vote)
            .map_err(StateProofError::NotFinal)?;
        let check = |claim: &Claim| claim.check(&header.state_root);
        self.claims.iter().try_for_each(check).map_err(StateProofError::NotInState)
    }
}

impl Claim {
    fn check(&self, root: &Hash) -> Result<(), ProofError> {
        match self {
            Claim::Key { contract, key, value, proof } => proof.check(root, contract, key, value.as_deref()),
            Claim::Field { contract, field, entries, search } => {
                check_field(root, contract, field, entries, search)
            }
        }
    }
}

/// Whether a signature is a validator's vote. The neutral element, for which anybody can sign, is no key.
pub(crate) fn is_vote(key: &PublicKey, message: &Hash, signature: &[u8; 64]) -> bool {
    let (Ok(public), Ok(signature)) =
        (schnorrkel::PublicKey::from_bytes(key), schnorrkel::Signature::from_bytes(signature))
    else {
        return false;
    };
    *key != [0; 32] && public.verify_simple(CONSENSUS_CONTEXT, message, &signature).is_ok()
}
