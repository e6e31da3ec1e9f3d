//! Calibration of gas prices: what each thing takes, and what it is charged.
//!
//! The bench `calibrate` measures both and keeps the times in `docs/gas.md`; the test `gas` judges what is
//! charged now by those times.

mod books;
mod calls;
mod code;
mod cost;
mod crypto;
mod database;
mod host;
mod memory;
mod operators;
mod program;
mod range;
mod storage;
mod transactions;

use std::thread::Builder;

use sillok_benches::Rows;
use sillok_runtime::limits::NATIVE_STACK_BYTES;

/// Measures the things of a group.
type Measure = fn(&mut Rows);

/// What is measured, by name, in the order of the table.
pub(crate) const GROUPS: [(&str, Measure); 10] = [
    ("operators", operators::measure),
    ("memory", memory::measure),
    ("host", host::measure),
    ("storage", storage::measure),
    ("ranges", range::measure),
    ("signatures", crypto::measure),
    ("books", books::measure),
    ("calls", calls::measure),
    ("code", code::measure),
    ("transactions", transactions::measure),
];

/// Measures these groups, or all if none is named. Each call is timed so often, and the shortest time
/// counts; if that is never, only charges are right.
pub(crate) fn measure(wanted: Vec<String>, samples: u64) -> Rows {
    let thread = Builder::new().stack_size(NATIVE_STACK_BYTES);
    let measured = thread.spawn(move || {
        cost::set_samples(samples);
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
    });
    measured.unwrap().join().unwrap()
}
