//! The command line end to end: the real binary against a real `sillok dev` process, one node a test.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]

mod bench;
mod board;
mod contracts;
mod dev;
mod did;
mod errors;
mod extract;
mod history;
mod hostile;
mod import;
mod keys;
mod market;
mod orders;
mod parties;
mod register;
mod status;
mod subscriptions;
mod surveillance;
mod transactions;
mod tutorial;
mod upgrade;
mod walk;
