//! Who acts: a key, a contract, or an identity that a contract manages.

use codec::{Decode, DecodeWithMemTracking, Encode};

/// An sr25519 public key.
pub type PublicKey = [u8; 32];

/// Identifies a contract instance: 32 bytes derived from its deployer and salt, or a small reserved
/// number for a native module (see [`crate::native`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking)]
pub struct ContractId(pub [u8; 32]);

/// Whoever holds shares or cash, signs, or submits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking)]
pub enum Account {
    /// Whoever can sign with this sr25519 key.
    Key(PublicKey),
    /// A contract. It acts by its own direct calls; its `authenticate` method judges signatures
    /// made for it elsewhere (a board's multisig, say).
    Contract(ContractId),
    /// One of many identities that a contract manages, such as a DID whose keys rotate. The
    /// contract's `authenticate` method judges its signatures.
    Managed {
        /// The managing contract.
        contract: ContractId,
        /// The identity within that contract.
        id: [u8; 32],
    },
}

impl Account {
    /// The contract whose `authenticate` method speaks for this account, with the identity that
    /// it is asked about (32 zero bytes for the contract itself). A key has none.
    pub fn authenticator(&self) -> Option<(ContractId, [u8; 32])> {
        match self {
            Account::Key(_) => None,
            Account::Contract(contract) => Some((*contract, [0; 32])),
            Account::Managed { contract, id } => Some((*contract, *id)),
        }
    }
}

impl From<ContractId> for Account {
    fn from(contract: ContractId) -> Self {
        Account::Contract(contract)
    }
}
