//! Contracts of hand-written WebAssembly, for what no compiler would produce.

use codec::Encode;
use sillok_abi::native::{SYSTEM, code_hash, contract_id};
use sillok_abi::{
    ABI_VERSION, Account, ContractId, Item, METADATA_SECTION, MethodKind, MethodSpec, Outcome, TypeSpec,
};

use crate::{World, account};

/// The memory that every contract exports.
pub const MEMORY: &str = r#"(memory (export "memory") 1)"#;

/// The metadata item that every contract has.
pub fn contract_item(abi: u32) -> Item {
    Item::Contract { abi, name: "sample".into(), version: "0".into(), layout: [0; 32] }
}

/// A method without parameters, which may not be entered while a call of its contract is open.
pub fn method_spec(name: &str, kind: MethodKind) -> MethodSpec {
    MethodSpec {
        name: name.into(),
        docs: String::new(),
        kind,
        reentrant: false,
        params: Vec::new(),
        returns: TypeSpec::Unit,
    }
}

/// The metadata of such a method.
pub fn method_item(name: &str, kind: MethodKind) -> Item {
    Item::Method(method_spec(name, kind))
}

/// The metadata of a method without parameters that may change state.
pub fn change(name: &str) -> Item {
    method_item(name, MethodKind::Change)
}

/// A module in the text format, without the `(module ...)` around it, with these metadata items.
pub fn module(text: &str, items: &[Item]) -> Vec<u8> {
    with_metadata(wat::parse_str(format!("(module {text})")).unwrap(), items)
}

/// A module with these metadata items added.
pub fn with_metadata(mut wasm: Vec<u8>, items: &[Item]) -> Vec<u8> {
    let metadata: Vec<u8> = items.iter().flat_map(Encode::encode).collect();
    wasm.extend(custom_section(METADATA_SECTION, &metadata));
    wasm
}

/// A module in the text format that is a contract without methods.
pub fn contract(text: &str) -> Vec<u8> {
    module(text, &[contract_item(ABI_VERSION)])
}

/// A custom section.
pub fn custom_section(name: &str, data: &[u8]) -> Vec<u8> {
    let mut content = leb(name.len());
    content.extend_from_slice(name.as_bytes());
    content.extend_from_slice(data);
    let mut section = vec![0];
    section.extend(leb(content.len()));
    section.extend(content);
    section
}

/// A module in the text format whose methods are these exports; each may change state.
pub fn wat_contract(text: &str, methods: &[&str]) -> Vec<u8> {
    with_methods(wat::parse_str(format!("(module {text})")).unwrap(), methods)
}

/// A module whose methods are these exports; each may change state.
pub fn with_methods(wasm: Vec<u8>, methods: &[&str]) -> Vec<u8> {
    let methods = methods.iter().map(|name| change(name));
    with_metadata(wasm, &std::iter::once(contract_item(ABI_VERSION)).chain(methods).collect::<Vec<_>>())
}

/// Unsigned LEB128, as sections' sizes are written.
fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 128 {
        bytes.push((value % 128) as u8 | 128);
        value /= 128;
    }
    bytes.push(value as u8);
    bytes
}

/// Uploads code as Alice and makes a contract of it, without arguments. The salt is the code's hash.
pub fn deploy(world: &mut World, code: &[u8]) -> ContractId {
    let alice = account("Alice");
    let salt = code_hash(code);
    let upload = (code.to_vec(),);
    let instantiate = (alice, salt, salt, None::<Account>, Vec::<u8>::new());
    for (method, args) in [("upload", upload.encode()), ("instantiate", instantiate.encode())] {
        let mut body = world.body("Alice", SYSTEM, method, crate::Raw(args));
        body.gas_limit = world.genesis.parameters.max_transaction_gas;
        let transaction = world.signed(body);
        let receipt = world.send(transaction).unwrap();
        assert!(matches!(receipt.outcome, Outcome::Success(_)), "{method}: {:?}", receipt.outcome);
    }
    contract_id(&alice, &salt)
}
