//! The oracle for gas: rewrites a module so that it pays for every single operator just before executing it.
//!
//! Slow, and simple enough to be seen to be right. Each function of the module becomes two: one in its place,
//! which counts the frame, pays for the entry and calls the other, which is the old body with a call of
//! `charge` before each operator. A branch or return can't get past the frame's end in this way. The gas left
//! and why the module stopped itself are exported globals, and so are the marks of [`super::written`].

use sillok_runtime::OperatorPrices;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, ConstExpr, ExportKind, Function, GlobalType, Instruction, ValType};
use wasmparser::{FunctionBody, Operator, ValType as Type};

use super::frames::frames;
use super::prices::price;
use super::sections::Sections;
use super::written::{self, Memory, Store, WRITTEN};

/// The exported global with the gas that is left; below zero when it has run out.
pub(crate) const GAS: &str = "oracle gas";
/// The exported global that says why the module stopped itself.
pub(crate) const STOP: &str = "oracle stop";
/// There was not enough gas.
pub(crate) const STOP_GAS: i32 = 1;
/// The frames took too much stack.
pub(crate) const STOP_STACK: i32 = 2;

/// What the protocol lets the frames of one instance take, in bytes.
const MAX_STACK_BYTES: i32 = 256 * 1024;
/// The most pages of an instance's memory.
pub(crate) const MAX_MEMORY_PAGES: u64 = sillok_runtime::limits::MAX_MEMORY_PAGES;

/// Indices of what is appended.
struct Appended {
    gas: u32,
    stop: u32,
    height: u32,
    written: u32,
    memory: Memory,
    /// (i64): takes that much gas.
    charge: u32,
    /// (i32) -> i32: takes gas for so many pages or bytes, and returns them.
    grow: u32,
    copy: u32,
    fill: u32,
    /// The first of the old bodies.
    bodies: u32,
    /// The first of the functions that write memory.
    writers: u32,
}

/// The module with the charges.
pub(crate) fn charged(wasm: &[u8], prices: &OperatorPrices) -> Vec<u8> {
    let frames = frames(wasm);
    let mut sections = bounded(wasm);
    let own = sections.functions.clone();
    let appended = append(&mut sections, own.len() as u32);
    for (index, ty) in own.iter().enumerate() {
        let params = sections.types[*ty as usize].params().len() as u32;
        let entry = u64::from(prices.function_entry)
            + u64::from(prices.local_entry) * u64::from(declared(&sections.bodies[index]));
        let body = appended.bodies + index as u32;
        sections.code.push(entrance(&appended, frames[index], entry, params, body));
    }
    let i64_void = sections.type_index(&[Type::I64], &[]);
    let i32_i32 = sections.type_index(&[Type::I32], &[Type::I32]);
    sections.add(i64_void, take_fixed(&appended));
    for price in [prices.grow_page, prices.copy_byte, prices.fill_byte] {
        sections.add(i32_i32, take_units(&appended, price));
    }
    let mut writers = Vec::new();
    for (index, ty) in own.iter().enumerate() {
        let body = paying(&sections.bodies[index], &appended, prices, &mut writers);
        sections.add(*ty, body);
    }
    for (params, function) in writers {
        let ty = sections.type_index(&params, &[]);
        sections.add(ty, function);
    }
    sections.write()
}

/// The module as it is, but that its memory can't get larger than the protocol allows.
pub(crate) fn uncharged(wasm: &[u8]) -> Vec<u8> {
    let mut sections = bounded(wasm);
    sections.keep_bodies();
    sections.write()
}

fn bounded(wasm: &[u8]) -> Sections<'_> {
    let mut sections = Sections::read(wasm);
    let (minimum, maximum) = sections.memory;
    sections.memory = (minimum, Some(maximum.unwrap_or(u64::MAX).min(MAX_MEMORY_PAGES)));
    sections
}

fn append(sections: &mut Sections<'_>, own: u32) -> Appended {
    let first = sections.globals.len() as u32;
    for (val_type, init) in [
        (ValType::I64, ConstExpr::i64_const(0)),
        (ValType::I32, ConstExpr::i32_const(0)),
        (ValType::I32, ConstExpr::i32_const(0)),
        (ValType::I64, ConstExpr::i64_const(0)),
        (ValType::I64, ConstExpr::i64_const(0)),
    ] {
        sections.globals.push((GlobalType { val_type, mutable: true, shared: false }, init));
    }
    sections.exports.push((GAS.into(), ExportKind::Global, first));
    sections.exports.push((STOP.into(), ExportKind::Global, first + 1));
    sections.exports.push((WRITTEN.into(), ExportKind::Global, first + 3));
    let charge = sections.imports.len() as u32 + own;
    Appended {
        gas: first,
        stop: first + 1,
        height: first + 2,
        written: first + 3,
        memory: Memory::of(sections),
        charge,
        grow: charge + 1,
        copy: charge + 2,
        fill: charge + 3,
        bodies: charge + 4,
        writers: charge + 4 + own,
    }
}

fn declared(body: &FunctionBody<'_>) -> u32 {
    body.get_locals_reader().unwrap().into_iter().map(|group| group.unwrap().0).sum()
}

/// Stands in a function's place: counts its frame, pays for the entry, calls the body.
fn entrance(appended: &Appended, frame: i32, entry: u64, params: u32, body: u32) -> Function {
    let mut function = Function::new([]);
    let mut sink = function.instructions();
    sink.global_get(appended.height).i32_const(frame).i32_add().global_set(appended.height);
    sink.global_get(appended.height).i32_const(MAX_STACK_BYTES).i32_gt_s().if_(BlockType::Empty);
    sink.i32_const(STOP_STACK).global_set(appended.stop).unreachable().end();
    sink.i64_const(entry as i64).call(appended.charge);
    for param in 0..params {
        sink.local_get(param);
    }
    sink.call(body);
    sink.global_get(appended.height).i32_const(frame).i32_sub().global_set(appended.height).end();
    function
}

/// Takes as much gas as its parameter says.
fn take_fixed(appended: &Appended) -> Function {
    let mut function = Function::new([]);
    let mut sink = function.instructions();
    sink.global_get(appended.gas).local_get(0).i64_sub().global_set(appended.gas);
    sink.global_get(appended.gas).i64_const(0).i64_lt_s().if_(BlockType::Empty);
    sink.i32_const(STOP_GAS).global_set(appended.stop).unreachable().end().end();
    function
}

/// Takes `price` for each of as many units as its parameter says, and returns the parameter.
fn take_units(appended: &Appended, price: u32) -> Function {
    let mut function = Function::new([]);
    let mut sink = function.instructions();
    sink.local_get(0).i64_extend_i32_u().i64_const(price.into()).i64_mul().call(appended.charge);
    sink.local_get(0).end();
    function
}

/// A function that writes memory, by its parameters.
type Writer = (Vec<Type>, Function);

/// A body that pays before each operator. What writes memory becomes a call of one of `writers`.
fn paying(
    body: &FunctionBody<'_>,
    appended: &Appended,
    prices: &OperatorPrices,
    writers: &mut Vec<Writer>,
) -> Function {
    let mut same = RoundtripReencoder;
    let mut function = same.new_function_with_parsed_locals(body).unwrap();
    for operator in body.get_operators_reader().unwrap() {
        let operator = operator.unwrap();
        let cost = price(prices, &operator);
        // An `else` or `end` can't have anything before it that is executed only with it: it has to be free.
        if cost > 0 {
            assert!(!matches!(operator, Operator::Else | Operator::End));
            function.instruction(&Instruction::I64Const(cost as i64));
            function.instruction(&Instruction::Call(appended.charge));
        }
        let units = match operator {
            Operator::MemoryGrow { .. } => Some(appended.grow),
            Operator::MemoryCopy { .. } => Some(appended.copy),
            Operator::MemoryFill { .. } => Some(appended.fill),
            _ => None,
        };
        if let Some(units) = units {
            function.instruction(&Instruction::Call(units));
        }
        let instruction = same.instruction(operator.clone()).unwrap();
        match writer(&operator, &instruction, appended) {
            Some(writer) => {
                function.instruction(&Instruction::Call(appended.writers + writers.len() as u32));
                writers.push(writer);
            }
            None => drop(function.instruction(&instruction)),
        }
    }
    function
}

fn writer(operator: &Operator<'_>, instruction: &Instruction<'_>, appended: &Appended) -> Option<Writer> {
    let (memory, written) = (appended.memory, appended.written);
    if let Some(store) = Store::of(operator) {
        return Some((store.params().to_vec(), store.function(memory, written, instruction)));
    }
    let bulk = matches!(operator, Operator::MemoryCopy { .. } | Operator::MemoryFill { .. });
    bulk.then(|| (vec![Type::I32; 3], written::bulk(memory, written, instruction)))
}

/// The price of entering and executing each operator once of the function where that is most: no segment
/// costs more.
pub(crate) fn largest_cost(wasm: &[u8], prices: &OperatorPrices) -> u64 {
    let cost = |body: &FunctionBody<'_>| {
        let operators = body.get_operators_reader().unwrap().into_iter();
        let executed: u64 = operators.map(|operator| price(prices, &operator.unwrap())).sum();
        let entry = prices.function_entry + prices.local_entry * declared(body);
        executed + u64::from(entry)
    };
    Sections::read(wasm).bodies.iter().map(cost).max().unwrap_or(0)
}
