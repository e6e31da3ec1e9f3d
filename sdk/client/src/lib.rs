//! Build, sign, send and decode: the Rust client of a Sillok node.
//!
//! - [`keys`]: sr25519 keys from SURIs, seeds and key files.
//! - [`value`]: JSON to SCALE and back, driven by the types in a contract's metadata.
//! - [`transaction`]: bodies, nonces, signatures, authorisations.
//! - [`rpc`]: every method of a node, typed; subscriptions over WebSocket.
//! - [`explain`]: receipts in words, with the contracts' own error texts.
//! - [`compare`]: what an upgrade changes for those who use a contract.
//! - [`module`]: what a contract's Wasm says about itself.
//! - [`proof`], [`trust`]: what state holds, proven without a node.
//! - [`bundle`], [`extract`]: proofs of single values, and certified extracts of share registers, as files.
#![forbid(unsafe_code)]

pub mod bundle;
pub mod compare;
pub mod explain;
pub mod extract;
pub mod keys;
pub mod module;
pub mod proof;
pub mod rpc;
pub mod transaction;
pub mod trust;
pub mod value;
