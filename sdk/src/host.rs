//! The host functions as safe Rust. Their declarations come from the table in `sillok_abi`.
//!
//! Invariant: every pointer handed to the host comes from a live slice or vector of the same call, and
//! the host reads or writes no more than the length beside it. Natively every function panics.
#![allow(
    unsafe_code,
    reason = "the host is reached through foreign functions, and buffers are not cleared; alloc.rs is the only other place"
)]

mod book;
mod buffers;

use alloc::{vec, vec::Vec};

pub(crate) use book::{
    book_act, book_ask, book_cancel, book_create, book_depth, book_order, book_params, book_place,
};
use buffers::BUFFER_BYTES;
pub use buffers::ReadBuffer;
pub(crate) use buffers::{StackBytes, StoredBytes, encoded};
use sillok_abi::{ContractId, Hash, STORAGE_ABSENT, for_each_host_function};

macro_rules! declare {
    ($($(#[doc = $docs:literal])* fn $name:ident($($param:ident: $type:ident),*) $(-> $returns:ident)? = $base:literal + $per_byte:literal;)*) => {
        #[cfg(target_arch = "wasm32")]
        mod raw {
            // SAFETY: what the host writes goes to the addresses that it is given. They are declared
            // safe because only the functions below reach them, each within the invariant above.
            #[link(wasm_import_module = "sillok")]
            unsafe extern "C" {
                $($(#[doc = $docs])* pub(super) safe fn $name($($param: $type),*) $(-> $returns)?;)*
            }
        }

        #[cfg(not(target_arch = "wasm32"))]
        #[allow(dead_code, reason = "a native panic stays native, and is not told to the host")]
        mod raw {
            $($(#[doc = $docs])* pub(super) fn $name($(_: $type),*) $(-> $returns)? {
                panic!("{}", concat!("host function `", stringify!($name), "` exists only inside a node: test contracts on the runtime"))
            })*
        }
    };
}

for_each_host_function!(declare);

/// The address of something in the contract's memory, which has 32-bit addresses. Exposed, because
/// the host reads or writes there.
fn address<T>(pointer: *const T) -> u32 {
    pointer.expose_provenance() as u32
}

fn length(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}

/// The call's arguments, which have `length` bytes, read into `buffer` if they fit.
#[inline(always)]
pub(crate) fn input(length: u32, buffer: &mut ReadBuffer) -> &[u8] {
    let bytes = length as usize;
    if bytes > BUFFER_BYTES {
        return long_input(length);
    }
    if bytes > 0 {
        raw::input(address(buffer.0.as_mut_ptr()));
    }
    // SAFETY: the host has written all of the arguments, which fit.
    unsafe { core::slice::from_raw_parts(buffer.0.as_ptr().cast(), bytes) }
}

/// They are needed until the call ends, and memory is gone then: nobody has to give theirs back.
#[cold]
#[inline(never)]
fn long_input(length: u32) -> &'static [u8] {
    let long = vec![0; length as usize].leak();
    raw::input(address(long.as_mut_ptr()));
    long
}

/// Sets what the method returns, which is nothing until then.
#[inline]
pub(crate) fn output(bytes: &[u8]) {
    if !bytes.is_empty() {
        raw::output(address(bytes.as_ptr()), length(bytes));
    }
}

/// The result buffer, which holds `length` bytes.
pub(crate) fn result(length: u32) -> Vec<u8> {
    if length == 0 {
        return Vec::new();
    }
    let mut bytes = vec![0; length as usize];
    raw::result(address(bytes.as_mut_ptr()));
    bytes
}

/// Ends the transaction with a panic's message and place.
#[cfg(target_arch = "wasm32")]
pub(crate) fn panic(message: &[u8], place: &[u8]) -> ! {
    raw::panic(address(message.as_ptr()), length(message), address(place.as_ptr()), length(place));
    core::arch::wasm32::unreachable()
}

/// This contract's id.
pub(crate) fn contract_id() -> ContractId {
    let mut id = [0; 32];
    raw::contract_id(address(id.as_mut_ptr()));
    ContractId(id)
}

/// SCALE of the calling contract's `Option<ContractId>`.
pub(crate) fn caller() -> Vec<u8> {
    result(raw::caller())
}

/// The genesis hash.
pub(crate) fn chain() -> Hash {
    let mut hash = [0; 32];
    raw::chain(address(hash.as_mut_ptr()));
    hash
}

/// The block's height.
pub(crate) fn block_height() -> u64 {
    raw::block_height()
}

/// The block's time in milliseconds.
pub(crate) fn block_time() -> u64 {
    raw::block_time()
}

/// The value at `key`, read into `buffer` if it fits.
#[inline(always)]
pub(crate) fn storage_get<'buffer>(
    key: &[u8],
    buffer: &'buffer mut ReadBuffer,
) -> Option<StoredBytes<'buffer>> {
    let place = address(buffer.0.as_mut_ptr());
    let value_length = raw::storage_get(address(key.as_ptr()), length(key), place, BUFFER_BYTES as u32);
    if value_length == STORAGE_ABSENT {
        return None;
    }
    let value_bytes = value_length as usize;
    if value_bytes > BUFFER_BYTES {
        return Some(StoredBytes::Long(long_stored(key, value_length)));
    }
    // SAFETY: the host has written the whole value of `value_bytes` bytes, which fits.
    let bytes = unsafe { core::slice::from_raw_parts(buffer.0.as_ptr().cast(), value_bytes) };
    Some(StoredBytes::Short(bytes))
}

#[cold]
#[inline(never)]
fn long_stored(key: &[u8], value_length: u32) -> Vec<u8> {
    let mut long = vec![0; value_length as usize];
    raw::storage_get(address(key.as_ptr()), length(key), address(long.as_mut_ptr()), value_length);
    long
}

/// Whether `key` holds a value.
pub(crate) fn storage_exists(key: &[u8]) -> bool {
    // Nothing is written to a buffer without capacity, so that any address will do.
    raw::storage_get(address(key.as_ptr()), length(key), 0, 0) != STORAGE_ABSENT
}

/// Sets the value at `key`.
pub(crate) fn storage_set(key: &[u8], value: &[u8]) {
    raw::storage_set(address(key.as_ptr()), length(key), address(value.as_ptr()), length(value));
}

/// Removes the value at `key`; whether there was one.
pub(crate) fn storage_remove(key: &[u8]) -> bool {
    raw::storage_remove(address(key.as_ptr()), length(key)) == 1
}

/// Reads a page of a range into `page`, in place of what it held: SCALE of keys and values. An empty `to`
/// is the end of the field. Whether the range may go on after it.
#[inline(never)]
pub(crate) fn storage_range(from: &[u8], to: &[u8], limit: u32, flags: u32, page: &mut Vec<u8>) -> bool {
    let answer = raw::storage_range(
        address(from.as_ptr()),
        length(from),
        address(to.as_ptr()),
        length(to),
        limit,
        flags,
    );
    let page_bytes = answer as u32 as usize;
    page.clear();
    page.reserve(page_bytes);
    raw::result(address(page.as_mut_ptr()));
    // SAFETY: there is room for `page_bytes` bytes, and the host has written all of them.
    unsafe { page.set_len(page_bytes) };
    answer >> 32 != 0
}

/// Calls another contract: the status, and the value or error code. Without `catch` a refusal never
/// comes back.
pub(crate) fn call(contract: &ContractId, method: &str, args: &[u8], catch: bool) -> (u32, Vec<u8>) {
    let method = method.as_bytes();
    let answer = raw::call(
        address(contract.0.as_ptr()),
        address(method.as_ptr()),
        length(method),
        address(args.as_ptr()),
        length(args),
        u32::from(catch),
    );
    ((answer >> 32) as u32, result(answer as u32))
}

/// Ends the frame unless the account has authorised this call.
pub(crate) fn require_auth(account: &[u8]) {
    raw::require_auth(address(account.as_ptr()), length(account));
}

/// Emits an event.
pub(crate) fn emit(name: &str, data: &[u8]) {
    raw::emit(address(name.as_ptr()), length(name.as_bytes()), address(data.as_ptr()), length(data));
}

/// Schedules a call of one of this contract's methods.
pub(crate) fn schedule(time: u64, gas: u64, method: &str, args: &[u8]) {
    let method = method.as_bytes();
    raw::schedule(time, gas, address(method.as_ptr()), length(method), address(args.as_ptr()), length(args));
}

/// Hashes `data` by one of `HASH_BLAKE3`, `HASH_SHA256` and `HASH_KECCAK256`.
pub(crate) fn hash(algorithm: u32, data: &[u8]) -> Hash {
    let mut hash = [0; 32];
    raw::hash(algorithm, address(data.as_ptr()), length(data), address(hash.as_mut_ptr()));
    hash
}

/// Whether `signature` of `message` by `key` is valid under the scheme of this number.
pub(crate) fn verify(scheme: u32, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    raw::verify(
        scheme,
        address(key.as_ptr()),
        length(key),
        address(message.as_ptr()),
        length(message),
        address(signature.as_ptr()),
        length(signature),
    ) == 1
}
