//! Loads, stores and bulk memory.

use sillok_benches::{Row, Rows};

use super::cost::Batch;
use super::operators::program;
use super::program::Program;

/// How many statements a turn of a program made by [`program`] has.
const STATEMENTS: f64 = 100.0;
/// Bytes of the larger bulk operations.
const BULK: u32 = 32_000;

/// Half of the loads wait for the one before, half do not.
const LOADS: [(&str, &str); 6] = [
    (
        "i32.load",
        "(local.set $p (i32.add (i32.load offset={o} (local.get $p)) (i32.load offset={o} (local.get $d))))",
    ),
    (
        "i64.load",
        "(local.set $p (i32.wrap_i64 (i64.add (i64.load offset={o} (local.get $p)) (i64.load offset={o} (local.get $d)))))",
    ),
    (
        "i32.load8_u",
        "(local.set $p (i32.add (i32.load8_u offset={o} (local.get $p)) (i32.load8_u offset={o} (local.get $d))))",
    ),
    (
        "i32.load8_s",
        "(local.set $p (i32.add (i32.load8_s offset={o} (local.get $p)) (i32.load8_s offset={o} (local.get $d))))",
    ),
    (
        "i32.load16_u",
        "(local.set $p (i32.add (i32.load16_u offset={o} (local.get $p)) (i32.load16_u offset={o} (local.get $d))))",
    ),
    (
        "i64.load32_s",
        "(local.set $p (i32.wrap_i64 (i64.add (i64.load32_s offset={o} (local.get $p)) (i64.load32_s offset={o} (local.get $d)))))",
    ),
];

/// Each store goes elsewhere in one page.
const STORES: [(&str, &str); 5] = [
    (
        "i32.store",
        "i32.store (local.tee $p (i32.and (i32.add (local.get $p) (local.get $a)) (i32.const 0xfff8))) (local.get $c{k})",
    ),
    (
        "i64.store",
        "i64.store (local.tee $p (i32.and (i32.add (local.get $p) (local.get $a)) (i32.const 0xfff8))) (local.get $z{k})",
    ),
    (
        "i32.store8",
        "i32.store8 (local.tee $p (i32.and (i32.add (local.get $p) (local.get $a)) (i32.const 0xfff8))) (local.get $c{k})",
    ),
    (
        "i32.store16",
        "i32.store16 (local.tee $p (i32.and (i32.add (local.get $p) (local.get $a)) (i32.const 0xfff8))) (local.get $c{k})",
    ),
    (
        "i64.store32",
        "i64.store32 (local.tee $p (i32.and (i32.add (local.get $p) (local.get $a)) (i32.const 0xfff8))) (local.get $z{k})",
    ),
];

/// What is shown and not judged: the extremes between which the judged mixtures lie.
const EXTREMES: [(&str, &str, &str); 3] = [
    (
        "i32.load, each waiting for the one before",
        "(local.set $p (i32.load offset={o} (local.get $p)))",
        "a part of the mixture of loads",
    ),
    (
        "i32.load, none waiting for another",
        "(local.set $a (i32.add (local.get $a) (i32.load offset={o} (local.get $d))))",
        "a part of the mixture of loads",
    ),
    (
        "i32.store, all from one base",
        "(i32.store offset={o} (local.get $d) (local.get $c{k}))",
        "the compiler marks the base once",
    ),
];

/// Measures what works on memory.
pub(crate) fn measure(rows: &mut Rows) {
    let mut batch = Batch::default();
    let statements: Vec<(&str, String, Option<&'static str>)> = LOADS
        .iter()
        .map(|(name, text)| (*name, (*text).to_owned(), None))
        .chain(STORES.iter().map(|(name, text)| (*name, format!("({text})"), None)))
        .chain(EXTREMES.iter().map(|(name, text, why)| (*name, (*text).to_owned(), Some(*why))))
        .collect();
    statements.iter().for_each(|(_, text, _)| {
        batch.add(program(text));
    });
    let scattered = batch.add(scattered());
    let bulk = ["memory.fill", "memory.copy"]
        .map(|name| (name, [8, BULK].map(|bytes| batch.add(bulk(name, bytes)))));
    let grow = batch.add(Program {
        body: "(drop (memory.grow (i32.const 0)))".into(),
        turns: 10_000,
        ..Program::EMPTY
    });
    let costs = batch.measure(|_| {});
    for (index, (name, _, why)) in statements.iter().enumerate() {
        let row = Row::new("memory", *name, costs.of(index) / STATEMENTS);
        rows.add(why.map_or(row.clone(), |why| row.unjudged(why)));
    }
    let row = Row::new("memory", "i32.load, anywhere in 1 MiB", costs.of(scattered));
    rows.add(row.unjudged("what a cache misses is not priced"));
    for (name, [small, large]) in bulk {
        rows.add(Row::new("memory", format!("{name}, 8 bytes"), costs.of(small)));
        let bytes = f64::from(BULK - 8);
        let each = (costs.of(large) - costs.of(small)) / bytes * 1_024.0;
        rows.add(Row::new("memory", format!("{name}, each KiB"), each).at_least());
    }
    let row = Row::new("memory", "memory.grow by nothing", costs.of(grow));
    rows.add(row.unjudged("it pays for the instance, which can't be used again once it has grown"));
}

/// Loads whose places can't be foreseen, in as much memory as a contract may begin with.
fn scattered() -> Program {
    Program {
        pages: 16,
        locals: "(local $p i32) (local $s i32)".into(),
        before: "(memory.fill (i32.const 0) (i32.const 0) (i32.const 1048576))".into(),
        body: "(local.set $s (i32.add (i32.mul (local.get $s) (i32.const 1664525)) (i32.const 1013904223)))
             (local.set $p (i32.add (local.get $s)
                (i32.load (i32.and (i32.shr_u (i32.add (local.get $s) (local.get $p)) (i32.const 8)) (i32.const 0xffffc)))))
             (local.set $s (local.get $p))"
            .into(),
        after: "(i32.store (i32.const 0) (local.get $p))".into(),
        turns: 5_000,
        ..Program::EMPTY
    }
}

fn bulk(name: &str, bytes: u32) -> Program {
    let from = if name == "memory.copy" { "(i32.const 32768)" } else { "(i32.const 1)" };
    let body = format!("({name} (i32.const 64) {from} (local.get $bytes))");
    Program {
        locals: "(local $bytes i32)".into(),
        before: "(local.set $bytes (i32.load (i32.const 0)))".into(),
        body,
        turns: 2_000,
        ..Program::EMPTY
    }
    .with(0, bytes.to_le_bytes())
}
