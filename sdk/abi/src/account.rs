//! Who acts: a key, a contract, or an identity that a contract manages.

use codec::{Decode, DecodeWithMemTracking, Encode, Error, Input, Output};

/// An sr25519 public key.
pub type PublicKey = [u8; 32];

/// Identifies a contract instance: 32 bytes derived from its deployer and salt, or a small reserved
/// number for a native module (see [`crate::native`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking)]
pub struct ContractId(pub [u8; 32]);

/// Whoever holds shares or cash, signs, or submits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// As derived code would, but for less of a contract's gas: what follows the variant's number is 32 bytes, and in
/// one variant 32 more.
impl Encode for Account {
    fn size_hint(&self) -> usize {
        if matches!(self, Account::Managed { .. }) { 65 } else { 33 }
    }

    fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
        let (number, first, second) = match self {
            Account::Key(key) => (0, key, None),
            Account::Contract(contract) => (1, &contract.0, None),
            Account::Managed { contract, id } => (2, &contract.0, Some(id)),
        };
        output.push_byte(number);
        output.write(first);
        if let Some(second) = second {
            output.write(second);
        }
    }
}

impl codec::EncodeLike for Account {}

impl Decode for Account {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let number = input.read_byte()?;
        let first = <[u8; 32]>::decode(input)?;
        match number {
            0 => Ok(Account::Key(first)),
            1 => Ok(Account::Contract(ContractId(first))),
            2 => Ok(Account::Managed { contract: ContractId(first), id: Decode::decode(input)? }),
            _ => Err("an account of no known kind".into()),
        }
    }
}

impl DecodeWithMemTracking for Account {}

impl From<ContractId> for Account {
    fn from(contract: ContractId) -> Self {
        Account::Contract(contract)
    }
}
