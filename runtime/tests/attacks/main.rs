//! Attacks on authority, each with the exact way in which it fails: on the real runtime, with real
//! contracts and signatures, and contracts that follow scripts as the attackers.
//!
//! Alice is who is attacked, Eve attacks. The rules are in docs/protocol.md, "Authorisations".
#![allow(clippy::unwrap_used, reason = "a test")]

mod authenticators;
mod delegation;
mod managed;
mod market;
mod random;
mod replays;
mod setting;
mod signers;
mod trees;
