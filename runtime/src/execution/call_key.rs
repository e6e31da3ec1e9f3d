//! What calls are told apart by when authority is judged.
//!
//! Invariant: two calls have equal keys if and only if they are the same call; comparing two keys costs
//! the same whatever the calls' size, so that it needs no price.

use codec::{Encode, Output};
use sillok_abi::{Call, Hash, digest};

/// A call is compared as it is up to this size, which is that of nearly all calls.
const SHORT_BYTES: usize = 248;

/// A call's SCALE if it is short, else a digest of it: a digest takes longer than most calls.
#[allow(clippy::large_enum_variant, reason = "the large one is the usual one")]
pub(super) enum CallKey {
    Short(Bytes),
    Long(Hash),
}

/// The bytes of a short call.
pub(super) struct Bytes {
    bytes: [u8; SHORT_BYTES],
    length: usize,
}

impl CallKey {
    pub(super) fn of(call: &Call) -> Self {
        if call.encoded_size() > SHORT_BYTES {
            return CallKey::Long(digest("sillok/call", call));
        }
        let mut bytes = Bytes { bytes: [0; SHORT_BYTES], length: 0 };
        call.encode_to(&mut bytes);
        CallKey::Short(bytes)
    }
}

impl PartialEq for CallKey {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (CallKey::Short(one), CallKey::Short(other)) => one.written() == other.written(),
            (CallKey::Long(one), CallKey::Long(other)) => one == other,
            _ => false,
        }
    }
}

impl Bytes {
    fn written(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Output for Bytes {
    fn write(&mut self, part: &[u8]) {
        let end = self.length + part.len();
        self.bytes[self.length..end].copy_from_slice(part);
        self.length = end;
    }
}

#[cfg(test)]
mod tests {
    use sillok_abi::ContractId;

    use super::*;

    fn call(contract: u8, method: &str, args: Vec<u8>) -> Call {
        Call { contract: ContractId([contract; 32]), method: method.into(), args }
    }

    #[test]
    fn keys_are_equal_for_equal_calls_alone() {
        let mut calls = Vec::new();
        for bytes in [0, 1, 100, 207, 208, 209, 1_000] {
            let args = vec![7; bytes];
            let mut other_args = args.clone();
            calls.push(call(1, "pay", args.clone()));
            calls.push(call(2, "pay", args.clone()));
            calls.push(call(1, "say", args));
            if let Some(last) = other_args.last_mut() {
                *last = 8;
                calls.push(call(1, "pay", other_args));
            }
        }
        for (at, one) in calls.iter().enumerate() {
            for (beside, other) in calls.iter().enumerate() {
                assert_eq!(CallKey::of(one) == CallKey::of(other), at == beside, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn the_size_decides_between_bytes_and_digest() {
        let at_most = |bytes| matches!(CallKey::of(&call(1, "pay", vec![0; bytes])), CallKey::Short(_));
        // The contract has 32 bytes, the method 4, and two the length of arguments from 64 bytes on.
        assert!(at_most(SHORT_BYTES - 38));
        assert!(!at_most(SHORT_BYTES - 37));
    }
}
