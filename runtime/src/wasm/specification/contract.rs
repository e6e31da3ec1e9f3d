//! Turns a module of the specification into a contract whose one method, `run`, acts out the script.
//!
//! `run(0)` does everything that should return, in order, and compares: it returns 0, or the number of
//! the first action that went wrong. `run(n)` does the same up to action n, which should trap. So a script
//! keeps what it left in memory and globals, and an instance is used for one call, as contracts are.

use codec::Encode;
use sillok_abi::{ABI_VERSION, Item, METADATA_SECTION, MethodKind, MethodSpec, TypeSpec};
use wasmparser::{ExternalKind, Parser, Payload};

use super::script::{Action, Subject, Value, What};

/// The method.
pub(super) const METHOD: &str = "run";

const I32: u8 = 0x7f;

/// The contract. Its own exports are left out: actions reach functions by their index.
pub(super) fn contract(subject: &Subject) -> Vec<u8> {
    let mut sections = sections(&subject.wasm);
    let outline = Outline::read(&subject.wasm);
    append(&mut sections, 1, &[0x60, 1, I32, 1, I32]);
    append(&mut sections, 3, &leb(outline.types));
    append(&mut sections, 10, &with_length(&body(subject, &outline)));
    if !sections.iter().any(|(id, _)| *id == 5) {
        append(&mut sections, 5, &[0, 0]);
    }
    sections.retain(|(id, _)| *id != 7);
    append(&mut sections, 7, &[&with_length(METHOD.as_bytes())[..], &[0], &leb(outline.functions)].concat());
    append(&mut sections, 7, &[&with_length(b"memory")[..], &[2, 0]].concat());
    sections.push((0, [with_length(METADATA_SECTION.as_bytes()), metadata()].concat()));
    sections.sort_by_key(|(id, _)| rank(*id));
    let encoded = sections.iter().flat_map(|(id, bytes)| [vec![*id], with_length(bytes)].concat());
    b"\0asm\x01\0\0\0".iter().copied().chain(encoded).collect()
}

/// What has to be known of a module to call its functions.
#[derive(Default)]
pub(super) struct Outline {
    types: u32,
    functions: u32,
    exports: Vec<(String, ExternalKind, u32)>,
    /// For each function, whether it returns something.
    returns: Vec<bool>,
}

impl Outline {
    pub(super) fn read(wasm: &[u8]) -> Self {
        let mut outline = Outline::default();
        let mut returning = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::TypeSection(section) => {
                    outline.types = section.count();
                    let types = section.into_iter_err_on_gc_types();
                    returning = types.map(|ty| !ty.unwrap().results().is_empty()).collect();
                }
                Payload::FunctionSection(section) => {
                    outline.functions = section.count();
                    outline.returns = section.into_iter().map(|ty| returning[ty.unwrap() as usize]).collect();
                }
                Payload::ExportSection(section) => {
                    let exports = section.into_iter().map(Result::unwrap);
                    outline.exports = exports.map(|it| (it.name.to_owned(), it.kind, it.index)).collect();
                }
                _ => {}
            }
        }
        outline
    }

    pub(super) fn index(&self, name: &str, kind: ExternalKind) -> u32 {
        self.exports.iter().find(|(known, of, _)| known == name && *of == kind).unwrap().2
    }
}

fn body(subject: &Subject, outline: &Outline) -> Vec<u8> {
    let mut code = vec![0]; // no locals
    for (index, action) in subject.actions.iter().enumerate() {
        let number = index as i32 + 1;
        match &action.what {
            What::Returns(expected) => {
                let returns = call(&mut code, action, outline);
                let expected = expected.as_ref().map(|results| results.as_ref().unwrap().first().copied());
                match expected.flatten() {
                    Some(value) => compare(&mut code, value, number),
                    None => drop_result(&mut code, returns),
                }
            }
            What::Reads(value) => {
                code.push(0x23); // global.get
                code.extend(leb(outline.index(&action.export, ExternalKind::Global)));
                compare(&mut code, value.unwrap(), number);
            }
            What::Traps(_) => {
                code.extend([0x20, 0, 0x41]); // local.get 0, i32.const number, i32.eq, if
                code.extend(signed(number.into()));
                code.extend([0x46, 0x04, 0x40]);
                let returns = call(&mut code, action, outline);
                drop_result(&mut code, returns);
                fail(&mut code, number);
            }
        }
    }
    code.extend([0x41, 0, 0x0b]); // i32.const 0, end
    code
}

/// Calls; says whether there is a result.
fn call(code: &mut Vec<u8>, action: &Action, outline: &Outline) -> bool {
    for value in action.args.as_ref().unwrap() {
        constant(code, *value);
    }
    let index = outline.index(&action.export, ExternalKind::Func);
    code.push(0x10);
    code.extend(leb(index));
    outline.returns[index as usize]
}

fn drop_result(code: &mut Vec<u8>, returns: bool) {
    if returns {
        code.push(0x1a);
    }
}

/// Returns the action's number if the value on the stack is another.
fn compare(code: &mut Vec<u8>, expected: Value, number: i32) {
    constant(code, expected);
    code.push(if matches!(expected, Value::I32(_)) { 0x47 } else { 0x52 }); // ne
    code.extend([0x04, 0x40]); // if
    fail(code, number);
}

/// Returns the action's number and closes the `if`.
fn fail(code: &mut Vec<u8>, number: i32) {
    constant(code, Value::I32(number));
    code.extend([0x0f, 0x0b]);
}

fn constant(code: &mut Vec<u8>, value: Value) {
    let (opcode, value) = match value {
        Value::I32(value) => (0x41, value.into()),
        Value::I64(value) => (0x42, value),
    };
    code.push(opcode);
    code.extend(signed(value));
}

fn metadata() -> Vec<u8> {
    let contract =
        Item::Contract { abi: ABI_VERSION, name: "script".into(), version: "0".into(), layout: [0; 32] };
    let method = Item::Method(MethodSpec {
        name: METHOD.into(),
        docs: String::new(),
        kind: MethodKind::Change,
        reentrant: false,
        params: Vec::new(),
        returns: TypeSpec::Unit,
    });
    [contract.encode(), method.encode()].concat()
}

/// The sections of a module, without those that have no meaning.
fn sections(wasm: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let parsed = Parser::new(0).parse_all(wasm).map(Result::unwrap);
    parsed
        .filter_map(|it| it.as_section().map(|(id, range)| (id, wasm[range].to_vec())))
        .filter(|it| it.0 != 0)
        .collect()
}

/// Adds an entry to a section that is a vector; makes the section if there is none.
fn append(sections: &mut Vec<(u8, Vec<u8>)>, id: u8, entry: &[u8]) {
    match sections.iter_mut().find(|(known, _)| *known == id) {
        Some((_, bytes)) => {
            let mut reader = wasmparser::BinaryReader::new(bytes, 0);
            let count = reader.read_var_u32().unwrap();
            let rest = bytes[reader.current_position()..].to_vec();
            *bytes = [leb(count + 1), rest, entry.to_vec()].concat();
        }
        None => sections.push((id, [leb(1), entry.to_vec()].concat())),
    }
}

/// The order of sections: that of their ids, but for the data count, and custom ones last.
fn rank(id: u8) -> u8 {
    match id {
        0 => u8::MAX,
        12 => 19,
        id => id * 2,
    }
}

fn with_length(bytes: &[u8]) -> Vec<u8> {
    [&leb(bytes.len() as u32)[..], bytes].concat()
}

/// Unsigned LEB128.
fn leb(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 128 {
        bytes.push(value as u8 | 128);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Signed LEB128.
fn signed(mut value: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !(-64..64).contains(&value) {
        bytes.push(value as u8 | 128);
        value >>= 7;
    }
    bytes.push(value as u8 & 127);
    bytes
}
