//! What an exported method does around the author's function: arguments in, result out.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use sillok_abi::{STATUS_BAD_ARGUMENTS, STATUS_ERROR, STATUS_OK};

use crate::ContractError;
use crate::host::{self, Scratch};

/// The arguments of a call, decoded one after the other.
pub struct Arguments {
    bytes: Vec<u8>,
    position: usize,
}

impl Arguments {
    /// Takes the call's arguments of this length in bytes from the host.
    pub fn fetch(length: u32) -> Self {
        Arguments { bytes: host::input(length), position: 0 }
    }

    /// The next argument, if the bytes are SCALE of its type.
    pub fn take<T: Decode>(&mut self) -> Option<T> {
        let mut rest = self.bytes.get(self.position..).unwrap_or_default();
        let value = T::decode(&mut rest).ok()?;
        self.position = self.bytes.len() - rest.len();
        Some(value)
    }

    /// Whether nothing is left over.
    pub fn all_read(&self) -> bool {
        self.position == self.bytes.len()
    }
}

/// What a method returns whose arguments are not SCALE of its parameters.
pub const BAD_ARGUMENTS: u32 = STATUS_BAD_ARGUMENTS;

/// Hands a success to the host.
pub fn answer(value: &impl Encode) -> u32 {
    Scratch::encode(value, host::output);
    STATUS_OK
}

/// Hands a refusal to the host.
pub fn refuse(error: &impl ContractError) -> u32 {
    host::output(&error.code().to_le_bytes());
    STATUS_ERROR
}
