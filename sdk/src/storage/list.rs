//! `List`: values by position, without gaps.
//!
//! The field's 4 bytes alone hold the length (`u64`, SCALE); followed by a position (`u64`, big-endian)
//! they hold its value. Invariant: the positions from 0 up to the length have a value, and no others.

use core::marker::PhantomData;
use core::ops::RangeBounds;

use codec::{Decode, Encode, Output};

use super::bytes::KeyBytes;
use super::key::OrderedKey;
use super::rows::{Row, Rows};
use super::{Marker, StorageField, corrupt, decode, read};
use crate::host;

/// A field that holds a sequence of values.
pub struct List<T> {
    field: &'static StorageField,
    value: Marker<T>,
}

/// The values of a [`List`], in order.
pub type Items<'a, T> = Rows<'a, Item<T>>;

/// A value without its position.
pub struct Item<T>(Marker<T>);

impl<T: Decode> Row for Item<T> {
    type Key = u64;
    type Item = T;

    fn read(_: &'static StorageField, _: &[u8], value: &[u8]) -> Option<T> {
        decode(value)
    }
}

impl<T: Encode + Decode> List<T> {
    #[doc(hidden)]
    pub const fn at(field: &'static StorageField) -> Self {
        List { field, value: PhantomData }
    }

    /// How many values it holds.
    pub fn len(&self) -> u64 {
        read(self.field, &self.field.prefix).unwrap_or(0)
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at `position`.
    pub fn get(&self, position: u64) -> Option<T> {
        read(self.field, self.key(position, &mut KeyBytes::empty()))
    }

    /// The first value.
    pub fn first(&self) -> Option<T> {
        self.get(0)
    }

    /// The last value.
    pub fn last(&self) -> Option<T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Appends a value and returns its position.
    pub fn push(&mut self, value: &T) -> u64 {
        let position = self.len();
        self.write(position, value);
        self.set_len(position + 1);
        position
    }

    /// Removes the last value and returns it.
    pub fn pop(&mut self) -> Option<T> {
        let last = self.len().checked_sub(1)?;
        let value = self.held(last);
        host::storage_remove(self.key(last, &mut KeyBytes::empty()));
        self.set_len(last);
        Some(value)
    }

    /// Replaces the value at `position`.
    ///
    /// # Panics
    /// If the list is not that long.
    #[track_caller]
    pub fn set(&mut self, position: u64, value: &T) {
        if !host::storage_exists(self.key(position, &mut KeyBytes::empty())) {
            panic!("list `{}` has no position {position}", self.field.name);
        }
        self.write(position, value);
    }

    /// Removes the value at `position` and returns it. The last one takes its place.
    pub fn swap_remove(&mut self, position: u64) -> Option<T> {
        let removed = self.get(position)?;
        let last = self.pop()?;
        if position < self.len() {
            self.write(position, &last);
        }
        Some(removed)
    }

    /// The values in order.
    pub fn iter(&self) -> Items<'_, T> {
        Rows::all(self.field, self.field.prefix.to_vec()).range(0..)
    }

    /// The values at these positions.
    pub fn range(&self, positions: impl RangeBounds<u64>) -> Items<'_, T> {
        self.iter().range(positions)
    }

    /// The key of an entry, written to `bytes`.
    #[inline]
    fn key<'bytes>(&self, position: u64, bytes: &'bytes mut KeyBytes) -> &'bytes [u8] {
        bytes.write(&self.field.prefix);
        position.write_key(bytes);
        bytes.as_bytes()
    }

    fn held(&self, position: u64) -> T {
        match self.get(position) {
            Some(value) => value,
            None => corrupt(self.field),
        }
    }

    fn write(&mut self, position: u64, value: &T) {
        let mut bytes = KeyBytes::empty();
        let key = self.key(position, &mut bytes);
        host::encoded(value, |value| host::storage_set(key, value));
    }

    fn set_len(&mut self, length: u64) {
        host::storage_set(&self.field.prefix, &length.to_le_bytes());
    }
}

impl<'a, T: Encode + Decode> IntoIterator for &'a List<T> {
    type Item = T;
    type IntoIter = Items<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
