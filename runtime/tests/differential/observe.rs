//! Makes a module's state visible: wraps its method `run` so that it returns what the module holds.
//!
//! What the wrapper returns is every mutable global and, if `memory`, a hash of all memory that the module
//! starts with: a byte that one engine wrote and the other did not changes the receipt, and so does a byte
//! or a global that an earlier call left in a reused instance.

use wasm_encoder::{ExportKind, Function, InstructionSink, MemArg, ValType};
use wasmparser::ValType as Type;

use super::sections::Sections;

/// Where the arguments are copied to before the method runs.
pub(crate) const ARGS_AT: i32 = 16;
/// How many bytes of arguments every call has.
pub(crate) const ARGS_BYTES: usize = 8;
/// What the wrapper returns ends here: at the end of the first page.
const VIEW_END: u32 = 0x1_0000;
const HASH_BYTES: u32 = 32;

/// How a module's state is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// Whether all of the memory is hashed, which costs as much gas as a small program.
    pub(crate) memory: bool,
    /// Whether the status that the method returns is what the call returns, and not just shown.
    pub(crate) status: bool,
}

/// The module with its `run` wrapped. It imports `input`, `hash` and `output`.
pub(crate) fn observed(wasm: &[u8], view: View) -> Vec<u8> {
    let mut sections = Sections::read(wasm);
    sections.keep_bodies();
    let ty = sections.type_index(&[Type::I32], &[Type::I32]);
    let function = wrapper(&sections, view);
    let run = sections.add(ty, function);
    for export in sections.exports.iter_mut().filter(|(name, _, _)| name == "run") {
        *export = ("run".into(), ExportKind::Func, run);
    }
    sections.write()
}

fn wrapper(sections: &Sections<'_>, view: View) -> Function {
    const LENGTH: u32 = 0;
    const STATUS: u32 = 1;
    let mutable = sections.globals.iter().enumerate().filter(|(_, (ty, _))| ty.mutable);
    let shown: Vec<(u32, ValType)> = mutable.map(|(index, (ty, _))| (index as u32, ty.val_type)).collect();
    let start = VIEW_END - HASH_BYTES - 8 - 8 * shown.len() as u32;
    let mut function = Function::new([(1, ValType::I32)]);
    let mut sink = function.instructions();
    sink.i32_const(ARGS_AT).call(sections.host("input"));
    sink.local_get(LENGTH).call(sections.exported("run")).local_set(STATUS);
    // With the status of an error the method has set its own output, the error's code.
    sink.local_get(STATUS).i32_const(1).i32_ne().i32_const(i32::from(!view.status)).i32_or();
    sink.if_(wasm_encoder::BlockType::Empty);
    if view.memory {
        let bytes = sections.memory.0 as i32 * 0x1_0000;
        sink.i32_const(0).i32_const(0).i32_const(bytes).i32_const((VIEW_END - HASH_BYTES) as i32);
        sink.call(sections.host("hash"));
    }
    for (slot, (index, ty)) in shown.iter().enumerate() {
        sink.i32_const((start + 8 * slot as u32) as i32).global_get(*index);
        store(&mut sink, *ty);
    }
    sink.i32_const((VIEW_END - HASH_BYTES - 8) as i32).local_get(STATUS);
    store(&mut sink, ValType::I32);
    sink.i32_const(start as i32).i32_const((VIEW_END - start) as i32).call(sections.host("output"));
    sink.end();
    match view.status {
        true => sink.local_get(STATUS),
        false => sink.i32_const(0),
    };
    sink.end();
    function
}

fn store(sink: &mut InstructionSink<'_>, ty: ValType) {
    let place = MemArg { offset: 0, align: 0, memory_index: 0 };
    match ty {
        ValType::I32 => sink.i32_store(place),
        ValType::I64 => sink.i64_store(place),
        other => panic!("{other:?}"),
    };
}
