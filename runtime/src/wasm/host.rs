//! A host function's view of its caller: metered access to memory, and the execution's context.

use sillok_abi::TrapCode;
use wasmtime::{Caller, Memory};

use super::instance::StoreData;
use crate::execution::{Context, Stop};
use crate::fault::Fault;

/// One call of a host function.
pub(super) struct Host<'a, 'b> {
    caller: &'a mut Caller<'b, StoreData>,
    memory: Memory,
    gas_per_byte: u64,
}

impl<'a, 'b> Host<'a, 'b> {
    /// Charges the function's base price.
    pub(super) fn enter(
        caller: &'a mut Caller<'b, StoreData>,
        base: u64,
        per_byte: u64,
    ) -> Result<Self, Stop> {
        let memory = caller.data().memory.ok_or(TrapCode::MemoryOutOfBounds)?;
        let mut host = Host { caller, memory, gas_per_byte: per_byte };
        host.charge(base)?;
        Ok(host)
    }

    pub(super) fn context(&mut self) -> &mut Context {
        &mut self.caller.data_mut().context
    }

    /// Takes gas from what the instance has left.
    pub(super) fn charge(&mut self, amount: u64) -> Result<(), Stop> {
        let left = self.caller.get_fuel().map_err(Fault::new)?;
        let rest = left.checked_sub(amount);
        self.caller.set_fuel(rest.unwrap_or(0)).map_err(Fault::new)?;
        rest.map(|_| ()).ok_or_else(|| TrapCode::OutOfGas.into())
    }

    /// Runs `work` with the context metering by itself, from and to what the instance has left.
    pub(super) fn metered<T>(
        &mut self,
        work: impl FnOnce(&mut Context) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let left = self.caller.get_fuel().map_err(Fault::new)?;
        let context = self.context();
        context.set_gas(left);
        let done = work(context);
        let left = context.gas();
        self.caller.set_fuel(left).map_err(Fault::new)?;
        done
    }

    /// Copies bytes out of the contract's memory, of which at most `limit` are allowed.
    pub(super) fn read(&mut self, pointer: u32, length: u32, limit: usize) -> Result<Vec<u8>, Stop> {
        if length as usize > limit {
            return Err(TrapCode::SizeLimit.into());
        }
        self.charge(u64::from(length) * self.gas_per_byte)?;
        let data = self.memory.data(&*self.caller);
        let bytes = data.get(pointer as usize..).and_then(|rest| rest.get(..length as usize));
        bytes.map(<[u8]>::to_vec).ok_or_else(|| TrapCode::MemoryOutOfBounds.into())
    }

    /// As `read`, for text.
    pub(super) fn read_text(&mut self, pointer: u32, length: u32, limit: usize) -> Result<String, Stop> {
        let bytes = self.read(pointer, length, limit)?;
        String::from_utf8(bytes).map_err(|_| TrapCode::BadHostArgument.into())
    }

    /// As `read`, for SCALE of a value that takes all of the bytes.
    pub(super) fn read_value<T: codec::Decode>(&mut self, pointer: u32, length: u32) -> Result<T, Stop> {
        let bytes = self.read(pointer, length, crate::limits::MAX_VALUE_BYTES)?;
        codec::DecodeAll::decode_all(&mut bytes.as_slice()).map_err(|_| TrapCode::BadHostArgument.into())
    }

    /// Copies bytes into the contract's memory.
    pub(super) fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), Stop> {
        self.charge(bytes.len() as u64 * self.gas_per_byte)?;
        let data = self.memory.data_mut(&mut *self.caller);
        let target = data.get_mut(pointer as usize..).and_then(|rest| rest.get_mut(..bytes.len()));
        match target {
            Some(target) => target.copy_from_slice(bytes),
            None => return Err(TrapCode::MemoryOutOfBounds.into()),
        }
        Ok(())
    }

    /// Leaves bytes in the frame's result buffer; returns their length.
    pub(super) fn leave(&mut self, bytes: Vec<u8>) -> u32 {
        let length = bytes.len() as u32;
        self.context().frame_mut().result = bytes;
        length
    }
}
