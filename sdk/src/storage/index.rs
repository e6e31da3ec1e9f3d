//! Indexes of an [`Indexed`](super::Indexed) field: its values found by something else than their key.
//!
//! Storage keys of an indexed field: its 4 bytes, then
//!
//! - `00`, the key: the value;
//! - `01`, 4 bytes of the index's name, the index key, the key: nothing (an index);
//! - `01`, 4 bytes of the index's name, the index key: the key (a unique index).
//!
//! Keys and index keys are in their ordered form. Invariant: an index has exactly the entries that its
//! function makes of the values that there are.

use alloc::vec::Vec;
use core::marker::PhantomData;
use core::ops::RangeBounds;

use codec::{Decode, Output};
use sillok_abi::IndexLayout;

use super::bytes::KeyBytes;
use super::key::{OrderedKey, StartsWith};
use super::rows::{Row, Rows, key_bytes, whole};
use super::{Marker, StorageField, corrupt, read};
use crate::host::{self, ReadBuffer};

/// Begins what follows the field's 4 bytes in the keys of values.
pub(super) const VALUES: u8 = 0;
/// Begins what follows the field's 4 bytes in the keys of index entries.
pub(super) const INDEXES: u8 = 1;

/// The indexes of a type of values; `#[indexes]` implements it.
pub trait Indexes {
    /// What is indexed.
    type Value;
    /// What they are reached through, in a field of these keys.
    type On<K: OrderedKey>;
    /// What they are to the layout of a storage.
    const LAYOUT: IndexLayout;
    /// The indexes, in the order of [`Self::keys`].
    const FIELDS: &'static [IndexField];

    /// What each index makes of a value.
    fn keys(value: &Self::Value) -> Vec<IndexKey>;

    /// The indexes of a field.
    fn on<K: OrderedKey>(root: IndexRoot) -> Self::On<K>;
}

/// What an index is called, and where its keys begin.
pub struct IndexField {
    /// Its name.
    pub name: &'static str,
    /// The first 4 bytes of BLAKE3 of its name.
    pub prefix: [u8; 4],
    /// Whether no two values may have the same index key.
    pub unique: bool,
}

/// What an index makes of one value: the ordered form of its index key, or none if the value is not in it.
#[derive(PartialEq, Eq)]
pub struct IndexKey(pub(super) Option<Vec<u8>>);

impl IndexKey {
    /// The key of a value that is in the index, if it is.
    pub fn of<I: OrderedKey>(key: Option<I>) -> Self {
        IndexKey(key.as_ref().map(key_bytes))
    }
}

/// The field whose indexes are asked for.
pub struct IndexRoot(pub(super) &'static StorageField);

impl IndexRoot {
    /// The values by an index.
    pub fn index<I: OrderedKey, K: OrderedKey, V: Decode>(&self, index: &IndexField) -> Index<'_, I, K, V> {
        let mut shared = self.0.prefix.to_vec();
        shared.push(INDEXES);
        shared.extend_from_slice(&index.prefix);
        Rows::all(self.0, shared)
    }

    /// The values by a unique index.
    pub fn unique<I: OrderedKey, K: OrderedKey, V: Decode>(
        &self,
        index: &'static IndexField,
    ) -> Unique<'_, I, K, V> {
        Unique { root: self, index, entry: PhantomData }
    }
}

/// Keys and values by an index: in the order of the index keys and, where these are equal, of the keys.
///
/// Narrowing goes by the index key. Each value that is given out costs a read of its own.
pub type Index<'a, I, K, V> = Rows<'a, ByIndex<I, K, V>>;

/// A key and its value, found by an index key.
pub struct ByIndex<I, K, V>(Marker<(I, K, V)>);
/// A key and its value, found by an index key that is known.
pub struct Found<K, V>(Marker<(K, V)>);
/// An index key and the key that it leads to.
pub struct Pair<I, K>(Marker<(I, K)>);

impl<I: OrderedKey, K: OrderedKey, V: Decode> Row for ByIndex<I, K, V> {
    type Key = I;
    type Item = (K, V);

    fn read(field: &'static StorageField, key: &[u8], value: &[u8]) -> Option<(K, V)> {
        let (_, key) = pair::<I, K>(key, value)?;
        Some(with_value(field, key))
    }
}

impl<K: OrderedKey, V: Decode> Row for Found<K, V> {
    type Key = K;
    type Item = (K, V);

    fn read(field: &'static StorageField, key: &[u8], _: &[u8]) -> Option<(K, V)> {
        Some(with_value(field, whole(key)?))
    }
}

impl<I: OrderedKey, K: OrderedKey> Row for Pair<I, K> {
    type Key = I;
    type Item = (I, K);

    fn read(_: &'static StorageField, key: &[u8], value: &[u8]) -> Option<(I, K)> {
        pair(key, value)
    }
}

/// The key follows the index key, or is the entry's value.
fn pair<I: OrderedKey, K: OrderedKey>(mut key: &[u8], value: &[u8]) -> Option<(I, K)> {
    let index_key = I::read_key(&mut key)?;
    Some((index_key, whole(if key.is_empty() { value } else { key })?))
}

/// A key that an index leads to, and its value.
fn with_value<K: OrderedKey, V: Decode>(field: &'static StorageField, key: K) -> (K, V) {
    match read(field, value_key(field, &key).as_bytes()) {
        Some(value) => (key, value),
        None => corrupt(field),
    }
}

/// The storage key of a value.
pub(super) fn value_key(field: &StorageField, key: &impl OrderedKey) -> KeyBytes {
    let mut bytes = KeyBytes::new(field);
    bytes.push_byte(VALUES);
    key.write_key(&mut bytes);
    bytes
}

impl<'a, I: OrderedKey, K: OrderedKey, V: Decode> Index<'a, I, K, V> {
    /// Those whose index key is `key`, in the order of their keys; by which they can be narrowed further.
    pub fn of(self, key: &I) -> Rows<'a, Found<K, V>> {
        self.narrow(key)
    }

    /// Those whose index key begins with `prefix`, in the order of what follows it.
    pub fn prefix<P: OrderedKey>(self, prefix: &P) -> Index<'a, I::Rest, K, V>
    where
        I: StartsWith<P>,
    {
        self.narrow(prefix)
    }

    /// Index keys and keys alone: values are not read.
    pub fn keys(self) -> Rows<'a, Pair<I, K>> {
        self.narrow(&())
    }
}

/// Keys and values by a unique index, in which each index key leads to one.
pub struct Unique<'a, I, K, V> {
    root: &'a IndexRoot,
    index: &'static IndexField,
    entry: Marker<(I, K, V)>,
}

impl<'a, I: OrderedKey, K: OrderedKey, V: Decode> Unique<'a, I, K, V> {
    /// The key and value with this index key.
    pub fn get(&self, key: &I) -> Option<(K, V)> {
        self.key(key).map(|key| with_value(self.root.0, key))
    }

    /// The key with this index key.
    pub fn key(&self, key: &I) -> Option<K> {
        let mut buffer = ReadBuffer::empty();
        let found = host::storage_get(self.entry(key).as_bytes(), &mut buffer)?;
        match whole(&found) {
            Some(key) => Some(key),
            None => corrupt(self.root.0),
        }
    }

    /// Whether there is one with this index key.
    pub fn contains(&self, key: &I) -> bool {
        host::storage_exists(self.entry(key).as_bytes())
    }

    /// All of them, in the order of the index keys.
    pub fn iter(&self) -> Index<'a, I, K, V> {
        self.root.index(self.index)
    }

    /// Those in this range of index keys.
    pub fn range(&self, keys: impl RangeBounds<I>) -> Index<'a, I, K, V> {
        self.iter().range(keys)
    }

    fn entry(&self, key: &I) -> KeyBytes {
        let mut bytes = entry_key(self.root.0, self.index);
        key.write_key(&mut bytes);
        bytes
    }
}

/// Where the storage keys of an index begin.
pub(super) fn entry_key(field: &StorageField, index: &IndexField) -> KeyBytes {
    let mut bytes = KeyBytes::new(field);
    bytes.push_byte(INDEXES);
    bytes.write(&index.prefix);
    bytes
}
