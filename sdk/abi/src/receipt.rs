//! What became of a transaction or a scheduled call.

use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};

use crate::{Account, ContractId, Hash, digest};

/// What became of a transaction or a scheduled call.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Receipt {
    /// The transaction's id, or the scheduled call's.
    pub id: Hash,
    /// Whether it succeeded, and with what.
    pub outcome: Outcome,
    /// Gas used.
    pub gas_used: u64,
    /// Events of a success, in order. A failure has none.
    pub events: Vec<Event>,
}

impl Receipt {
    /// The digest that a block's receipts root commits to.
    pub fn digest(&self) -> Hash {
        digest("sillok/receipt", self)
    }
}

/// Whether a root call succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum Outcome {
    /// It did, and returned this SCALE value.
    Success(Vec<u8>),
    /// It did not, and changed nothing.
    Failed(CallFailure),
}

/// Why a call failed, and where.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct CallFailure {
    /// The contract in which it failed first.
    pub contract: ContractId,
    /// The method in which it failed first.
    pub method: String,
    /// Why.
    pub failure: Failure,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum Failure {
    /// The contract refused, with the code of one of its errors. A calling contract can catch it.
    Error {
        /// The code; the contract's metadata has its name and meaning.
        code: u32,
    },
    /// The contract panicked.
    Panic {
        /// The panic's message.
        message: String,
        /// `file:line:column` in the contract's source.
        place: String,
    },
    /// The contract did something that is stopped at once.
    Trap(TrapCode),
    /// `account` has not authorised this call with these arguments at this place.
    Unauthorised {
        /// Whose authority was asked for.
        account: Account,
    },
    /// An authorisation that the transaction carries is not valid.
    BadAuthorisation {
        /// Whose authorisation.
        account: Account,
        /// What is wrong with it.
        reason: String,
    },
}

/// Traps, each deterministic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum TrapCode {
    /// The gas limit was reached.
    OutOfGas,
    /// The stack was exhausted.
    StackOverflow,
    /// Memory was accessed out of bounds, by the contract or by a host call's argument.
    MemoryOutOfBounds,
    /// Division by zero, integer overflow in a conversion, or a bad indirect call.
    BadInstruction,
    /// An `unreachable` instruction without a panic message.
    Unreachable,
    /// Calls nest too deep.
    DepthLimit,
    /// The contract called is already running further up, and the method does not allow that.
    Reentrancy,
    /// No contract has this id.
    NoContract,
    /// The contract has no such method, or the method can't be called this way.
    NoMethod,
    /// The arguments are not SCALE of the method's parameters.
    BadArguments,
    /// A query, or what it calls, tried to change something.
    ReadOnly,
    /// A key, value, event, argument or result is larger than allowed.
    SizeLimit,
    /// The member's quota of state bytes is used up.
    StateQuota,
    /// What a host call was given is not valid.
    BadHostArgument,
    /// The contract returned something other than the protocol's status codes.
    BadStatus,
    /// A scheduled time lies in the past or too far ahead, or too much is scheduled.
    Schedule,
}

/// Something that a contract says happened.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Event {
    /// The contract.
    pub contract: ContractId,
    /// The event's name in the contract's metadata.
    pub name: String,
    /// SCALE of its fields.
    pub data: Vec<u8>,
}
