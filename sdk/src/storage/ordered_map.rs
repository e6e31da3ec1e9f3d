//! `OrderedMap`: a value for each of any number of keys, in the order of the keys.
//!
//! The field's 4 bytes are followed by the ordered form of the key ([`OrderedKey`]).

use core::marker::PhantomData;
use core::ops::RangeBounds;

use codec::{Decode, Encode, Output};

use super::bytes::KeyBytes;
use super::key::{OrderedKey, StartsWith};
use super::rows::{Entries, Keys, Rows};
use super::{Marker, StorageField, read};
use crate::host;

/// A field that holds a value for each of any number of keys, and knows their order.
pub struct OrderedMap<K, V> {
    field: &'static StorageField,
    entry: Marker<(K, V)>,
}

impl<K: OrderedKey, V> OrderedMap<K, V> {
    #[doc(hidden)]
    pub const fn at(field: &'static StorageField) -> Self {
        OrderedMap { field, entry: PhantomData }
    }

    /// Whether there is a value for `key`.
    pub fn contains(&self, key: &K) -> bool {
        host::storage_exists(self.key(key, &mut KeyBytes::empty()))
    }

    /// Removes the value for `key`; whether there was one.
    pub fn remove(&mut self, key: &K) -> bool {
        host::storage_remove(self.key(key, &mut KeyBytes::empty()))
    }

    /// The keys in order, without their values.
    pub fn keys(&self) -> Keys<'_, K> {
        Rows::all(self.field, self.field.prefix.to_vec())
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.keys().first().is_none()
    }

    /// The key of an entry, written to `bytes`.
    #[inline]
    fn key<'bytes>(&self, key: &K, bytes: &'bytes mut KeyBytes) -> &'bytes [u8] {
        bytes.write(&self.field.prefix);
        key.write_key(bytes);
        bytes.as_bytes()
    }
}

impl<K: OrderedKey, V: Encode + Decode> OrderedMap<K, V> {
    /// The value for `key`.
    pub fn get(&self, key: &K) -> Option<V> {
        read(self.field, self.key(key, &mut KeyBytes::empty()))
    }

    /// The value for `key`, or the type's default.
    pub fn get_or_default(&self, key: &K) -> V
    where
        V: Default,
    {
        self.get(key).unwrap_or_default()
    }

    /// Sets the value for `key`.
    pub fn insert(&mut self, key: &K, value: &V) {
        let mut bytes = KeyBytes::empty();
        let key = self.key(key, &mut bytes);
        host::encoded(value, |value| host::storage_set(key, value));
    }

    /// Changes the value for `key`, or the type's default, and returns what `change` does; what it changed is
    /// written whatever it returns.
    pub fn update<R>(&mut self, key: &K, change: impl FnOnce(&mut V) -> R) -> R
    where
        V: Default,
    {
        let mut value = self.get_or_default(key);
        let returned = change(&mut value);
        self.insert(key, &value);
        returned
    }

    /// Removes the value for `key` and returns it.
    pub fn take(&mut self, key: &K) -> Option<V> {
        let mut bytes = KeyBytes::empty();
        let key = self.key(key, &mut bytes);
        let value = read(self.field, key)?;
        host::storage_remove(key);
        Some(value)
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> Entries<'_, K, V> {
        Rows::all(self.field, self.field.prefix.to_vec())
    }

    /// The entries of these keys.
    pub fn range(&self, keys: impl RangeBounds<K>) -> Entries<'_, K, V> {
        self.iter().range(keys)
    }

    /// The entries whose keys begin with `prefix`: the first part of a tuple, or a tuple of its first
    /// parts. Their keys are what follows it, as in a map of its own.
    pub fn prefix<P: OrderedKey>(&self, prefix: &P) -> Entries<'_, K::Rest, V>
    where
        K: StartsWith<P>,
    {
        self.iter().prefix(prefix)
    }

    /// The entries after `key`, or all if there is none.
    pub fn after(&self, key: Option<&K>) -> Entries<'_, K, V> {
        self.iter().after(key)
    }

    /// The entry with the least key.
    pub fn first(&self) -> Option<(K, V)> {
        self.iter().first()
    }

    /// The entry with the greatest key.
    pub fn last(&self) -> Option<(K, V)> {
        self.iter().last()
    }

    /// Removes the entry with the least key and returns it.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        let (key, value) = self.first()?;
        self.remove(&key);
        Some((key, value))
    }

    /// Removes the entry with the greatest key and returns it.
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        let (key, value) = self.last()?;
        self.remove(&key);
        Some((key, value))
    }
}

impl<'a, K: OrderedKey, V: Encode + Decode> IntoIterator for &'a OrderedMap<K, V> {
    type Item = (K, V);
    type IntoIter = Entries<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
