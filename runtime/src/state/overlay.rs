//! What a block has changed so far, over the state it started from, with savepoints.
//!
//! Invariant: after `rollback(mark)` every read answers as it did when `mark` was taken. Keys are found by
//! a hash table, of which nothing visible depends on the order.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::ops::Bound;
use std::sync::Arc;

use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;
use hashbrown::HashTable;
use smallvec::SmallVec;

use super::range::{Direction, PageLimit, RangeReader, Span};
use super::{Changes, Entries, Fault, StateKey, StateReader};

/// Keys that were written in a range, in order, each with its value if it has one.
pub(super) type Written<'a> = Box<dyn Iterator<Item = (&'a [u8], Option<&'a [u8]>)> + 'a>;

/// A value. Most are numbers, which need no memory of their own.
pub(crate) type Value = SmallVec<[u8; 24]>;

/// A key, with its value as last read or written.
struct Entry {
    key: Box<[u8]>,
    value: Option<Value>,
    /// Whether it was written; if not, it is only remembered from a read.
    dirty: bool,
    /// The transaction that touched it last.
    touched: u64,
}

/// A key that was touched.
pub(crate) struct Touched<T> {
    /// What it holds, or before it was written held.
    pub(crate) found: T,
    /// Whether the transaction had not touched it before, so that it may have come from disk.
    pub(crate) first: bool,
}

/// How a key stood before a write.
struct Undo {
    entry: u32,
    value: Option<Value>,
    dirty: bool,
}

/// Where an overlay has a key that was looked up before.
#[derive(Clone, Copy)]
pub(crate) struct Place(u32);

/// A place to roll back to.
#[derive(Clone, Copy)]
pub(crate) struct OverlayMark {
    undo: usize,
    growth: i64,
}

/// Changes over a view of state.
pub(crate) struct Overlay {
    base: Arc<dyn StateReader>,
    hasher: SeedableRandomState,
    /// Places in `entries`, by the hash of their keys.
    table: HashTable<u32>,
    entries: Vec<Entry>,
    /// The entry that was asked for last: what is read is often written next.
    recent: u32,
    /// The entries that are dirty, in the order of their keys, but for those in `unsorted`: a range is rarely
    /// asked for, and only then are they sorted in.
    sorted: BTreeMap<Box<[u8]>, u32>,
    unsorted: Vec<u32>,
    undo: Vec<Undo>,
    /// Bytes of keys and values added, less those removed, since the last `seal`.
    growth: i64,
    /// Counts transactions, from 1 on.
    transaction: u64,
}

impl Overlay {
    /// Nothing changed yet. The seed keeps whoever chooses keys from choosing colliding ones.
    pub(crate) fn new(base: Arc<dyn StateReader>, seed: u64) -> Self {
        Overlay {
            base,
            hasher: SeedableRandomState::with_seed(seed, SharedSeed::global_fixed()),
            table: HashTable::new(),
            entries: Vec::new(),
            recent: 0,
            sorted: BTreeMap::new(),
            unsorted: Vec::new(),
            undo: Vec::new(),
            growth: 0,
            transaction: 1,
        }
    }

    /// Makes room for so many keys at once, instead of moving all that are there again and again.
    pub(crate) fn reserve(&mut self, keys: usize) {
        let rehash = |place: &u32| hash(&self.hasher, (&*self.entries[*place as usize].key).into());
        self.table.reserve(keys, rehash);
        self.entries.reserve(keys);
    }

    /// A transaction begins, which has touched nothing yet.
    pub(crate) fn begin(&mut self) {
        self.transaction += 1;
    }

    /// As `get`, and the transaction has touched the key from now on.
    pub(crate) fn touch(&mut self, key: StateKey<'_>) -> Result<Touched<Option<&[u8]>>, Fault> {
        let place = self.place(key)?;
        Ok(self.touch_at(place))
    }

    /// Where a key is from now on.
    pub(crate) fn place(&mut self, key: StateKey<'_>) -> Result<Place, Fault> {
        Ok(Place(self.entry(key)?.0))
    }

    /// As `touch`, of the key at this place.
    pub(crate) fn touch_at(&mut self, Place(place): Place) -> Touched<Option<&[u8]>> {
        let entry = &mut self.entries[place as usize];
        let first = std::mem::replace(&mut entry.touched, self.transaction) != self.transaction;
        Touched { found: entry.value.as_deref(), first }
    }

    pub(crate) fn get<'key>(&mut self, key: impl Into<StateKey<'key>>) -> Result<Option<&[u8]>, Fault> {
        Ok(self.entry(key.into())?.1.value.as_deref())
    }

    /// Sets or removes a key, which the transaction has touched from now on; answers whether it held a value.
    pub(crate) fn put<'key>(
        &mut self,
        key: impl Into<StateKey<'key>>,
        value: Option<Vec<u8>>,
    ) -> Result<Touched<bool>, Fault> {
        self.put_value(key.into(), value.map(Value::from_vec))
    }

    /// The same.
    pub(crate) fn put_value(
        &mut self,
        key: StateKey<'_>,
        value: Option<Value>,
    ) -> Result<Touched<bool>, Fault> {
        let transaction = self.transaction;
        let key_bytes = key.parts().map(<[u8]>::len).iter().sum::<usize>();
        let size = |value: &Option<Value>| value.as_ref().map_or(0, |value| (key_bytes + value.len()) as i64);
        let new_size = size(&value);
        let (place, entry) = self.entry(key)?;
        let old_size = size(&entry.value);
        let before = std::mem::replace(&mut entry.value, value);
        let was_dirty = std::mem::replace(&mut entry.dirty, true);
        let first = std::mem::replace(&mut entry.touched, transaction) != transaction;
        if !was_dirty {
            self.unsorted.push(place);
        }
        self.growth += new_size - old_size;
        let found = before.is_some();
        self.undo.push(Undo { entry: place, value: before, dirty: was_dirty });
        Ok(Touched { found, first })
    }

    /// The first `limit` entries with `from <= key < to`, changes included.
    pub(crate) fn range(&mut self, from: &[u8], to: &[u8], limit: usize) -> Result<Entries, Fault> {
        let range = Span { from: from.to_vec(), to: to.to_vec() };
        let mut reader = RangeReader::new(range, Direction::Ascending, PageLimit::entries(limit));
        while reader.step(self)?.is_some() {}
        Ok(reader.finish().0)
    }

    /// The state that the block started from.
    pub(super) fn base(&self) -> &dyn StateReader {
        &*self.base
    }

    /// The keys that the block has written with `from <= key < to`. To be called after `sort`.
    pub(super) fn written<'a>(&'a self, from: &[u8], to: &[u8], direction: Direction) -> Written<'a> {
        let bounds = (Bound::Included(from.min(to)), Bound::Excluded(to));
        let places = self.sorted.range::<[u8], _>(bounds);
        let entries = places.map(|(key, place)| (&**key, self.entries[*place as usize].value.as_deref()));
        match direction {
            Direction::Ascending => Box::new(entries),
            Direction::Descending => Box::new(entries.rev()),
        }
    }

    /// Sorts in what was written since the last time.
    pub(super) fn sort(&mut self) {
        for place in self.unsorted.drain(..) {
            let entry = &self.entries[place as usize];
            if entry.dirty {
                self.sorted.insert(entry.key.clone(), place);
            }
        }
    }

    pub(crate) fn mark(&self) -> OverlayMark {
        OverlayMark { undo: self.undo.len(), growth: self.growth }
    }

    pub(crate) fn rollback(&mut self, mark: OverlayMark) {
        while self.undo.len() > mark.undo {
            let Some(Undo { entry, value, dirty }) = self.undo.pop() else { break };
            let entry = &mut self.entries[entry as usize];
            entry.value = value;
            entry.dirty = dirty;
            if !dirty {
                // Ranges must not go through it: nobody would pay for that.
                self.sorted.remove(&entry.key);
            }
        }
        self.growth = mark.growth;
    }

    /// Bytes that state has grown by since the last `seal`.
    pub(crate) fn growth(&self) -> i64 {
        self.growth
    }

    /// Ends a transaction: what it changed can no longer be rolled back by itself.
    pub(crate) fn seal(&mut self) {
        self.undo.clear();
        self.growth = 0;
    }

    /// All changes. A key that was set and removed again is still listed, as removed.
    pub(crate) fn into_changes(self) -> Changes {
        let dirty = self.entries.into_iter().filter(|entry| entry.dirty);
        dirty.map(|entry| (entry.key.into_vec(), entry.value.map(Value::into_vec))).collect()
    }

    /// The entry of a key and its place, read from the state below if it was not before.
    fn entry(&mut self, key: StateKey<'_>) -> Result<(u32, &mut Entry), Fault> {
        let is = |place: &u32| self.entries.get(*place as usize).is_some_and(|entry| key.is(&entry.key));
        if !is(&self.recent) {
            let hash = hash(&self.hasher, key);
            self.recent = match self.table.find(hash, is) {
                Some(place) => *place,
                None => self.load(hash, key)?,
            };
        }
        Ok((self.recent, &mut self.entries[self.recent as usize]))
    }

    #[cold]
    fn load(&mut self, key_hash: u64, key: StateKey<'_>) -> Result<u32, Fault> {
        let place = u32::try_from(self.entries.len()).map_err(|_| Fault::new("an overlay of 2^32 keys"))?;
        let key = key.parts().concat().into_boxed_slice();
        let value = self.base.get(&key)?.map(Value::from_vec);
        self.entries.push(Entry { key, value, dirty: false, touched: 0 });
        let rehash = |place: &u32| hash(&self.hasher, (&*self.entries[*place as usize].key).into());
        self.table.insert_unique(key_hash, place, rehash);
        Ok(place)
    }
}

fn hash(hasher: &SeedableRandomState, key: StateKey<'_>) -> u64 {
    let mut hasher = hasher.build_hasher();
    key.parts().into_iter().for_each(|part| hasher.write(part));
    hasher.finish()
}
