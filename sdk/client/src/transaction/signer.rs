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
    /// A board: an account for which so many of its directors sign.
    Board {
        /// The board's account.
        account: Account,
        /// Directors by their numbers: as many as have to agree.
        directors: Vec<(u32, Keypair)>,
    },
}

/// The credential that the `did` contract's `authenticate` asks for.
#[derive(Encode)]
struct DidProof<'a> {
    key: &'a str,
    signature: Vec<u8>,
}

/// One of the approvals that the `board` contract's `authenticate` asks for, in ascending order.
#[derive(Encode)]
struct Approval {
    director: u32,
    signature: [u8; 64],
}

impl Signer {
    /// Whom this signs for.
    pub fn account(&self) -> Account {
        match self {
            Signer::Key(key) => key.account(),
            Signer::Did { account, .. } | Signer::Board { account, .. } => *account,
        }
    }

    /// Proof that the account agrees to `digest`.
    pub fn credential(&self, digest: &Hash) -> Credential {
        match self {
            Signer::Key(key) => Credential::Sr25519(key.sign(digest)),
            Signer::Did { key_name, key, .. } => did_credential(key_name, &key.sign(digest)),
            Signer::Board { directors, .. } => {
                let signed = directors.iter().map(|(director, key)| (*director, key.sign(digest)));
                board_credential(signed.collect())
            }
        }
    }
}

/// What shows that a board agrees: its directors' signatures, by the directors' numbers.
pub fn board_credential(mut signatures: Vec<(u32, [u8; 64])>) -> Credential {
    signatures.sort_by_key(|(director, _)| *director);
    let approval = |(director, signature)| Approval { director, signature };
    Credential::Contract(signatures.into_iter().map(approval).collect::<Vec<_>>().encode())
}

/// What shows that a DID agrees: the signature of the key of this name in its document.
pub fn did_credential(key_name: &str, signature: &[u8; 64]) -> Credential {
    Credential::Contract(DidProof { key: key_name, signature: signature.to_vec() }.encode())
}
