//! What a contract can ask of the chain around it.

use codec::{DecodeAll, Encode};
use sillok_abi::{
    Account, ContractId, HASH_BLAKE3, HASH_KECCAK256, HASH_SHA256, Hash, SignatureScheme, Time,
};

use crate::host;

/// This contract's id.
pub fn this() -> ContractId {
    host::contract_id()
}

/// The contract that made this call; none if it is the transaction's root call.
///
/// Not a way to check who agrees to the call: that is [`require_auth`].
pub fn caller() -> Option<ContractId> {
    match DecodeAll::decode_all(&mut host::caller().as_slice()) {
        Ok(caller) => caller,
        Err(_) => panic!("the host's `caller` is not SCALE of Option<ContractId>"),
    }
}

/// The chain: its genesis hash.
pub fn chain() -> Hash {
    host::chain()
}

/// The height of the block that this call is in.
pub fn block_height() -> u64 {
    host::block_height()
}

/// The time of the block that this call is in; the same for all its calls.
pub fn block_time() -> Time {
    Time(host::block_time())
}

/// Ends the transaction as unauthorised unless `account` agreed to this very call: this method of this
/// contract with these arguments, at this place in the tree of calls. A contract that made the call
/// itself agrees to it. Asking twice is fine.
pub fn require_auth(account: &Account) {
    host::encoded(account, host::require_auth);
}

/// Has this contract's `method` called with `args`, a tuple of its arguments, in the first block at or
/// after `time`. The call has this contract's own authority and at most `gas`; if it fails it is
/// recorded and not repeated.
pub fn schedule(time: Time, gas: u64, method: &str, args: &impl Encode) {
    host::encoded(args, |args| host::schedule(time.0, gas, method, args));
}

/// BLAKE3-256 of `data`.
pub fn blake3(data: &[u8]) -> Hash {
    host::hash(HASH_BLAKE3, data)
}

/// SHA-256 of `data`.
pub fn sha256(data: &[u8]) -> Hash {
    host::hash(HASH_SHA256, data)
}

/// Keccak-256 of `data`.
pub fn keccak256(data: &[u8]) -> Hash {
    host::hash(HASH_KECCAK256, data)
}

/// Whether `signature` of `message` by `key` is valid. A key or signature of the wrong length is not.
pub fn verify(scheme: SignatureScheme, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    host::verify(scheme as u32, key, message, signature)
}
