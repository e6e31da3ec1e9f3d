//! Reads a module that passed the checks at upload, as far as rewriting it has to know it.

use sillok_abi::{METADATA_SECTION, Metadata};
use wasm_encoder as encoder;
use wasmparser::{
    ElementItems, ExternalKind, FuncToValidate, FuncType, FunctionBody, GlobalType, MemoryType, Parser,
    Payload, TypeRef, ValType, ValidPayload, Validator, ValidatorResources,
};

use super::MeterError;
use crate::wasm::check::accepted_features;

/// A host function.
pub(super) struct Import<'a> {
    pub(super) module: &'a str,
    pub(super) name: &'a str,
    pub(super) ty: u32,
}

/// A global and the constant that it starts with, without its `end`.
pub(super) struct Global<'a> {
    pub(super) ty: GlobalType,
    pub(super) constant: &'a [u8],
}

/// A section that is copied as it is: its id and content.
pub(super) type Copied<'a> = (encoder::SectionId, &'a [u8]);

/// A method: its name and the index of its function.
pub(super) type Method = (String, u32);

/// What the walk over a module collects.
#[derive(Default)]
pub(super) struct Module<'a> {
    pub(super) types: Vec<FuncType>,
    pub(super) imports: Vec<Import<'a>>,
    /// The type of each function of its own.
    pub(super) functions: Vec<u32>,
    pub(super) tables: Option<Copied<'a>>,
    pub(super) memory: Option<MemoryType>,
    pub(super) globals: Vec<Global<'a>>,
    pub(super) methods: Vec<Method>,
    pub(super) elements: Option<Copied<'a>>,
    pub(super) bodies: Vec<(FuncToValidate<ValidatorResources>, FunctionBody<'a>)>,
    pub(super) data: Option<Copied<'a>>,
    exports: Vec<(&'a str, u32)>,
    metadata: Vec<u8>,
}

impl<'a> Module<'a> {
    /// Reads and validates `code`, function bodies excepted: they are validated as they are rewritten.
    pub(super) fn read(code: &'a [u8]) -> Result<Self, MeterError> {
        let mut module = Module::default();
        let mut validator = Validator::new_with_features(accepted_features());
        for payload in Parser::new(0).parse_all(code) {
            let payload = payload?;
            if let ValidPayload::Func(validated, body) = validator.payload(&payload)? {
                module.bodies.push((validated, body));
            }
            module.payload(code, payload)?;
        }
        module.finish()
    }

    fn payload(&mut self, code: &'a [u8], payload: Payload<'a>) -> Result<(), MeterError> {
        let copied = |id, range| code.get(range).map(|content| (id, content));
        match payload {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    self.types.push(ty?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.import(import?)?;
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                self.tables = copied(encoder::SectionId::Table, section.range());
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memory = Some(memory?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    self.global(global?)?;
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exports.push((export.name, export.index));
                    }
                }
            }
            Payload::StartSection { .. } => return Err(MeterError::Unchecked("a start function")),
            Payload::ElementSection(section) => {
                self.elements = copied(encoder::SectionId::Element, section.range());
                self.check_elements(section)?;
            }
            Payload::DataSection(section) => {
                self.data = copied(encoder::SectionId::Data, section.range());
            }
            Payload::CustomSection(section) if section.name() == METADATA_SECTION => {
                self.metadata.extend_from_slice(section.data());
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: wasmparser::Import<'a>) -> Result<(), MeterError> {
        let TypeRef::Func(ty) = import.ty else {
            return Err(MeterError::Unchecked("an import that is no function"));
        };
        self.imports.push(Import { module: import.module, name: import.name, ty });
        Ok(())
    }

    fn global(&mut self, global: wasmparser::Global<'a>) -> Result<(), MeterError> {
        let mut reader = global.init_expr.get_binary_reader();
        let bytes = reader.read_bytes(reader.bytes_remaining())?;
        let constant = bytes.split_last().map(|(_, constant)| constant);
        let constant = constant.ok_or(MeterError::Unchecked("a global without a constant"))?;
        self.globals.push(Global { ty: global.ty, constant });
        Ok(())
    }

    /// Host functions get another type, so nobody may call one by a table.
    fn check_elements(&self, section: wasmparser::ElementSectionReader<'_>) -> Result<(), MeterError> {
        for element in section {
            let ElementItems::Functions(functions) = element?.items else {
                return Err(MeterError::Unchecked("elements that are no functions"));
            };
            for function in functions {
                self.type_of(function?)?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Self, MeterError> {
        let metadata = Metadata::from_section(&self.metadata)
            .map_err(|_| MeterError::Unchecked("metadata that can't be read"))?;
        for method in metadata.methods {
            let export = self.exports.iter().find(|(name, _)| *name == method.name);
            let (_, index) = export.ok_or(MeterError::Unchecked("a method that is not exported"))?;
            let ty = self.type_of(*index)?;
            if ty.params() != [ValType::I32] || ty.results() != [ValType::I32] {
                return Err(MeterError::Unchecked("a method with another signature"));
            }
            self.methods.push((method.name, *index));
        }
        Ok(self)
    }

    /// The type of a function of the module's own.
    pub(super) fn type_of(&self, function: u32) -> Result<&FuncType, MeterError> {
        let own = (function as usize).checked_sub(self.imports.len());
        let own = own.ok_or(MeterError::Unchecked("a host function that is exported or in a table"))?;
        let ty = self.functions.get(own).and_then(|ty| self.types.get(*ty as usize));
        ty.ok_or(MeterError::Unchecked("a function without a type"))
    }
}

/// A value's type, of those that are accepted.
pub(super) fn value_type(ty: ValType) -> Result<encoder::ValType, MeterError> {
    match ty {
        ValType::I32 => Ok(encoder::ValType::I32),
        ValType::I64 => Ok(encoder::ValType::I64),
        _ => Err(MeterError::Unchecked("a value that is no integer")),
    }
}
