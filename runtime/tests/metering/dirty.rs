//! What a run writes lies in what it marks: random stores of every width at chunks' edges, fills and
//! copies. That memory is as new once it was restored is checked in `support` after every run.

use proptest::prelude::*;

use super::support::{Compiled, PLENTY, module};

/// Name, width, value.
const STORES: [(&str, u64, &str); 7] = [
    ("i32.store", 4, "(i32.const -1)"),
    ("i32.store8", 1, "(i32.const -1)"),
    ("i32.store16", 2, "(i32.const -1)"),
    ("i64.store", 8, "(i64.const -1)"),
    ("i64.store8", 1, "(i64.const -1)"),
    ("i64.store16", 2, "(i64.const -1)"),
    ("i64.store32", 4, "(i64.const -1)"),
];

/// Below, at and above the chunks of memories of one to three pages.
const OFFSETS: [u64; 12] = [0, 1, 7, 100, 1_020, 1_023, 1_024, 1_025, 2_047, 2_048, 4_100, 40_000];

/// Somewhere in memory, often at a chunk's edge; made to fit by `within`.
fn place() -> impl Strategy<Value = u64> {
    prop_oneof![
        0u64..200_000,
        (0u64..200, 0u64..17).prop_map(|(chunk, near)| chunk * 1_024 + 1_024 - 8 + near)
    ]
}

#[derive(Clone, Debug)]
enum Write {
    Store { kind: usize, place: u64, offset: usize },
    Fill { start: u64, length: u64 },
    Copy { start: u64, from: u64, length: u64 },
}

fn write() -> impl Strategy<Value = Write> {
    let length = || prop_oneof![Just(0u64), 0u64..20, 0u64..5_000, 0u64..200_000];
    prop_oneof![
        6 => (0..STORES.len(), place(), 0..OFFSETS.len())
            .prop_map(|(kind, place, offset)| Write::Store { kind, place, offset }),
        1 => (place(), length()).prop_map(|(start, length)| Write::Fill { start, length }),
        1 => (place(), place(), length()).prop_map(|(start, from, length)| Write::Copy { start, from, length }),
    ]
}

/// The greatest start that leaves room, or `place`.
fn within(place: u64, bytes: u64, memory: u64) -> u64 {
    place.min(memory.saturating_sub(bytes))
}

/// Operands are added to the method's argument, 0, so that nothing is folded.
fn text(write: &Write, memory: u64) -> String {
    let add = |value: u64| format!("(i32.add (local.get 0) (i32.const {value}))");
    match *write {
        Write::Store { kind, place, offset } => {
            let (name, width, value) = STORES[kind];
            let offset = OFFSETS[offset];
            format!("({name} offset={offset} {} {value})", add(within(place, offset + width, memory)))
        }
        Write::Fill { start, length } => {
            let length = length.min(memory);
            format!("(memory.fill {} (i32.const 255) {})", add(within(start, length, memory)), add(length))
        }
        Write::Copy { start, from, length } => {
            let length = length.min(memory);
            let (start, from) = (within(start, length, memory), within(from, length, memory));
            format!("(memory.copy {} {} {})", add(start), add(from), add(length))
        }
    }
}

fn compiled(pages: u64, data: &str, writes: &[Write]) -> Compiled {
    let writes: String = writes.iter().map(|write| text(write, pages * 65_536)).collect();
    Compiled::new(&module(
        &format!(
            r#"(memory (export "memory") {pages}) {data}
               (func (export "run") (param i32) (result i32) {writes} (i32.const 0))"#
        ),
        &["run"],
    ))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_marked(
        pages in 1u64..4,
        data in any::<bool>(),
        writes in prop::collection::vec(write(), 1..8),
    ) {
        let data = if data { r#"(data (i32.const 1022) "abcdefgh") (data (i32.const 65000) "xyz")"# } else { "" };
        let compiled = compiled(pages, data, &writes);
        let [first, second] = compiled.run_twice("run", 0, PLENTY);
        prop_assert!(first.1.is_some());
        prop_assert!(first == second);
    }
}

fn marks(pages: u64, write: Write) -> u64 {
    compiled(pages, "", &[write]).run("run", 0, PLENTY).1.unwrap().dirty
}

#[test]
fn a_store_marks_one_chunk() {
    let store = |place, offset| Write::Store { kind: 3, place, offset };
    assert_eq!(marks(1, store(0, 0)), 1);
    assert_eq!(marks(1, store(1_023, 0)), 1);
    assert_eq!(marks(1, store(1_024, 0)), 2);
    // A small offset is left to the spill, a large one is not.
    assert_eq!(marks(1, store(1_000, 5)), 1);
    assert_eq!(marks(1, store(1_000, 6)), 2);
    assert_eq!(marks(1, store(0, 11)), 1 << (40_000 / 1_024));
    assert_eq!(marks(1, store(65_535, 0)), 1 << 63);
}

#[test]
fn ranges_mark_all_of_their_chunks() {
    let fill = |start, length| Write::Fill { start, length };
    assert_eq!(marks(1, fill(0, 0)), 0);
    assert_eq!(marks(1, fill(65_536, 0)), 0);
    assert_eq!(marks(1, fill(0, 1_000)), 1);
    assert_eq!(marks(1, fill(0, 1_024)), 1);
    assert_eq!(marks(1, fill(1_023, 2)), 3);
    assert_eq!(marks(1, fill(1_000, 100)), 3);
    assert_eq!(marks(1, fill(1_024, 3_000)), 0b1110);
    assert_eq!(marks(1, fill(0, 65_536)), u64::MAX);
    assert_eq!(marks(2, fill(131_071, 1)), 1 << 63);
    assert_eq!(marks(1, Write::Copy { start: 2_048, from: 0, length: 10 }), 0b100);
}

/// The only store is far from its base and reaches over the edge of the chunk that it marks.
#[test]
fn a_far_store_spills_too() {
    let far = Write::Store { kind: 3, place: 1_020, offset: 6 };
    let compiled = compiled(1, "", &[far]);
    assert_eq!(compiled.metered.spill, 7);
    assert!(compiled.run("run", 0, PLENTY).1.is_some());
}
