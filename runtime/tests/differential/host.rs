//! A second implementation of the host functions that random modules import.
//!
//! Each charges its base price, then for each byte before it is read or written. What is not here is not
//! imported by any module.

use codec::{DecodeAll, Encode};
use sha3::Digest;
use sillok_abi::{
    Account, Call, ContractId, Event, Failure, HASH_BLAKE3, HASH_KECCAK256, HASH_SHA256, HostFunction,
    STATUS_ERROR, STATUS_OK, STORAGE_ABSENT, SignatureScheme, TrapCode,
};
use sillok_runtime::{HostPrice, crypto, limits};
use wasmi::{Caller, Global, Val};

use super::calls::{End, Session, Stop, enter};
use super::interpreter::Lent;
use super::oracle::GAS;
use super::program::authoriser;
use super::written::WRITTEN;

/// Calls a host function; its result if it has one.
pub(super) fn call(
    function: &HostFunction,
    price: HostPrice,
    caller: &mut Caller<'_, Lent>,
    params: &[Val],
) -> Result<Option<Val>, Stop> {
    let arguments = params.iter().map(|value| match value {
        Val::I32(value) => u64::from(*value as u32),
        Val::I64(value) => *value as u64,
        other => panic!("{other:?}"),
    });
    let arguments: Vec<u64> = arguments.collect();
    let mut guest = Guest { caller, per_byte: price.per_byte };
    guest.charge(price.base)?;
    guest.run(function.name, &arguments)
}

/// The calling instance.
struct Guest<'a, 'b> {
    caller: &'a mut Caller<'b, Lent>,
    per_byte: u64,
}

type Value = Result<Option<Val>, Stop>;

impl Guest<'_, '_> {
    fn run(&mut self, name: &str, arguments: &[u64]) -> Value {
        let narrow: Vec<u32> = arguments.iter().map(|value| *value as u32).collect();
        match (name, narrow.as_slice()) {
            ("input", [pointer]) => {
                let args = std::mem::take(&mut self.session().frame().call.args);
                self.write(*pointer, &args)
            }
            ("result", [pointer]) => {
                let result = std::mem::take(&mut self.session().frame().result);
                self.write(*pointer, &result)
            }
            ("output", [pointer, length]) => {
                let output = self.read(*pointer, *length, limits::MAX_CALL_BYTES)?;
                self.session().frame().output = output;
                Ok(None)
            }
            ("contract_id", [pointer]) => {
                let contract = self.session().frame().call.contract;
                self.write(*pointer, &contract.0)
            }
            ("chain", [pointer]) => {
                let chain = self.session().block.chain;
                self.write(*pointer, &chain)
            }
            ("caller", []) => {
                let caller = self.session().frame().caller.encode();
                Ok(Some(narrow_value(self.leave(caller))))
            }
            ("block_height", []) => Ok(Some(Val::I64(self.session().block.height as i64))),
            ("block_time", []) => Ok(Some(Val::I64(self.session().block.time as i64))),
            ("storage_get", [key, length, value, capacity]) => self.get((*key, *length), (*value, *capacity)),
            ("storage_set", [key, length, value, size]) => self.set((*key, *length), (*value, *size)),
            ("storage_remove", [key, length]) => {
                let key = self.key(*key, *length)?;
                let removed = self.session().storage.remove(&key);
                self.charge_touch(key)?;
                Ok(Some(Val::I32(removed.is_some().into())))
            }
            ("panic", [message, length, place, place_length]) => {
                let message = self.cut((*message, *length))?;
                let place = self.cut((*place, *place_length))?;
                Err(Failure::Panic { message, place }.into())
            }
            ("hash", [algorithm, data, length, output]) => {
                let price = self.session().interpreter.prices.hashes.of(*algorithm);
                self.charge_work(price.ok_or(TrapCode::BadHostArgument)?, *length)?;
                let data = self.read(*data, *length, limits::MAX_CRYPTO_BYTES)?;
                let hash = hash(*algorithm, &data).ok_or(TrapCode::BadHostArgument)?;
                self.write(*output, &hash)
            }
            ("verify", arguments) => self.verify(arguments),
            ("emit", [name, name_length, data, length]) => self.emit((*name, *name_length), (*data, *length)),
            ("require_auth", [account, length]) => self.require_auth(*account, *length),
            ("call", arguments) => self.call_contract(arguments),
            other => panic!("{other:?}"),
        }
    }

    fn session(&mut self) -> &mut Session {
        self.caller.data_mut().as_mut().unwrap()
    }

    fn gas(&mut self) -> Option<Global> {
        self.caller.get_export(GAS).map(|global| global.into_global().unwrap())
    }

    /// Takes gas, if this instance pays.
    fn charge(&mut self, amount: u64) -> Result<(), Stop> {
        let Some(global) = self.gas() else { return Ok(()) };
        let left = global.get(&*self.caller).i64().unwrap() - amount as i64;
        global.set(&mut *self.caller, Val::I64(left)).unwrap();
        if left < 0 { Err(TrapCode::OutOfGas.into()) } else { Ok(()) }
    }

    /// Takes the gas for a key that may not have been touched before.
    fn charge_touch(&mut self, (contract, key): (ContractId, Vec<u8>)) -> Result<(), Stop> {
        let price = self.session().touch(contract, Some(key));
        self.charge(price)
    }

    fn charge_work(&mut self, price: HostPrice, length: u32) -> Result<(), Stop> {
        if length as usize > limits::MAX_CRYPTO_BYTES {
            return Err(TrapCode::SizeLimit.into());
        }
        self.charge(price.of(length as usize))
    }

    fn memory(&mut self) -> wasmi::Memory {
        self.caller.get_export("memory").unwrap().into_memory().unwrap()
    }

    fn read(&mut self, pointer: u32, length: u32, limit: usize) -> Result<Vec<u8>, Stop> {
        if length as usize > limit {
            return Err(TrapCode::SizeLimit.into());
        }
        self.charge(u64::from(length) * self.per_byte)?;
        let mut bytes = vec![0; length as usize];
        let read = self.memory().read(&*self.caller, pointer as usize, &mut bytes);
        read.map(|()| bytes).map_err(|_| TrapCode::MemoryOutOfBounds.into())
    }

    fn write(&mut self, pointer: u32, bytes: &[u8]) -> Value {
        self.charge(bytes.len() as u64 * self.per_byte)?;
        self.write_free(pointer, bytes)
    }

    /// Writes and marks what was paid for otherwise.
    fn write_free(&mut self, pointer: u32, bytes: &[u8]) -> Value {
        let written = self.memory().write(&mut *self.caller, pointer as usize, bytes);
        written.map_err(|_| TrapCode::MemoryOutOfBounds)?;
        if let Some(global) = self.caller.get_export(WRITTEN).and_then(|global| global.into_global()) {
            let before = global.get(&*self.caller).i64().unwrap() as u64;
            let marked = before | self.session().memory().chunks(pointer.into(), bytes.len() as u64);
            global.set(&mut *self.caller, Val::I64(marked as i64)).unwrap();
        }
        Ok(None)
    }

    fn text(&mut self, (pointer, length): (u32, u32)) -> Result<String, Stop> {
        let bytes = self.read(pointer, length, limits::MAX_NAME_BYTES)?;
        String::from_utf8(bytes).map_err(|_| TrapCode::BadHostArgument.into())
    }

    /// A panic's text, cut to what is allowed.
    fn cut(&mut self, (pointer, length): (u32, u32)) -> Result<String, Stop> {
        let length = length.min(limits::MAX_PANIC_BYTES as u32);
        let bytes = self.read(pointer, length, limits::MAX_PANIC_BYTES)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn leave(&mut self, bytes: Vec<u8>) -> u32 {
        let length = bytes.len() as u32;
        self.session().frame().result = bytes;
        length
    }

    /// A storage key of the running contract.
    fn key(&mut self, pointer: u32, length: u32) -> Result<(ContractId, Vec<u8>), Stop> {
        if (length as usize) < limits::MIN_KEY_BYTES {
            return Err(TrapCode::SizeLimit.into());
        }
        let key = self.read(pointer, length, limits::MAX_KEY_BYTES)?;
        Ok((self.session().frame().call.contract, key))
    }

    fn get(&mut self, (key, length): (u32, u32), (value, capacity): (u32, u32)) -> Value {
        let key = self.key(key, length)?;
        let found = self.session().storage.get(&key).cloned();
        let Some(found) = found else {
            self.charge_touch(key)?;
            return Ok(Some(narrow_value(STORAGE_ABSENT)));
        };
        // All of the value is paid for, however little of it fits.
        let fitting = found.len().min(capacity as usize);
        self.write_free(value, &found[..fitting])?;
        self.charge_touch(key)?;
        self.charge(found.len() as u64 * self.per_byte)?;
        Ok(Some(narrow_value(found.len() as u32)))
    }

    fn set(&mut self, (key, length): (u32, u32), (value, size): (u32, u32)) -> Value {
        let key = self.key(key, length)?;
        let value = self.read(value, size, limits::MAX_VALUE_BYTES)?;
        self.session().storage.insert(key.clone(), value);
        self.charge_touch(key)?;
        Ok(None)
    }

    fn verify(&mut self, arguments: &[u32]) -> Value {
        let [scheme, key, key_length, message, length, signature, signature_length] = *arguments else {
            panic!("{arguments:?}")
        };
        let schemes = [
            SignatureScheme::Sr25519,
            SignatureScheme::Ed25519,
            SignatureScheme::P256,
            SignatureScheme::Secp256k1,
        ];
        let scheme = *schemes.get(scheme as usize).ok_or(TrapCode::BadHostArgument)?;
        let price = self.session().interpreter.prices.signatures.of(scheme);
        self.charge_work(price, length)?;
        let key = self.read(key, key_length, limits::MAX_KEY_BYTES)?;
        let message = self.read(message, length, limits::MAX_CRYPTO_BYTES)?;
        let signature = self.read(signature, signature_length, limits::MAX_KEY_BYTES)?;
        Ok(Some(Val::I32(crypto::verify(scheme, &key, &message, &signature).into())))
    }

    fn emit(&mut self, name: (u32, u32), (data, length): (u32, u32)) -> Value {
        let name = self.text(name)?;
        let data = self.read(data, length, limits::MAX_EVENT_BYTES)?;
        let contract = self.session().frame().call.contract;
        let session = self.session();
        session.event_bytes += name.len() + data.len();
        if session.events.len() >= limits::MAX_EVENTS || session.event_bytes > limits::MAX_EVENTS_BYTES {
            return Err(TrapCode::SizeLimit.into());
        }
        self.session().events.push(Event { contract, name, data });
        Ok(None)
    }

    fn require_auth(&mut self, account: u32, length: u32) -> Value {
        let bytes = self.read(account, length, limits::MAX_VALUE_BYTES)?;
        let account = Account::decode_all(&mut bytes.as_slice()).map_err(|_| TrapCode::BadHostArgument)?;
        let root = self.session().frames.len() == 1;
        let direct = self.session().frame().caller.map(Account::Contract) == Some(account);
        if direct || (root && account == authoriser()) {
            return Ok(None);
        }
        Err(Failure::Unauthorised { account }.into())
    }

    fn call_contract(&mut self, arguments: &[u32]) -> Value {
        let [contract, method, method_length, args, length, catch] = *arguments else {
            panic!("{arguments:?}")
        };
        let contract = self.read(contract, 32, limits::MAX_VALUE_BYTES)?;
        let contract = ContractId(contract.try_into().unwrap());
        let method = self.text((method, method_length))?;
        let args = self.read(args, length, limits::MAX_CALL_BYTES)?;
        let ended = self.nested(Call { contract, method: method.clone(), args })?;
        let (status, bytes) = match ended {
            End::Returned(value) => (STATUS_OK, value),
            End::Refused(code) if catch != 0 => (STATUS_ERROR, code.to_le_bytes().to_vec()),
            End::Refused(code) => {
                return Err(Stop {
                    failure: Failure::Error { code },
                    at: Some(Box::new((contract, method))),
                });
            }
        };
        Ok(Some(Val::I64((u64::from(status) << 32 | u64::from(self.leave(bytes))) as i64)))
    }

    /// Runs a call with the gas that this instance has left.
    fn nested(&mut self, call: Call) -> Result<End, Stop> {
        let gas = self.gas();
        let mut session = self.caller.data_mut().take().unwrap();
        session.gas = gas.map(|global| global.get(&*self.caller).i64().unwrap());
        let calling = session.frame().call.contract;
        let (session, ended) = enter(session, call, Some(calling));
        if let (Some(global), Some(left)) = (gas, session.gas) {
            global.set(&mut *self.caller, Val::I64(left)).unwrap();
        }
        *self.caller.data_mut() = Some(session);
        ended
    }
}

fn narrow_value(value: u32) -> Val {
    Val::I32(value as i32)
}

fn hash(algorithm: u32, data: &[u8]) -> Option<[u8; 32]> {
    match algorithm {
        HASH_BLAKE3 => Some(blake3::hash(data).into()),
        HASH_SHA256 => Some(sha2::Sha256::digest(data).into()),
        HASH_KECCAK256 => Some(sha3::Keccak256::digest(data).into()),
        _ => None,
    }
}
