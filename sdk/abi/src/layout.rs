//! A contract's storage layout: what its fields are called and what they hold, as one digest.
//!
//! Invariant: two layouts with the same digest read the same bytes alike. So it is made of the types'
//! shapes, down to the fields of structs, not of how the source names them.

use crate::{Hash, SectionBytes, Type};

/// What the digest begins with: `digest("sillok/layout", …)` of SCALE of the fields.
const DOMAIN: &[u8] = b"sillok/layout\0";

/// A storage field, as far as its layout goes.
pub struct LayoutField {
    /// Its name, from which its keys are made.
    pub name: &'static str,
    /// What it is: `Value`, `Map`.
    pub kind: &'static str,
    /// The types that it is made of.
    pub types: &'static [&'static Type],
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
