//! Whoever can prove an account's agreement.

use codec::Encode;
use sillok_abi::{Account, Credential, Hash};

use crate::keys::Keypair;

/// An account and what proves its agreement.
#[derive(Clone, Debug)]
pub enum Signer {
    /// The account of the key itself.
    Key(Keypair),
    /// A DID: an account that the `did` contract manages and whose keys rotate.
    Did {
        /// The DID's account.
        account: Account,
        /// The name of the key in the DID's document.
        key_name: String,
        /// That key.
        key: Keypair,
    },
}

/// The credential that the `did` contract's `authenticate` asks for.
#[derive(Encode)]
struct DidProof<'a> {
    key: &'a str,
    signature: Vec<u8>,
}

impl Signer {
    /// Whom this signs for.
    pub fn account(&self) -> Account {
        match self {
            Signer::Key(key) => key.account(),
            Signer::Did { account, .. } => *account,
        }
    }

    /// Proof that the account agrees to `digest`.
    pub fn credential(&self, digest: &Hash) -> Credential {
        match self {
            Signer::Key(key) => Credential::Sr25519(key.sign(digest)),
            Signer::Did { key_name, key, .. } => {
                let signature = key.sign(digest).to_vec();
                Credential::Contract(DidProof { key: key_name, signature }.encode())
            }
        }
    }
}
