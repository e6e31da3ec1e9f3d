//! Why a request failed: nobody answered, the node refused, or the answer makes no sense.

use jsonrpsee::core::ClientError;
use jsonrpsee::types::ErrorObject;

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RpcError {
    /// No node answers there.
    #[error("no answer from the node at {url}: {reason}")]
    Unreachable {
        /// Where it was asked.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The node refused.
    #[error("{message}")]
    Refused {
        /// The refusal's number.
        code: i32,
        /// What and why.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The authorities that are to be trusted can't be used.
    #[error("the certificates of the authorities can't be used: {reason}")]
    Authorities {
        /// Why.
        reason: String,
    },
    /// The access token has characters that no token has.
    #[error("the access token has characters that no token has")]
    Token,
    /// The answer is not what the method answers.
    #[error("the node's answer to `{method}` is not understood: {reason}")]
    Unexpected {
        /// The method.
        method: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

impl RpcError {
    pub(super) fn unexpected(method: &str, reason: impl std::fmt::Display) -> Self {
        RpcError::Unexpected { method: method.to_owned(), reason: reason.to_string() }
    }

    pub(super) fn from_client(error: ClientError, method: &str, url: &str) -> Self {
        let unreachable = |reason: String| RpcError::Unreachable { url: url.to_owned(), reason };
        match error {
            ClientError::Call(object) => Self::from_object(&object),
            ClientError::Transport(error) => unreachable(innermost(error.as_ref())),
            ClientError::RestartNeeded(error) => unreachable(innermost(error.as_ref())),
            ClientError::RequestTimeout => unreachable("it took too long".to_owned()),
            other => Self::unexpected(method, other),
        }
    }

    /// A node's error object; its data holds the hint.
    pub(super) fn from_object(object: &ErrorObject<'_>) -> Self {
        let data: Option<serde_json::Value> =
            object.data().and_then(|raw| serde_json::from_str(raw.get()).ok());
        let hint = data.as_ref().and_then(|data| data.get("hint")?.as_str()).map(str::to_owned);
        RpcError::Refused { code: object.code(), message: object.message().to_owned(), hint }
    }

    /// A stable name for the refusal's number, if it is one of a node's own.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            RpcError::Refused { code, .. } => refusal_name(*code),
            _ => None,
        }
    }
}

/// The most telling part of an error: the last of its causes.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// The names of refusals by number: the runtime's, the node's, JSON-RPC's.
pub fn refusal_name(code: i32) -> Option<&'static str> {
    Some(match code {
        1001 => "Malformed",
        1002 => "WrongChain",
        1003 => "Expired",
        1004 => "ExpiryTooFar",
        1005 => "Replayed",
        1006 => "BadSignature",
        1007 => "NotAdmitted",
        1008 => "GasLimit",
        1009 => "TooLarge",
        1010 => "TooManyAuthorisations",
        1011 => "AuthenticationFailed",
        1012 => "Halted",
        1013 => "AuthenticationGas",
        1014 => "BadEvidence",
        1020 => "MempoolFull",
        1021 => "SubmitterFull",
        1022 => "AlreadyPending",
        1023 => "NoncePending",
        1024 => "Busy",
        1030 => "NoSuchContract",
        1031 => "NoSuchBlock",
        1032 => "MalformedArgument",
        1035 => "NoSurveillance",
        1040 => "NodeFault",
        1050 => "TokenNeeded",
        1051 => "TokenUnknown",
        1052 => "RoleTooLow",
        -32700 => "ParseError",
        -32600 => "InvalidRequest",
        -32601 => "MethodNotFound",
        -32602 => "InvalidParams",
        _ => return None,
    })
}
