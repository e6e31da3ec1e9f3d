//! Where the new module's appended items are, and what the code that refers to them needs to know.

use wasm_encoder::ValType;

use super::module::Module;
use super::stores::Chunks;
use super::{MeterError, MeterRules};

/// What `$stop` says when there was not enough gas.
pub(super) const STOP_GAS: i32 = 1;
/// What `$stop` says when frames took too much stack.
pub(super) const STOP_STACK: i32 = 2;
/// What `$stop` says when the host had no memory that the module may have.
pub(super) const STOP_HOST: i32 = 3;

/// Indices of the appended globals.
#[derive(Clone, Copy)]
pub(super) struct Globals {
    /// Gas left, `i64`; while a function runs its own local has the current value.
    pub(super) gas: u32,
    /// Bytes of the frames that are counted, `i32`.
    pub(super) height: u32,
    /// A bit for each chunk of memory that may have been written by functions that returned, `i64`.
    pub(super) dirty: u32,
    /// Why the code stopped itself, `i32`.
    pub(super) stop: u32,
}

impl Globals {
    /// Their types, in their order.
    pub(super) const TYPES: [ValType; 4] = [ValType::I64, ValType::I32, ValType::I64, ValType::I32];

    fn after(count: u32) -> Self {
        Globals { gas: count, height: count + 1, dirty: count + 2, stop: count + 3 }
    }
}

/// What every rewritten function refers to.
pub(super) struct Layout<'a> {
    pub(super) rules: &'a MeterRules,
    pub(super) globals: Globals,
    /// The number of host functions, whose indices come first.
    pub(super) imports: u32,
    pub(super) chunks: Chunks,
    /// The most memory that an instance may have, in pages.
    pub(super) max_pages: u64,
}

impl<'a> Layout<'a> {
    pub(super) fn new(module: &Module<'_>, rules: &'a MeterRules) -> Result<Self, MeterError> {
        let pages = module.memory.as_ref().map_or(0, |memory| memory.initial);
        let own_maximum = module.memory.as_ref().and_then(|memory| memory.maximum);
        let max_pages = own_maximum.unwrap_or(u64::MAX).min(u64::from(rules.max_memory_pages));
        if pages > max_pages {
            return Err(MeterError::Unchecked("its memory starts too large"));
        }
        Ok(Layout {
            rules,
            globals: Globals::after(module.globals.len() as u32),
            imports: module.imports.len() as u32,
            chunks: Chunks::of(pages * 64 * 1024),
            max_pages,
        })
    }
}
