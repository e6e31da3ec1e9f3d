//! Governance: validators decide about themselves and the chain, and can't lock themselves out.

mod actions;
mod chain;
mod evidence;
mod interface;
mod nodes;
mod parameters;
mod proposals;
mod random;
mod support;
