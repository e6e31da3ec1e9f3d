//! What each host function does. Names, types, prices and documentation are in `sillok_abi`'s table,
//! from which `link` makes the imports.

use codec::Encode;
use sillok_abi::{
    Call, ContractId, Event, Failure, HOST_FUNCTIONS, HOST_MODULE, RANGE_DESCENDING, RANGE_KEYS,
    STATUS_ERROR, STATUS_OK, STORAGE_ABSENT, SignatureScheme, Time, TrapCode,
};
use wasmtime::{Caller, Linker};

use super::host::Host;
use super::instance::StoreData;
use crate::execution::{CallEnd, Stop, Target};
use crate::gas::{GasTable, HostPrice};
use crate::state::{Direction, PageLimit, RangeReader, Span};
use crate::{crypto, limits};

/// What goes back to metered code: a function's value and the gas that is left.
trait WithGas {
    type Answer;

    fn with_gas(self, gas: i64) -> Self::Answer;
}

impl WithGas for () {
    type Answer = i64;

    fn with_gas(self, gas: i64) -> i64 {
        gas
    }
}

macro_rules! values {
    ($($type:ident)*) => {
        $(impl WithGas for $type {
            type Answer = ($type, i64);

            fn with_gas(self, gas: i64) -> Self::Answer {
                (self, gas)
            }
        })*
    };
}

values!(u32 u64);

macro_rules! value {
    () => {
        ()
    };
    ($type:ident) => {
        $type
    };
}

macro_rules! linking {
    ($($(#[doc = $docs:literal])* fn $name:ident($($param:ident: $type:ident),*) $(-> $returns:ident)? = $base:literal + $per_byte:literal;)*) => {
        /// Adds every host function of the table to `linker`. Metered code hands over its gas as one more
        /// argument, and gets back as one more result what is left of it.
        pub(super) fn link(linker: &mut Linker<StoreData>, gas: &GasTable) -> wasmtime::Result<()> {
            $(
                let price = price_of(gas, stringify!($name))?;
                linker.func_wrap(
                    HOST_MODULE,
                    stringify!($name),
                    move |mut caller: Caller<'_, StoreData>, $($param: $type,)* gas: i64|
                        -> wasmtime::Result<<value!($($returns)?) as WithGas>::Answer> {
                        let mut host = Host::enter(&mut caller, gas, price).map_err(wasmtime::Error::new)?;
                        let value = host.$name($($param),*).map_err(wasmtime::Error::new)?;
                        Ok(value.with_gas(host.gas()))
                    },
                )?;
            )*
            Ok(())
        }
    };
}

sillok_abi::for_each_host_function!(linking);

fn price_of(gas: &GasTable, name: &str) -> wasmtime::Result<HostPrice> {
    let place = HOST_FUNCTIONS.iter().position(|function| function.name == name);
    let price = place.and_then(|place| gas.host_functions.get(place));
    let missing = || wasmtime::Error::msg(format!("the chain's gas table has no price for `{name}`"));
    price.copied().ok_or_else(missing)
}

/// Arguments, results, context.
impl Host<'_> {
    fn input(&mut self, pointer: u32) -> Result<(), Stop> {
        let args = std::mem::take(&mut self.context.frame_mut().call.args);
        self.write(pointer, &args)
    }

    fn output(&mut self, pointer: u32, length: u32) -> Result<(), Stop> {
        self.context.frame_mut().output = self.read(pointer, length, limits::MAX_CALL_BYTES)?;
        Ok(())
    }

    fn panic(
        &mut self,
        message: u32,
        message_length: u32,
        place: u32,
        place_length: u32,
    ) -> Result<(), Stop> {
        let cut = |length: u32| length.min(limits::MAX_PANIC_BYTES as u32);
        let message = self.read(message, cut(message_length), limits::MAX_PANIC_BYTES)?;
        let place = self.read(place, cut(place_length), limits::MAX_PANIC_BYTES)?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Err(Failure::Panic { message: text(message), place: text(place) }.into())
    }

    fn result(&mut self, pointer: u32) -> Result<(), Stop> {
        let result = std::mem::take(&mut self.context.frame_mut().result);
        self.write(pointer, &result)
    }

    fn contract_id(&mut self, pointer: u32) -> Result<(), Stop> {
        let contract = self.context.frame().call.contract;
        self.write(pointer, &contract.0)
    }

    fn caller(&mut self) -> Result<u32, Stop> {
        let caller = self.context.frame().caller.encode();
        Ok(self.leave(caller))
    }

    fn chain(&mut self, pointer: u32) -> Result<(), Stop> {
        let chain = self.context.chain();
        self.write(pointer, &chain)
    }

    fn block_height(&mut self) -> Result<u64, Stop> {
        Ok(self.context.env.height)
    }

    fn block_time(&mut self) -> Result<u64, Stop> {
        Ok(self.context.env.time.0)
    }
}

/// Storage.
impl Host<'_> {
    fn storage_get(&mut self, key: u32, key_length: u32, value: u32, capacity: u32) -> Result<u32, Stop> {
        self.check_key((key, key_length))?;
        let length = self.write_stored((key, key_length), value, capacity)?;
        Ok(length.map_or(STORAGE_ABSENT, |length| length as u32))
    }

    fn storage_set(&mut self, key: u32, key_length: u32, value: u32, value_length: u32) -> Result<(), Stop> {
        self.check_key((key, key_length))?;
        let value = self.read_stored(value, value_length)?;
        self.put((key, key_length), Some(value))?;
        Ok(())
    }

    fn storage_remove(&mut self, key: u32, key_length: u32) -> Result<u32, Stop> {
        self.check_key((key, key_length))?;
        Ok(u32::from(self.put((key, key_length), None)?))
    }
}

/// Calls, authority, events, schedule.
impl Host<'_> {
    fn call(
        &mut self,
        contract: u32,
        method: u32,
        method_length: u32,
        args: u32,
        args_length: u32,
        catch: u32,
    ) -> Result<u64, Stop> {
        let contract: ContractId = self.read_value(contract, 32)?;
        let method = self.read_text(method, method_length, limits::MAX_NAME_BYTES)?;
        let args = self.read(args, args_length, limits::MAX_CALL_BYTES)?;
        let target = Target { call: Call { contract, method, args }, catch: catch != 0 };
        let (status, bytes) = match self.context.call_from_frame(target)? {
            CallEnd::Returned(value) => (STATUS_OK, value),
            CallEnd::Refused(code) => (STATUS_ERROR, code.encode()),
        };
        Ok(u64::from(status) << 32 | u64::from(self.leave(bytes)))
    }

    fn require_auth(&mut self, account: u32, account_length: u32) -> Result<(), Stop> {
        let account = self.read_value(account, account_length)?;
        self.context.require_auth(&account)
    }

    fn emit(&mut self, name: u32, name_length: u32, data: u32, data_length: u32) -> Result<(), Stop> {
        let name = self.read_text(name, name_length, limits::MAX_NAME_BYTES)?;
        let data = self.read(data, data_length, limits::MAX_EVENT_BYTES)?;
        let contract = self.context.frame().call.contract;
        self.context.emit(Event { contract, name, data })
    }

    fn schedule(
        &mut self,
        time: u64,
        gas: u64,
        method: u32,
        method_length: u32,
        args: u32,
        args_length: u32,
    ) -> Result<(), Stop> {
        let method = self.read_text(method, method_length, limits::MAX_NAME_BYTES)?;
        let args = self.read(args, args_length, limits::MAX_SCHEDULED_BYTES)?;
        let contract = self.context.frame().call.contract;
        self.context.schedule(Time(time), gas, Call { contract, method, args })
    }
}

/// Cryptography.
impl Host<'_> {
    /// Charges for work on so many bytes, if so many are allowed.
    fn charge_work(&mut self, price: HostPrice, length: u32) -> Result<(), Stop> {
        if length as usize > limits::MAX_CRYPTO_BYTES {
            return Err(TrapCode::SizeLimit.into());
        }
        self.context.charge(price.of(length as usize))
    }

    fn hash(&mut self, algorithm: u32, data: u32, length: u32, output: u32) -> Result<(), Stop> {
        let price = self.context.shared.parameters.gas.hashes.of(algorithm);
        let price = price.ok_or(TrapCode::BadHostArgument)?;
        self.charge_work(price, length)?;
        let data = self.bytes(data, length, limits::MAX_CRYPTO_BYTES)?;
        let hash = crypto::hash(algorithm, data).ok_or(TrapCode::BadHostArgument)?;
        self.write(output, &hash)
    }

    #[allow(clippy::too_many_arguments, reason = "the host-function table's signature")]
    fn verify(
        &mut self,
        scheme: u32,
        key: u32,
        key_length: u32,
        message: u32,
        message_length: u32,
        signature: u32,
        signature_length: u32,
    ) -> Result<u32, Stop> {
        let scheme = [
            SignatureScheme::Sr25519,
            SignatureScheme::Ed25519,
            SignatureScheme::P256,
            SignatureScheme::Secp256k1,
        ]
        .get(scheme as usize)
        .copied()
        .ok_or(TrapCode::BadHostArgument)?;
        let price = self.context.shared.parameters.gas.signatures.of(scheme);
        self.charge_work(price, message_length)?;
        let key = self.read(key, key_length, limits::MAX_KEY_BYTES)?;
        let message = self.read(message, message_length, limits::MAX_CRYPTO_BYTES)?;
        let signature = self.read(signature, signature_length, limits::MAX_KEY_BYTES)?;
        Ok(u32::from(crypto::verify(scheme, &key, &message, &signature)))
    }
}

/// Ranges of storage.
impl Host<'_> {
    fn storage_range(
        &mut self,
        from: u32,
        from_length: u32,
        to: u32,
        to_length: u32,
        limit: u32,
        flags: u32,
    ) -> Result<u64, Stop> {
        if flags & !(RANGE_DESCENDING | RANGE_KEYS) != 0 {
            return Err(TrapCode::BadHostArgument.into());
        }
        let range = self.storage_span((from, from_length), (to, to_length))?;
        let descends = flags & RANGE_DESCENDING != 0;
        let direction = if descends { Direction::Descending } else { Direction::Ascending };
        let limit = PageLimit {
            entries: limits::MAX_RANGE_ENTRIES.min(limit as usize),
            bytes: limits::MAX_RANGE_BYTES,
        };
        let mut reader = RangeReader::new(range, direction, limit);
        let gas = &self.context.shared.parameters.gas;
        let (per_search, per_entry, per_byte) = (gas.first_touch, gas.range_entry, gas.range_byte);
        while let Some(met) = reader.step(&mut self.context.overlay)? {
            self.context.charge(met.searches as u64 * per_search)?;
            self.context.charge(met.entries as u64 * per_entry + met.bytes as u64 * per_byte)?;
        }
        let (mut page, more) = reader.finish();
        let contract = self.context.frame().call.contract.0.len();
        for (key, value) in &mut page {
            key.drain(..contract);
            if flags & RANGE_KEYS != 0 {
                value.clear();
            }
        }
        Ok(u64::from(more) << 32 | u64::from(self.leave(page.encode())))
    }

    /// The range between two storage keys of one field; without a second one, to the end of the field.
    fn storage_span(&mut self, from: (u32, u32), to: (u32, u32)) -> Result<Span, Stop> {
        let from = self.storage_bound(from)?;
        let field = from.get(..limits::MIN_KEY_BYTES).unwrap_or_default().to_vec();
        let to = match to {
            // Comes after every key of the field, which are shorter.
            (_, 0) => [field.as_slice(), &[0xFF; limits::MAX_KEY_BYTES]].concat(),
            to => self.storage_bound(to)?,
        };
        if !to.starts_with(&field) {
            return Err(TrapCode::BadHostArgument.into());
        }
        let contract = self.context.frame().call.contract;
        let state_key = |key: Vec<u8>| crate::state::state_key(&contract, &key);
        Ok(Span { from: state_key(from), to: state_key(to) })
    }

    /// A bound of a range, which may be one byte longer than a key: what comes next after it.
    fn storage_bound(&mut self, (pointer, length): (u32, u32)) -> Result<Vec<u8>, Stop> {
        if (length as usize) < limits::MIN_KEY_BYTES {
            return Err(TrapCode::SizeLimit.into());
        }
        self.read(pointer, length, limits::MAX_KEY_BYTES + 1)
    }
}
