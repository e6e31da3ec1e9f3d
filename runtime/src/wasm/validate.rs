//! What code is accepted. Static limits alone decide, so that every node comes to the same verdict.

use sillok_abi::{
    HOST_FUNCTIONS, HOST_MODULE, HostFunction, METADATA_SECTION, Metadata, MetadataError, MethodSpec,
};
use wasmparser::{
    DataKind, ElementItems, ElementKind, ExternalKind, FuncType, FunctionBody, Operator, Parser, Payload,
    TypeRef, ValType, Validator, WasmFeatures,
};

use crate::limits;

macro_rules! code_errors {
    ($($(#[doc = $docs:literal])* $name:ident = $code:literal,)*) => {
        /// Why code is refused. The documentation tells the author what to change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CodeError { $($(#[doc = $docs])* $name = $code,)* }

        /// Every refusal: code, name, documentation.
        pub const CODE_ERRORS: &[(u32, &str, &str)] = &[$(($code, stringify!($name), concat!($($docs),*)),)*];
    };
}

code_errors! {
    /// The code is larger than allowed: build with opt-level = "z" and lto, and avoid formatting.
    TooLarge = 1,
    /// This is not a WebAssembly module: upload the .wasm file that `sillok contract build` names.
    Malformed = 2,
    /// The code uses floating point, which differs between machines: use integers.
    Floats = 3,
    /// The code uses a WebAssembly extension that is off: build for wasm32v1-none with `sillok contract build`.
    Extension = 4,
    /// The code has a start function, which would run outside of any call: remove it.
    StartFunction = 5,
    /// The code imports something that is not a host function of this version: build with the matching sillok-sdk.
    UnknownImport = 6,
    /// The code exports no memory named `memory`: build a cdylib with sillok-sdk.
    NoMemory = 7,
    /// The code's memory starts larger than allowed: make its static data and stack smaller.
    MemoryTooLarge = 8,
    /// The code's table is larger than allowed, or there are several: use fewer function pointers.
    TableTooLarge = 9,
    /// The code has passive or declared segments or changes tables at run time: build for wasm32v1-none.
    PassiveSegment = 10,
    /// The code has too many imports, functions, globals, exports or data segments: split the contract.
    TooManyItems = 11,
    /// A function has too many parameters or locals or too large a body: split it.
    FunctionTooLarge = 12,
    /// An export's name is longer than 64 bytes: shorten the method's name.
    NameTooLong = 13,
    /// The code has no metadata, or unreadable metadata: build it with sillok-sdk's `#[contract]`.
    NoMetadata = 14,
    /// The code was built for another version of the interface: build with the matching sillok-sdk.
    AbiVersion = 15,
    /// The metadata names a method that is not exported with the protocol's signature: build with sillok-sdk.
    MethodNotExported = 16,
}

impl CodeError {
    /// The refusal's code.
    pub fn code(self) -> u32 {
        self as u32
    }

    /// The sentence that tells the author what to change.
    pub fn docs(self) -> &'static str {
        let known = CODE_ERRORS.iter().find(|(code, _, _)| *code == self.code());
        known.map_or("", |(_, _, docs)| docs.trim())
    }
}

impl std::fmt::Display for CodeError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.docs())
    }
}

impl std::error::Error for CodeError {}

/// WebAssembly 1.0 without floats, with what rustc needs for copies and sign extension.
pub(super) fn accepted_features() -> WasmFeatures {
    WasmFeatures::WASM1.difference(WasmFeatures::FLOATS)
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::SIGN_EXTENSION
}

/// Checks code for upload and reads its metadata.
pub fn check_code(code: &[u8]) -> Result<Metadata, CodeError> {
    if code.len() > limits::MAX_CODE_BYTES {
        return Err(CodeError::TooLarge);
    }
    check_features(code)?;
    let mut module = Module::default();
    for payload in Parser::new(0).parse_all(code) {
        module.payload(payload.map_err(|_| CodeError::Malformed)?)?;
    }
    module.finish()
}

/// Validates, and finds out which feature is to blame if that fails.
fn check_features(code: &[u8]) -> Result<(), CodeError> {
    let valid = |features| Validator::new_with_features(features).validate_all(code).is_ok();
    let accepted = accepted_features();
    if valid(accepted) {
        Ok(())
    } else if valid(accepted | WasmFeatures::FLOATS) {
        Err(CodeError::Floats)
    } else if valid(WasmFeatures::all()) {
        Err(CodeError::Extension)
    } else {
        Err(CodeError::Malformed)
    }
}

/// What the walk over a module collects.
#[derive(Default)]
struct Module<'a> {
    types: Vec<FuncType>,
    /// The type of each function, imported ones first.
    functions: Vec<u32>,
    exports: Vec<(&'a str, u32)>,
    exports_memory: bool,
    metadata: Vec<u8>,
}

impl<'a> Module<'a> {
    fn payload(&mut self, payload: Payload<'a>) -> Result<(), CodeError> {
        match payload {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    self.types.push(checked_type(ty.map_err(|_| CodeError::Malformed)?)?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.import(import.map_err(|_| CodeError::Malformed)?)?;
                }
            }
            Payload::FunctionSection(section) => {
                at_most(section.count(), limits::MAX_FUNCTIONS)?;
                for function in section {
                    self.functions.push(function.map_err(|_| CodeError::Malformed)?);
                }
            }
            Payload::GlobalSection(section) => at_most(section.count(), limits::MAX_GLOBALS)?,
            Payload::DataSection(section) => check_data(section)?,
            Payload::ElementSection(section) => check_elements(section)?,
            Payload::TableSection(section) => check_tables(section)?,
            Payload::MemorySection(section) => check_memories(section)?,
            Payload::ExportSection(section) => self.exports(section)?,
            Payload::StartSection { .. } => return Err(CodeError::StartFunction),
            Payload::CodeSectionEntry(body) => check_body(&body)?,
            Payload::CustomSection(section) if section.name() == METADATA_SECTION => {
                self.metadata.extend_from_slice(section.data());
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: wasmparser::Import<'a>) -> Result<(), CodeError> {
        // Each import takes room in every instance: more than there are host functions is an attack.
        if self.functions.len() >= HOST_FUNCTIONS.len() {
            return Err(CodeError::TooManyItems);
        }
        let TypeRef::Func(index) = import.ty else { return Err(CodeError::UnknownImport) };
        let known = HOST_FUNCTIONS.iter().find(|function| function.name == import.name);
        let fits = known.zip(self.types.get(index as usize)).is_some_and(|(host, ty)| host_type_is(host, ty));
        if import.module != HOST_MODULE || !fits {
            return Err(CodeError::UnknownImport);
        }
        self.functions.push(index);
        Ok(())
    }

    fn exports(&mut self, section: wasmparser::ExportSectionReader<'a>) -> Result<(), CodeError> {
        at_most(section.count(), limits::MAX_EXPORTS)?;
        for export in section {
            let export = export.map_err(|_| CodeError::Malformed)?;
            if export.name.len() > limits::MAX_NAME_BYTES {
                return Err(CodeError::NameTooLong);
            }
            match export.kind {
                ExternalKind::Func => self.exports.push((export.name, export.index)),
                ExternalKind::Memory => self.exports_memory |= export.name == "memory",
                _ => {}
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Metadata, CodeError> {
        if !self.exports_memory {
            return Err(CodeError::NoMemory);
        }
        let metadata = Metadata::from_section(&self.metadata).map_err(|error| match error {
            MetadataError::AbiVersion { .. } => CodeError::AbiVersion,
            _ => CodeError::NoMetadata,
        })?;
        let exported = |method: &MethodSpec| {
            let index = self.exports.iter().find(|(name, _)| *name == method.name).map(|(_, index)| *index);
            let ty = index.and_then(|index| self.types.get(*self.functions.get(index as usize)? as usize));
            ty.is_some_and(|ty| ty.params() == [ValType::I32] && ty.results() == [ValType::I32])
        };
        match metadata.methods.iter().all(exported) {
            true => Ok(metadata),
            false => Err(CodeError::MethodNotExported),
        }
    }
}

fn at_most(count: u32, limit: u32) -> Result<(), CodeError> {
    if count > limit { Err(CodeError::TooManyItems) } else { Ok(()) }
}

fn checked_type(ty: FuncType) -> Result<FuncType, CodeError> {
    if ty.params().len() > limits::MAX_PARAMS { Err(CodeError::FunctionTooLarge) } else { Ok(ty) }
}

fn host_type_is(host: &HostFunction, ty: &FuncType) -> bool {
    let value = |name: &str| if name == "u64" { ValType::I64 } else { ValType::I32 };
    let params = host.params.iter().map(|(_, ty)| value(ty));
    let results = Some(host.returns).filter(|returns| !returns.is_empty()).map(value);
    params.eq(ty.params().iter().copied()) && results.into_iter().eq(ty.results().iter().copied())
}

fn check_data(section: wasmparser::DataSectionReader<'_>) -> Result<(), CodeError> {
    at_most(section.count(), limits::MAX_DATA_SEGMENTS)?;
    for data in section {
        match data.map_err(|_| CodeError::Malformed)?.kind {
            DataKind::Active { .. } => {}
            DataKind::Passive => return Err(CodeError::PassiveSegment),
        }
    }
    Ok(())
}

fn check_elements(section: wasmparser::ElementSectionReader<'_>) -> Result<(), CodeError> {
    at_most(section.count(), limits::MAX_DATA_SEGMENTS)?;
    for element in section {
        let element = element.map_err(|_| CodeError::Malformed)?;
        let ElementKind::Active { .. } = element.kind else { return Err(CodeError::PassiveSegment) };
        let ElementItems::Functions(functions) = element.items else { return Err(CodeError::Extension) };
        if u64::from(functions.count()) > limits::MAX_TABLE_ELEMENTS {
            return Err(CodeError::TableTooLarge);
        }
    }
    Ok(())
}

fn check_tables(section: wasmparser::TableSectionReader<'_>) -> Result<(), CodeError> {
    let mut elements = 0;
    for table in section {
        let table = table.map_err(|_| CodeError::Malformed)?;
        elements += table.ty.initial.max(1);
    }
    if elements > limits::MAX_TABLE_ELEMENTS { Err(CodeError::TableTooLarge) } else { Ok(()) }
}

fn check_memories(section: wasmparser::MemorySectionReader<'_>) -> Result<(), CodeError> {
    for memory in section {
        let memory = memory.map_err(|_| CodeError::Malformed)?;
        if memory.initial > limits::MAX_MEMORY_PAGES {
            return Err(CodeError::MemoryTooLarge);
        }
    }
    Ok(())
}

fn check_body(body: &FunctionBody<'_>) -> Result<(), CodeError> {
    if body.range().len() > limits::MAX_FUNCTION_BYTES {
        return Err(CodeError::FunctionTooLarge);
    }
    let mut locals = 0u32;
    for group in body.get_locals_reader().map_err(|_| CodeError::Malformed)? {
        let (count, _) = group.map_err(|_| CodeError::Malformed)?;
        locals = locals.saturating_add(count);
    }
    if locals > limits::MAX_LOCALS {
        return Err(CodeError::FunctionTooLarge);
    }
    for operator in body.get_operators_reader().map_err(|_| CodeError::Malformed)? {
        if changes_segments(&operator.map_err(|_| CodeError::Malformed)?) {
            return Err(CodeError::PassiveSegment);
        }
    }
    Ok(())
}

/// Instructions whose effect would outlive a call in a reused instance.
fn changes_segments(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::MemoryInit { .. }
            | Operator::DataDrop { .. }
            | Operator::TableInit { .. }
            | Operator::ElemDrop { .. }
            | Operator::TableCopy { .. }
            | Operator::TableFill { .. }
            | Operator::TableGet { .. }
            | Operator::TableSet { .. }
            | Operator::TableGrow { .. }
            | Operator::TableSize { .. }
    )
}
