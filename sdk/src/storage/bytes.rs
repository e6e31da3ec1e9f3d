//! A whole storage key on the stack: the field's 4 bytes and what follows them.

use codec::Output;

use super::StorageField;

/// The longest storage key.
const MAX_KEY_BYTES: usize = 256;

/// A storage key that is being written.
pub(super) struct KeyBytes {
    bytes: [u8; MAX_KEY_BYTES],
    length: usize,
}

impl KeyBytes {
    /// The field's 4 bytes; the rest is to be written.
    #[inline]
    pub(super) fn new(field: &StorageField) -> Self {
        let mut bytes = KeyBytes { bytes: [0; MAX_KEY_BYTES], length: 0 };
        bytes.write(&field.prefix);
        bytes
    }

    /// What was written.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Output for KeyBytes {
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
