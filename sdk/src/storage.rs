//! Storage fields: `Value` holds one value, `Map` one for each key.
//!
//! Everything is written through: what a method sets is in the state before the next statement, and
//! nothing is cached. A field's keys begin with 4 bytes made from its name, a map's go on with SCALE
//! of the key.

use core::marker::PhantomData;

use codec::{Decode, Encode, Output};

use crate::host::{self, ReadBuffer};

/// A contract's storage; `#[storage]` implements it.
pub trait Storage: Sized {
    /// Digest of the fields' names and types.
    const LAYOUT: [u8; 32];

    /// The fields; nothing is read yet.
    fn open() -> Self;
}

/// What a storage field is called, and where its keys begin.
pub struct StorageField {
    /// Its name.
    pub name: &'static str,
    /// The first 4 bytes of BLAKE3 of its name.
    pub prefix: [u8; 4],
}

/// A field that holds one value or none.
pub struct Value<T> {
    field: &'static StorageField,
    value: PhantomData<fn() -> T>,
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
        value.using_encoded(|bytes| host::storage_set(&self.field.prefix, bytes));
    }
}

/// A field that holds a value for each of any number of keys.
pub struct Map<K, V> {
    field: &'static StorageField,
    entry: PhantomData<fn() -> (K, V)>,
}

impl<K: Encode, V> Map<K, V> {
    #[doc(hidden)]
    pub const fn at(field: &'static StorageField) -> Self {
        Map { field, entry: PhantomData }
    }

    /// Whether there is a value for `key`.
    pub fn contains(&self, key: &K) -> bool {
        host::storage_exists(MapKey::new(self.field, key).as_bytes())
    }

    /// Removes the value for `key`; whether there was one.
    pub fn remove(&mut self, key: &K) -> bool {
        host::storage_remove(MapKey::new(self.field, key).as_bytes())
    }
}

impl<K: Encode, V: Encode + Decode> Map<K, V> {
    /// The value for `key`.
    pub fn get(&self, key: &K) -> Option<V> {
        read(self.field, MapKey::new(self.field, key).as_bytes())
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
        let key = MapKey::new(self.field, key);
        value.using_encoded(|bytes| host::storage_set(key.as_bytes(), bytes));
    }

    /// Removes the value for `key` and returns it.
    pub fn take(&mut self, key: &K) -> Option<V> {
        let key = MapKey::new(self.field, key);
        let value = read(self.field, key.as_bytes())?;
        host::storage_remove(key.as_bytes());
        Some(value)
    }
}

/// The longest storage key.
const MAX_KEY_BYTES: usize = 256;

/// A map's storage key on the stack: the field's prefix and SCALE of the key.
struct MapKey {
    bytes: [u8; MAX_KEY_BYTES],
    length: usize,
}

impl MapKey {
    #[inline]
    fn new(field: &StorageField, key: &impl Encode) -> Self {
        let mut bytes = MapKey { bytes: [0; MAX_KEY_BYTES], length: 0 };
        bytes.write(&field.prefix);
        key.encode_to(&mut bytes);
        bytes
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Output for MapKey {
    #[inline(never)]
    fn write(&mut self, part: &[u8]) {
        let end = self.length + part.len();
        match self.bytes.get_mut(self.length..end) {
            Some(room) => room.copy_from_slice(part),
            None => panic!("a storage key is longer than {MAX_KEY_BYTES} bytes"),
        }
        self.length = end;
    }
}

fn read<T: Decode>(field: &StorageField, key: &[u8]) -> Option<T> {
    let mut buffer = ReadBuffer::new();
    let mut bytes = host::storage_get(key, &mut buffer)?;
    match T::decode(&mut bytes) {
        Ok(value) if bytes.is_empty() => Some(value),
        _ => corrupt(field),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn unset(field: &StorageField) -> ! {
    panic!("storage field `{}` is not set", field.name)
}

#[cold]
#[inline(never)]
fn corrupt(field: &StorageField) -> ! {
    panic!("what storage field `{}` holds is not SCALE of its type", field.name)
}
