//! Calls of other contracts. Authors use the typed references that `#[interface]` generates.

use codec::{Decode, DecodeAll};
use sillok_abi::{ContractId, STATUS_OK};

use crate::host;

/// Another contract refused a call with one of its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallError {
    /// The error's code; the contract's metadata has its name and meaning.
    pub code: u32,
}

/// Calls `method`; a refusal ends this call too, with the same failure.
pub fn call<T: Decode>(contract: &ContractId, method: &str, args: &[u8]) -> T {
    let (_, value) = host::call(contract, method, args, false);
    decoded(method, &value)
}

/// Calls `method`; a refusal comes back.
pub fn try_call<T: Decode>(contract: &ContractId, method: &str, args: &[u8]) -> Result<T, CallError> {
    let (status, value) = host::call(contract, method, args, true);
    if status == STATUS_OK {
        Ok(decoded(method, &value))
    } else {
        Err(CallError { code: decoded(method, &value) })
    }
}

fn decoded<T: Decode>(method: &str, mut value: &[u8]) -> T {
    match T::decode_all(&mut value) {
        Ok(value) => value,
        Err(_) => unexpected(method),
    }
}

#[cold]
#[inline(never)]
fn unexpected(method: &str) -> ! {
    panic!("the answer of `{method}` is not SCALE of the type that the interface names")
}
