//! What proofs are checked against: a chain and its validators, as a file that goes from hand to hand.

use codec::{Decode, Encode};
use serde::{Deserialize, Serialize};
use sillok_abi::{Account, Hash, Validator, validators_digest};

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
        let validators = self.validators.iter().map(|validator| ValidatorInfo {
            address: Account::Key(validator.key).to_string(),
            power: validator.power,
        });
        let file = TrustFile {
            chain: to_hex(self.chain),
            name: self.name.clone(),
            validators: validators.collect(),
        };
        // Strings and numbers: nothing that JSON could not say.
        serde_json::to_string_pretty(&file).expect("trust is JSON")
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
