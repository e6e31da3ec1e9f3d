//! A call's frame, and the ways in which a call ends.

use sillok_abi::{Call, CallFailure, ContractId, Failure, TrapCode};

use crate::fault::Fault;

/// A call that is running.
pub(crate) struct Frame {
    /// The call. Its arguments move to the contract when it asks for them.
    pub(crate) call: Call,
    /// The calling contract; none for a root call.
    pub(crate) caller: Option<ContractId>,
    /// By which door it was entered.
    pub(crate) entry: Entry,
    /// Whether nothing may change.
    pub(crate) read_only: bool,
    /// What the method returns.
    pub(crate) output: Vec<u8>,
    /// What the last host function left for the contract to fetch.
    pub(crate) result: Vec<u8>,
}

/// A call that a contract makes.
pub(crate) struct Target {
    pub(crate) call: Call,
    /// Whether the contract wants to know of a refusal, rather than end with it.
    pub(crate) catch: bool,
}

/// By which door a method is entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// An ordinary call: anything but the constructor and migrations.
    Call,
    /// Instantiation: the constructor alone.
    Constructor,
    /// An upgrade: a migration alone.
    Migration,
}

/// A call that ended by itself.
pub(crate) enum CallEnd {
    /// With a value.
    Returned(Vec<u8>),
    /// With the code of one of the contract's errors.
    Refused(u32),
}

/// A call that was ended. Contracts can't catch it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// In the running frame.
    #[error("{0:?}")]
    Failure(Failure),
    /// In a frame further down.
    #[error("{0:?}")]
    Located(Box<CallFailure>),
    /// By this node, not by what it runs.
    #[error("{0}")]
    Fault(Fault),
}

impl Stop {
    /// Says where a failure happened, unless that is known already.
    pub(crate) fn located(self, call: &Call) -> Stop {
        match self {
            Stop::Failure(failure) => {
                let (contract, method) = (call.contract, call.method.clone());
                Stop::Located(Box::new(CallFailure { contract, method, failure }))
            }
            other => other,
        }
    }

    /// Whether all gas of the transaction is gone: after a trap nobody knows how much was used.
    pub(crate) fn consumes_all_gas(&self) -> bool {
        matches!(self.failure(), Some(Failure::Trap(_)))
    }

    /// Whether there was not enough gas.
    pub(crate) fn is_out_of_gas(&self) -> bool {
        matches!(self.failure(), Some(Failure::Trap(TrapCode::OutOfGas)))
    }

    fn failure(&self) -> Option<&Failure> {
        match self {
            Stop::Failure(failure) => Some(failure),
            Stop::Located(located) => Some(&located.failure),
            Stop::Fault(_) => None,
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failure(failure)
    }
}

impl From<TrapCode> for Stop {
    fn from(code: TrapCode) -> Self {
        Stop::Failure(Failure::Trap(code))
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}
