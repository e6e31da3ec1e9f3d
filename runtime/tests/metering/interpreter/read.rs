//! Reads a module for the interpreter.

use sillok_runtime::OperatorPrices;
use wasmparser::{DataKind, ElementItems, ExternalKind, Operator, Parser, Payload, TypeRef};

use super::{Function, Interpreter, PAGE};

fn constant(expression: &wasmparser::ConstExpr<'_>) -> u64 {
    match expression.get_operators_reader().read().unwrap() {
        Operator::I32Const { value } => u64::from(value as u32),
        Operator::I64Const { value } => value as u64,
        other => panic!("not a constant: {other:?}"),
    }
}

fn ends(operators: &[Operator<'_>]) -> Vec<(usize, usize)> {
    let mut ends = vec![(0, 0); operators.len()];
    let mut open = Vec::new();
    for (at, operator) in operators.iter().enumerate() {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => open.push((at, None)),
            Operator::Else => open.last_mut().unwrap().1 = Some(at),
            Operator::End => {
                if let Some((start, otherwise)) = open.pop() {
                    ends[start] = (otherwise.unwrap_or(at), at);
                    if let Some(otherwise) = otherwise {
                        ends[otherwise] = (at, at);
                    }
                }
            }
            _ => {}
        }
    }
    ends
}

impl<'a> Interpreter<'a> {
    pub(crate) fn new(wasm: &'a [u8], prices: &OperatorPrices, limit: u64) -> Self {
        let mut this = Interpreter {
            prices: prices.clone(),
            types: Vec::new(),
            imports: Vec::new(),
            functions: Vec::new(),
            exports: Vec::new(),
            table: Vec::new(),
            globals: Vec::new(),
            memory: Vec::new(),
            limit,
            left: limit,
            notes: Vec::new(),
        };
        let mut function_types = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::FunctionSection(section) => {
                    function_types = section.into_iter().map(|ty| ty.unwrap() as usize).collect();
                }
                Payload::CodeSectionEntry(body) => {
                    let ty = function_types[this.functions.len()];
                    this.function(ty, &body);
                }
                payload => this.section(payload),
            }
        }
        this
    }

    fn section(&mut self, payload: Payload<'a>) {
        match payload {
            Payload::TypeSection(section) => {
                self.types = section.into_iter_err_on_gc_types().map(Result::unwrap).collect();
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports().map(Result::unwrap) {
                    let TypeRef::Func(ty) = import.ty else { panic!("{import:?}") };
                    self.imports.push((import.name, ty as usize));
                }
            }
            Payload::TableSection(section) => {
                let table = section.into_iter().next().unwrap().unwrap();
                self.table = vec![None; table.ty.initial as usize];
            }
            Payload::MemorySection(section) => {
                let memory = section.into_iter().next().unwrap().unwrap();
                self.memory = vec![0; memory.initial as usize * PAGE];
            }
            Payload::GlobalSection(section) => {
                self.globals =
                    section.into_iter().map(|global| constant(&global.unwrap().init_expr)).collect();
            }
            Payload::ExportSection(section) => {
                let exports = section.into_iter().map(Result::unwrap);
                let functions = exports.filter(|export| export.kind == ExternalKind::Func);
                self.exports = functions.map(|export| (export.name, export.index as usize)).collect();
            }
            Payload::ElementSection(section) => section.into_iter().for_each(|e| self.elements(e.unwrap())),
            Payload::DataSection(section) => section.into_iter().for_each(|d| self.data(&d.unwrap())),
            _ => {}
        }
    }

    fn elements(&mut self, element: wasmparser::Element<'a>) {
        let wasmparser::ElementKind::Active { offset_expr, .. } = element.kind else { panic!() };
        let ElementItems::Functions(functions) = element.items else { panic!() };
        let start = constant(&offset_expr) as usize;
        for (at, function) in functions.into_iter().enumerate() {
            self.table[start + at] = Some(function.unwrap() as usize);
        }
    }

    fn data(&mut self, data: &wasmparser::Data<'a>) {
        let DataKind::Active { offset_expr, .. } = &data.kind else { panic!() };
        let start = constant(offset_expr) as usize;
        self.memory[start..start + data.data.len()].copy_from_slice(data.data);
    }

    fn function(&mut self, ty: usize, body: &wasmparser::FunctionBody<'a>) {
        let groups = body.get_locals_reader().unwrap().into_iter().map(Result::unwrap);
        let locals = groups.flat_map(|(count, ty)| vec![ty; count as usize]).collect();
        let operators: Vec<_> =
            body.get_operators_reader().unwrap().into_iter().map(Result::unwrap).collect();
        let ends = ends(&operators);
        self.functions.push(Function { ty, locals, operators, ends });
    }
}
