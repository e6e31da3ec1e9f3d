//! Modules by wasm-smith: any instruction anywhere, hardly ever with sense.

use std::convert::Infallible;

use arbitrary::Unstructured;
use sillok_testing::with_methods;
use wasm_encoder::ElementSection;
use wasm_encoder::reencode::{self, Reencode};
use wasm_smith::{Config, MemoryOffsetChoices, Module};
use wasmparser::{Parser, Payload};

use super::choices::Choices;
use super::observe::{View, observed};
use super::program::HOST_NAMES;
use super::sections::Sections;

/// A module that follows from `bytes`.
pub(crate) fn module(bytes: &[u8]) -> Vec<u8> {
    let mut choices = Choices::new(bytes);
    let config = config(&mut choices);
    let view = View { memory: choices.once_in(2), status: false };
    let exposed = choices.once_in(16);
    let module = Module::new(config, &mut Unstructured::new(choices.rest())).unwrap().to_bytes();
    let module = if exposed { module } else { hidden(&module) };
    with_methods(observed(&module, view), &["run"])
}

/// The module with its own functions in the table in the places of host functions, for which it would be
/// refused.
fn hidden(wasm: &[u8]) -> Vec<u8> {
    let mut sections = Sections::read(wasm);
    sections.keep_bodies();
    let (imports, own) = (sections.imports.len() as u32, sections.functions.len() as u32);
    sections.elements = ElementSection::new();
    let mut renamed = Renamed { imports, own };
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ElementSection(section) = payload.unwrap() {
            renamed.parse_element_section(&mut sections.elements, section).unwrap();
        }
    }
    sections.write()
}

/// Names one of the module's own functions instead of a host function.
struct Renamed {
    imports: u32,
    own: u32,
}

impl Reencode for Renamed {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error<Infallible>> {
        Ok(if function < self.imports { self.imports + function % self.own } else { function })
    }
}

fn config(choices: &mut Choices<'_>) -> Config {
    // With bulk memory wasm-smith makes passive segments, which are refused: then there are no segments
    // and no tables.
    let bulk = choices.once_in(3);
    let segments = if bulk { 0 } else { 3 };
    Config {
        module_shape: Some(shape(choices)),
        allow_floats: false,
        allow_start_export: false,
        bulk_memory_enabled: bulk,
        disallow_traps: choices.once_in(2),
        max_data_segments: segments,
        max_element_segments: segments,
        max_elements: 6,
        max_funcs: 6,
        max_globals: 6,
        max_instructions: choices.pick(&[40, 100, 200]),
        max_tables: usize::from(!bulk),
        max_table_elements: 16,
        max_types: 6,
        memory_offset_choices: MemoryOffsetChoices(97, 2, 1),
        custom_descriptors_enabled: false,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        multi_value_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: false,
        sign_extension_ops_enabled: true,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        ..Config::default()
    }
}

/// What a module imports and exports: what its wrapper needs, and some other host functions.
fn shape(choices: &mut Choices<'_>) -> Vec<u8> {
    let needed = ["input", "output", "hash"];
    let mut imports = String::new();
    for name in HOST_NAMES {
        if needed.contains(name) || choices.once_in(4) {
            imports.push_str(&import(name));
        }
    }
    let pages = 1 + choices.below(2);
    let most = pages + choices.below(3);
    let text = format!(
        r#"(module {imports} (memory (export "memory") {pages} {most})
           (func (export "run") (param i32) (result i32) unreachable))"#
    );
    wat::parse_str(text).unwrap()
}

/// The import of a host function, as text.
pub(crate) fn import(name: &str) -> String {
    let function = sillok_abi::HOST_FUNCTIONS.iter().find(|function| function.name == name).unwrap();
    let wide = |ty: &str| if ty == "u64" { "i64" } else { "i32" };
    let params: Vec<&str> = function.params.iter().map(|(_, ty)| wide(ty)).collect();
    let result = match function.returns {
        "" => String::new(),
        ty => format!("(result {})", wide(ty)),
    };
    format!(r#"(import "sillok" "{name}" (func ${name} (param {}) {result}))"#, params.join(" "))
}
