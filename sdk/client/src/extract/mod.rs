//! Certified extracts of a share register (주주명부 등본; Commercial Act Art. 396(2) lets shareholders and
//! creditors ask for one): what the register says, with all that proves it to someone who has no node.
//!
//! The statement is made from proven entries alone, and made again by whoever checks: not a digit of it is
//! taken on trust. `proven` reads entries out of a proof, `register` and `holding` make the two kinds of
//! statement, `difference` tells where a statement was changed.

mod difference;
mod error;
mod holding;
mod proven;
mod register;

use codec::{DecodeAll, Encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sillok_abi::{Account, ContractId, Header, StorageSpec};

use crate::proof::{StateProof, Trust};
use crate::rpc::{from_hex, to_hex};
pub use error::{Difference, ExtractError};
use proven::Proven;
pub use proven::{contract_key, field_key};

/// The first word of an extract's file.
const FORMAT: &str = "register-extract";

/// Of what an extract is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The company's register.
    pub register: ContractId,
    /// The one holder it is about; of all of them if none.
    pub holder: Option<Account>,
}

/// What proves a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// How the register's storage is laid out: the pre-image of the digest that state holds.
    pub layout: Vec<StorageSpec>,
    /// The header of the block after which the register was so; none at height 0.
    pub before: Option<Header>,
    /// The entries, proven.
    pub proof: StateProof,
}

/// A statement of what a register holds, and what proves it.
#[derive(Clone, Debug, PartialEq)]
pub struct Extract {
    /// What the register says, for people and machines.
    pub statement: Value,
    /// Why it is true.
    pub evidence: Evidence,
}

/// An extract as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtractFile {
    sillok: String,
    statement: Value,
    evidence: EvidenceFile,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceFile {
    layout: String,
    before: Option<String>,
    proof: String,
}

impl Extract {
    /// The extract that `evidence` makes.
    ///
    /// # Errors
    /// If it proves none.
    pub fn make(subject: Subject, evidence: Evidence, trust: &Trust) -> Result<Self, ExtractError> {
        let statement = statement(&subject, &evidence, trust)?;
        Ok(Extract { statement, evidence })
    }

    /// Checks everything: that the proof holds, and that the statement is what it proves.
    ///
    /// # Errors
    /// The first that is not as it should be.
    pub fn check(&self, trust: &Trust) -> Result<(), ExtractError> {
        let proven = statement(&self.subject()?, &self.evidence, trust)?;
        match difference::first("statement", &self.statement, &proven) {
            Some(difference) => Err(ExtractError::Differs(Box::new(difference))),
            None => Ok(()),
        }
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// If it is no extract.
    pub fn parse(text: &str) -> Result<Self, ExtractError> {
        let file: ExtractFile = serde_json::from_str(text).map_err(ExtractError::not_one)?;
        if file.sillok != FORMAT {
            return Err(ExtractError::not_one(format!("it is a `{}`", file.sillok)));
        }
        let EvidenceFile { layout, before, proof } = &file.evidence;
        let before = before.as_ref().map(|before| scale("evidence.before", before)).transpose()?;
        let (layout, proof) = (scale("evidence.layout", layout)?, scale("evidence.proof", proof)?);
        Ok(Extract { statement: file.statement, evidence: Evidence { layout, before, proof } })
    }

    /// A file's text.
    pub fn to_text(&self) -> String {
        let Evidence { layout, before, proof } = &self.evidence;
        let evidence = EvidenceFile {
            layout: to_hex(layout.encode()),
            before: before.as_ref().map(|before| to_hex(before.encode())),
            proof: to_hex(proof.encode()),
        };
        let file = ExtractFile { sillok: FORMAT.into(), statement: self.statement.clone(), evidence };
        // Strings and a JSON value: nothing that JSON could not say.
        serde_json::to_string_pretty(&file).expect("an extract is JSON")
    }

    /// Of what the statement says it is; that it is so is checked by making it again.
    fn subject(&self) -> Result<Subject, ExtractError> {
        let text = |name: &str| self.statement[name].as_str();
        let missing = |name: &str| ExtractError::not_one(format!("statement.{name} is missing or malformed"));
        let register = text("register").and_then(|text| text.parse().ok());
        let register = register.ok_or_else(|| missing("register"))?;
        let holder = match text("kind") {
            Some("register") => None,
            Some("holding") => {
                let holder = text("holder").and_then(|text| text.parse().ok());
                Some(holder.ok_or_else(|| missing("holder"))?)
            }
            _ => return Err(missing("kind")),
        };
        Ok(Subject { register, holder })
    }
}

fn statement(subject: &Subject, evidence: &Evidence, trust: &Trust) -> Result<Value, ExtractError> {
    let proven = Proven::check(subject.register, evidence, trust)?;
    match &subject.holder {
        None => register::statement(&proven),
        Some(holder) => holding::statement(&proven, holder),
    }
}

fn scale<T: DecodeAll>(name: &str, text: &str) -> Result<T, ExtractError> {
    let bytes = from_hex(text).map_err(|why| ExtractError::not_one(format!("{name}: {why}")))?;
    T::decode_all(&mut bytes.as_slice())
        .map_err(|_| ExtractError::not_one(format!("{name} is cut off or damaged")))
}
