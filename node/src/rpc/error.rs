//! What a request is refused with: a code, a sentence, a hint. The codes are listed in docs/protocol.md.

use jsonrpsee::types::ErrorObjectOwned;
use jsonrpsee::types::error::INVALID_PARAMS_CODE;
use serde_json::{Value, json};
use sillok_abi::Time;
use sillok_runtime::Fault;

use super::access::Role;
use crate::chain::{ProofRefusal, SubmitError};

/// Too many requests wait for a worker or a transaction.
const BUSY: u32 = 1024;
/// No contract has this id or name.
const NO_CONTRACT: u32 = 1030;
/// No block has this height or id.
const NO_BLOCK: u32 = 1031;
/// An argument's bytes are not what they should be.
const MALFORMED: u32 = 1032;
/// What is to be proven does not fit in one answer.
const TOO_LARGE: u32 = 1033;
/// The state that is asked for is no longer kept.
const NOT_KEPT: u32 = 1034;
/// The node keeps no surveillance.
const NO_SURVEILLANCE: u32 = 1035;
/// The node keeps no index.
const NO_INDEX: u32 = 1036;
/// The node failed.
const FAULT: u32 = 1040;
/// What was asked for needs an access token.
const TOKEN_NEEDED: u32 = 1050;
/// The access token is not known.
const TOKEN_UNKNOWN: u32 = 1051;
/// The access token has a role that does not allow it.
const ROLE_TOO_LOW: u32 = 1052;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RpcFailure {
    /// For machines.
    pub(crate) code: i32,
    /// What and why, for people.
    pub(crate) message: String,
    /// What to do now.
    pub(crate) hint: String,
}

impl RpcFailure {
    fn new(code: u32, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let code = i32::try_from(code).unwrap_or(i32::MAX);
        RpcFailure { code, message: message.into(), hint: hint.into() }
    }

    /// A parameter is missing, unknown or of the wrong JSON type.
    pub(crate) fn parameters(message: impl Into<String>, hint: impl Into<String>) -> Self {
        RpcFailure { code: INVALID_PARAMS_CODE, message: message.into(), hint: hint.into() }
    }

    /// An argument's bytes are not hexadecimal, or not SCALE of what was expected.
    pub(crate) fn malformed(name: &str, expected: &str) -> Self {
        let message = format!("`{name}` is not {expected}");
        RpcFailure::new(
            MALFORMED,
            message,
            "bytes are 0x and hexadecimal digits; docs/protocol.md has the layouts",
        )
    }

    /// No contract has this id or name.
    pub(crate) fn no_contract(contract: &str) -> Self {
        let message = format!("there is no contract `{contract}`");
        RpcFailure::new(NO_CONTRACT, message, "contract_list names the contracts of this chain")
    }

    /// No block has this height or id.
    pub(crate) fn no_block(block: impl std::fmt::Display, tip: u64) -> Self {
        let message = format!("there is no block {block}");
        let hint = format!("blocks have heights 1 to {tip}; chain_genesis tells of the beginning");
        RpcFailure::new(NO_BLOCK, message, hint)
    }

    /// The time is before the chain's beginning.
    pub(crate) fn before_genesis(time: Time, genesis: Time) -> Self {
        let message = format!("there is no block as early as {time}");
        RpcFailure::new(NO_BLOCK, message, format!("the chain began at {genesis}"))
    }

    /// The time is before the snapshot that the node began with.
    pub(crate) fn before_snapshot(time: Time, since: Time) -> Self {
        let message = format!("the state at {time} is not kept");
        RpcFailure::new(
            NOT_KEPT,
            message,
            format!(
                "this node began with a snapshot of {since} and keeps what is later; ask one that keeps more"
            ),
        )
    }

    /// The block is before the snapshot that the node began with.
    pub(crate) fn block_not_kept(height: u64, lowest: u64) -> Self {
        let message = format!("block {height} is not kept");
        RpcFailure::new(
            NOT_KEPT,
            message,
            format!(
                "this node began with a snapshot and keeps blocks from {lowest} on; ask one that keeps more"
            ),
        )
    }

    /// The state after this block is no longer kept.
    pub(crate) fn not_kept(height: u64, lowest: u64) -> Self {
        let message = format!("the state after block {height} is no longer kept");
        RpcFailure::new(
            NOT_KEPT,
            message,
            format!("this node keeps it from {lowest} on; ask one that keeps more"),
        )
    }

    /// What this block did is not known here.
    pub(crate) fn no_effects(height: u64, lowest: u64, tip: u64) -> Self {
        let message = format!("what block {height} did is not known here");
        RpcFailure::new(NOT_KEPT, message, format!("this node knows it of blocks {lowest} to {tip}"))
    }

    /// No block commits to the state that is to be proven.
    pub(crate) fn not_committed() -> Self {
        let message = "no final block commits to this state yet";
        RpcFailure::new(BUSY, message, "try again after the next block, or ask for an earlier height")
    }

    /// Nothing is surveyed here.
    pub(crate) fn no_surveillance() -> Self {
        let hint =
            "is there a contract `market`? `enabled = true` under [surveillance] in node.toml switches it on";
        RpcFailure::new(NO_SURVEILLANCE, "this node keeps no surveillance of the market", hint)
    }

    /// The node keeps no index.
    pub(crate) fn no_index() -> Self {
        let hint = "ask a node that does; `enabled = true` under [index] in node.toml switches it on, and it is made from all blocks that the node has";
        RpcFailure::new(NO_INDEX, "this node keeps no index of the past", hint)
    }

    /// Too many requests wait.
    pub(crate) fn busy() -> Self {
        RpcFailure::new(BUSY, "the node has too many requests to answer", "try again in a second")
    }

    /// Who shows no access token may not do this.
    pub(super) fn token_needed(what: &str, needed: Role) -> Self {
        let message = format!("`{what}` needs an access token of the role {needed}");
        RpcFailure::new(
            TOKEN_NEEDED,
            message,
            "give one with --token or SILLOK_TOKEN; who runs the node has them",
        )
    }

    /// The access token is none of this node's.
    pub(super) fn token_unknown() -> Self {
        let message = "the access token is none that this node knows";
        RpcFailure::new(
            TOKEN_UNKNOWN,
            message,
            "is it another node's, or was it withdrawn? Ask who runs the node",
        )
    }

    /// The access token's role does not allow this.
    pub(super) fn role_too_low(what: &str, needed: Role, token: &str, has: Role) -> Self {
        let message =
            format!("`{what}` needs the role {needed}, and the access token `{token}` has the role {has}");
        RpcFailure::new(
            ROLE_TOO_LOW,
            message,
            format!("ask who runs the node for a token of the role {needed}"),
        )
    }

    /// Whether another access token would help, and none that is known was shown.
    pub(super) fn is_of_a_stranger(&self) -> bool {
        [TOKEN_NEEDED, TOKEN_UNKNOWN].map(u32::cast_signed).contains(&self.code)
    }

    /// Its form in the answer to one transaction of a batch.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "code": self.code, "message": self.message, "data": { "hint": self.hint } })
    }
}

impl From<Fault> for RpcFailure {
    fn from(fault: Fault) -> Self {
        // Reading can't damage anything: the producer, which writes, decides when the node must halt.
        tracing::error!(%fault, "a request met a fault");
        RpcFailure::new(FAULT, fault.to_string(), "see the node's log; its disk or memory may be failing")
    }
}

impl From<ProofRefusal> for RpcFailure {
    fn from(refusal: ProofRefusal) -> Self {
        match refusal {
            ProofRefusal::Fault(fault) => fault.into(),
            ProofRefusal::ShortKey => RpcFailure::malformed("key", "a storage key"),
            ProofRefusal::TooLarge => RpcFailure::new(TOO_LARGE, refusal.to_string(), "prove single keys"),
        }
    }
}

impl From<SubmitError> for RpcFailure {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Fault(fault) => fault.into(),
            SubmitError::Pool(refusal) => {
                RpcFailure::new(refusal.code(), refusal.to_string(), refusal.hint())
            }
            SubmitError::Refused(refusal) => {
                // A refusal's text is one sentence of two parts: what is wrong, and what to do.
                let text = refusal.to_string();
                let (message, hint) = text.split_once(": ").unwrap_or((&text, ""));
                RpcFailure::new(refusal.code(), message, hint)
            }
        }
    }
}

impl From<RpcFailure> for ErrorObjectOwned {
    fn from(failure: RpcFailure) -> Self {
        let data = json!({ "hint": failure.hint });
        ErrorObjectOwned::owned(failure.code, failure.message, Some(data))
    }
}
