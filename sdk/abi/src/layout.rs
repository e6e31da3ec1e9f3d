//! A contract's storage layout: what its fields are called and what they hold, as one digest.
//!
//! Invariant: two layouts with the same digest read the same bytes alike. So it is made of the types'
//! shapes, down to the fields of structs, not of how the source names them.

use crate::{Hash, SectionBytes, Type};

/// The domain of a layout's digest.
pub(crate) const LAYOUT_DOMAIN: &str = "sillok/layout";
/// What the digest begins with, at compile time: the domain and a zero byte.
const DOMAIN: &[u8] = b"sillok/layout\0";

/// A storage field, as far as its layout goes.
pub struct LayoutField {
    /// Its name, from which its keys are made.
    pub name: &'static str,
    /// What it is: `Value`, `Map`, `Set`.
    pub kind: &'static str,
    /// The types that it is made of.
    pub types: &'static [&'static Type],
    /// Its indexes, if it is of a kind that has them.
    pub indexes: Option<IndexLayout>,
}

/// The indexes of a storage field, as far as its layout goes.
pub struct IndexLayout {
    /// BLAKE3 of lines `name: function` in the order of the names, as the source writes the functions:
    /// what a changed one looks for is not where the old one has put it.
    pub functions: Hash,
    /// The types of the index keys, in the order of the indexes' names.
    pub keys: &'static [&'static Type],
}

/// The digest of a storage's fields, which are in the order of their names.
///
/// The names of structs and enums don't count; those of their fields and variants do.
///
/// # Panics
/// At compile time, if the description of the fields is larger than 16 KiB.
pub const fn layout_digest(fields: &[LayoutField]) -> Hash {
    SectionBytes::digest_of_layout(DOMAIN, fields)
}
