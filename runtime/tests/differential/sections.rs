//! A module in its parts, read for rewriting and written again.
//!
//! Nothing is renumbered: what is added goes behind what is there.

use sillok_abi::HOST_MODULE;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection, MemoryType, Module,
    TableSection, TypeSection,
};
use wasmparser::{ExternalKind, FuncType, FunctionBody, Parser, Payload, TypeRef, ValType};

/// A module's parts. Custom sections are left out.
#[derive(Default)]
pub(crate) struct Sections<'a> {
    pub(crate) types: Vec<FuncType>,
    /// Host functions: name and type.
    pub(crate) imports: Vec<(&'a str, u32)>,
    /// The types of the module's own functions.
    pub(crate) functions: Vec<u32>,
    /// The initial pages of its memory, and the most.
    pub(crate) memory: (u64, Option<u64>),
    pub(crate) globals: Vec<(GlobalType, ConstExpr)>,
    pub(crate) exports: Vec<(String, ExportKind, u32)>,
    pub(crate) tables: TableSection,
    pub(crate) elements: ElementSection,
    pub(crate) data: DataSection,
    /// The module's own functions as they are.
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    /// The module's own functions as they shall be.
    pub(crate) code: Vec<Function>,
}

impl<'a> Sections<'a> {
    /// Reads a valid module whose imports are host functions.
    pub(crate) fn read(wasm: &'a [u8]) -> Self {
        let mut sections = Sections::default();
        for payload in Parser::new(0).parse_all(wasm) {
            sections.take(payload.unwrap());
        }
        sections
    }

    fn take(&mut self, payload: Payload<'a>) {
        let mut same = RoundtripReencoder;
        match payload {
            Payload::TypeSection(section) => {
                self.types = section.into_iter_err_on_gc_types().collect::<Result<_, _>>().unwrap();
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.unwrap();
                    let TypeRef::Func(ty) = import.ty else { panic!("{import:?}") };
                    self.imports.push((import.name, ty));
                }
            }
            Payload::FunctionSection(section) => {
                self.functions = section.into_iter().map(Result::unwrap).collect()
            }
            Payload::MemorySection(section) => {
                let memory = section.into_iter().next().unwrap().unwrap();
                self.memory = (memory.initial, memory.maximum);
            }
            Payload::GlobalSection(section) => {
                for global in section.into_iter().map(Result::unwrap) {
                    let init = same.const_expr(global.init_expr).unwrap();
                    self.globals.push((same.global_type(global.ty).unwrap(), init));
                }
            }
            Payload::ExportSection(section) => {
                for export in section.into_iter().map(Result::unwrap) {
                    let kind = export_kind(export.kind);
                    self.exports.push((export.name.into(), kind, export.index));
                }
            }
            Payload::TableSection(section) => same.parse_table_section(&mut self.tables, section).unwrap(),
            Payload::ElementSection(section) => {
                same.parse_element_section(&mut self.elements, section).unwrap()
            }
            Payload::DataSection(section) => same.parse_data_section(&mut self.data, section).unwrap(),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
    }

    /// Takes all bodies as they are.
    pub(crate) fn keep_bodies(&mut self) {
        let mut same = RoundtripReencoder;
        for body in &self.bodies {
            let mut function = same.new_function_with_parsed_locals(body).unwrap();
            let operators = body.get_operators_reader().unwrap();
            for operator in operators {
                function.instruction(&same.instruction(operator.unwrap()).unwrap());
            }
            self.code.push(function);
        }
    }

    /// The index of a host function, which must be imported.
    pub(crate) fn host(&self, name: &str) -> u32 {
        self.imports.iter().position(|(import, _)| *import == name).unwrap() as u32
    }

    /// The index of an exported function.
    pub(crate) fn exported(&self, name: &str) -> u32 {
        self.exports.iter().find(|(export, _, _)| export == name).unwrap().2
    }

    /// The index that the next function of the module will have.
    pub(crate) fn next_function(&self) -> u32 {
        (self.imports.len() + self.functions.len()) as u32
    }

    /// The index of a type, added if it is not there.
    pub(crate) fn type_index(&mut self, params: &[ValType], results: &[ValType]) -> u32 {
        let ty = FuncType::new(params.iter().copied(), results.iter().copied());
        let index = self.types.iter().position(|known| *known == ty);
        index.unwrap_or_else(|| {
            self.types.push(ty);
            self.types.len() - 1
        }) as u32
    }

    /// Adds a function; its index.
    pub(crate) fn add(&mut self, ty: u32, function: Function) -> u32 {
        let index = self.next_function();
        self.functions.push(ty);
        self.code.push(function);
        index
    }

    /// The module.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut module = Module::new();
        module.section(&self.write_types());
        let mut imports = ImportSection::new();
        for (name, ty) in &self.imports {
            imports.import(HOST_MODULE, name, EntityType::Function(*ty));
        }
        let mut functions = FunctionSection::new();
        for ty in &self.functions {
            functions.function(*ty);
        }
        let (minimum, maximum) = self.memory;
        let mut memories = MemorySection::new();
        let memory = MemoryType { minimum, maximum, memory64: false, shared: false, page_size_log2: None };
        memories.memory(memory);
        let mut globals = GlobalSection::new();
        for (ty, init) in &self.globals {
            globals.global(*ty, init);
        }
        let mut exports = ExportSection::new();
        for (name, kind, index) in &self.exports {
            exports.export(name, *kind, *index);
        }
        let mut code = CodeSection::new();
        for function in &self.code {
            code.function(function);
        }
        module.section(&imports).section(&functions).section(&self.tables).section(&memories);
        module.section(&globals).section(&exports).section(&self.elements).section(&code).section(&self.data);
        module.finish()
    }

    fn write_types(&self) -> TypeSection {
        let mut same = RoundtripReencoder;
        let mut types = TypeSection::new();
        for ty in &self.types {
            let ty = same.func_type(ty.clone()).unwrap();
            types.ty().func_type(&ty);
        }
        types
    }
}

fn export_kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func => ExportKind::Func,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Table => ExportKind::Table,
        other => panic!("{other:?}"),
    }
}
