//! A whole storage key: the field's 4 bytes and what follows them.

use codec::Output;

use super::StorageField;
use crate::host::Scratch;

/// The longest storage key.
const MAX_KEY_BYTES: usize = 256;

/// A storage key that is being written.
pub(super) struct KeyBytes(Scratch);

impl KeyBytes {
    /// Nothing yet.
    #[inline]
    pub(super) const fn empty() -> Self {
        KeyBytes(Scratch::new())
    }

    /// The field's 4 bytes; the rest is to be written.
    #[inline]
    pub(super) fn new(field: &StorageField) -> Self {
        let mut bytes = KeyBytes::empty();
        bytes.0.write(&field.prefix);
        bytes
    }

    /// What was written.
    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        let bytes = self.0.as_bytes();
        if bytes.len() > MAX_KEY_BYTES {
            too_long();
        }
        bytes
    }
}

#[cold]
#[inline(never)]
fn too_long() -> ! {
    panic!("a storage key is longer than {MAX_KEY_BYTES} bytes")
}

impl Output for KeyBytes {
    #[inline(always)]
    fn write(&mut self, part: &[u8]) {
        self.0.write(part);
    }
}
