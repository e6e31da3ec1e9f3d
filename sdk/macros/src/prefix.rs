//! How names become the beginnings of storage keys.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use syn::{Error, Result};

use crate::attributes::Errors;

/// Bytes of a name at the beginning of its keys.
const PREFIX_BYTES: usize = 4;

/// Where the keys of what has this name begin: the first bytes of BLAKE3 of the name.
pub(crate) fn prefix(name: &str) -> [u8; PREFIX_BYTES] {
    let mut prefix = [0; PREFIX_BYTES];
    prefix.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..PREFIX_BYTES]);
    prefix
}

/// Refuses names of which two begin their keys alike.
pub(crate) fn refuse_collisions<'item>(
    names: impl Iterator<Item = (&'item Ident, &'item str)>,
) -> Result<()> {
    let mut taken = BTreeMap::new();
    let mut errors = Errors::default();
    for (ident, name) in names {
        if let Some(other) = taken.insert(prefix(name), name) {
            let message = format!("the keys of `{name}` begin like those of `{other}`: choose another name");
            errors.push(Error::new_spanned(ident, message));
        }
    }
    errors.finish()
}
