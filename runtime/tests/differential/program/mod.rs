//! Structured random programs: valid by construction, and made so that most of them do real work.
//!
//! A program has a few functions that call each other mostly downwards, loops that mostly end, memory
//! accesses that mostly stay within memory and host calls whose pointers mostly point to what they should.
//! Every "mostly" leaves room for the other case. Code that can't be reached is generated as well.

mod body;
mod call;
mod expression;
mod host;
mod statement;

use codec::Encode;
use sillok_abi::{Account, ContractId};
use sillok_testing::{account, with_methods};
use wasm_encoder::{
    ConstExpr, DataSection, ElementSection, Elements, Function, GlobalType, RefType, TableSection, TableType,
    ValType,
};
use wasmparser::ValType as Type;

use super::choices::Choices;
use super::observe::{View, observed};
use super::sections::Sections;
use body::Body;

pub(crate) use host::HOST_NAMES;

/// Where texts and ids that host functions take are; programs mostly write below.
const CONSTANTS: u32 = 0xe000;
const NAME_AT: u32 = CONSTANTS;
const PEER_AT: u32 = CONSTANTS + 0x40;
const PEER_METHOD_AT: u32 = CONSTANTS + 0x80;
/// SCALE of Alice's account, who authorises every call, and of Bob's, who does not.
const ALICE_AT: u32 = CONSTANTS + 0xa0;
const BOB_AT: u32 = CONSTANTS + 0xe0;
const ACCOUNT_BYTES: u32 = 33;

/// The method of the contract that programs call.
pub(crate) const PEER_METHOD: &str = "peer";
const NAME: &str = "sampletexts";

/// A function's type.
#[derive(Clone)]
struct Signature {
    params: Vec<ValType>,
    result: Option<ValType>,
}

/// What all functions of a program know of it.
struct Plan {
    /// The program's own functions; the first is `run`.
    signatures: Vec<Signature>,
    globals: Vec<(ValType, bool)>,
    /// Which of the own functions each element of the table holds.
    table: Vec<Option<usize>>,
    pages: u32,
}

/// A program that follows from `bytes`. It calls contract `peer`.
pub(crate) fn module(bytes: &[u8], peer: &ContractId) -> Vec<u8> {
    let mut choices = Choices::new(bytes);
    let plan = plan(&mut choices);
    let view = View { memory: choices.once_in(2), status: true };
    let mut sections = Sections { memory: memory(&plan, &mut choices), ..Sections::default() };
    host::import_all(&mut sections);
    for (ty, mutable) in &plan.globals {
        let init = match ty {
            ValType::I32 => ConstExpr::i32_const(choices.number() as i32),
            _ => ConstExpr::i64_const(choices.number()),
        };
        sections.globals.push((GlobalType { val_type: *ty, mutable: *mutable, shared: false }, init));
    }
    let first = sections.next_function();
    for index in 0..plan.signatures.len() {
        let signature = &plan.signatures[index];
        let params: Vec<Type> = signature.params.iter().map(|ty| wide(*ty)).collect();
        let results: Vec<Type> = signature.result.iter().map(|ty| wide(*ty)).collect();
        let ty = sections.type_index(&params, &results);
        let function = Body::new(&plan, &mut choices, index, &mut sections).finish();
        sections.add(ty, function);
    }
    sections.exports.push(("memory".into(), wasm_encoder::ExportKind::Memory, 0));
    sections.exports.push(("run".into(), wasm_encoder::ExportKind::Func, first));
    (sections.tables, sections.elements) = table(&plan, first);
    sections.data = data(peer, &mut choices);
    with_methods(observed(&sections.write(), view), &["run"])
}

fn plan(choices: &mut Choices<'_>) -> Plan {
    let mut signatures = vec![Signature { params: vec![ValType::I32], result: Some(ValType::I32) }];
    for _ in 0..choices.below(5) {
        let params = (0..choices.below(4)).map(|_| ty(choices)).collect();
        let result = choices.once_in(4).then_some(()).map_or_else(|| Some(ty(choices)), |()| None);
        signatures.push(Signature { params, result });
    }
    let globals = (0..choices.below(5)).map(|_| (ty(choices), !choices.once_in(5))).collect();
    let functions = signatures.len() as u32;
    let element =
        |choices: &mut Choices<'_>| (!choices.once_in(6)).then(|| choices.below(functions) as usize);
    let table = (0..choices.below(6)).map(|_| element(choices)).collect();
    Plan { signatures, globals, table, pages: 1 + choices.below(2) }
}

fn ty(choices: &mut Choices<'_>) -> ValType {
    choices.pick(&[ValType::I32, ValType::I64])
}

fn wide(ty: ValType) -> Type {
    if ty == ValType::I64 { Type::I64 } else { Type::I32 }
}

fn memory(plan: &Plan, choices: &mut Choices<'_>) -> (u64, Option<u64>) {
    let most = choices.once_in(2).then(|| plan.pages + choices.below(4));
    (plan.pages.into(), most.map(u64::from))
}

fn table(plan: &Plan, first: u32) -> (TableSection, ElementSection) {
    let (mut tables, mut elements) = (TableSection::new(), ElementSection::new());
    let (minimum, element_type) = (plan.table.len() as u64, RefType::FUNCREF);
    tables.table(TableType { element_type, minimum, maximum: None, table64: false, shared: false });
    for (place, function) in plan.table.iter().enumerate() {
        if let Some(function) = function {
            let functions = [first + *function as u32];
            elements.active(
                None,
                &ConstExpr::i32_const(place as i32),
                Elements::Functions((&functions).into()),
            );
        }
    }
    (tables, elements)
}

fn data(peer: &ContractId, choices: &mut Choices<'_>) -> DataSection {
    let mut data = DataSection::new();
    let texts: [(u32, Vec<u8>); 5] = [
        (NAME_AT, NAME.into()),
        (PEER_AT, peer.0.to_vec()),
        (PEER_METHOD_AT, PEER_METHOD.into()),
        (ALICE_AT, account("Alice").encode()),
        (BOB_AT, account("Bob").encode()),
    ];
    for (place, bytes) in texts {
        data.active(0, &ConstExpr::i32_const(place as i32), bytes);
    }
    for _ in 0..choices.below(3) {
        let place = choices.below(CONSTANTS - 64);
        let bytes: Vec<u8> = (0..choices.below(64)).map(|_| choices.byte()).collect();
        data.active(0, &ConstExpr::i32_const(place as i32), bytes);
    }
    data
}

const _: () = assert!(ACCOUNT_BYTES == 1 + 32, "a key's account is a tag and the key");

/// Whose authority every call of a program carries.
pub(crate) fn authoriser() -> Account {
    account("Alice")
}

/// A function from its locals and instructions.
fn function(locals: &[ValType], code: &[wasm_encoder::Instruction<'static>]) -> Function {
    let mut function = Function::new_with_locals_types(locals.iter().copied());
    for instruction in code {
        function.instruction(instruction);
    }
    function
}
