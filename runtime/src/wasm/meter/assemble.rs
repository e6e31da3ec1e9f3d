//! Writes the new module: the original's sections in their order, with what is appended.

use wasm_encoder::{
    CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, FunctionSection, GlobalSection,
    GlobalType, ImportSection, MemorySection, MemoryType, RawSection, TypeSection, ValType,
};
use wasmparser::FuncType;

use super::layout::{Globals, Layout};
use super::module::{Copied, Module, value_type};
use super::{MeterError, Metered, body, wrappers};

/// The name under which `$stop` is exported.
const STOP_EXPORT: &str = "stop";
/// The name under which the memory is exported.
const MEMORY_EXPORT: &str = "memory";

/// Writes `module`, read from `code`, in its metered form.
pub(super) fn assemble(
    code: &[u8],
    mut module: Module<'_>,
    layout: &Layout<'_>,
) -> Result<Metered, MeterError> {
    let bodies = std::mem::take(&mut module.bodies);
    let mut functions = CodeSection::new();
    let mut spill = 0;
    for (index, (validated, function)) in bodies.into_iter().enumerate() {
        let ty = module.type_of(layout.imports + index as u32)?;
        let written = body::rewrite(layout, code, ty, validated, &function)?;
        functions.function(&written.function);
        spill = spill.max(written.spill);
    }
    for (_, method) in &module.methods {
        functions.function(&wrappers::wrapper(&module, layout.globals, *method));
    }

    let (types, imports) = types_and_imports(&module)?;
    let mut out = wasm_encoder::Module::new();
    out.section(&types).section(&imports).section(&function_types(&module));
    copy(&mut out, module.tables);
    if let Some(memory) = memory(&module, layout.max_pages) {
        out.section(&memory);
    }
    out.section(&globals(&module)?).section(&exports(&module, layout));
    copy(&mut out, module.elements);
    out.section(&functions);
    copy(&mut out, module.data);
    Ok(Metered {
        wasm: out.finish(),
        memory_bytes: layout.chunks.memory_bytes,
        chunk_shift: layout.chunks.shift,
        spill,
    })
}

fn copy(out: &mut wasm_encoder::Module, section: Option<Copied<'_>>) {
    if let Some((id, data)) = section {
        out.section(&RawSection { id: id.into(), data });
    }
}

fn values(types: &[wasmparser::ValType], last: Option<ValType>) -> Result<Vec<ValType>, MeterError> {
    types.iter().map(|ty| value_type(*ty)).chain(last.map(Ok)).collect()
}

/// The types of the module, that of the wrappers, and one for each host function: its own with the gas
/// as one more parameter and result.
fn types_and_imports(module: &Module<'_>) -> Result<(TypeSection, ImportSection), MeterError> {
    let mut types = TypeSection::new();
    for ty in &module.types {
        types.ty().function(values(ty.params(), None)?, values(ty.results(), None)?);
    }
    types.ty().function(wrappers::PARAMS, wrappers::RESULTS);
    let mut imports = ImportSection::new();
    for import in &module.imports {
        let ty: Option<&FuncType> = module.types.get(import.ty as usize);
        let ty = ty.ok_or(MeterError::Unchecked("an import without a type"))?;
        let (params, results) = (Some(ValType::I64), Some(ValType::I64));
        let index = types.len();
        types.ty().function(values(ty.params(), params)?, values(ty.results(), results)?);
        imports.import(import.module, import.name, EntityType::Function(index));
    }
    Ok((types, imports))
}

fn function_types(module: &Module<'_>) -> FunctionSection {
    let mut functions = FunctionSection::new();
    for ty in &module.functions {
        functions.function(*ty);
    }
    for _ in &module.methods {
        functions.function(module.types.len() as u32);
    }
    functions
}

fn memory(module: &Module<'_>, max_pages: u64) -> Option<MemorySection> {
    let memory = module.memory.as_ref()?;
    let mut section = MemorySection::new();
    section.memory(MemoryType {
        minimum: memory.initial,
        maximum: Some(max_pages),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    Some(section)
}

fn globals(module: &Module<'_>) -> Result<GlobalSection, MeterError> {
    let mut section = GlobalSection::new();
    for global in &module.globals {
        let ty = GlobalType {
            val_type: value_type(global.ty.content_type)?,
            mutable: global.ty.mutable,
            shared: false,
        };
        section.global(ty, &ConstExpr::raw(global.constant.iter().copied()));
    }
    for val_type in Globals::TYPES {
        let zero = match val_type {
            ValType::I64 => ConstExpr::i64_const(0),
            _ => ConstExpr::i32_const(0),
        };
        section.global(GlobalType { val_type, mutable: true, shared: false }, &zero);
    }
    Ok(section)
}

fn exports(module: &Module<'_>, layout: &Layout<'_>) -> ExportSection {
    let mut section = ExportSection::new();
    if module.memory.is_some() {
        section.export(MEMORY_EXPORT, ExportKind::Memory, 0);
    }
    section.export(STOP_EXPORT, ExportKind::Global, layout.globals.stop);
    let first = layout.imports + module.functions.len() as u32;
    for (index, (method, _)) in module.methods.iter().enumerate() {
        section.export(&wrappers::name(method), ExportKind::Func, first + index as u32);
    }
    section
}
