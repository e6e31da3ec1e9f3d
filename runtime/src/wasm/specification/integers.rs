//! The half of a module that has no floats.
//!
//! Many of the specification's modules try the same thing on integers and floats, and would be refused as
//! a whole. Here floats become integers of their size wherever they are types, and functions that compute
//! with them become stubs. What can reach a stub is left out of the script. Everything is patched in place:
//! types are single bytes, and constants and bodies are filled up.

use wasmparser::{ElementItems, ExternalKind, FunctionBody, Operator, Parser, Payload};

use super::contract::Outline;
use super::script::{Action, Subject, What};

/// What is known of a function.
#[derive(Default)]
struct Function {
    /// It can't be called: it, or what it may call, computes with floats.
    stub: bool,
    /// It may change memory or globals.
    writes: bool,
    /// What it does may depend on them.
    reads: bool,
    calls: Vec<u32>,
    /// It may call all that is in the table.
    indirect: bool,
}

/// The module with the actions that are about integers; none if it imports something.
pub(super) fn integers(subject: &Subject) -> Option<Subject> {
    let mut wasm = subject.wasm.clone();
    let (mut functions, mut table) = (Vec::<Function>::new(), Vec::new());
    for payload in Parser::new(0).parse_all(&subject.wasm) {
        match payload.unwrap() {
            Payload::ImportSection(_) => return None,
            Payload::TypeSection(section) => patch_types(&mut wasm, section.range().start),
            Payload::GlobalSection(section) => {
                for global in section.into_iter_with_offsets() {
                    let (offset, global) = global.unwrap();
                    patch_type(&mut wasm, offset);
                    patch_constant(&mut wasm, global.init_expr.get_binary_reader().original_position());
                }
            }
            Payload::ElementSection(section) => {
                for element in section {
                    if let ElementItems::Functions(functions) = element.unwrap().items {
                        table.extend(functions.into_iter().map(Result::unwrap));
                    }
                }
            }
            Payload::CodeSectionEntry(body) => functions.push(patch_body(&mut wasm, &body)),
            _ => {}
        }
    }
    functions.iter_mut().filter(|it| it.indirect).for_each(|it| it.calls.extend(&table));
    spread(&mut functions);
    let outline = Outline::read(&subject.wasm);
    // Whether memory and globals are no longer what the script thinks they are.
    let mut missed = false;
    let mut actions = Vec::new();
    for action in &subject.actions {
        let Some(callee) = callee(action, &outline) else { continue };
        let function = &functions[callee as usize];
        if !function.stub && is_of_integers(action) && !(missed && function.reads) {
            actions.push(action.clone());
        } else {
            missed |= function.writes;
        }
    }
    let (place, text) = (subject.place.clone(), subject.text.clone());
    Some(Subject { place, text, wasm, actions, shared: subject.shared })
}

/// The function that an action calls, if it calls one.
fn callee(action: &Action, outline: &Outline) -> Option<u32> {
    match action.what {
        What::Reads(_) => None,
        _ => Some(outline.index(&action.export, ExternalKind::Func)),
    }
}

fn is_of_integers(action: &Action) -> bool {
    action.args.is_some() && !matches!(action.what, What::Returns(Some(None)))
}

/// Whoever calls a stub is one, and whoever calls what reads or writes does so too.
fn spread(functions: &mut [Function]) {
    loop {
        let mut changed = false;
        for index in 0..functions.len() {
            let called = |of: fn(&Function) -> bool| {
                functions[index].calls.iter().any(|callee| of(&functions[*callee as usize]))
            };
            let flags = [called(|it| it.stub), called(|it| it.writes), called(|it| it.reads)];
            let function = &mut functions[index];
            for (flag, own) in
                flags.iter().zip([&mut function.stub, &mut function.writes, &mut function.reads])
            {
                changed |= *flag && !*own;
                *own |= *flag;
            }
        }
        if !changed {
            return;
        }
    }
}

fn patch_type(wasm: &mut [u8], at: usize) {
    wasm[at] = match wasm[at] {
        0x7d => 0x7f, // f32 to i32
        0x7c => 0x7e, // f64 to i64
        other => other,
    };
}

/// Function types: counts, here always a byte each, and a byte for each value type.
fn patch_types(wasm: &mut [u8], section: usize) {
    let (count, mut at) = (wasm[section], section + 1);
    for _ in 0..count {
        at += 1; // the form, a function
        for _ in ["params", "results"] {
            let values = usize::from(wasm[at]);
            (at + 1..=at + values).for_each(|value| patch_type(wasm, value));
            at += 1 + values;
        }
    }
}

/// A float constant becomes the integer 0, as long as it was.
fn patch_constant(wasm: &mut [u8], at: usize) {
    let (opcode, length) = match wasm[at] {
        0x43 => (0x41, 4),
        0x44 => (0x42, 8),
        _ => return,
    };
    wasm[at] = opcode;
    wasm[at + 1..at + length].fill(0x80);
    wasm[at + length] = 0;
}

fn patch_body(wasm: &mut [u8], body: &FunctionBody<'_>) -> Function {
    let mut locals = body.get_locals_reader().unwrap();
    for _ in 0..locals.get_count() {
        locals.read().unwrap();
        patch_type(wasm, locals.original_position() - 1);
    }
    let mut function = Function::default();
    let mut operators = body.get_operators_reader().unwrap();
    let code = operators.original_position()..body.range().end - 1;
    while !operators.eof() {
        let (operator, at) = operators.read_with_offset().unwrap();
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => patch_type(wasm, at + 1),
            Operator::Call { function_index } => function.calls.push(function_index),
            Operator::CallIndirect { .. } => function.indirect = true,
            other => {
                let shown = format!("{other:?}");
                let is = |words: &[&str]| words.iter().any(|word| shown.contains(word));
                function.stub |= is(&["F32", "F64"]);
                function.writes |= is(&["Store", "GlobalSet", "MemoryGrow"]);
                function.reads |= is(&["Load", "GlobalGet", "MemoryGrow", "MemorySize"]);
            }
        }
    }
    if function.stub && !code.is_empty() {
        wasm[code.clone()].fill(0x01); // nop
        wasm[code.start] = 0x00; // unreachable
    }
    function
}
