//! What proofs are checked against: a chain and its validators, as a file that goes from hand to hand.

use codec::{Decode, Encode};
use serde::{Deserialize, Serialize};
use sillok_abi::{Account, Certificate, CertificateError, Hash, Header, Validator, validators_digest};

use crate::proof::is_vote;
use crate::rpc::{ValidatorInfo, from_hex, to_hex};

/// A chain and its validators.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Trust {
    /// The chain: its genesis hash.
    pub chain: Hash,
    /// Its name, for people.
    pub name: String,
    /// Its validators.
    pub validators: Vec<Validator>,
}

/// A change of validators, as it is proven to who trusts the old ones.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SetChange {
    /// The header of the last block that the old set decided. It names the new one.
    pub header: Header,
    /// What makes that block final.
    pub certificate: Certificate,
    /// The new set, in the order of its turns.
    pub validators: Vec<Validator>,
}

/// Why validators don't follow from others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetChangeError {
    /// The header is of another chain.
    #[error("the header is of another chain")]
    OtherChain,
    /// Others than the trusted validators decided its block.
    #[error("the header's block was decided by other validators than the trusted ones")]
    OtherValidators,
    /// It announces others than those that are given.
    #[error("the header announces other validators than those that are given")]
    NotAnnounced,
    /// Its block is not final.
    #[error("the header's block is not final: {0}")]
    NotFinal(CertificateError),
}

/// Trust as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustFile {
    chain: String,
    name: String,
    validators: Vec<ValidatorInfo>,
}

impl Trust {
    /// What a node says of its chain. Trusted only by who trusts that node.
    ///
    /// # Errors
    /// If it is not understood; says what.
    pub fn of(chain: &str, name: &str, validators: &[ValidatorInfo]) -> Result<Self, String> {
        let hash = from_hex(chain).ok().and_then(|bytes| bytes.try_into().ok());
        let chain = hash.ok_or_else(|| format!("`chain` is `{chain}`, not 0x and 64 digits"))?;
        let validators = validators.iter().map(validator).collect::<Result<Vec<_>, _>>()?;
        if validators.is_empty() {
            return Err("it names no validators".into());
        }
        Ok(Trust { chain, name: name.into(), validators })
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// If it is not such a file; says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: TrustFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Trust::of(&file.chain, &file.name, &file.validators)
    }

    /// A file's text.
    pub fn to_text(&self) -> String {
        let validators = self.validators.iter().map(ValidatorInfo::of);
        let file = TrustFile {
            chain: to_hex(self.chain),
            name: self.name.clone(),
            validators: validators.collect(),
        };
        // Strings and numbers: nothing that JSON could not say.
        serde_json::to_string_pretty(&file).expect("trust is JSON")
    }

    /// The trust that follows from this one by a change of validators: the old ones have announced the new.
    ///
    /// # Errors
    /// If they have not.
    pub fn follow(&self, change: &SetChange) -> Result<Trust, SetChangeError> {
        let SetChange { header, certificate, validators } = change;
        if header.chain != self.chain {
            return Err(SetChangeError::OtherChain);
        }
        if header.validators != self.fingerprint() {
            return Err(SetChangeError::OtherValidators);
        }
        if header.next_validators != validators_digest(validators) {
            return Err(SetChangeError::NotAnnounced);
        }
        certificate
            .check(&self.chain, &self.validators, header.height, &header.id(), is_vote)
            .map_err(SetChangeError::NotFinal)?;
        Ok(Trust { validators: validators.clone(), ..self.clone() })
    }

    /// Follows all changes, from the first that begins with these validators; needs no execution and no other
    /// headers. Those before it are of no concern to who trusts these.
    ///
    /// # Errors
    /// If one of them does not follow; says at which height.
    pub fn follow_all(&self, changes: &[SetChange]) -> Result<Trust, (u64, SetChangeError)> {
        let begins = |change: &&SetChange| change.header.validators != self.fingerprint();
        let mut trust = self.clone();
        for change in changes.iter().skip_while(begins) {
            trust = trust.follow(change).map_err(|error| (change.header.height, error))?;
        }
        Ok(trust)
    }

    /// The digest of the validators, as headers have it: short enough to be compared over the telephone.
    pub fn fingerprint(&self) -> Hash {
        validators_digest(&self.validators)
    }
}

fn validator(info: &ValidatorInfo) -> Result<Validator, String> {
    match info.address.parse() {
        Ok(Account::Key(key)) if info.power > 0 => Ok(Validator { key, power: info.power }),
        Ok(Account::Key(_)) => Err(format!("validator {} has no power", info.address)),
        _ => Err(format!("`{}` is not a validator's address", info.address)),
    }
}
