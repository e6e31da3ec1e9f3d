//! What every compiled contract has and has not, whatever it does.

use std::collections::BTreeSet;

use sillok_abi::{HOST_FUNCTIONS, HOST_MODULE, METADATA_SECTION, Metadata, MethodKind};
use sillok_contracts::ALL;
use wasmparser::{
    CompositeInnerType, ExternalKind, Parser, Payload, TypeRef, ValType, Validator, WasmFeatures,
};

/// A contract larger than this has taken in something that it should not have.
const MAX_BYTES: usize = 96 * 1024;
/// The market is by far the largest: all kinds of orders, sessions, batches and negotiations, a twentieth of it
/// spent on keys and values that are put together in place.
const MAX_MARKET_BYTES: usize = 160 * 1024;

/// What is read off a module.
#[derive(Default)]
struct Module {
    /// Parameters and results of each type, by their Wasm names.
    types: Vec<(Vec<&'static str>, Vec<&'static str>)>,
    imports: Vec<(String, String, u32)>,
    functions: BTreeSet<String>,
    metadata: Vec<u8>,
}

impl Module {
    fn read(wasm: &[u8]) -> Self {
        let mut module = Module::default();
        for payload in Parser::new(0).parse_all(wasm) {
            module.take(payload.expect("well-formed Wasm"));
        }
        module
    }

    fn take(&mut self, payload: Payload<'_>) {
        match payload {
            Payload::TypeSection(types) => {
                for group in types {
                    self.types.extend(group.expect("a type").into_types().map(signature));
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import.expect("an import");
                    let TypeRef::Func(ty) = import.ty else { panic!("{} is not a function", import.name) };
                    self.imports.push((import.module.to_owned(), import.name.to_owned(), ty));
                }
            }
            Payload::ExportSection(exports) => {
                let exports = exports.into_iter().map(|export| export.expect("an export"));
                let functions = exports.filter(|export| export.kind == ExternalKind::Func);
                self.functions.extend(functions.map(|export| export.name.to_owned()));
            }
            Payload::CustomSection(section) if section.name() == METADATA_SECTION => {
                self.metadata.extend_from_slice(section.data());
            }
            _ => {}
        }
    }
}

fn signature(ty: wasmparser::SubType) -> (Vec<&'static str>, Vec<&'static str>) {
    let CompositeInnerType::Func(function) = ty.composite_type.inner else { panic!("not a function type") };
    let names = |types: &[ValType]| types.iter().copied().map(value_type).collect();
    (names(function.params()), names(function.results()))
}

fn value_type(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "u32",
        ValType::I64 => "u64",
        other => panic!("{other} in a signature"),
    }
}

#[test]
fn contracts_use_no_more_of_wasm_than_they_may() {
    // Neither floats nor references, SIMD, threads or anything else since.
    let features = WasmFeatures::MUTABLE_GLOBAL | WasmFeatures::BULK_MEMORY | WasmFeatures::SIGN_EXTENSION;
    for (name, wasm) in ALL {
        let refusal = Validator::new_with_features(features).validate_all(wasm).err();
        assert!(refusal.is_none(), "{name}: {refusal:?}");
        let most = if *name == "market" { MAX_MARKET_BYTES } else { MAX_BYTES };
        assert!(wasm.len() <= most, "{name} has {} bytes", wasm.len());
    }
}

#[test]
fn imports_are_host_functions_with_their_types() {
    for (name, wasm) in ALL {
        let module = Module::read(wasm);
        for (namespace, import, ty) in &module.imports {
            assert_eq!(namespace, HOST_MODULE, "{name}");
            let host = HOST_FUNCTIONS.iter().find(|function| function.name == import);
            let host = host.unwrap_or_else(|| panic!("{name} imports {import}"));
            let params: Vec<_> = host.params.iter().map(|(_, ty)| *ty).collect();
            let results: Vec<_> = Some(host.returns).into_iter().filter(|ty| !ty.is_empty()).collect();
            assert_eq!(module.types[*ty as usize], (params, results), "{name}: {import}");
        }
    }
}

#[test]
fn methods_of_the_metadata_are_the_exported_functions() {
    for (name, wasm) in ALL {
        let module = Module::read(wasm);
        let metadata = Metadata::from_section(&module.metadata).expect("usable metadata");
        let methods: BTreeSet<_> = metadata.methods.iter().map(|method| method.name.clone()).collect();
        assert_eq!((metadata.name.as_str(), methods), (*name, module.functions), "{name}");
    }
}

#[test]
fn everything_a_user_meets_is_documented() {
    for (name, wasm) in ALL {
        let metadata = Metadata::from_section(&Module::read(wasm).metadata).expect("usable metadata");
        for method in metadata.methods.iter().filter(|method| method.kind != MethodKind::Constructor) {
            assert!(!method.docs.is_empty(), "{name}: {}", method.name);
        }
        assert!(metadata.errors.iter().all(|error| !error.docs.is_empty()), "{name}");
        assert!(metadata.events.iter().all(|event| !event.docs.is_empty()), "{name}");
    }
}

#[test]
fn nothing_tells_where_it_was_compiled() {
    let home = std::env::var("HOME").expect("a home folder");
    for (name, wasm) in ALL {
        for folder in [home.as_str(), env!("CARGO_MANIFEST_DIR")] {
            let found = wasm.windows(folder.len()).any(|window| window == folder.as_bytes());
            assert!(!found, "{name} names {folder}");
        }
    }
}
