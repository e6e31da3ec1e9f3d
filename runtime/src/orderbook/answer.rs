//! How the module answers: a result, a refusal for the contract, or a fault of this node.

use sillok_abi::BookError;

use crate::state::Fault;

/// A result or a refusal; a fault halts the node.
pub type Answer<T> = Result<Result<T, BookError>, Fault>;

/// A book breaks a promise of its own: what does not hold. A single word, so that a number with it comes
/// back in registers: everything that changes an order may say so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Broken(pub(super) &'static &'static str);

impl From<Broken> for Fault {
    #[cold]
    fn from(Broken(what): Broken) -> Self {
        Fault(format!("order book is inconsistent: {what}"))
    }
}

/// All kinds of failure in one, so that `?` works on each inside the module.
pub(super) enum Failure {
    /// The contract asked for what the book's rules refuse.
    Refused(BookError),
    /// The book is inconsistent.
    Broken(Broken),
    /// This node can't go on.
    Fault(Box<Fault>),
}

impl From<BookError> for Failure {
    #[inline]
    fn from(error: BookError) -> Self {
        Failure::Refused(error)
    }
}

impl From<Broken> for Failure {
    #[inline]
    fn from(broken: Broken) -> Self {
        Failure::Broken(broken)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Failure::Fault(Box::new(fault))
    }
}

/// Parts the kinds again, for callers of the module.
#[inline(always)]
pub(super) fn answer<T>(result: Result<T, Failure>) -> Answer<T> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Failure::Refused(error)) => Ok(Err(error)),
        Err(Failure::Broken(broken)) => Err(broken.into()),
        Err(Failure::Fault(fault)) => Err(*fault),
    }
}

/// A value that the module's own invariants promise; without it, the book is broken.
#[inline(always)]
pub(super) fn promised<T>(value: Option<T>, what: &'static &'static str) -> Result<T, Broken> {
    value.ok_or(Broken(what))
}
