//! `Set`: keys in their order, each in it or not.
//!
//! The field's 4 bytes are followed by the ordered form of the key; the value is empty.

use core::ops::RangeBounds;

use super::StorageField;
use super::key::{OrderedKey, StartsWith};
use super::ordered_map::OrderedMap;
use super::rows::Keys;

/// A field that holds any number of keys, each once, and knows their order.
pub struct Set<K>(OrderedMap<K, ()>);

impl<K: OrderedKey> Set<K> {
    #[doc(hidden)]
    pub const fn at(field: &'static StorageField) -> Self {
        Set(OrderedMap::at(field))
    }

    /// Whether it holds `key`.
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains(key)
    }

    /// Adds `key`.
    pub fn insert(&mut self, key: &K) {
        self.0.insert(key, &());
    }

    /// Removes `key`; whether it was there.
    pub fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key)
    }

    /// The keys in order.
    pub fn iter(&self) -> Keys<'_, K> {
        self.0.keys()
    }

    /// Those in this range.
    pub fn range(&self, keys: impl RangeBounds<K>) -> Keys<'_, K> {
        self.iter().range(keys)
    }

    /// Those that begin with `prefix`, as what follows it.
    pub fn prefix<P: OrderedKey>(&self, prefix: &P) -> Keys<'_, K::Rest>
    where
        K: StartsWith<P>,
    {
        self.iter().prefix(prefix)
    }

    /// Those after `key`, or all if there is none.
    pub fn after(&self, key: Option<&K>) -> Keys<'_, K> {
        self.iter().after(key)
    }

    /// The least key.
    pub fn first(&self) -> Option<K> {
        self.iter().first()
    }

    /// The greatest key.
    pub fn last(&self) -> Option<K> {
        self.iter().last()
    }

    /// Removes the least key and returns it.
    pub fn pop_first(&mut self) -> Option<K> {
        self.first().inspect(|key| {
            self.0.remove(key);
        })
    }

    /// Removes the greatest key and returns it.
    pub fn pop_last(&mut self) -> Option<K> {
        self.last().inspect(|key| {
            self.0.remove(key);
        })
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a, K: OrderedKey> IntoIterator for &'a Set<K> {
    type Item = K;
    type IntoIter = Keys<'a, K>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
