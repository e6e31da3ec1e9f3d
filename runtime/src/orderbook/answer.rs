//! How the module answers: a result, a refusal for the contract, or a fault of this node.

use sillok_abi::BookError;

use crate::state::Fault;

/// A result or a refusal; a fault halts the node.
pub type Answer<T> = Result<Result<T, BookError>, Fault>;

/// Both kinds of failure in one, so that `?` works on either inside the module.
pub(super) enum Failure {
    /// The contract asked for what the book's rules refuse; nothing has changed.
    Refused(BookError),
    /// This node can't go on.
    Fault(Fault),
}

impl From<BookError> for Failure {
    fn from(error: BookError) -> Self {
        Failure::Refused(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Failure::Fault(fault)
    }
}

/// Parts the two kinds again, for callers of the module.
pub(super) fn answer<T>(result: Result<T, Failure>) -> Answer<T> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Failure::Refused(error)) => Ok(Err(error)),
        Err(Failure::Fault(fault)) => Err(fault),
    }
}

/// A value that the module's own invariants promise; without it, the book is broken.
pub(super) fn promised<T>(value: Option<T>, what: &str) -> Result<T, Fault> {
    value.ok_or_else(|| Fault(format!("order book is inconsistent: {what}")))
}
