//! Calls, and the trees of calls that an authorisation covers.

use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};

use crate::ContractId;

/// A call of one method with its exact arguments.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Call {
    /// The contract called.
    pub contract: ContractId,
    /// The method's name.
    pub method: String,
    /// SCALE of the arguments, one after the other.
    pub args: Vec<u8>,
}

/// A call and those below it that an account agrees to. It always starts at the transaction's root
/// call, and names every call on the way to one that asks for the account's authority.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct CallTree {
    /// The call itself.
    pub call: Call,
    /// The calls made from within it, in order.
    pub children: Vec<CallTree>,
}

impl CallTree {
    /// A tree of this call alone.
    pub fn leaf(call: Call) -> Self {
        CallTree { call, children: Vec::new() }
    }
}
