//! The node end to end: a real `sillok dev` process, asked over HTTP and WebSocket, stopped and killed.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]

mod evidence;
mod fail_points;
mod lifecycle;
mod make_run;
mod network;
mod payments;
mod process;
mod recovery;
mod retention;
mod rpc;
mod snapshots;
