//! Failures in words: what, why, what now.

use serde_json::{Value, json};
use sillok_abi::{CallFailure, Failure, TrapCode};

use super::Catalog;

/// A failure in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureText {
    /// A stable word for machines: `register.NotHolder`, `panic`, `unauthorised`, `trap.OutOfGas`.
    pub code: String,
    /// What went wrong, where, and why.
    pub message: String,
    /// What to do about it, where there is something to say.
    pub hint: Option<String>,
}

impl FailureText {
    /// `{code, message, hint}`.
    pub fn to_json(&self) -> Value {
        json!({ "code": self.code, "message": self.message, "hint": self.hint })
    }
}

pub(super) fn describe(failed: &CallFailure, catalog: &Catalog) -> FailureText {
    let place = format!("{}.{}", catalog.name(&failed.contract), failed.method);
    match &failed.failure {
        Failure::Error { code } => contract_error(failed, *code, &place, catalog),
        Failure::Panic { message, place: source } => FailureText {
            code: "panic".to_owned(),
            message: format!("{place} panicked: {message} (at {source})"),
            hint: Some("a panic is a fault in the contract, or an input that it did not expect".to_owned()),
        },
        Failure::Trap(trap) => FailureText {
            code: format!("trap.{trap:?}"),
            message: format!("{place} was stopped: {}", trap_text(*trap)),
            hint: trap_hint(*trap).map(str::to_owned),
        },
        Failure::Unauthorised { account } => FailureText {
            code: "unauthorised".to_owned(),
            message: format!("{place} needs the authority of {account}, which did not authorise this call"),
            hint: Some("sign with that account too: --also SURI".to_owned()),
        },
        Failure::BadAuthorisation { account, reason } => FailureText {
            code: "bad-authorisation".to_owned(),
            message: format!("the authorisation of {account} is not valid: {reason}"),
            hint: Some("have the account sign again".to_owned()),
        },
    }
}

fn contract_error(failed: &CallFailure, code: u32, place: &str, catalog: &Catalog) -> FailureText {
    let metadata = catalog.metadata(&failed.contract);
    let kind = metadata.map_or_else(|| "contract".to_owned(), |metadata| metadata.name.clone());
    match metadata.and_then(|metadata| metadata.error(code)) {
        Some(error) => {
            let docs = error.docs.split_whitespace().collect::<Vec<_>>().join(" ");
            let docs = if docs.is_empty() { error.name.clone() } else { docs };
            FailureText {
                code: format!("{kind}.{}", error.name),
                message: format!("{place} refused: {docs}"),
                hint: None,
            }
        }
        None => FailureText {
            code: format!("{kind}.{code}"),
            message: format!("{place} refused with error {code}, which its metadata does not name"),
            hint: None,
        },
    }
}

fn trap_text(trap: TrapCode) -> &'static str {
    match trap {
        TrapCode::OutOfGas => "its gas limit was reached",
        TrapCode::StackOverflow => "its stack was exhausted",
        TrapCode::MemoryOutOfBounds => "it reached outside of its memory",
        TrapCode::BadInstruction => "a division by zero, a conversion overflow or a bad indirect call",
        TrapCode::Unreachable => "it reached an `unreachable` instruction",
        TrapCode::DepthLimit => "calls nest too deep",
        TrapCode::Reentrancy => {
            "it called a contract that is already running further up and may not be entered again"
        }
        TrapCode::NoContract => "no contract has this id",
        TrapCode::NoMethod => "there is no such method, or it can't be called this way",
        TrapCode::BadArguments => "the arguments are not what the method's parameters say",
        TrapCode::ReadOnly => "a query tried to change something",
        TrapCode::SizeLimit => "a key, value, event, argument or result is too large",
        TrapCode::StateQuota => "the quota of state bytes of the submitter's member is used up",
        TrapCode::BadHostArgument => "it gave the host an argument that is not valid",
        TrapCode::BadStatus => "it answered with something other than success or an error",
        TrapCode::Schedule => "a scheduled time is past or too far ahead, or too much is scheduled",
    }
}

fn trap_hint(trap: TrapCode) -> Option<&'static str> {
    match trap {
        TrapCode::OutOfGas => Some("send it with a higher --gas"),
        TrapCode::NoContract => Some("see `sillok query contracts`"),
        TrapCode::NoMethod | TrapCode::BadArguments => Some("see `sillok contract inspect`"),
        TrapCode::StateQuota => Some("ask the member's administrator for a larger quota"),
        _ => None,
    }
}
