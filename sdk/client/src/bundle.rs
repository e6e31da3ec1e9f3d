//! A proof of single values as a file: what a contract's storage keys hold, with all that proves it.

use codec::{DecodeAll, Encode};
use serde::{Deserialize, Serialize};

use crate::proof::{Claim, StateProof, StateProofError, Trust};
use crate::rpc::{from_hex, to_hex};

/// The first word of a proof's file.
const FORMAT: &str = "state-proof";

/// What is proven of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownKey {
    /// The contract.
    pub contract: String,
    /// The storage key in hexadecimal.
    pub key: String,
    /// The value in hexadecimal; null if there is none.
    pub value: Option<String>,
}

/// A proof as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    sillok: String,
    /// The height after whose block it was so.
    pub height: u64,
    /// What is proven.
    pub keys: Vec<KnownKey>,
    proof: String,
}

/// Why a file proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// It is no proof, or cut off.
    #[error("this is not a proof: {0}")]
    NotAProof(String),
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] StateProofError),
    /// It says something else than what is proven.
    #[error("it says something else of {what} than what it proves")]
    Differs {
        /// Of what.
        what: String,
    },
}

impl ProofFile {
    /// The file of a proof of keys; claims about whole fields are left out of what it says.
    pub fn of(proof: &StateProof) -> Self {
        let (height, keys) = (proof.height(), known(proof));
        ProofFile { sillok: FORMAT.into(), height, keys, proof: to_hex(proof.encode()) }
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// If it is no such file.
    pub fn parse(text: &str) -> Result<Self, ProofFileError> {
        let not_one = |why: String| ProofFileError::NotAProof(why);
        let file: ProofFile = serde_json::from_str(text).map_err(|error| not_one(error.to_string()))?;
        if file.sillok != FORMAT {
            return Err(not_one(format!("it is a `{}`", file.sillok)));
        }
        Ok(file)
    }

    /// A file's text.
    pub fn to_text(&self) -> String {
        // Strings and numbers: nothing that JSON could not say.
        serde_json::to_string_pretty(self).expect("a proof is JSON")
    }

    /// Checks that what it says is proven.
    ///
    /// # Errors
    /// The first that is not as it should be.
    pub fn check(&self, trust: &Trust) -> Result<(), ProofFileError> {
        let damaged = || ProofFileError::NotAProof("`proof` is cut off or damaged".into());
        let bytes = from_hex(&self.proof).map_err(|_| damaged())?;
        let proof = StateProof::decode_all(&mut bytes.as_slice()).map_err(|_| damaged())?;
        proof.check(trust)?;
        if self.height != proof.height() {
            return Err(ProofFileError::Differs { what: "the height".into() });
        }
        let known = known(&proof);
        let differs = self.keys.iter().zip(&known).find(|(said, proven)| said != proven);
        match differs {
            Some((said, _)) => Err(ProofFileError::Differs { what: format!("key {}", said.key) }),
            None if self.keys.len() != known.len() => {
                Err(ProofFileError::Differs { what: "the number of keys".into() })
            }
            None => Ok(()),
        }
    }
}

fn known(proof: &StateProof) -> Vec<KnownKey> {
    let keys = proof.claims.iter().filter_map(|claim| match claim {
        Claim::Key { contract, key, value, .. } => Some(KnownKey {
            contract: contract.to_string(),
            key: to_hex(key),
            value: value.as_ref().map(to_hex),
        }),
        Claim::Field { .. } => None,
    });
    keys.collect()
}
