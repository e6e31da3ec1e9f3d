//! The benches' `transfer` and `noop` on other runtimes, and the tree of state beside another one.
//!
//! All of them do the same work: two balances are read and written, the sender's right is checked, an
//! event comes out, and what was written is there for the next call. [`wasmtime_peer`] and [`wasmi_peer`]
//! run the very Wasm that Sillok runs, with gas metered by the engine's fuel, over the host functions of
//! [`bank`]. [`evm`] runs an ERC-20 contract on revm.
//!
//! What they leave out, and Sillok's call has: the look-up of the contract by its id, a journal that a
//! failure is rolled back by, authority from signed trees of calls. What revm has and Sillok's call has
//! not: the check and the raising of the sender's nonce, and the sender's account.
//!
//! [`jellyfish`] is the tree of the crate `jmt`, with the same keys, values and hash.

pub mod bank;
pub mod evm;
pub mod jellyfish;
pub mod wasmi_peer;
pub mod wasmtime_peer;
