//! An instance that is used again and again, and looks fresh to every call.
//!
//! Invariant: between calls its memory and globals are those of a new instance. The metered module resets
//! its globals on entry and says which chunks of memory it wrote; those are restored after the call. After
//! a trap, or if memory grew, the instance is thrown away.

use std::sync::Arc;

use sillok_abi::{Failure, STATUS_BAD_ARGUMENTS, STATUS_ERROR, STATUS_OK, TrapCode};
use wasmtime::{Global, Memory, Store, Trap, TypedFunc, Val};

use super::code::{Code, MEMORY_EXPORT, MemoryLayout, Method};
use super::engine::{Counted, Engine};
use crate::execution::{CallEnd, Context, Stop};
use crate::fault::Fault;

/// What a store holds: the execution's context, lent for the call, and what host functions need.
pub(crate) struct StoreData {
    pub(super) context: Context,
    pub(super) memory: Option<Memory>,
    pub(super) dirty: Dirty,
}

/// The chunks of memory that host functions wrote to.
#[derive(Clone, Copy)]
pub(super) struct Dirty {
    pub(super) chunks: u64,
    chunk_shift: u32,
}

impl Dirty {
    /// Notes that `length` bytes at `pointer`, which lie in memory, are about to be written.
    pub(super) fn mark(&mut self, pointer: usize, length: usize) {
        if length > 0 {
            let first = (pointer >> self.chunk_shift).min(63);
            let last = ((pointer + length - 1) >> self.chunk_shift).min(63);
            self.chunks |= (u64::MAX << first) & (u64::MAX >> (63 - last));
        }
    }
}

/// What an entry takes: the length of the arguments and the gas.
type Given = (u32, i64);
/// What it answers: the method's status, the gas left, the chunks written to.
type Answer = (u32, i64, u64);

/// An instance.
pub(crate) struct Instance {
    code: Arc<Code>,
    /// Whether it looks as a new one.
    fresh: bool,
    store: Store<StoreData>,
    memory: Memory,
    stop: Global,
    entries: Vec<TypedFunc<Given, Answer>>,
    /// The place of the method that was asked for last: often the next one is the same.
    recent: usize,
    _counted: Counted,
}

impl Instance {
    /// A new one.
    pub(super) fn new(engine: &Engine, code: Arc<Code>) -> Result<Self, Fault> {
        let dirty = Dirty { chunks: 0, chunk_shift: code.layout.chunk_shift };
        let data = StoreData { context: Context::default(), memory: None, dirty };
        let mut store = Store::new(&engine.engine, data);
        let instance = code.module.instantiate(&mut store).map_err(Fault::new)?;
        let missing = || Fault::new("metered code lacks an export");
        let memory = instance.get_memory(&mut store, MEMORY_EXPORT).ok_or_else(missing)?;
        let stop = instance.get_global(&mut store, "stop").ok_or_else(missing)?;
        let entries = code
            .entry_names()
            .map(|name| instance.get_typed_func(&mut store, &name).map_err(Fault::new))
            .collect::<Result<_, _>>()?;
        store.data_mut().memory = Some(memory);
        code.image(|| memory.data(&store).into());
        let counted = engine.count_instance(code.memory_bytes);
        Ok(Instance { code, fresh: true, store, memory, stop, entries, recent: 0, _counted: counted })
    }

    pub(super) fn code(&self) -> &Code {
        &self.code
    }

    /// Whether it can be used again.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// The method of this name.
    pub(crate) fn method(&mut self, name: &str) -> Option<&Method> {
        if !self.code.is_method(self.recent, name) {
            self.recent = self.code.method(name)?.index;
        }
        self.code.method_at(self.recent)
    }

    /// Runs the method of this place. Arguments and output are in the context's top frame.
    pub(crate) fn run(&mut self, context: &mut Context, method: usize) -> Result<CallEnd, Stop> {
        let price = context.shared.parameters.gas.instance;
        context.charge(price)?;
        let missing = || Fault::new("metered code lacks a method");
        let entry = self.entries.get(method).ok_or_else(missing)?;
        let given = (context.frame().call.args.len() as u32, context.gas() as i64);
        self.fresh = false;
        self.store.data_mut().context = context.lend();
        let answer = entry.call(&mut self.store, given);
        *context = self.store.data_mut().context.lend();
        match answer {
            Ok((status, gas, dirty)) => {
                context.set_gas(u64::try_from(gas).unwrap_or(0));
                self.returned(context, status, dirty)
            }
            Err(error) => Err(self.stopped(error)),
        }
    }

    /// Charges for the memory that was written, restores it, and ends the call.
    fn returned(&mut self, context: &mut Context, status: u32, dirty: u64) -> Result<CallEnd, Stop> {
        let chunks = dirty | std::mem::take(&mut self.store.data_mut().dirty.chunks);
        let image = self.code.image(Box::default);
        // Memory that grew goes with its instance: growing has paid for both.
        if self.memory.data_size(&self.store) == image.len() {
            let layout = self.code.layout;
            let cost = layout.restoring(chunks, context.shared.parameters.gas.restored_line);
            context.charge(cost)?;
            restore(self.memory.data_mut(&mut self.store), image, layout, chunks);
            self.fresh = true;
        }
        ended(context, status)
    }

    /// What stopped a call: one of ours from a host function or from metering, a trap of the engine, or a
    /// node fault.
    fn stopped(&mut self, error: wasmtime::Error) -> Stop {
        let Some(trap) = error.downcast_ref::<Trap>().copied() else {
            return match error.downcast::<Stop>() {
                Ok(stop) => stop,
                Err(error) => Stop::Fault(Fault::new(error)),
            };
        };
        let code = match (trap, self.stop.get(&mut self.store)) {
            (Trap::UnreachableCodeReached, Val::I32(0)) => Some(TrapCode::Unreachable),
            (Trap::UnreachableCodeReached, Val::I32(1)) => Some(TrapCode::OutOfGas),
            (Trap::UnreachableCodeReached, Val::I32(2)) => Some(TrapCode::StackOverflow),
            (Trap::UnreachableCodeReached, Val::I32(3)) => return Stop::Fault(no_memory()),
            (trap, _) => trap_code(trap),
        };
        match code {
            Some(code) => Stop::Failure(Failure::Trap(code)),
            None => Stop::Fault(Fault::new(format!("the engine trapped as no other node need: {trap}"))),
        }
    }
}

/// Makes the chunks of memory what they are in a fresh instance. Those that follow one another go at once.
fn restore(memory: &mut [u8], image: &[u8], layout: MemoryLayout, mut chunks: u64) {
    while chunks != 0 {
        let first = chunks.trailing_zeros();
        let count = (chunks >> first).trailing_ones();
        let start = (first as usize) << layout.chunk_shift;
        let more = ((count - 1) as usize) << layout.chunk_shift;
        let end = (start + more + layout.restored_bytes()).min(image.len());
        if let (Some(target), Some(source)) = (memory.get_mut(start..end), image.get(start..end)) {
            target.copy_from_slice(source);
        }
        chunks &= u64::MAX.checked_shl(first + count).unwrap_or(0);
    }
}

fn no_memory() -> Fault {
    Fault::new("the host has no memory for a contract's `memory.grow`, which the contract's limit allows")
}

/// How a call ended that was not stopped.
fn ended(context: &mut Context, status: u32) -> Result<CallEnd, Stop> {
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

/// The traps that every node shares. The engine's own stack limit is not among them: metering stops a
/// contract long before.
fn trap_code(trap: Trap) -> Option<TrapCode> {
    match trap {
        Trap::MemoryOutOfBounds | Trap::TableOutOfBounds => Some(TrapCode::MemoryOutOfBounds),
        Trap::IntegerDivisionByZero
        | Trap::IntegerOverflow
        | Trap::BadConversionToInteger
        | Trap::IndirectCallToNull
        | Trap::BadSignature => Some(TrapCode::BadInstruction),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
