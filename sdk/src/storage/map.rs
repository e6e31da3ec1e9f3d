//! `Map`: a value for each of any number of keys, which are SCALE after the field's 4 bytes.
//!
//! SCALE does not keep the order of values, so a map can't be iterated; [`super::OrderedMap`] can.

use core::marker::PhantomData;

use codec::{Decode, Encode, Output};

use super::bytes::KeyBytes;
use super::{Marker, StorageField, read};
use crate::host;

/// A field that holds a value for each of any number of keys.
pub struct Map<K, V> {
    field: &'static StorageField,
    entry: Marker<(K, V)>,
}

impl<K: Encode, V> Map<K, V> {
    #[doc(hidden)]
    pub const fn at(field: &'static StorageField) -> Self {
        Map { field, entry: PhantomData }
    }

    /// Whether there is a value for `key`.
    pub fn contains(&self, key: &K) -> bool {
        host::storage_exists(self.key(key, &mut KeyBytes::empty()))
    }

    /// Removes the value for `key`; whether there was one.
    pub fn remove(&mut self, key: &K) -> bool {
        host::storage_remove(self.key(key, &mut KeyBytes::empty()))
    }

    /// The key of an entry, written to `bytes`.
    #[inline]
    fn key<'bytes>(&self, key: &K, bytes: &'bytes mut KeyBytes) -> &'bytes [u8] {
        bytes.write(&self.field.prefix);
        key.encode_to(bytes);
        bytes.as_bytes()
    }
}

impl<K: Encode, V: Encode + Decode> Map<K, V> {
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
        let mut bytes = KeyBytes::empty();
        let key = self.key(key, &mut bytes);
        let mut value: V = read(self.field, key).unwrap_or_default();
        let returned = change(&mut value);
        host::encoded(&value, |value| host::storage_set(key, value));
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
}
