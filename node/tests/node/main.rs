//! The node end to end: a real `sillok dev` process, asked over HTTP and WebSocket, stopped and killed.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]

mod access;
mod ceremony;
mod certificates;
mod chaos;
mod disagreement;
mod doctor;
mod evidence;
mod fail_points;
mod lifecycle;
mod log_level;
mod make_run;
mod member;
mod monitoring;
mod network;
mod payments;
#[path = "../../src/testnet/ports.rs"]
mod ports;
mod power;
mod process;
mod ready;
mod recovery;
mod retention;
mod rpc;
mod runbook;
mod snapshots;
mod tls;
mod unit;
