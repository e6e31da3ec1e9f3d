//! One party of an agreement: its tree, who may sign for it, and who has.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillok_abi::{
    Account, Authorisation, Authoriser, CallTree, Credential, Hash, SignatureScheme, Time,
    authorisation_digest,
};
use sillok_client::keys::Keypair;
use sillok_client::rpc::to_hex;
use sillok_client::transaction::{board_credential, did_credential};
use sillok_runtime::crypto;

use super::{CliError, Result, decode_tree, from_text, hash, spoiled};

/// An account that has to agree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Party {
    /// The account.
    pub(crate) account: String,
    /// How its agreement is proven.
    pub(crate) proof: Proof,
    pub(super) nonce: u64,
    /// When the agreement ends, in milliseconds since 1970.
    pub(super) expiry: u64,
    /// SCALE of the tree of calls.
    pub(super) tree: String,
    /// What is signed.
    pub(super) digest: String,
    /// How many have to sign.
    pub(super) needed: usize,
    /// Who may sign.
    pub(super) signers: Vec<Signatory>,
}

/// How an account's agreement is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Proof {
    /// By the signature of its key.
    Key,
    /// By that of a key of its DID document.
    Did,
    /// By those of so many directors.
    Board,
}

/// A key that may sign for a party.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Signatory {
    /// The director's number, or the key's name in a DID document.
    pub(super) name: String,
    pub(super) scheme: String,
    pub(super) public: String,
    /// Its signature of the digest.
    pub(super) signature: Option<String>,
}

impl Signatory {
    /// One that has not signed.
    pub(super) fn new(name: &str, scheme: &str, public: &str) -> Self {
        Signatory { name: name.into(), scheme: scheme.into(), public: public.to_lowercase(), signature: None }
    }

    fn scheme(&self) -> Result<SignatureScheme> {
        match self.scheme.as_str() {
            "Sr25519" => Ok(SignatureScheme::Sr25519),
            "Ed25519" => Ok(SignatureScheme::Ed25519),
            "P256" => Ok(SignatureScheme::P256),
            "Secp256k1" => Ok(SignatureScheme::Secp256k1),
            _ => Err(spoiled("a key's scheme is not known")),
        }
    }

    fn verifies(&self, digest: &Hash, signature: &[u8]) -> Result<bool> {
        Ok(crypto::verify(self.scheme()?, &from_text(&self.public)?, digest, signature))
    }
}

impl Party {
    pub(super) fn account(&self) -> Result<Account> {
        self.account.parse().map_err(|_| spoiled("an account is none"))
    }

    pub(super) fn digest(&self) -> Result<Hash> {
        hash(&self.digest)
    }

    /// What is agreed to.
    pub(crate) fn tree(&self) -> Result<CallTree> {
        decode_tree(&self.tree)
    }

    /// The digest of what is shown.
    pub(super) fn digest_of(&self, chain: &Hash) -> Result<Hash> {
        let (account, tree) = (self.account()?, self.tree()?);
        Ok(authorisation_digest(chain, &account, self.nonce, Time(self.expiry), &tree))
    }

    /// Signs with a key, if it is one of those that may; answers whether it is.
    pub(crate) fn sign(&mut self, key: &Keypair) -> Result<bool> {
        let signature = key.sign(&self.digest()?);
        self.put(&to_hex(key.public()), &signature)
    }

    /// Puts in a signature that was made elsewhere, if it is that of one of the keys over the digest;
    /// answers whether it is.
    pub(crate) fn put(&mut self, public: &str, signature: &[u8]) -> Result<bool> {
        let digest = self.digest()?;
        let public = public.to_lowercase();
        for signatory in self.signers.iter_mut().filter(|signatory| signatory.public == public) {
            if signatory.verifies(&digest, signature)? {
                signatory.signature = Some(to_hex(signature));
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn merge(&mut self, copy: &Party) {
        for (known, signatory) in self.signers.iter_mut().zip(&copy.signers) {
            if known.public == signatory.public && known.signature.is_none() {
                known.signature.clone_from(&signatory.signature);
            }
        }
    }

    /// How many signatures are still missing.
    pub(crate) fn missing(&self) -> usize {
        let signed = self.signers.iter().filter(|signatory| signatory.signature.is_some()).count();
        self.needed.saturating_sub(signed)
    }

    /// The party's authorisation.
    pub(super) fn authorisation(&self) -> Result<Authorisation> {
        let mut signed = Vec::new();
        for signatory in &self.signers {
            let Some(signature) = &signatory.signature else { continue };
            let signature = from_text(signature)?;
            let bytes = signature.as_slice().try_into().map_err(|_| spoiled("a signature has 64 bytes"))?;
            if !signatory.verifies(&self.digest()?, &signature)? {
                return Err(spoiled("a signature does not fit its key and digest"));
            }
            signed.push((signatory.name.as_str(), bytes));
        }
        if signed.len() < self.needed {
            let missing = self.needed - signed.len();
            return Err(CliError::refused(
                "unsigned",
                format!("{missing} of the signatures of {} are missing", self.account),
            )
            .hint("have them made with `sillok keys sign FILE KEY`"));
        }
        signed.truncate(self.needed);
        let by = Authoriser::Signer {
            account: self.account()?,
            nonce: self.nonce,
            expiry: Time(self.expiry),
            credential: self.credential(&signed)?,
        };
        Ok(Authorisation { by, tree: self.tree()? })
    }

    fn credential(&self, signed: &[(&str, [u8; 64])]) -> Result<Credential> {
        let first = || signed.first().ok_or_else(|| spoiled("nobody has to sign"));
        match self.proof {
            Proof::Key => Ok(Credential::Sr25519(first()?.1)),
            Proof::Did => first().map(|(name, signature)| did_credential(name, signature)),
            Proof::Board => {
                let number = |(name, signature): &(&str, [u8; 64])| {
                    let number = name.parse().map_err(|_| spoiled("a director's number is none"))?;
                    Ok((number, *signature))
                };
                signed.iter().map(number).collect::<Result<_>>().map(board_credential)
            }
        }
    }
}

/// Who has to sign, for people.
pub(crate) fn party_line(party: &Party) -> String {
    let keys: Vec<_> = party.signers.iter().map(|signatory| signatory.public.as_str()).collect();
    format!(
        "{} of    {}\nfor       {}\ndigest    {}",
        party.needed,
        keys.join("\n          "),
        party.account,
        party.digest
    )
}

/// The same, for machines.
pub(crate) fn party_json(party: &Party) -> Value {
    json!({ "account": party.account, "digest": party.digest, "needed": party.needed, "missing": party.missing() })
}
