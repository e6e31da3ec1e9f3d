//! Ranges of storage: what is known from earlier reads and writes, and what comes from the state below.

use sillok_benches::{Row, Rows};

use super::cost::Batch;
use super::database::{Database, KEYS, PREFIX};
use super::program::Program;

/// Where the key lies in memory, the field's prefix first, and the value.
const KEY: u32 = 1_024;
const VALUE: u32 = 8_192;
/// Bytes of a key, of a small value and of a large one.
const KEY_BYTES: u32 = 12;
const SMALL: u32 = 8;
const LARGE: u32 = 1_024;
/// Entries of a page of many, and of one with large values.
const MANY: u32 = 200;
const FEW: u32 = 20;
const TURNS: u32 = 100;
const KIB: f64 = 1_024.0;

/// Sets the key in memory to the next of those that the state holds.
const NEXT_KEY: &str = "
    (i64.store (i32.const 1028) (i64.mul (i64.rem_u (local.get $next) (i64.const 1000000)) (i64.const -7046029254386353131)))
    (local.set $next (i64.add (local.get $next) (i64.const 1)))";

/// Reads a page from the key in memory on, of which the first so many bytes count, to the field's end.
fn range(from: u32, limit: u32) -> String {
    format!(
        "(drop (call $storage_range (i32.const {KEY}) (i32.const {from}) (i32.const 0) (i32.const 0)
            (i32.const {limit}) (i32.const 0)))"
    )
}

/// Measures `storage_range`.
pub(crate) fn measure(rows: &mut Rows) {
    known(rows);
    stored(rows);
}

/// Entries that the call itself has written.
fn known(rows: &mut Rows) {
    let mut batch = Batch::default();
    let mut add = |value, limit| batch.add(program(&write(value), &range(4, limit)));
    let [none, many, few, large] =
        [(SMALL, 0), (SMALL, MANY), (SMALL, FEW), (LARGE, FEW)].map(|(value, limit)| add(value, limit));
    let costs = batch.measure(|_| {});
    let of = |number| costs.of(number);
    let row = |name: &str, cost| Row::new("ranges", name, cost);
    rows.add(row("storage_range of nothing", of(none)).unjudged("it asks nothing of the state below"));
    let each = (of(many) - of(few)) / f64::from(MANY - FEW);
    rows.add(row("storage_range, each entry, known", each).unjudged("charged as one from the state below"));
    let each = (of(large) - of(few)) / f64::from(FEW * (LARGE - SMALL)) * KIB;
    rows.add(row("storage_range, each KiB of entries more", each));
}

/// Entries of the state below, from a key that no call before has begun at.
fn stored(rows: &mut Rows) {
    let mut batch = Batch::default();
    let key = batch.add(program("", NEXT_KEY));
    let [one, many] =
        [1, MANY].map(|limit| batch.add(program("", &format!("{NEXT_KEY} {}", range(KEY_BYTES, limit)))));
    let costs = batch.measure(|stage| stage.state = Database::under(stage));
    let one = costs.of(one) - costs.of(key);
    let many = costs.of(many) - costs.of(key);
    let row = |name: &str, cost| Row::new("ranges", format!("{name} of {KEYS} keys"), cost);
    rows.add(row("storage_range, one entry, from the state", one));
    rows.add(row("storage_range, each entry more, from the state", (many - one) / f64::from(MANY - 1)));
}

fn program(before: &str, body: &str) -> Program {
    Program {
        locals: "(local $next i64)".into(),
        before: format!("(local.set $next (i64.mul (call $block_height) (i64.const {TURNS}))) {before}"),
        pages: 2,
        ..Program::calling(&["storage_range", "storage_set", "block_height"], body)
    }
    .with(KEY, *PREFIX)
    .turns(TURNS)
}

/// Writes many keys with values of so many bytes, in a field that the state has nothing of.
fn write(value: u32) -> String {
    format!(
        "(i32.store (i32.const {KEY}) (i32.const 7))
        (local.set $next (i64.const {MANY}))
        (loop $key
            (i64.store (i32.const 1028) (local.get $next))
            (call $storage_set (i32.const {KEY}) (i32.const {KEY_BYTES}) (i32.const {VALUE}) (i32.const {value}))
            (br_if $key (i32.wrap_i64 (local.tee $next (i64.sub (local.get $next) (i64.const 1))))))"
    )
}
