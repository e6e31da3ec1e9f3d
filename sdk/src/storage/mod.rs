//! Storage fields: one value, a map, an ordered map, a set, a list, or a map with indexes.
//!
//! Everything is written through: what a method sets is in the state before the next statement, and
//! nothing is cached or flushed at the end. A field's keys begin with 4 bytes made from its name; what
//! follows them is the business of the field's type, and each type's file says it. Invariant: fields of
//! one contract never share a key, because `#[storage]` refuses names whose 4 bytes are equal.

mod bounds;
mod bytes;
mod cursor;
mod index;
mod indexed;
mod key;
mod list;
mod map;
mod ordered_map;
mod rows;
mod set;
mod value;

pub use index::{Index, Unique};
pub use indexed::{Duplicate, Indexed};
pub use key::{OrderedKey, StartsWith};
pub use list::{Items, List};
pub use map::Map;
pub use ordered_map::OrderedMap;
pub use rows::{Entries, Keys, Row, Rows};
pub use set::Set;
pub use value::Value;

pub use index::{IndexField, IndexKey, IndexRoot, Indexes};

use codec::Decode;
use sillok_abi::{LayoutField, layout_digest};

use crate::host::{self, ReadBuffer};

/// Types that something is of without holding any.
type Marker<T> = core::marker::PhantomData<fn() -> T>;

/// A contract's storage; `#[storage]` implements it.
pub trait Storage: Sized {
    /// The fields' names and types, in the order of the names.
    const FIELDS: &'static [LayoutField];
    /// Their digest.
    const LAYOUT: [u8; 32] = layout_digest(Self::FIELDS);

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

/// The value at `key`, a whole storage key of this field.
fn read<T: Decode>(field: &StorageField, key: &[u8]) -> Option<T> {
    let mut buffer = ReadBuffer::empty();
    let bytes = host::storage_get(key, &mut buffer)?;
    match decode(&bytes) {
        Some(value) => Some(value),
        None => corrupt(field),
    }
}

/// A value of which `bytes` are all the SCALE.
fn decode<T: Decode>(mut bytes: &[u8]) -> Option<T> {
    T::decode(&mut bytes).ok().filter(|_| bytes.is_empty())
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
    panic!("what storage field `{}` holds is not of its type", field.name)
}
