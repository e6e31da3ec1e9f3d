//! Governance: validators decide about themselves and the chain, and can't lock themselves out.
#![allow(clippy::unwrap_used, reason = "a test")]

mod actions;
mod chain;
mod evidence;
mod interface;
mod nodes;
mod parameters;
mod proposals;
mod random;
mod support;
