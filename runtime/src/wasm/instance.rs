//! One call in one fresh instance.

use std::sync::Arc;

use sillok_abi::{Failure, STATUS_BAD_ARGUMENTS, STATUS_ERROR, STATUS_OK, TrapCode};
use wasmtime::{Memory, Store, Trap};

use super::code::Code;
use super::engine::Engine;
use crate::execution::{CallEnd, Context, Stop};
use crate::fault::Fault;
use crate::gas;

/// What a store holds while its instance runs: the execution's context, lent for the call.
pub(crate) struct StoreData {
    pub(super) context: Context,
    pub(super) memory: Option<Memory>,
}

/// Runs `method` of `code` in a fresh instance. Arguments and output are in the context's top frame.
pub(crate) fn run(
    engine: &Engine,
    code: &Arc<Code>,
    context: &mut Context,
    method: &str,
) -> Result<CallEnd, Stop> {
    context.charge(gas::INSTANCE)?;
    let argument_length = context.frame().call.args.len() as u32;
    let mut store = Store::new(&engine.engine, StoreData { context: context.lend(), memory: None });
    let ended = call(&mut store, code, method, argument_length);
    let left = store.get_fuel().unwrap_or(0);
    *context = store.into_data().context;
    context.set_gas(left);
    match ended {
        Ok(status) => finish(context, status),
        Err(error) => Err(stop(error)),
    }
}

fn call(store: &mut Store<StoreData>, code: &Code, method: &str, args: u32) -> wasmtime::Result<u32> {
    let gas = store.data().context.gas();
    store.set_fuel(gas)?;
    let instance = code.instance.instantiate(&mut *store)?;
    store.data_mut().memory = instance.get_memory(&mut *store, "memory");
    let function = instance.get_typed_func::<u32, u32>(&mut *store, method)?;
    function.call(store, args)
}

fn finish(context: &mut Context, status: u32) -> Result<CallEnd, Stop> {
    let output = std::mem::take(&mut context.frame_mut().output);
    match status {
        STATUS_OK => Ok(CallEnd::Returned(output)),
        STATUS_ERROR => match <[u8; 4]>::try_from(output.as_slice()) {
            Ok(code) => Ok(CallEnd::Refused(u32::from_le_bytes(code))),
            Err(_) => Err(TrapCode::BadStatus.into()),
        },
        STATUS_BAD_ARGUMENTS => Err(TrapCode::BadArguments.into()),
        _ => Err(TrapCode::BadStatus.into()),
    }
}

/// What stopped a call: one of ours from a host function, a trap of the engine, or a node fault.
fn stop(error: wasmtime::Error) -> Stop {
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return match trap_code(*trap) {
            Some(code) => Stop::Failure(Failure::Trap(code)),
            None => Stop::Fault(Fault::new(format!(
                "the engine trapped in a way that is not deterministic: {trap}"
            ))),
        };
    }
    match error.downcast::<Stop>() {
        Ok(stop) => stop,
        Err(error) => Stop::Fault(Fault::new(error)),
    }
}

/// The traps that every node shares.
fn trap_code(trap: Trap) -> Option<TrapCode> {
    match trap {
        Trap::OutOfFuel => Some(TrapCode::OutOfGas),
        Trap::StackOverflow => Some(TrapCode::StackOverflow),
        Trap::MemoryOutOfBounds | Trap::TableOutOfBounds => Some(TrapCode::MemoryOutOfBounds),
        Trap::UnreachableCodeReached => Some(TrapCode::Unreachable),
        Trap::IntegerDivisionByZero
        | Trap::IntegerOverflow
        | Trap::BadConversionToInteger
        | Trap::IndirectCallToNull
        | Trap::BadSignature => Some(TrapCode::BadInstruction),
        _ => None,
    }
}
