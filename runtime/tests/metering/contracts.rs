//! The contracts of this repository, and modules without what most have.

use wasmparser::{Validator, WasmFeatures};
use wasmtime::{ExternType, Module, OptLevel, ValType};

use super::support::{Compiled, End, PLENTY, engine, metered, module};

/// What contracts may use, and several results.
fn validate(wasm: &[u8]) {
    let features = WasmFeatures::WASM1.difference(WasmFeatures::FLOATS)
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::MULTI_VALUE;
    Validator::new_with_features(features).validate_all(wasm).unwrap();
}

#[test]
fn every_contract_can_be_metered_and_compiled() {
    let engine = engine(OptLevel::Speed, true);
    for (name, wasm) in sillok_contracts::ALL {
        let first = metered(wasm);
        assert_eq!(first, metered(wasm), "{name}");
        validate(&first.wasm);
        let original = Module::new(&engine, wasm).unwrap();
        let module = Module::new(&engine, &first.wasm).unwrap();
        let methods = sillok_runtime::check_code(wasm, &sillok_runtime::CodeLimits::default())
            .unwrap()
            .metadata
            .methods;
        assert_eq!(module.exports().count(), methods.len() + 2, "{name}");
        for method in methods {
            let ty = module.get_export(&format!("run:{}", method.name));
            let Some(ExternType::Func(ty)) = ty else { panic!("{name}: {}", method.name) };
            assert!(matches!(ty.params().collect::<Vec<_>>()[..], [ValType::I32, ValType::I64]));
            assert!(matches!(
                ty.results().collect::<Vec<_>>()[..],
                [ValType::I32, ValType::I64, ValType::I64]
            ));
        }
        for (import, before) in module.imports().zip(original.imports()) {
            assert_eq!((import.module(), import.name()), (before.module(), before.name()));
            let (ExternType::Func(ty), ExternType::Func(before)) = (import.ty(), before.ty()) else {
                panic!()
            };
            let gas = || [ValType::I64].into_iter();
            let same = |a: &mut dyn Iterator<Item = ValType>, b: &mut dyn Iterator<Item = ValType>| {
                a.map(|ty| ty.to_string()).eq(b.map(|ty| ty.to_string()))
            };
            assert!(same(&mut ty.params(), &mut before.params().chain(gas())), "{name}: {}", import.name());
            assert!(same(&mut ty.results(), &mut before.results().chain(gas())), "{name}: {}", import.name());
        }
        assert_eq!(module.imports().count(), original.imports().count());
    }
}

#[test]
fn modules_without_what_most_have() {
    let memory = r#"(memory (export "memory") 1)"#;
    for (text, methods) in [
        ("", &[][..]),
        (memory, &[]),
        (r#"(import "sillok" "note" (func (param i32)))"#, &[]),
        (r#"(import "sillok" "note" (func (param i32))) (memory (export "memory") 0 3)"#, &[]),
        (r#"(table 3 funcref) (global i64 (i64.const 1))"#, &[]),
        (r#"(func (export "a") (param i32) (result i32) (i32.const 1))"#, &["a"]),
    ] {
        validate(&metered(&module(text, methods)).wasm);
    }
    let two = r#"(func (export "b") (param i32) (result i32) (local.get 0))
        (func (export "a") (param i32) (result i32) (i32.const 7)) (func (export "hidden"))"#;
    let compiled = Compiled::new(&module(&format!("{memory} {two}"), &["b", "a"]));
    assert_eq!(compiled.run("a", 3, PLENTY).0.end, End::Status(7));
    assert_eq!(compiled.run("b", 3, PLENTY).0.end, End::Status(3));
}

#[test]
fn memory_has_a_maximum_and_a_chunk() {
    for (declared, pages, maximum, chunk_shift) in
        [("1", 1, 64, 10), ("2 5", 2, 5, 11), ("3", 3, 64, 12), ("0 100", 0, 64, 8), ("64", 64, 64, 16)]
    {
        let metered = metered(&module(&format!(r#"(memory (export "memory") {declared})"#), &[]));
        assert_eq!((metered.memory_bytes, metered.chunk_shift), (pages * 65_536, chunk_shift), "{declared}");
        let module = Module::new(&engine(OptLevel::Speed, true), &metered.wasm).unwrap();
        let Some(ExternType::Memory(memory)) = module.get_export("memory") else { panic!() };
        assert_eq!((memory.minimum(), memory.maximum()), (pages, Some(maximum)), "{declared}");
    }
}

/// Globals are reset on entry, memory by what was marked.
#[test]
fn a_used_instance_is_as_a_new_one() {
    let compiled = Compiled::new(&module(
        r#"(memory (export "memory") 1)
           (global $n (mut i32) (i32.const -5)) (global $w (mut i64) (i64.const 0x7fffffffffffffff))
           (func (export "run") (param i32) (result i32)
             (global.set $n (i32.add (global.get $n) (i32.const 1)))
             (global.set $w (i64.add (global.get $w) (i64.const 1)))
             (i32.store (i32.const 50000) (i32.add (i32.load (i32.const 50000)) (i32.const 3)))
             (i32.add (i32.load (i32.const 50000)) (i32.add (global.get $n) (i64.eqz (global.get $w)))))"#,
        &["run"],
    ));
    let [first, second] = compiled.run_twice("run", 0, PLENTY);
    assert_eq!(first.0.end, End::Status(-1));
    assert_eq!(first, second);
}
