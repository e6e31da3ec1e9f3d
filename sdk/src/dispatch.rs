//! What an exported method does around the author's function: arguments in, result out.

use codec::{Decode, Encode};
use sillok_abi::{STATUS_BAD_ARGUMENTS, STATUS_ERROR, STATUS_OK};

use crate::ContractError;
use crate::host;
pub use crate::host::ReadBuffer;

/// The arguments of a call, decoded one after the other.
pub struct Arguments<'buffer>(&'buffer [u8]);

impl<'buffer> Arguments<'buffer> {
    /// Takes the call's arguments of this length in bytes from the host.
    #[inline]
    pub fn fetch(length: u32, buffer: &'buffer mut ReadBuffer) -> Self {
        Arguments(host::input(length, buffer))
    }

    /// The next argument, if the bytes are SCALE of its type.
    #[inline]
    pub fn take<T: Decode>(&mut self) -> Option<T> {
        T::decode(&mut self.0).ok()
    }

    /// Whether nothing is left over.
    pub fn all_read(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a method returns whose arguments are not SCALE of its parameters.
pub const BAD_ARGUMENTS: u32 = STATUS_BAD_ARGUMENTS;

/// Hands a success to the host.
pub fn answer(value: &impl Encode) -> u32 {
    host::encoded(value, host::output);
    STATUS_OK
}

/// Hands a refusal to the host.
pub fn refuse(error: &impl ContractError) -> u32 {
    host::output(&error.code().to_le_bytes());
    STATUS_ERROR
}
