//! The one binary: a Sillok node and its command line.
//!
//! `cli` reads commands and prints; `dev` runs a node made of `chain`, `rpc` and `storage`.
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that can't go on should panic"))]

/// Blocks are made of many small pieces, for which glibc's allocator takes twice as long; and this one keeps
/// for ten seconds what a block has given back, so that the kernel need not clear it for the next.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

mod bench;
mod ceremony;
mod chain;
mod checks;
mod cli;
mod clock;
mod consensus;
mod dev;
mod duration;
mod fail_point;
mod home;
mod index;
mod join;
mod ledger;
mod limits;
mod lock;
mod logging;
mod mempool;
mod metrics;
mod network;
mod node;
mod process;
mod processor;
mod random;
mod reactor;
mod rng;
mod rpc;
mod sim;
mod snapshot;
mod start;
mod storage;
mod surveillance;
mod testnet;
mod threads;

use std::process::ExitCode;

#[expect(clippy::print_stderr, reason = "whatever prints otherwise may use what is missing")]
fn main() -> ExitCode {
    if let Some(what) = processor::lacks() {
        eprintln!("error: this processor lacks {what}, which this node was compiled to use");
        eprintln!("build it for any processor: RUSTFLAGS='-C target-cpu=x86-64' make build");
        return ExitCode::FAILURE;
    }
    cli::main()
}
