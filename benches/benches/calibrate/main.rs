//! Measures gas prices.
//!
//! `cargo bench -p sillok-benches --bench calibrate` prints the table; with `-- --write` it is stored as
//! `docs/gas.md` too; `-- storage calls` measures these groups alone; `-- --charge --write` keeps the times
//! of `docs/gas.md` and writes down what is charged now, which no load of the machine disturbs. Fails if anything
//! is charged less than 0.7 or more than 2 times its share, or if a host function is not measured.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench, which reports by printing")]
#![allow(clippy::float_arithmetic, reason = "figures are for people")]

#[path = "../../calibrate/mod.rs"]
mod calibrate;
mod document;

use std::process::ExitCode;

use sillok_benches::Rows;

/// How often each call is timed. The shortest time counts: what else the machine does only adds.
const SAMPLES: u64 = 60;
/// How often all is measured. The median counts: for a minute on end, the machine's neighbours may slow all of
/// one pass that is measured meanwhile, or a half of what is subtracted.
const PASSES: usize = 5;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let write = args.iter().any(|arg| arg == "--write");
    let wanted: Vec<String> = args.iter().filter(|arg| !arg.starts_with('-')).cloned().collect();
    let known = |name: &String| calibrate::GROUPS.iter().any(|(group, _)| group == name);
    if !wanted.iter().all(known) {
        // The filter of another bench, which `cargo bench` hands to all of them.
        return ExitCode::SUCCESS;
    }
    let rows = match args.iter().any(|arg| arg == "--charge") {
        true => calibrate::measure(Vec::new(), 0).timed_by(&document::read()),
        false => Rows::median((0..PASSES).map(|_| calibrate::measure(wanted.clone(), SAMPLES)).collect()),
    };
    let document = document::of(&rows);
    println!("{document}\n{}", rows.summary());
    if write {
        document::write(&document);
    }
    if rows.right() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
