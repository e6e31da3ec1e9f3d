//! A whole storage key: the field's 4 bytes and what follows them.

use codec::Output;

use super::StorageField;
use crate::host::StackBytes;

/// The longest storage key.
const MAX_KEY_BYTES: usize = 256;

/// A storage key that is being written. On the stack, as no key is longer than fits there.
pub(super) struct KeyBytes(StackBytes<MAX_KEY_BYTES>);

impl KeyBytes {
    /// Nothing yet.
    #[inline(always)]
    pub(super) const fn empty() -> Self {
        KeyBytes(StackBytes::new())
    }

    /// The field's 4 bytes; the rest is to be written.
    #[inline]
    pub(super) fn new(field: &StorageField) -> Self {
        let mut bytes = KeyBytes::empty();
        bytes.write(&field.prefix);
        bytes
    }

    /// What was written.
    #[inline(always)]
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self.0.as_bytes() {
            Some(bytes) => bytes,
            None => too_long(),
        }
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

    #[inline(always)]
    fn push_byte(&mut self, byte: u8) {
        self.0.push_byte(byte);
    }
}
