//! A host function's view of its caller: memory, and the execution's context, whose gas is the caller's
//! while the function runs.

use sillok_abi::TrapCode;
use wasmtime::Caller;

use super::instance::{Dirty, StoreData};
use crate::execution::{Context, Stop};
use crate::gas::HostPrice;
use crate::limits;
use crate::state::{StateKey, Value};

/// One call of a host function.
pub(super) struct Host<'a> {
    memory: &'a mut [u8],
    dirty: &'a mut Dirty,
    pub(super) context: &'a mut Context,
    per_byte: u64,
}

impl<'a> Host<'a> {
    /// Takes over the caller's gas, and charges the function's base price.
    #[inline(always)]
    pub(super) fn enter(
        caller: &'a mut Caller<'_, StoreData>,
        gas: i64,
        price: HostPrice,
    ) -> Result<Self, Stop> {
        let memory = caller.data().memory.ok_or(TrapCode::MemoryOutOfBounds)?;
        let (memory, data) = memory.data_and_store_mut(caller);
        let StoreData { context, dirty, .. } = data;
        context.set_gas(u64::try_from(gas).unwrap_or(0));
        context.charge(price.base)?;
        Ok(Host { memory, dirty, context, per_byte: price.per_byte })
    }

    /// What the caller has left.
    pub(super) fn gas(&self) -> i64 {
        i64::try_from(self.context.gas()).unwrap_or(i64::MAX)
    }

    /// Charges for bytes that are read or written.
    pub(super) fn charge_bytes(&mut self, length: usize) -> Result<(), Stop> {
        self.context.charge(length as u64 * self.per_byte)
    }

    /// Bytes of the contract's memory, of which at most `limit` are allowed.
    pub(super) fn bytes(&mut self, pointer: u32, length: u32, limit: usize) -> Result<&[u8], Stop> {
        if length as usize > limit {
            return Err(TrapCode::SizeLimit.into());
        }
        self.charge_bytes(length as usize)?;
        slice(self.memory, (pointer, length))
    }

    /// As `bytes`, copied out.
    pub(super) fn read(&mut self, pointer: u32, length: u32, limit: usize) -> Result<Vec<u8>, Stop> {
        self.bytes(pointer, length, limit).map(<[u8]>::to_vec)
    }

    /// As `read`, for a value to be stored.
    pub(super) fn read_stored(&mut self, pointer: u32, length: u32) -> Result<Value, Stop> {
        self.bytes(pointer, length, limits::MAX_VALUE_BYTES).map(Value::from_slice)
    }

    /// As `read`, for text.
    pub(super) fn read_text(&mut self, pointer: u32, length: u32, limit: usize) -> Result<String, Stop> {
        let text = std::str::from_utf8(self.bytes(pointer, length, limit)?);
        text.map(str::to_owned).map_err(|_| TrapCode::BadHostArgument.into())
    }

    /// As `read`, for SCALE of a value that takes all of the bytes.
    pub(super) fn read_value<T: codec::Decode>(&mut self, pointer: u32, length: u32) -> Result<T, Stop> {
        let mut bytes = self.bytes(pointer, length, limits::MAX_VALUE_BYTES)?;
        codec::DecodeAll::decode_all(&mut bytes).map_err(|_| TrapCode::BadHostArgument.into())
    }

    /// Charges for a storage key, and refuses one that can't be.
    pub(super) fn check_key(&mut self, (_, length): Bytes) -> Result<(), Stop> {
        if !(limits::MIN_KEY_BYTES..=limits::MAX_KEY_BYTES).contains(&(length as usize)) {
            return Err(TrapCode::SizeLimit.into());
        }
        self.charge_bytes(length as usize)
    }

    /// Sets or removes the value of a checked key of the running contract; answers whether it held one.
    pub(super) fn put(&mut self, key: Bytes, value: Option<Value>) -> Result<bool, Stop> {
        self.context.writable()?;
        let contract = self.context.frame().call.contract;
        let key = StateKey::new(&contract, slice(self.memory, key)?);
        let touched = self.context.overlay.put_value(key, value)?;
        self.context.charge_touch(touched.first)?;
        Ok(touched.found)
    }

    /// Copies bytes into the contract's memory.
    pub(super) fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), Stop> {
        self.charge_bytes(bytes.len())?;
        write(self.memory, self.dirty, pointer, bytes)
    }

    /// Copies the stored value of a checked key into memory, as much as `capacity` allows; its whole length.
    pub(super) fn write_stored(
        &mut self,
        key: Bytes,
        pointer: u32,
        capacity: u32,
    ) -> Result<Option<usize>, Stop> {
        let contract = self.context.frame().call.contract;
        let key = StateKey::new(&contract, slice(self.memory, key)?);
        let touched = self.context.overlay.touch(key)?;
        let length = touched.found.map(<[u8]>::len);
        let first = touched.first;
        if let Some(value) = touched.found {
            let fitting = value.get(..capacity as usize).unwrap_or(value);
            write(self.memory, self.dirty, pointer, fitting)?;
        }
        self.context.charge_touch(first)?;
        self.charge_bytes(length.unwrap_or(0))?;
        Ok(length)
    }

    /// Leaves bytes in the frame's result buffer; returns their length.
    pub(super) fn leave(&mut self, bytes: Vec<u8>) -> u32 {
        let length = bytes.len() as u32;
        self.context.frame_mut().result = bytes;
        length
    }
}

/// Bytes in the contract's memory: where they are, and how many.
pub(super) type Bytes = (u32, u32);

fn slice(memory: &[u8], (pointer, length): Bytes) -> Result<&[u8], Stop> {
    let bytes = memory.get(pointer as usize..).and_then(|rest| rest.get(..length as usize));
    bytes.ok_or_else(|| TrapCode::MemoryOutOfBounds.into())
}

fn write(memory: &mut [u8], dirty: &mut Dirty, pointer: u32, bytes: &[u8]) -> Result<(), Stop> {
    let target = memory.get_mut(pointer as usize..).and_then(|rest| rest.get_mut(..bytes.len()));
    let target = target.ok_or(TrapCode::MemoryOutOfBounds)?;
    dirty.mark(pointer as usize, bytes.len());
    target.copy_from_slice(bytes);
    Ok(())
}
