//! `Value`: a field that holds one value or none, at the field's own 4 bytes.

use core::marker::PhantomData;

use codec::{Decode, Encode};

use super::{Marker, StorageField, read, unset};
use crate::host;

/// A field that holds one value or none.
pub struct Value<T> {
    field: &'static StorageField,
    value: Marker<T>,
}

impl<T> Value<T> {
    #[doc(hidden)]
    pub const fn at(field: &'static StorageField) -> Self {
        Value { field, value: PhantomData }
    }

    /// Whether it holds a value.
    pub fn exists(&self) -> bool {
        host::storage_exists(&self.field.prefix)
    }

    /// Empties it.
    pub fn remove(&mut self) {
        host::storage_remove(&self.field.prefix);
    }
}

impl<T: Encode + Decode> Value<T> {
    /// What it holds.
    pub fn get(&self) -> Option<T> {
        read(self.field, &self.field.prefix)
    }

    /// What it holds, or the type's default.
    pub fn get_or_default(&self) -> T
    where
        T: Default,
    {
        self.get().unwrap_or_default()
    }

    /// What it holds.
    ///
    /// # Panics
    /// If it holds nothing; for what the constructor always sets.
    #[track_caller]
    pub fn load(&self) -> T {
        match self.get() {
            Some(value) => value,
            None => unset(self.field),
        }
    }

    /// Sets it.
    pub fn set(&mut self, value: &T) {
        host::encoded(value, |bytes| host::storage_set(&self.field.prefix, bytes));
    }

    /// Changes what it holds, or the type's default, and returns what `change` does; what it changed is
    /// written whatever it returns.
    pub fn update<R>(&mut self, change: impl FnOnce(&mut T) -> R) -> R
    where
        T: Default,
    {
        let mut value = self.get_or_default();
        let returned = change(&mut value);
        self.set(&value);
        returned
    }

    /// Empties it and returns what it held.
    pub fn take(&mut self) -> Option<T> {
        let value = self.get()?;
        self.remove();
        Some(value)
    }
}
