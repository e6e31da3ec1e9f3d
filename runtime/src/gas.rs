//! Gas prices of what is not a host function. Those of host functions are in `sillok_abi`'s table.

/// A transaction, before anything runs.
pub(crate) const TRANSACTION: u64 = 20_000;
/// Each byte of a transaction.
pub(crate) const TRANSACTION_BYTE: u64 = 4;
/// Verifying a key's signature.
pub(crate) const SIGNATURE: u64 = 60_000;
/// Each match of an order.
pub(crate) const FILL: u64 = 800;
/// Each level of a depth query.
pub(crate) const LEVEL: u64 = 50;
/// Each entry that a range read meets.
pub(crate) const RANGE_ENTRY: u64 = 200;
/// Each byte of their keys and values.
pub(crate) const RANGE_BYTE: u64 = 1;
/// A fresh instance of a contract.
pub(crate) const INSTANCE: u64 = 5_000;
/// Entering a native module.
pub(crate) const NATIVE_CALL: u64 = 2_000;
/// Each byte of uploaded code, which has to be checked and compiled.
pub(crate) const CODE_BYTE: u64 = 200;
