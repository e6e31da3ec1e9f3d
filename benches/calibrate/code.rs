//! Uploading code: checking it, metering and compiling it, and keeping it.
//!
//! Compiling uses all processors, so that here the time of the processors is taken. The worst modules that
//! the limits let through are measured too: none may pay too little, though one that only looks bad may pay
//! too much.

use std::fs;

use codec::Encode;
use sillok_abi::Call;
use sillok_abi::native::SYSTEM;
use sillok_benches::{Cost, Row, Rows, Stage, worst};
use sillok_runtime::{CodeLimits, Compiler, check_code};

use super::cost::is_timed;

/// How often a module is compiled, and the longest that it takes for that to be often, in nanoseconds.
const SAMPLES: u32 = 20;
const LONG: f64 = 3e8;
/// How often checking is timed at once: the kernel counts a thread's time in steps of milliseconds.
const CHECKS: usize = 100;
/// Bytes that are refused as soon as they are read: for the price of a byte alone.
const REFUSED: [usize; 2] = [4_096, 8_192];

/// Contracts of this repository, by name.
const REAL: [(&str, &[u8]); 5] = [
    ("market", sillok_contracts::MARKET),
    ("register", sillok_contracts::REGISTER),
    ("did", sillok_contracts::DID),
    ("cash", sillok_contracts::CASH),
    ("counter", sillok_contracts::COUNTER),
];

/// Measures what uploaded code costs.
pub(crate) fn measure(rows: &mut Rows) {
    let stage = Stage::new(&[]);
    let compiler = Compiler::new().unwrap();
    let upload = |code: &[u8]| {
        let nanos = processor_time(|| {
            check(code);
            compiler.compile(code).unwrap();
        });
        Cost { nanos, gas: gas(&stage, code) }
    };
    for (name, code) in REAL {
        rows.add(Row::new("code", format!("upload and compile `{name}`"), upload(code)));
    }
    for (name, code) in worst::worst() {
        let row = Row::new("code", format!("upload and compile, the worst `{name}`"), upload(&code));
        rows.add(row.may_be_dear("it compiles more quickly than it looks"));
    }
    let [short, long] = REFUSED.map(|bytes| gas(&stage, &vec![0; bytes]));
    let (_, market) = REAL[0];
    let each = Cost {
        nanos: processor_time(|| (0..CHECKS).for_each(|_| check(market))) / (CHECKS * market.len()) as f64,
        gas: (long - short) / (REFUSED[1] - REFUSED[0]) as f64,
    };
    let row = Row::new("code", "check and keep, each byte of `market`", each);
    rows.add(row.unjudged("it is written to disk later"));
}

fn check(code: &[u8]) {
    check_code(code, &CodeLimits::default()).unwrap();
}

/// The gas of an upload, whether it is refused or not.
fn gas(stage: &Stage, code: &[u8]) -> f64 {
    let mut body = stage.world.body("Alice", SYSTEM, "upload", ());
    body.gas_limit = stage.world.genesis.parameters.max_transaction_gas;
    body.call = Call { args: code.to_vec().encode(), ..body.call };
    // A simulation compiles nothing.
    stage.world.simulate(&body).receipt.gas_used as f64
}

/// The least that `work` takes of all processors together, in nanoseconds.
fn processor_time(work: impl Fn()) -> f64 {
    if !is_timed() {
        return 0.0;
    }
    let mut least = f64::MAX;
    for sample in 0..SAMPLES {
        let before = used();
        work();
        least = least.min(used() - before);
        if sample >= 2 && least > LONG {
            break;
        }
    }
    least
}

/// What the threads of this process have used so far, in nanoseconds.
fn used() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let files = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap());
    files.map(|text| text.split(' ').next().unwrap().parse::<f64>().unwrap()).sum()
}
