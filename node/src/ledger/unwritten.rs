//! Ranges of a state whose last block is being written: what storage holds, before that block or after it, with the
//! block's changes on top, which come to the same.

use std::cmp::Ordering;
use std::iter::{self, Peekable};
use std::ops::Bound;

use sillok_runtime::{Changes, Direction, PageLimit};

use super::keys;
use super::view::View;
use crate::storage::{Entry, StorageError, Table};

type Found = Result<Entry, StorageError>;

impl View {
    /// A page of the entries with `from <= key < to`.
    pub(super) fn page_over(
        &self,
        changes: &Changes,
        from: &[u8],
        to: &[u8],
        direction: Direction,
        limit: PageLimit,
    ) -> Result<Vec<Entry>, StorageError> {
        let below = self.written(from, to, direction, limit);
        let bounds = (Bound::Included(from), Bound::Excluded(to.max(from)));
        let changed = changes.range::<[u8], _>(bounds);
        match direction {
            Direction::Ascending => limit.page(merged(below, changed, Ordering::Less)),
            Direction::Descending => limit.page(merged(below, changed.rev(), Ordering::Greater)),
        }
    }

    /// The entries in storage, read a page at a time.
    fn written(
        &self,
        from: &[u8],
        to: &[u8],
        direction: Direction,
        limit: PageLimit,
    ) -> impl Iterator<Item = Found> {
        let (mut from, mut to) = (from.to_vec(), to.to_vec());
        let mut next_page = move || {
            let page = self.source.storage.page(Table::State, &from, &to, direction, limit)?;
            if let Some((last, _)) = page.last() {
                match direction {
                    Direction::Ascending => from = keys::next(last),
                    Direction::Descending => to.clone_from(last),
                }
            }
            Ok(page)
        };
        let pages = iter::from_fn(move || Some(next_page()));
        let some = pages.take_while(|page| !page.as_ref().is_ok_and(Vec::is_empty));
        some.flat_map(|page| {
            let (entries, error) =
                page.map_or_else(|error| (Vec::new(), Some(error)), |entries| (entries, None));
            entries.into_iter().map(Ok).chain(error.map(Err))
        })
    }
}

/// Entries with changes on top, both in the same order: `first` is how a key compares with those after it.
fn merged<'a>(
    below: impl Iterator<Item = Found>,
    changed: impl Iterator<Item = (&'a Vec<u8>, &'a Option<Vec<u8>>)>,
    first: Ordering,
) -> impl Iterator<Item = Found> {
    let (mut below, mut changed): (Peekable<_>, Peekable<_>) = (below.peekable(), changed.peekable());
    iter::from_fn(move || {
        loop {
            let Some((key, _)) = changed.peek() else { return below.next() };
            match below.peek() {
                Some(Err(_)) => return below.next(),
                Some(Ok((other, _))) if other.cmp(key) == first => return below.next(),
                Some(Ok((other, _))) if other == *key => {
                    below.next();
                }
                _ => {}
            }
            if let Some((key, Some(value))) = changed.next() {
                return Some(Ok((key.clone(), value.clone())));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use proptest::prelude::*;
    use sillok_runtime::Walk;

    use super::*;
    use crate::ledger::tests::view_of;
    use crate::storage::{Batch, MemoryStorage, Storage};

    fn key() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(0..4u8, 1..3)
    }

    proptest! {
        /// Whether the block has been written or not, a view of the state after it reads the same.
        #[test]
        fn a_range_is_that_of_the_state_after_the_block(
            before in prop::collection::btree_map(key(), key(), 0..20),
            changes in prop::collection::btree_map(key(), prop::option::of(key()), 0..20),
            (from, to) in (key(), key()), limit in 1..8usize, is_written: bool, descending: bool,
        ) {
            let storage = Arc::new(MemoryStorage::default());
            let put = |key: &Vec<u8>, value: Option<&Vec<u8>>| {
                let mut batch = Batch::default();
                match value {
                    Some(value) => batch.put(Table::State, key.clone(), value.clone()),
                    None => batch.remove(Table::State, key.clone()),
                }
                storage.write(batch).unwrap();
            };
            before.iter().for_each(|(key, value)| put(key, Some(value)));
            if is_written {
                changes.iter().for_each(|(key, value)| put(key, value.as_ref()));
            }
            let mut after: BTreeMap<Vec<u8>, Vec<u8>> = before;
            for (key, value) in &changes {
                match value {
                    Some(value) => after.insert(key.clone(), value.clone()),
                    None => after.remove(key),
                };
            }
            let direction = if descending { Direction::Descending } else { Direction::Ascending };
            let view = view_of(storage.clone(), changes);
            for (key, value) in &after {
                prop_assert_eq!(view.get(key).unwrap(), Some(value.clone()));
            }
            let mut expected: Vec<Entry> =
                after.into_iter().filter(|(key, _)| from <= *key && *key < to).collect();
            if descending {
                expected.reverse();
            }
            expected.truncate(limit);
            let found = view.walk(&from, &to, direction, PageLimit::entries(limit)).unwrap();
            prop_assert_eq!(found, Walk::of_latest(expected));
        }
    }
}
