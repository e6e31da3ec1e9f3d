//! Pages against a map in memory, at random.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::state::MemoryState;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

fn write() -> impl Strategy<Value = (Vec<u8>, Option<Vec<u8>>)> {
    let key = prop::collection::vec(0..4u8, 1..4);
    (key, prop::option::of(prop::collection::vec(any::<u8>(), 0..20)))
}

fn make(state: &mut Model, (key, value): &(Vec<u8>, Option<Vec<u8>>)) {
    match value {
        Some(value) => state.insert(key.clone(), value.clone()),
        None => state.remove(key),
    };
}

/// Reads a whole range page by page, checking each page's bounds; what was met on the way.
fn read_all(
    overlay: &mut Overlay,
    mut range: Span,
    direction: Direction,
    limit: PageLimit,
) -> (Entries, Met) {
    let (mut all, mut met) = (Vec::new(), Met::default());
    loop {
        let rest = Span { from: range.from.clone(), to: range.to.clone() };
        let mut reader = RangeReader::new(rest, direction, limit);
        while let Some(step) = reader.step(overlay).unwrap() {
            assert_eq!(step.searches, 1);
            met = Met { entries: met.entries + step.entries, bytes: met.bytes + step.bytes, searches: 0 };
        }
        let (page, more) = reader.finish();
        assert!(page.len() <= limit.entries);
        let before_last = page.split_last().map_or(&[][..], |(_, before)| before);
        assert!(before_last.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() < limit.bytes);
        if let Some((last, _)) = page.last() {
            range.advance(last, direction);
        }
        all.extend(page);
        if !more {
            return (all, met);
        }
    }
}

proptest! {
    #[test]
    fn pages_are_those_of_a_map(
        state in prop::collection::vec(write(), 0..40),
        writes in prop::collection::vec(write(), 0..40),
        undone in prop::collection::vec(write(), 0..40),
        reads in prop::collection::vec(write(), 0..10),
        bounds in (prop::collection::vec(0..5u8, 0..4), prop::collection::vec(0..5u8, 0..4)),
        limit in (1..6usize, 1..60usize),
        descends in any::<bool>(),
    ) {
        let mut below = MemoryState::default();
        below.apply(&state.iter().cloned().collect());
        let mut overlay = Overlay::new(Arc::new(below.clone()), 0);
        let mut model = below.entries().clone();
        for write in &writes {
            make(&mut model, write);
            overlay.put(&write.0, write.1.clone()).unwrap();
        }
        let mark = overlay.mark();
        for (key, value) in &undone {
            overlay.put(key, value.clone()).unwrap();
        }
        overlay.rollback(mark);
        for (key, _) in &reads {
            overlay.get(key).unwrap();
        }
        let (from, to) = bounds;
        let mut expected: Entries =
            model.into_iter().filter(|(key, _)| *key >= from && *key < to).collect();
        let direction = if descends { Direction::Descending } else { Direction::Ascending };
        if descends {
            expected.reverse();
        }
        let limit = PageLimit { entries: limit.0, bytes: limit.1 };
        let range = Span { from: from.clone(), to: to.clone() };
        let (found, met) = read_all(&mut overlay, range, direction, limit);
        prop_assert_eq!(&found, &expected);

        // What is met does not depend on pages: every key that there is or that the block has
        // written, once, and all values of it.
        let written: BTreeMap<_, _> = writes.into_iter().collect();
        let below: Model = below.entries().clone();
        let keys: std::collections::BTreeSet<_> = below.keys().chain(written.keys()).cloned().collect();
        let size = |key: &Vec<u8>| {
            let over = written.get(key).and_then(Option::as_ref).map_or(0, Vec::len);
            key.len() + below.get(key).map_or(0, Vec::len) + over
        };
        let within = || keys.iter().filter(|key| **key >= from && **key < to);
        let expected = Met { entries: within().count(), bytes: within().map(size).sum(), searches: 0 };
        prop_assert_eq!(met, expected);
    }
}
