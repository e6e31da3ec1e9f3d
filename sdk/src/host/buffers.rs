//! Bytes on the stack: what is read from the host, and what is put together for it, mostly needs no allocation.

use alloc::vec::Vec;
use core::mem::MaybeUninit;
use core::ops::Deref;

use codec::{Encode, Output};

/// Stored values and arguments up to this size are read without an allocation.
pub(super) const BUFFER_BYTES: usize = 512;

/// Where a stored value, or a call's arguments, are read to.
pub struct ReadBuffer(pub(super) [MaybeUninit<u8>; BUFFER_BYTES]);

impl ReadBuffer {
    /// An empty buffer. Its memory is not cleared, which would cost more than most reads.
    #[inline(always)]
    pub const fn empty() -> Self {
        ReadBuffer([MaybeUninit::uninit(); BUFFER_BYTES])
    }
}

/// A stored value.
pub(crate) enum StoredBytes<'buffer> {
    /// One that fits into the buffer.
    Short(&'buffer [u8]),
    /// A larger one.
    Long(Vec<u8>),
}

impl Deref for StoredBytes<'_> {
    type Target = [u8];

    #[inline(always)]
    fn deref(&self) -> &[u8] {
        match self {
            StoredBytes::Short(bytes) => bytes,
            StoredBytes::Long(bytes) => bytes,
        }
    }
}

/// Bytes that are put together on the stack, up to `N` of them.
pub(crate) struct StackBytes<const N: usize> {
    bytes: [MaybeUninit<u8>; N],
    /// Bytes in use, all of which were written; more than `N` if there was no room for some.
    length: usize,
}

impl<const N: usize> StackBytes<N> {
    /// No bytes. Its memory is not cleared, which would cost more than what is written to it mostly.
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        StackBytes { bytes: [MaybeUninit::uninit(); N], length: 0 }
    }

    /// What was written, if there was room for all of it.
    #[inline(always)]
    pub(crate) fn as_bytes(&self) -> Option<&[u8]> {
        if self.length > N {
            return None;
        }
        // SAFETY: the first `length` bytes were written.
        Some(unsafe { core::slice::from_raw_parts(self.bytes.as_ptr().cast(), self.length) })
    }
}

impl<const N: usize> Output for StackBytes<N> {
    // A part's length is known where it is written mostly: a copy of few bytes is then a store or two.
    #[inline(always)]
    fn write(&mut self, part: &[u8]) {
        // Read once: for all that the compiler knows, what is written to `bytes` may be the length.
        let start = self.length;
        let Some(room) = self.bytes.get_mut(start..).and_then(|room| room.get_mut(..part.len())) else {
            // From now on nothing fits.
            self.length = N + 1;
            return;
        };
        // SAFETY: bytes that were written are bytes that may be uninitialised, and `room` is as long as `part`,
        // which it can't overlap.
        unsafe { core::ptr::copy_nonoverlapping(part.as_ptr(), room.as_mut_ptr().cast(), part.len()) };
        self.length = start + part.len();
    }

    #[inline(always)]
    fn push_byte(&mut self, byte: u8) {
        self.write(&[byte]);
    }
}

/// Bytes up to this number are put together without an allocation.
const ENCODED_BYTES: usize = 256;

/// The SCALE of a value, for as long as `then` takes. One that is too long for the stack is encoded once more.
#[inline]
pub(crate) fn encoded<R>(value: &(impl Encode + ?Sized), then: impl FnOnce(&[u8]) -> R) -> R {
    let mut short = StackBytes::<ENCODED_BYTES>::new();
    value.encode_to(&mut short);
    let long;
    let bytes = match short.as_bytes() {
        Some(bytes) => bytes,
        None => {
            long = long_encoded(value);
            &long
        }
    };
    then(bytes)
}

#[cold]
#[inline(never)]
fn long_encoded(value: &(impl Encode + ?Sized)) -> Vec<u8> {
    value.encode()
}
