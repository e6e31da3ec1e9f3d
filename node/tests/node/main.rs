//! The node end to end: a real `sillok dev` process, asked over HTTP and WebSocket, stopped and killed.

mod lifecycle;
mod payments;
mod process;
mod recovery;
mod rpc;
