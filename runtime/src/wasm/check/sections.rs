//! Everything in a module but function bodies: types, imports, memory, table, globals, exports.
//!
//! Sections come here before the validator sees them: nothing may be taken for valid.

use sillok_abi::{HOST_FUNCTIONS, HOST_MODULE, HostFunction, METADATA_SECTION};
use wasmparser::{
    ExportSectionReader, ExternalKind, FuncType, FunctionSectionReader, Import, ImportSectionReader,
    MemorySectionReader, Payload, TableSectionReader, TypeRef, TypeSectionReader, ValType,
};

use super::errors::CodeError;
use super::usage::Usage;
use super::{Stop, segments};
use crate::code_limits::CodeLimits;

/// A page of memory, in bytes.
const PAGE_BYTES: u64 = 64 * 1024;

/// What the walk over a module collects.
pub(crate) struct Module<'a> {
    pub(super) usage: Usage,
    types: Vec<FuncType>,
    /// The type of each function, host functions first.
    functions: Vec<u32>,
    /// How many of those are host functions.
    host_functions: usize,
    /// Exported functions: name and index.
    pub(super) exports: Vec<(&'a str, u32)>,
    pub(super) exports_memory: bool,
    /// The memory as it starts, in bytes.
    pub(super) memory_bytes: u64,
    /// The table's elements.
    pub(super) table_elements: u64,
    pub(super) metadata: Vec<&'a [u8]>,
}

impl<'a> Module<'a> {
    pub(super) fn new(limits: &CodeLimits) -> Self {
        Module {
            usage: Usage::new(limits),
            types: Vec::new(),
            functions: Vec::new(),
            host_functions: 0,
            exports: Vec::new(),
            exports_memory: false,
            memory_bytes: 0,
            table_elements: 0,
            metadata: Vec::new(),
        }
    }

    pub(super) fn section(&mut self, payload: &Payload<'a>) -> Result<(), Stop> {
        match payload {
            Payload::TypeSection(section) => self.types(section.clone()),
            Payload::ImportSection(section) => self.imports(section.clone()),
            Payload::FunctionSection(section) => self.functions(section.clone()),
            Payload::TableSection(section) => self.tables(section.clone()),
            Payload::MemorySection(section) => self.memories(section.clone()),
            Payload::GlobalSection(section) => {
                Ok(self.usage.most(|it| &mut it.globals, section.count(), CodeError::TooManyGlobals)?)
            }
            Payload::ExportSection(section) => self.exports(section.clone()),
            Payload::StartSection { .. } => Err(CodeError::StartFunction.into()),
            Payload::ElementSection(section) => segments::check_elements(self, section.clone()),
            Payload::DataSection(section) => segments::check_data(self, section.clone()),
            Payload::CustomSection(section) if section.name() == METADATA_SECTION => {
                self.metadata.push(section.data());
                Ok(self.usage.add(
                    |it| &mut it.metadata_bytes,
                    section.data().len(),
                    CodeError::MetadataTooLarge,
                )?)
            }
            _ => Ok(()),
        }
    }

    /// The type of a function; none if there is no such function.
    pub(super) fn function_type(&self, index: u32) -> Option<&FuncType> {
        self.types.get(*self.functions.get(index as usize)? as usize)
    }

    /// Host functions are only called: what runs a contract gives them more parameters than it declares.
    pub(super) fn check_not_host_function(&self, index: u32) -> Result<(), CodeError> {
        let host = (index as usize) < self.host_functions;
        if host { Err(CodeError::HostFunctionExposed) } else { Ok(()) }
    }

    fn types(&mut self, section: TypeSectionReader<'a>) -> Result<(), Stop> {
        self.usage.most(|it| &mut it.types, section.count(), CodeError::TooManyTypes)?;
        for ty in section.into_iter_err_on_gc_types() {
            let ty = ty?;
            self.usage.most(|it| &mut it.params, ty.params().len(), CodeError::TooManyParams)?;
            self.usage.most(|it| &mut it.results, ty.results().len(), CodeError::TooManyResults)?;
            self.types.push(ty);
        }
        Ok(())
    }

    fn imports(&mut self, section: ImportSectionReader<'a>) -> Result<(), Stop> {
        for import in section.into_imports() {
            let index = self.host_function(&import?)?;
            self.functions.push(index);
            self.host_functions += 1;
            self.usage.most(|it| &mut it.imports, self.host_functions, CodeError::TooManyImports)?;
        }
        Ok(())
    }

    /// The index of the type of an import, which is a host function's.
    fn host_function(&self, import: &Import<'a>) -> Result<u32, CodeError> {
        let TypeRef::Func(index) = import.ty else { return Err(CodeError::ImportKind) };
        let known = HOST_FUNCTIONS.iter().find(|host| host.name == import.name);
        let host = known.filter(|_| import.module == HOST_MODULE).ok_or(CodeError::UnknownImport)?;
        let ty = self.types.get(index as usize).ok_or(CodeError::Malformed)?;
        if has_type(host, ty) { Ok(index) } else { Err(CodeError::ImportSignature) }
    }

    fn functions(&mut self, section: FunctionSectionReader<'a>) -> Result<(), Stop> {
        self.usage.most(|it| &mut it.functions, section.count(), CodeError::TooManyFunctions)?;
        for function in section {
            self.functions.push(function?);
        }
        Ok(())
    }

    fn tables(&mut self, section: TableSectionReader<'a>) -> Result<(), Stop> {
        self.usage.most(|it| &mut it.tables, section.count(), CodeError::TooManyTables)?;
        for table in section {
            self.table_elements = table?.ty.initial;
            let elements = self.table_elements;
            self.usage.most(|it| &mut it.table_elements, elements, CodeError::TableTooLarge)?;
        }
        Ok(())
    }

    fn memories(&mut self, section: MemorySectionReader<'a>) -> Result<(), Stop> {
        for memory in section {
            let pages = memory?.initial;
            self.memory_bytes = pages.saturating_mul(PAGE_BYTES);
            self.usage.most(|it| &mut it.memory_initial_pages, pages, CodeError::MemoryTooLarge)?;
        }
        Ok(())
    }

    fn exports(&mut self, section: ExportSectionReader<'a>) -> Result<(), Stop> {
        self.usage.most(|it| &mut it.exports, section.count(), CodeError::TooManyExports)?;
        let mut names = std::collections::BTreeSet::new();
        for export in section {
            let export = export?;
            self.usage.most(|it| &mut it.name_bytes, export.name.len(), CodeError::NameTooLong)?;
            if !names.insert(export.name) {
                return Err(CodeError::DuplicateExport.into());
            }
            match export.kind {
                ExternalKind::Func => {
                    self.check_not_host_function(export.index)?;
                    self.exports.push((export.name, export.index));
                }
                ExternalKind::Memory => self.exports_memory |= export.name == "memory",
                _ => {}
            }
        }
        Ok(())
    }
}

fn has_type(host: &HostFunction, ty: &FuncType) -> bool {
    let value = |name: &str| if name == "u64" { ValType::I64 } else { ValType::I32 };
    let params = host.params.iter().map(|(_, ty)| value(ty));
    let results = Some(host.returns).filter(|returns| !returns.is_empty()).map(value);
    params.eq(ty.params().iter().copied()) && results.into_iter().eq(ty.results().iter().copied())
}
