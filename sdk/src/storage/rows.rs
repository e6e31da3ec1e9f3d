//! `Rows`: entries of an ordered field in order, read from the node as they are asked for.
//!
//! A `Rows` borrows its field, so nothing can be written to the field while it is iterated. It can be
//! narrowed and turned round before it is iterated; nothing is read before the first entry is asked for.

use alloc::vec::Vec;
use core::marker::PhantomData;
use core::ops::{Bound, RangeBounds};

use codec::Decode;
use sillok_abi::RANGE_KEYS;

use super::cursor::Cursor;
use super::key::{OrderedKey, StartsWith};
use super::{Marker, StorageField, corrupt, decode};

/// What an iteration makes of a stored entry.
pub trait Row {
    /// What the entries are in order of.
    type Key: OrderedKey;
    /// What is given out for each.
    type Item;
    /// The flags with which entries are read from the node.
    const FLAGS: u32 = 0;

    /// The item of an entry; `key` is what follows the part that all keys of the iteration share. None if
    /// the entry is not of the field's types.
    fn read(field: &'static StorageField, key: &[u8], value: &[u8]) -> Option<Self::Item>;
}

/// Entries of an ordered field, in order. Iterate it, or narrow it down first.
///
/// [`rev`](Rows::rev), [`take`](Rows::take) and [`last`](Rows::last) mean what they mean for any iterator;
/// these know the storage and read no more of it than they need.
///
/// The field can't be written while it is iterated:
///
/// ```compile_fail,E0502
/// # use sillok_sdk::prelude::*;
/// #[storage]
/// pub struct Queue {
///     due: OrderedMap<Time, u64>,
/// }
///
/// impl Queue {
///     fn clear(&mut self) {
///         for (time, _) in &self.due {
///             self.due.remove(&time);
///         }
///     }
/// }
/// ```
#[must_use = "nothing is read until it is iterated"]
pub struct Rows<'a, R> {
    cursor: Cursor,
    borrowed: PhantomData<&'a ()>,
    items: Marker<R>,
}

/// Entries of an [`OrderedMap`](crate::OrderedMap): keys and values.
pub type Entries<'a, K, V> = Rows<'a, Entry<K, V>>;
/// Keys of an ordered field.
pub type Keys<'a, K> = Rows<'a, Key<K>>;

/// A key and its value.
pub struct Entry<K, V>(Marker<(K, V)>);
/// A key alone: values stay in the node.
pub struct Key<K>(Marker<K>);

impl<K: OrderedKey, V: Decode> Row for Entry<K, V> {
    type Key = K;
    type Item = (K, V);

    fn read(_: &'static StorageField, key: &[u8], value: &[u8]) -> Option<(K, V)> {
        Some((whole(key)?, decode(value)?))
    }
}

impl<K: OrderedKey> Row for Key<K> {
    type Key = K;
    type Item = K;
    const FLAGS: u32 = RANGE_KEYS;

    fn read(_: &'static StorageField, key: &[u8], _: &[u8]) -> Option<K> {
        whole(key)
    }
}

/// A key of which `bytes` are all.
pub(super) fn whole<K: OrderedKey>(mut bytes: &[u8]) -> Option<K> {
    K::read_key(&mut bytes).filter(|_| bytes.is_empty())
}

impl<'a, R: Row> Rows<'a, R> {
    /// All entries whose keys begin with `shared`, which begins with the field's 4 bytes.
    pub(super) fn all(field: &'static StorageField, shared: Vec<u8>) -> Self {
        Rows { cursor: Cursor::new(field, shared, R::FLAGS), borrowed: PhantomData, items: PhantomData }
    }

    /// Those of these keys. A range that ends before it begins is empty.
    pub fn range(mut self, keys: impl RangeBounds<R::Key>) -> Self {
        self.cursor.range(keys.start_bound().map(key_bytes), keys.end_bound().map(key_bytes));
        self
    }

    /// Those after `key`, or all if there is none: the next page of a query, upwards.
    pub fn after(self, key: Option<&R::Key>) -> Self {
        self.range((key.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded))
    }

    /// Those before `key`, or all if there is none: turned round with `rev`, the next page downwards.
    pub fn before(self, key: Option<&R::Key>) -> Self {
        self.range((Bound::Unbounded, key.map_or(Bound::Unbounded, Bound::Excluded)))
    }

    /// The other way round.
    pub fn rev(mut self) -> Self {
        self.cursor.turn();
        self
    }

    /// The first `count`; no more than that is read.
    pub fn take(mut self, count: usize) -> core::iter::Take<Self> {
        self.cursor.want(count);
        Iterator::take(self, count)
    }

    /// The first one.
    pub fn first(mut self) -> Option<R::Item> {
        self.cursor.want(1);
        self.next()
    }

    /// The last one, without reading those before it.
    pub fn last(self) -> Option<R::Item> {
        self.rev().first()
    }

    /// Those whose keys go on with `prefix`, as items whose keys are what follows it.
    pub(super) fn narrow<S: Row>(mut self, prefix: &impl OrderedKey) -> Rows<'a, S> {
        self.cursor.narrow(&key_bytes(prefix), S::FLAGS);
        Rows { cursor: self.cursor, borrowed: PhantomData, items: PhantomData }
    }
}

impl<'a, K: OrderedKey, V: Decode> Entries<'a, K, V> {
    /// The keys alone: values are not fetched from the node.
    pub fn keys(self) -> Keys<'a, K> {
        self.narrow(&())
    }

    /// Those whose keys begin with `prefix`. Their keys are what follows it.
    pub fn prefix<P: OrderedKey>(self, prefix: &P) -> Entries<'a, K::Rest, V>
    where
        K: StartsWith<P>,
    {
        self.narrow(prefix)
    }
}

impl<'a, K: OrderedKey> Keys<'a, K> {
    /// Those that begin with `prefix`. What follows it is given out.
    pub fn prefix<P: OrderedKey>(self, prefix: &P) -> Keys<'a, K::Rest>
    where
        K: StartsWith<P>,
    {
        self.narrow(prefix)
    }
}

impl<R: Row> Iterator for Rows<'_, R> {
    type Item = R::Item;

    fn next(&mut self) -> Option<R::Item> {
        let field = self.cursor.field();
        let (key, value) = self.cursor.next()?;
        match R::read(field, key, value) {
            Some(item) => Some(item),
            None => corrupt(field),
        }
    }

    /// Those before it are fetched, but nothing is made of them.
    fn nth(&mut self, count: usize) -> Option<R::Item> {
        for _ in 0..count {
            self.cursor.next()?;
        }
        self.next()
    }

    /// They are fetched, but nothing is made of them.
    fn count(mut self) -> usize {
        let mut count = 0;
        while self.cursor.next().is_some() {
            count += 1;
        }
        count
    }
}

/// The ordered form of a key.
pub(super) fn key_bytes(key: &impl OrderedKey) -> Vec<u8> {
    let mut bytes = Vec::new();
    key.write_key(&mut bytes);
    bytes
}
