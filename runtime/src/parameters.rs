//! What a chain chooses for itself in its genesis, and by its validators' votes later.

use codec::{Decode, Encode};
use sillok_abi::governance::Reaction;

use crate::GasTable;
use crate::code_limits::CodeLimits;

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
