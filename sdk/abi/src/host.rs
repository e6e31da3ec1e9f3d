//! The host functions, declared once: guest stubs, linking, gas and documentation come from here.
//!
//! Pointers and lengths are of the contract's own memory. A function that returns something of
//! variable length leaves it in the frame's *result buffer* and returns its length; `result` copies
//! it out. Every byte that a function reads from or writes to the contract's memory costs the
//! second number of its gas formula; the first is the price of the call itself. A pointer or length
//! outside memory is the trap `MemoryOutOfBounds`.

/// The Wasm module name of the host functions.
pub const HOST_MODULE: &str = "sillok";

/// The status of a call that succeeded.
pub const STATUS_OK: u32 = 0;
/// The status of a call that was refused with an error of the contract.
pub const STATUS_ERROR: u32 = 1;
/// The status of a call whose arguments are not SCALE of the method's parameters.
pub const STATUS_BAD_ARGUMENTS: u32 = 2;
/// What `storage_get` returns if the key holds nothing.
pub const STORAGE_ABSENT: u32 = u32::MAX;

/// A flag of `storage_range`: from the range's end to its beginning.
pub const RANGE_DESCENDING: u32 = 1;
/// A flag of `storage_range`: values are left empty.
pub const RANGE_KEYS: u32 = 2;

/// `hash`: BLAKE3-256.
pub const HASH_BLAKE3: u32 = 0;
/// `hash`: SHA-256.
pub const HASH_SHA256: u32 = 1;
/// `hash`: Keccak-256.
pub const HASH_KECCAK256: u32 = 2;

/// Signature schemes that `verify` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, codec::Encode, codec::Decode, codec::DecodeWithMemTracking)]
pub enum SignatureScheme {
    /// Schnorr on Ristretto under the signing context `substrate`; raw or `<Bytes>`-wrapped message.
    Sr25519,
    /// Ed25519 (RFC 8032), strict verification.
    Ed25519,
    /// ECDSA on P-256 over SHA-256, SEC1 key, 64-byte signature.
    P256,
    /// ECDSA on secp256k1 over SHA-256, SEC1 key, 64-byte signature.
    Secp256k1,
}

/// One host function.
pub struct HostFunction {
    /// Its name.
    pub name: &'static str,
    /// Its parameters' names and Wasm types.
    pub params: &'static [(&'static str, &'static str)],
    /// Its result's Wasm type, empty if none.
    pub returns: &'static str,
    /// Gas for the call.
    pub gas_base: u64,
    /// Gas for each byte read from or written to the contract's memory.
    pub gas_per_byte: u64,
    /// What it does.
    pub docs: &'static str,
}

/// Hands the table of host functions to `$callback!`, which makes of it what it needs.
#[macro_export]
macro_rules! for_each_host_function {
    ($callback:ident) => {
        $callback! {
            /// Copies the call's arguments to `pointer`; their length is the method's parameter.
            fn input(pointer: u32) = 200 + 1;
            /// Sets what the method returns: SCALE of its value, or of the error's code (u32).
            fn output(pointer: u32, length: u32) = 300 + 1;
            /// Ends the transaction with a panic's message and place. Does not return.
            fn panic(message: u32, message_length: u32, place: u32, place_length: u32) = 1000 + 1;
            /// Copies the result buffer to `pointer`.
            fn result(pointer: u32) = 200 + 1;
            /// Writes SCALE of this contract's id (32 bytes).
            fn contract_id(pointer: u32) = 200 + 1;
            /// Leaves SCALE of the calling contract's `Option<ContractId>` in the result buffer; none
            /// for a root call.
            fn caller() -> u32 = 350 + 1;
            /// Writes the genesis hash (32 bytes).
            fn chain(pointer: u32) = 200 + 1;
            /// The block's height.
            fn block_height() -> u64 = 150 + 0;
            /// The block's time, in milliseconds since 1970.
            fn block_time() -> u64 = 150 + 0;
            /// Reads a key's value into `value`, as much as `capacity` allows, and returns its whole
            /// length, or `STORAGE_ABSENT`.
            fn storage_get(key: u32, key_length: u32, value: u32, capacity: u32) -> u32 = 600 + 1;
            /// Sets a key's value. Keys have 4 to 256 bytes, the first 4 name the field.
            fn storage_set(key: u32, key_length: u32, value: u32, value_length: u32) = 800 + 8;
            /// Removes a key; returns 1 if it held a value, else 0.
            fn storage_remove(key: u32, key_length: u32) -> u32 = 600 + 2;
            /// Reads a page of the keys from `from` on and before `to` (if that is empty, to the end of the
            /// field) with their values. Leaves SCALE of `Vec<(Vec<u8>, Vec<u8>)>` in the result buffer, at
            /// most `limit` and 256 entries, and none after 32 KiB. Bounds have 4 to 257 bytes and the
            /// field's 4 in common. `flags` is a sum: 1 descending, 2 keys alone. Returns
            /// `more << 32 | length`; `more` is 0 if the range was read to its end. What it reads costs more:
            /// see Gas.
            fn storage_range(from: u32, from_length: u32, to: u32, to_length: u32, limit: u32, flags: u32) -> u64 = 25000 + 2;
            /// Calls another contract with all the gas that is left. `method` is text, `args` SCALE of
            /// its arguments. Returns `status << 32 | length`; the value or the error's code is in the
            /// result buffer. If `catch` is 0 a refusal ends the calling frame with the same failure.
            fn call(contract: u32, method: u32, method_length: u32, args: u32, args_length: u32, catch: u32) -> u64 = 2000 + 1;
            /// Ends the frame with `Unauthorised` unless the account (SCALE) has authorised this call.
            fn require_auth(account: u32, account_length: u32) = 900 + 1;
            /// Emits an event: its name and SCALE of its fields.
            fn emit(name: u32, name_length: u32, data: u32, data_length: u32) = 800 + 1;
            /// Has this contract's own `method` called at the first block at or after `time`, with its
            /// own authority and at most `gas`.
            fn schedule(time: u64, gas: u64, method: u32, method_length: u32, args: u32, args_length: u32) = 6500 + 8;
            /// Writes the 32-byte hash of `data` by `HASH_BLAKE3`, `HASH_SHA256` or `HASH_KECCAK256`. Each costs
            /// more: see Gas.
            fn hash(algorithm: u32, data: u32, length: u32, output: u32) = 400 + 1;
            /// 1 if `signature` of `message` by `key` is valid under `scheme` (a `SignatureScheme`), else 0.
            /// Each scheme costs more: see Gas.
            fn verify(scheme: u32, key: u32, key_length: u32, message: u32, message_length: u32, signature: u32, signature_length: u32) -> u32 = 1000 + 1;
            /// Creates a book owned by this contract from SCALE of `BookParams`; result
            /// `Result<BookId, BookError>`.
            fn book_create(params: u32, length: u32) -> u32 = 25000 + 8;
            /// Places SCALE of `NewOrder` in a book of this contract; result `Result<Placed, BookError>`.
            /// Each step costs more: see Gas.
            fn book_place(book: u64, order: u32, length: u32) -> u32 = 2600 + 2;
            /// Cancels a resting order in a book of this contract; result `Result<OrderView, BookError>`,
            /// the order as it was.
            fn book_cancel(book: u64, order: u64) -> u32 = 1100 + 2;
            /// Has SCALE of a `BookAction` done in a book of this contract; result `Result<T, BookError>` with
            /// the action's answer. Each step costs more, and what has to be looked through: see Gas.
            fn book_act(book: u64, action: u32, length: u32) -> u32 = 2600 + 2;
            /// Answers SCALE of a `BookQuery` about any book; result `Result<T, BookError>` with the query's
            /// answer. What has to be looked through costs more: see Gas.
            fn book_ask(book: u64, query: u32, length: u32) -> u32 = 1400 + 2;
            /// Reads a resting order of any book; result `Result<OrderView, BookError>`.
            fn book_order(book: u64, order: u64) -> u32 = 1000 + 2;
            /// Reads the best `levels` (at most 100) of both sides of any book; result
            /// `Result<Depth, BookError>`. Each level costs more: see Gas.
            fn book_depth(book: u64, levels: u32) -> u32 = 800 + 2;
            /// Reads the rules of any book; result `Result<BookParams, BookError>`.
            fn book_params(book: u64) -> u32 = 1000 + 2;
        }
    };
}

macro_rules! table {
    ($($(#[doc = $docs:literal])* fn $name:ident($($param:ident: $type:ident),*) $(-> $returns:ident)? = $base:literal + $per_byte:literal;)*) => {
        /// Every host function, in the order of the table.
        pub const HOST_FUNCTIONS: &[HostFunction] = &[$(HostFunction {
            name: stringify!($name),
            params: &[$((stringify!($param), stringify!($type))),*],
            returns: concat!($(stringify!($returns))?),
            gas_base: $base,
            gas_per_byte: $per_byte,
            docs: concat!($($docs),*),
        }),*];
    };
}

for_each_host_function!(table);
