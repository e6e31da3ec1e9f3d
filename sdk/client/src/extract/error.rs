//! Why an extract is not to be believed.

use serde_json::Value;

use crate::proof::StateProofError;
use crate::value::DecodeError;

/// Why an extract is not to be believed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExtractError {
    /// It is not an extract at all, or cut off.
    #[error("this is not a register extract: {0}")]
    NotAnExtract(String),
    /// What it rests on is not proven.
    #[error(transparent)]
    Proof(#[from] StateProofError),
    /// The block whose time it gives is not the one before the certified block.
    #[error("the block that it gives the time of is not the one before the certified block")]
    OtherBlock,
    /// The chain has no such contract.
    #[error("the chain has no contract with the register's id")]
    NoContract,
    /// The storage is laid out otherwise.
    #[error("the register's storage is not laid out as the extract says")]
    Layout,
    /// The proof does not speak of something that the statement needs.
    #[error("the proof says nothing of the register's `{0}`")]
    Unproven(String),
    /// An entry is not of its field's type.
    #[error("an entry of the register's `{field}` can't be read: {error}")]
    Unreadable {
        /// The field.
        field: String,
        /// Why.
        error: DecodeError,
    },
    /// Lots and totals contradict each other, so something was left out.
    #[error("the lots of class {class} add up to {lots} shares, and not to {total}")]
    Sum {
        /// The class.
        class: u64,
        /// What the lots come to.
        lots: u64,
        /// What the register counts.
        total: u64,
    },
    /// The statement says something else than the chain.
    #[error(transparent)]
    Differs(Box<Difference>),
}

/// Where a statement says something else than the chain.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{path} says {says}; the chain says {is}")]
pub struct Difference {
    /// Where in the statement.
    pub path: String,
    /// What stands there; null if it is missing.
    pub says: Value,
    /// What is proven; null if nothing is.
    pub is: Value,
}

impl ExtractError {
    pub(super) fn not_one(why: impl std::fmt::Display) -> Self {
        ExtractError::NotAnExtract(why.to_string())
    }
}
