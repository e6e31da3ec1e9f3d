//! Calibration of gas prices: what each thing takes, and what it is charged.
//!
//! `cargo bench -p sillok-benches --bench calibrate` prints the table; with `-- --write` it is stored as
//! `docs/gas.md` too; `-- storage calls` measures these groups alone. Fails if anything is charged less
//! than 0.7 or more than 2 times its share, or if a host function is not measured.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench, which reports by printing")]
#![allow(clippy::float_arithmetic, reason = "figures are for people")]

mod books;
mod calls;
mod code;
mod cost;
mod crypto;
mod database;
mod document;
mod host;
mod memory;
mod operators;
mod program;
mod storage;
mod transactions;

use std::process::ExitCode;
use std::thread::Builder;

use sillok_benches::Rows;
use sillok_runtime::limits::NATIVE_STACK_BYTES;

/// Measures the things of a group.
type Measure = fn(&mut Rows);

/// What is measured, by name, in the order of the table.
const GROUPS: [(&str, Measure); 9] = [
    ("operators", operators::measure),
    ("memory", memory::measure),
    ("host", host::measure),
    ("storage", storage::measure),
    ("signatures", crypto::measure),
    ("books", books::measure),
    ("calls", calls::measure),
    ("code", code::measure),
    ("transactions", transactions::measure),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let write = args.iter().any(|arg| arg == "--write");
    let wanted: Vec<&str> = args.iter().map(String::as_str).filter(|arg| !arg.starts_with('-')).collect();
    let known = |name: &&str| GROUPS.iter().any(|(group, _)| group == name);
    if !wanted.iter().all(known) {
        // The filter of another bench, which `cargo bench` hands to all of them.
        return ExitCode::SUCCESS;
    }
    let thread = Builder::new().stack_size(NATIVE_STACK_BYTES).spawn({
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        move || measure(&wanted)
    });
    let rows = thread.unwrap().join().unwrap();
    let document = document::of(&rows);
    println!("{document}\n{}", rows.summary());
    if write {
        document::write(&document);
    }
    if rows.right() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures these groups, or all if none is named.
fn measure(wanted: &[String]) -> Rows {
    let mut rows = Rows::default();
    for (name, measure) in GROUPS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            measure(&mut rows);
        }
    }
    if wanted.is_empty() {
        program::unmeasured().iter().for_each(|name| rows.missing(format!("the host function `{name}`")));
    }
    rows
}
