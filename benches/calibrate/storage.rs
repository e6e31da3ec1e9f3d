//! Storage: what a call finds in the overlay, and what it has to fetch from the state below.
//!
//! Below are a million keys in RocksDB, as a node has them.

use sillok_benches::{Cost, Row, Rows};

use super::cost::Batch;
use super::database::{Database, KEYS, PREFIX};
use super::program::Program;

/// Where keys and values lie in memory: the key's prefix, then eight bytes of its own.
const KEY: u32 = 1_024;
const VALUE: u32 = 8_192;
/// Bytes of a short key, and of the longest.
const SHORT: u32 = 12;
const LONG: u32 = 256;
/// Bytes of a short value, and of a long one.
const SMALL: u32 = 8;
const LARGE: u32 = 8_192;
const KIB: f64 = 1_024.0;
/// Turns of loops over keys that were not touched before.
const FRESH: u32 = 500;

/// Sets the key in memory to the next of those that the state holds: `$next` counts, and the state's
/// keys are the multiples of an odd number.
const NEXT_KEY: &str = "
    (i64.store (i32.const 1028) (i64.mul (i64.rem_u (local.get $next) (i64.const 1000000)) (i64.const -7046029254386353131)))
    (local.set $next (i64.add (local.get $next) (i64.const 1)))";
/// As above, with keys that the state does not hold.
const NEW_KEY: &str = "
    (i64.store (i32.const 1028) (i64.mul (i64.add (local.get $next) (i64.const 1000000)) (i64.const -7046029254386353131)))
    (local.set $next (i64.add (local.get $next) (i64.const 1)))";

fn get(key: u32, capacity: u32) -> String {
    format!(
        "(drop (call $storage_get (i32.const {KEY}) (i32.const {key}) (i32.const {VALUE}) (i32.const {capacity})))"
    )
}

fn set(key: u32, value: u32) -> String {
    format!("(call $storage_set (i32.const {KEY}) (i32.const {key}) (i32.const {VALUE}) (i32.const {value}))")
}

fn remove() -> String {
    format!("(drop (call $storage_remove (i32.const {KEY}) (i32.const {SHORT})))")
}

/// Why what isn't there is not judged.
const ABSENT: &str = "whether a key is there is known only when it has been looked for";

/// Measures storage.
pub(crate) fn measure(rows: &mut Rows) {
    warm(rows);
    cold(rows);
}

/// One key, over and over.
fn warm(rows: &mut Rows) {
    let all = ["storage_get", "storage_set", "storage_remove"];
    let mut batch = Batch::default();
    let mut program = |before: String, body: String| {
        let program = Program { before, pages: 2, ..Program::calling(&all, body) };
        batch.add(program.with(KEY, *PREFIX))
    };
    let absent = program(String::new(), get(SHORT, SMALL));
    let small = program(set(SHORT, SMALL), get(SHORT, LARGE));
    let large = program(set(SHORT, LARGE), get(SHORT, LARGE));
    let long = program(set(LONG, SMALL), get(LONG, LARGE));
    let write = program(set(SHORT, SMALL), set(SHORT, SMALL));
    let write_large = program(set(SHORT, LARGE), set(SHORT, LARGE));
    let write_long = program(set(LONG, SMALL), set(LONG, SMALL));
    let toggle = program(String::new(), format!("{} {}", set(SHORT, SMALL), remove()));
    let costs = batch.measure(|_| {});
    let of = |number| costs.of(number);
    let value = |more: Cost, less: Cost| (more - less) / f64::from(LARGE - SMALL) * KIB;
    let key = |more: Cost, less: Cost| (more - less) / f64::from(LONG - SHORT) * KIB;
    for (name, cost) in [
        ("storage_get, absent, known", of(absent)),
        ("storage_get, known", of(small)),
        ("storage_set, known", of(write)),
        ("storage_remove, known", of(toggle) - of(write)),
    ] {
        rows.add(Row::new("storage", name, cost));
    }
    let row = Row::new("storage", "storage_get, each KiB of value more", value(of(large), of(small)));
    rows.add(row.at_least());
    let row = Row::new("storage", "storage_get, each KiB of key more", key(of(long), of(small)));
    rows.add(row.at_least());
    let kept = [
        ("storage_set, each KiB of value more", value(of(write_large), of(write))),
        ("storage_set, each KiB of key more", key(of(write_long), of(write))),
    ];
    for (name, cost) in kept {
        let row = Row::new("storage", name, cost);
        rows.add(row.unjudged("it is hashed into the state's root and written to disk later"));
    }
}

/// Keys that no call has touched before; each block height has its own.
fn cold(rows: &mut Rows) {
    let all = ["storage_get", "storage_set", "storage_remove", "block_height"];
    let mut batch = Batch::default();
    let mut program = |body: String| {
        let program = Program {
            locals: "(local $next i64)".into(),
            before: format!("(local.set $next (i64.mul (call $block_height) (i64.const {})))", FRESH + 1),
            pages: 2,
            ..Program::calling(&all, body)
        };
        batch.add(program.with(KEY, *PREFIX).turns(FRESH))
    };
    let key = program(NEXT_KEY.into());
    let read = program(format!("{NEXT_KEY} {}", get(SHORT, SMALL)));
    let absent = program(format!("{NEW_KEY} {}", get(SHORT, SMALL)));
    let write = program(format!("{NEXT_KEY} {}", set(SHORT, SMALL)));
    let create = program(format!("{NEW_KEY} {}", set(SHORT, SMALL)));
    let removal = program(format!("{NEXT_KEY} {}", remove()));
    let costs = batch.measure(|stage| stage.state = Database::under(stage));
    for (name, number) in [
        ("storage_get, from the state", read),
        ("storage_get, absent from the state", absent),
        ("storage_set, of the state", write),
        ("storage_set, new", create),
        ("storage_remove, from the state", removal),
    ] {
        let row = Row::new("storage", format!("{name} of {KEYS} keys"), costs.of(number) - costs.of(key));
        rows.add(if [absent, create].contains(&number) { row.unjudged(ABSENT) } else { row });
    }
}
