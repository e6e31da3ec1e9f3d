//! `Indexed`: an ordered map whose values can be found by more than their key.
//!
//! Each write changes the value and the entries of all indexes together; how they are kept is in
//! [`super::index`].

use alloc::vec::Vec;
use core::marker::PhantomData;
use core::ops::{Deref, RangeBounds};

use codec::{Decode, Encode, Output};

use super::bytes::KeyBytes;
use super::index::{IndexField, IndexKey, IndexRoot, Indexes, VALUES, entry_key, value_key};
use super::key::{OrderedKey, StartsWith};
use super::rows::{Entries, Keys, Rows};
use super::{Marker, StorageField, read};
use crate::host;

/// Where the key begins in a value's storage key: after the field's 4 bytes and [`VALUES`].
const VALUE_KEY_BEGINS: usize = 5;

/// A field that holds a value for each of any number of keys, knows their order, and finds them by indexes
/// too. `I` is declared by `#[indexes]`; the field has a method for each of its indexes.
///
/// ```
/// use sillok_sdk::prelude::*;
///
/// /// Some shares of one holder.
/// #[data]
/// pub struct Lot {
///     holder: Account,
///     reference: Option<String>,
/// }
///
/// /// What lots are found by.
/// #[indexes]
/// pub trait LotIndexes {
///     /// Lots by holder.
///     fn by_holder(lot: &Lot) -> Account {
///         lot.holder
///     }
///
///     /// The lot with a reference, of which no two have the same; a lot without one is not in it.
///     #[unique]
///     fn by_reference(lot: &Lot) -> Option<String> {
///         lot.reference.clone()
///     }
/// }
///
/// #[storage]
/// pub struct Register {
///     lots: Indexed<u64, Lot, LotIndexes>,
/// }
///
/// impl Register {
///     fn add(&mut self, id: u64, lot: Lot) -> Result<(), Duplicate> {
///         self.lots.insert(&id, &lot)
///     }
///
///     fn latest_of(&self, holder: Account) -> Vec<(u64, Lot)> {
///         self.lots.by_holder().of(&holder).rev().take(10).collect()
///     }
///
///     fn find(&self, reference: String) -> Option<u64> {
///         self.lots.by_reference().key(&reference)
///     }
/// }
/// ```
pub struct Indexed<K: OrderedKey, V, I: Indexes<Value = V>> {
    field: &'static StorageField,
    indexes: I::On<K>,
    entry: Marker<(K, V)>,
}

/// Two values would have the same key in a unique index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The index's name.
    pub index: &'static str,
}

impl<K: OrderedKey, V: Encode + Decode, I: Indexes<Value = V>> Indexed<K, V, I> {
    #[doc(hidden)]
    pub fn at(field: &'static StorageField) -> Self {
        Indexed { field, indexes: I::on(IndexRoot(field)), entry: PhantomData }
    }

    /// The value for `key`.
    pub fn get(&self, key: &K) -> Option<V> {
        read(self.field, self.value_key(key).as_bytes())
    }

    /// Whether there is a value for `key`.
    pub fn contains(&self, key: &K) -> bool {
        host::storage_exists(self.value_key(key).as_bytes())
    }

    /// Sets the value for `key`, and its entries in all indexes.
    ///
    /// # Errors
    /// If another value has the same key in a unique index. Nothing has changed then.
    pub fn insert(&mut self, key: &K, value: &V) -> Result<(), Duplicate> {
        let old = self.get(key).map(|old| I::keys(&old));
        self.write(key, &old.unwrap_or_default(), value)
    }

    /// Changes the value for `key`, if there is one, and returns what `change` does; what it changed is
    /// written whatever it returns.
    ///
    /// # Errors
    /// If another value has the same key in a unique index. Nothing has changed then.
    pub fn update<R>(&mut self, key: &K, change: impl FnOnce(&mut V) -> R) -> Result<Option<R>, Duplicate> {
        let Some(mut value) = self.get(key) else { return Ok(None) };
        let old = I::keys(&value);
        let returned = change(&mut value);
        self.write(key, &old, &value)?;
        Ok(Some(returned))
    }

    /// Removes the value for `key` and its entries in all indexes, and returns it.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let value_key = self.value_key(key);
        let value = read(self.field, value_key.as_bytes())?;
        host::storage_remove(value_key.as_bytes());
        for (index, old) in I::FIELDS.iter().zip(&I::keys(&value)) {
            unlist(self.field, index, old, suffix(&value_key));
        }
        Some(value)
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> Entries<'_, K, V> {
        Rows::all(self.field, self.values())
    }

    /// The keys in order, without their values.
    pub fn keys(&self) -> Keys<'_, K> {
        Rows::all(self.field, self.values())
    }

    /// The entries of these keys.
    pub fn range(&self, keys: impl RangeBounds<K>) -> Entries<'_, K, V> {
        self.iter().range(keys)
    }

    /// The entries whose keys begin with `prefix`. Their keys are what follows it.
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

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.keys().first().is_none()
    }

    fn value_key(&self, key: &K) -> KeyBytes {
        value_key(self.field, key)
    }

    /// Where the keys of values begin.
    fn values(&self) -> Vec<u8> {
        let mut bytes = self.field.prefix.to_vec();
        bytes.push(VALUES);
        bytes
    }

    /// Writes a value whose places in the indexes were `old`, or nowhere if that is empty.
    fn write(&mut self, key: &K, old: &[IndexKey], value: &V) -> Result<(), Duplicate> {
        let value_key = self.value_key(key);
        replace(self.field, I::FIELDS, suffix(&value_key), old, &I::keys(value))?;
        host::encoded(value, |bytes| host::storage_set(value_key.as_bytes(), bytes));
        Ok(())
    }
}

/// Moves the value of `key` from its old to its new places in the indexes, if it may have all of them.
fn replace(
    field: &StorageField,
    indexes: &'static [IndexField],
    key: &[u8],
    old: &[IndexKey],
    new: &[IndexKey],
) -> Result<(), Duplicate> {
    let nowhere = IndexKey(None);
    let moves = || {
        let all = indexes.iter().zip(new).enumerate();
        let all = all.map(|(at, (index, new))| (index, old.get(at).unwrap_or(&nowhere), new));
        all.filter(|(_, old, new)| old != new)
    };
    for (index, _, new) in moves().filter(|(index, ..)| index.unique) {
        if entry(field, index, new, key).is_some_and(|entry| host::storage_exists(entry.as_bytes())) {
            return Err(Duplicate { index: index.name });
        }
    }
    for (index, old, new) in moves() {
        unlist(field, index, old, key);
        if let Some(entry) = entry(field, index, new, key) {
            host::storage_set(entry.as_bytes(), if index.unique { key } else { &[] });
        }
    }
    Ok(())
}

fn unlist(field: &StorageField, index: &IndexField, place: &IndexKey, key: &[u8]) {
    if let Some(entry) = entry(field, index, place, key) {
        host::storage_remove(entry.as_bytes());
    }
}

/// The storage key of an index entry, if the value is in the index.
fn entry(field: &StorageField, index: &IndexField, place: &IndexKey, key: &[u8]) -> Option<KeyBytes> {
    let place = place.0.as_ref()?;
    let mut bytes = entry_key(field, index);
    bytes.write(place);
    if !index.unique {
        bytes.write(key);
    }
    Some(bytes)
}

/// The ordered form of the key in a value's storage key.
fn suffix(value_key: &KeyBytes) -> &[u8] {
    value_key.as_bytes().get(VALUE_KEY_BEGINS..).unwrap_or_default()
}

impl<K: OrderedKey, V, I: Indexes<Value = V>> Deref for Indexed<K, V, I> {
    type Target = I::On<K>;

    fn deref(&self) -> &I::On<K> {
        &self.indexes
    }
}

impl<'a, K: OrderedKey, V: Encode + Decode, I: Indexes<Value = V>> IntoIterator for &'a Indexed<K, V, I> {
    type Item = (K, V);
    type IntoIter = Entries<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
