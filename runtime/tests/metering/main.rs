//! Metering: rewritten modules do what the originals did, and count gas, stack and written memory as
//! the protocol says, whatever the engine's settings.
#![allow(clippy::unwrap_used, reason = "a test")]

mod behaviour;
mod contracts;
mod dirty;
mod gas;
mod interpreter;
mod program;
mod random;
mod refusals;
mod stack;
mod support;
