//! What a chain chooses for itself in its genesis, and by its validators' votes later.

use codec::{Decode, Encode};
use sillok_abi::governance::{ParameterInfo, Reaction};

use crate::GasTable;
use crate::code_limits::CodeLimits;
use crate::native::{choose_parameter, list_parameters};

/// Parameters of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Parameters {
    /// The most gas of a block: the sum of its transactions' limits.
    pub block_gas: u64,
    /// The most gas of a block's scheduled calls, beside that.
    pub block_scheduled_gas: u64,
    /// The most gas of a transaction.
    pub max_transaction_gas: u64,
    /// The most gas of judging a submitter's credential at admission, which nobody pays for if it is refused;
    /// no more than [`crate::limits::AUTHENTICATION_GAS`] in any case.
    pub admission_gas: u64,
    /// The most gas of a query.
    pub query_gas: u64,
    /// The largest block, in bytes of its transactions.
    pub max_block_bytes: u32,
    /// The largest transaction, in bytes.
    pub max_transaction_bytes: u32,
    /// The furthest ahead of block time that a transaction may expire, in milliseconds.
    pub max_transaction_lifetime_ms: u64,
    /// The furthest ahead of block time that an authorisation may expire, in milliseconds.
    pub max_authorisation_lifetime_ms: u64,
    /// What everything costs.
    pub gas: GasTable,
    /// The limits of uploaded code.
    pub code: CodeLimits,
    /// What happens to validators that equivocate.
    pub evidence: EvidenceRules,
}

/// What happens to validators that equivocate.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct EvidenceRules {
    /// For how many blocks an equivocation can be reported.
    pub max_age: u64,
    /// What follows.
    pub reaction: Reaction,
}

impl Default for EvidenceRules {
    fn default() -> Self {
        EvidenceRules { max_age: 100_000, reaction: Reaction::Suspend {} }
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters {
            block_gas: 10_000_000_000,
            block_scheduled_gas: 2_500_000_000,
            max_transaction_gas: 8_000_000_000,
            admission_gas: 20_000_000,
            query_gas: 1_000_000_000,
            max_block_bytes: 4 * 1024 * 1024,
            max_transaction_bytes: 768 * 1024,
            max_transaction_lifetime_ms: 600_000,
            max_authorisation_lifetime_ms: 90 * 86_400_000,
            gas: GasTable::default(),
            code: CodeLimits::default(),
            evidence: EvidenceRules::default(),
        }
    }
}

/// Why a parameter can't be chosen so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadParameter {
    /// There is none of this name.
    #[error("there is no parameter `{0}`")]
    Unknown(String),
    /// It is out of the bounds within which validators can set it.
    #[error("the parameter `{name}` can't be {value}: it is from {least} to {most}")]
    Range {
        /// Its name.
        name: String,
        /// What it was to be.
        value: u64,
        /// The least that it can be.
        least: u64,
        /// The most.
        most: u64,
    },
}

impl Parameters {
    /// All by name, with what they are and the bounds for votes, in the order of docs/protocol.md
    /// ("Governance").
    pub fn list(&self) -> Vec<ParameterInfo> {
        list_parameters(self)
    }

    /// Sets one by its name, within the bounds for votes: for a genesis that is being written.
    ///
    /// # Errors
    /// If there is none of this name, or the value is out of bounds; nothing is set then.
    pub fn choose(&mut self, name: &str, value: u64) -> Result<(), BadParameter> {
        choose_parameter(self, name, value)
    }
}
