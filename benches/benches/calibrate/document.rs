//! The table as a document: what it says around the figures, and where it is kept.

use std::fs;
use std::thread::available_parallelism;
use std::time::{SystemTime, UNIX_EPOCH};

use sillok_abi::Time;
use sillok_benches::{BOUNDS, GAS_PER_NANO, Rows};

/// Where the table is kept.
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/gas.md");

/// The table with what has to be known to read it.
pub(crate) fn of(rows: &Rows) -> String {
    let (low, high) = BOUNDS;
    format!(
        "# Gas prices, measured

{GAS_PER_NANO} gas are a nanosecond of the machine that prices are made on. *ns* is what something took: the \
shortest of many runs, on the real runtime, and the median of five such. *Suggested* is that in gas. *Charged* is what the receipts say. \
*Ratio* is charged to suggested; it has to lie between {low} and {high}.

Measured on {} by `make calibrate`, which writes this file. Machine: {}.

- An operator is measured with what feeds it: a statement such as `a = a + b` is charged for two `local.get`, \
the addition and a `local.set`. Statements wait for each other, so that most code is quicker than its gas says. \
Slower is what misses the processor's caches or guesses, which is shown and not priced. `nop`, `block`, `loop`, `end`, `drop`, constants and locals make no machine code of their own.
- A loop around what is measured is subtracted, in time and in gas.
- The state is a million keys in RocksDB with the node's settings, after many reads.
{}",
        date(),
        machine(),
        rows.markdown()
    )
}

/// The document as it was stored last.
pub(crate) fn read() -> String {
    fs::read_to_string(PATH).unwrap()
}

/// Stores the document.
pub(crate) fn write(document: &str) {
    fs::write(PATH, document).unwrap();
}

fn date() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let (year, month, day) = Time(now.as_millis() as u64).date().civil();
    format!("{year}-{month:02}-{day:02}")
}

fn machine() -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    format!("{cores} cores of {}", model.map_or("an unknown processor", |(_, name)| name))
}
