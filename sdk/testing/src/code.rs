//! Small contracts as WebAssembly text with metadata, for tests and benches of what is accepted.

use codec::Encode;
use sillok_abi::{ABI_VERSION, Item, METADATA_SECTION, MethodKind, MethodSpec, TypeSpec};

/// The memory that every contract exports.
pub const MEMORY: &str = r#"(memory (export "memory") 1)"#;

/// The entry of a contract built for this version of the interface.
pub fn contract_item(abi: u32) -> Item {
    Item::Contract { abi, name: "sample".into(), version: "0".into(), layout: [0; 32] }
}

/// The entry of a method that changes something and takes no parameters.
pub fn change(name: &str) -> Item {
    Item::Method(MethodSpec {
        name: name.into(),
        docs: String::new(),
        kind: MethodKind::Change,
        params: Vec::new(),
        returns: TypeSpec::Unit,
    })
}

/// A module of this text with these items as its metadata.
pub fn module(text: &str, items: &[Item]) -> Vec<u8> {
    let mut wasm = wat::parse_str(format!("(module {text})")).unwrap();
    let metadata: Vec<u8> = items.iter().flat_map(Encode::encode).collect();
    wasm.extend(custom_section(METADATA_SECTION, &metadata));
    wasm
}

/// A module of this text that is a contract without methods.
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
