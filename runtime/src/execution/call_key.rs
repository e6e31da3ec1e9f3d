//! What calls are told apart by when authority is judged.
//!
//! Invariant: two calls have equal keys if and only if they are the same call; comparing two keys costs
//! the same whatever the calls' size, so that it needs no price.

use sillok_abi::{Call, digest};

/// A call is compared as it is up to this size, which is that of nearly all calls.
const SHORT_BYTES: usize = 248;

const _: () = assert!(SHORT_BYTES <= u8::MAX as usize, "a short call's method has a length of one byte");

/// The keys of calls, one after the other: a call's parts if it is short, the method after its length, else a
/// digest of it, which takes longer than most calls and is shorter than the parts of any. They share one buffer,
/// as each call takes a few.
#[derive(Default)]
pub(super) struct CallKeys {
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl CallKeys {
    /// Adds a call's.
    pub(super) fn push(&mut self, call: &Call) {
        let Call { contract, method, args } = call;
        let length = contract.0.len() + 1 + method.len() + args.len();
        if length > SHORT_BYTES {
            self.bytes.extend_from_slice(&digest("sillok/call", call));
        } else {
            self.bytes.reserve(length);
            self.bytes.extend_from_slice(&contract.0);
            self.bytes.push(method.len() as u8);
            self.bytes.extend_from_slice(method.as_bytes());
            self.bytes.extend_from_slice(args);
        }
        self.ends.push(self.bytes.len());
    }

    /// Removes the last.
    pub(super) fn pop(&mut self) {
        self.ends.pop();
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The key of this place.
    pub(super) fn get(&self, place: usize) -> Option<&[u8]> {
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.bytes.get(start..*self.ends.get(place)?)
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
        for bytes in [0, 1, 100, 211, 212, 213, 1_000] {
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
        let mut keys = CallKeys::default();
        calls.iter().for_each(|call| keys.push(call));
        for (at, one) in calls.iter().enumerate() {
            for (beside, other) in calls.iter().enumerate() {
                assert_eq!(keys.get(at) == keys.get(beside), at == beside, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn what_is_taken_off_leaves_the_others() {
        let (short, long) = (call(1, "pay", vec![7]), call(2, "say", vec![7; 1_000]));
        let mut keys = CallKeys::default();
        [&short, &long, &short].into_iter().for_each(|call| keys.push(call));
        keys.pop();
        assert_eq!((keys.len(), keys.get(2)), (2, None));
        let parts = [[1; 32].as_slice(), &[3], b"pay", &[7]].concat();
        assert_eq!(keys.get(0), Some(parts.as_slice()));
        assert_eq!(keys.get(1), Some(digest("sillok/call", &long).as_slice()));
        keys.pop();
        keys.push(&short);
        assert_eq!(keys.get(1), keys.get(0));
    }

    #[test]
    fn the_size_decides_between_bytes_and_digest() {
        let at_most = |bytes| {
            let mut keys = CallKeys::default();
            keys.push(&call(1, "pay", vec![0; bytes]));
            keys.get(0).is_some_and(|key| key.len() > size_of::<sillok_abi::Hash>())
        };
        // The contract has 32 bytes, the method three and one for its length.
        assert!(at_most(SHORT_BYTES - 36));
        assert!(!at_most(SHORT_BYTES - 35));
    }
}
