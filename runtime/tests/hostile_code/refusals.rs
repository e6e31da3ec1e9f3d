//! Each refusal at upload with its own code.

use std::collections::BTreeSet;

use sillok_abi::{ABI_VERSION, Item, MethodKind, MethodSpec};
use sillok_runtime::{CODE_ERRORS, CodeError, CodeLimits, check_code};
use sillok_testing::code::{MEMORY, change, contract, contract_item, custom_section, module};

use super::limits;

/// Code that is refused, and as what.
type Case = (Vec<u8>, CodeError);

/// A contract with a memory and this text.
fn with(text: &str) -> Vec<u8> {
    contract(&format!("{MEMORY} {text}"))
}

/// What a careless build switches on.
fn extensions() -> Vec<Case> {
    let table = "(table 1 funcref)";
    vec![
        (with("(func (result f64) f64.const 1)"), CodeError::Floats),
        (with("(func (param f32))"), CodeError::Floats),
        (with("(global f32 (f32.const 0))"), CodeError::Floats),
        (with("(func (result i64) (i64.trunc_sat_f64_s (f64.const 1)))"), CodeError::Floats),
        (with("(func (drop (v128.const i64x2 1 1)))"), CodeError::Simd),
        (with("(func (param v128))"), CodeError::Simd),
        (with("(func (drop (i32x4.relaxed_trunc_f32x4_s (v128.const i64x2 1 1))))"), CodeError::Simd),
        (contract(r#"(memory (export "memory") 1 1 shared)"#), CodeError::Threads),
        (with("(func (drop (i32.atomic.load (i32.const 0))))"), CodeError::Threads),
        (with("(func (param externref))"), CodeError::ReferenceTypes),
        (with("(func (drop (ref.null func)))"), CodeError::ReferenceTypes),
        (with("(table 1 externref)"), CodeError::ReferenceTypes),
        (with(&format!("{table} (elem (i32.const 0) funcref (ref.null func))")), CodeError::ReferenceTypes),
        (overlong_call_indirect(), CodeError::ReferenceTypes),
        (with("(func i32.const 0 (block (param i32) drop))"), CodeError::MultiValue),
        (
            with("(func (block (result i32 i32) i32.const 0 i32.const 0) drop drop)"),
            CodeError::TooManyResults,
        ),
        (contract(r#"(memory (export "memory") i64 1)"#), CodeError::Extension),
        (with("(memory 1)"), CodeError::Extension),
        (with("(func $f return_call $f)"), CodeError::Extension),
        (with("(tag) (func throw 0)"), CodeError::Extension),
        (with("(type (struct))"), CodeError::Extension),
        (with("(global i32 (i32.add (i32.const 1) (i32.const 1)))"), CodeError::Extension),
        (with(r#"(data (i32.add (i32.const 1) (i32.const 1)) "a")"#), CodeError::Extension),
        (with("(func $s) (start $s)"), CodeError::StartFunction),
        (with(r#"(data "passive")"#), CodeError::PassiveSegment),
        (with(&format!("{table} (func $f) (elem func $f)")), CodeError::PassiveSegment),
        (with("(func $f) (elem declare func $f)"), CodeError::PassiveSegment),
        (
            with(
                r#"(data (i32.const 0) "a") (func (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0)))"#,
            ),
            CodeError::PassiveSegment,
        ),
        (with(r#"(data (i32.const 0) "a") (func (data.drop 0))"#), CodeError::PassiveSegment),
        (with(&format!("{table} (elem (i32.const 0)) (func (elem.drop 0))")), CodeError::PassiveSegment),
        (
            with(&format!("{table} (func (table.copy (i32.const 0) (i32.const 0) (i32.const 0)))")),
            CodeError::TableInstruction,
        ),
        (with(&format!("{table} (func (drop (table.size)))")), CodeError::TableInstruction),
        (with(&format!("{table} (func (drop (table.get (i32.const 0))))")), CodeError::TableInstruction),
    ]
}

/// A call through a table whose index takes five bytes, as linkers write it when reference types are on.
fn overlong_call_indirect() -> Vec<u8> {
    let mut code = with("(table 1 funcref) (type (func)) (func (call_indirect (type 0) (i32.const 0)))");
    // Body: its size, no locals, i32.const 0, call_indirect type 0 table 0, end.
    let body = [0x07, 0x00, 0x41, 0x00, 0x11, 0x00, 0x00, 0x0b];
    let at = code.windows(body.len()).position(|window| window == body).unwrap();
    // The section's size and count stand before it.
    code[at - 2] += 4;
    code[at] += 4;
    code.splice(at + 6..at + 7, [0x80, 0x80, 0x80, 0x80, 0x00]);
    code
}

fn imports() -> Vec<Case> {
    let block_time = r#"(import "sillok" "block_time" (func $host (result i64)))"#;
    let import = |text: &str| contract(&format!("{text} {MEMORY}"));
    vec![
        (import(r#"(import "env" "print" (func))"#), CodeError::UnknownImport),
        (import(r#"(import "sillok" "print" (func))"#), CodeError::UnknownImport),
        (import(r#"(import "env" "block_time" (func (result i64)))"#), CodeError::UnknownImport),
        (import(r#"(import "sillok" "input" (func))"#), CodeError::ImportSignature),
        (import(r#"(import "sillok" "block_time" (func (result i32)))"#), CodeError::ImportSignature),
        (
            contract(r#"(import "env" "memory" (memory 1)) (export "memory" (memory 0))"#),
            CodeError::ImportKind,
        ),
        (import(r#"(import "sillok" "table" (table 1 funcref))"#), CodeError::ImportKind),
        (import(r#"(import "sillok" "base" (global i32))"#), CodeError::ImportKind),
        (import(&format!(r#"{block_time} (export "time" (func $host))"#)), CodeError::HostFunctionExposed),
        (
            import(&format!("{block_time} (table 1 funcref) (elem (i32.const 0) $host)")),
            CodeError::HostFunctionExposed,
        ),
    ]
}

fn layout() -> Vec<Case> {
    vec![
        (contract("(memory 1)"), CodeError::NoMemory),
        (contract(""), CodeError::NoMemory),
        (contract(r#"(memory 1) (func (export "memory"))"#), CodeError::NoMemory),
        (with(r#"(data (i32.const 65536) "a")"#), CodeError::DataOutsideMemory),
        (with(r#"(data (i32.const 65535) "ab")"#), CodeError::DataOutsideMemory),
        (with(r#"(data (i32.const -1) "a")"#), CodeError::DataOutsideMemory),
        (with(r#"(data (i32.const 65537) "")"#), CodeError::DataOutsideMemory),
        (with("(table 1 funcref) (func $f) (elem (i32.const 1) $f)"), CodeError::ElementsOutsideTable),
        (with("(table 1 funcref) (func $f) (elem (i32.const -1) $f)"), CodeError::ElementsOutsideTable),
        (with("(table 1 funcref) (elem (i32.const 2))"), CodeError::ElementsOutsideTable),
        (with(r#"(func $f) (export "f" (func $f)) (export "f" (func $f))"#), CodeError::DuplicateExport),
    ]
}

/// Damaged modules.
fn malformed() -> Vec<Case> {
    let good = with("(func)");
    let count = |section: &[u8]| [&good[..8], section].concat();
    vec![
        (b"not wasm".to_vec(), CodeError::Malformed),
        (Vec::new(), CodeError::Malformed),
        (good[..good.len() - 1].to_vec(), CodeError::Malformed),
        ([&good[..], &[0]].concat(), CodeError::Malformed),
        // A component, which has another header.
        ([b"\0asm\x0d\0\x01\0".to_vec(), custom_section("a", &[])].concat(), CodeError::Malformed),
        (with("(func (result i32))"), CodeError::Malformed),
        (with("(func (drop (i32.const 1)) drop)"), CodeError::Malformed),
        (with(r#"(data (i64.const 0) "a")"#), CodeError::Malformed),
        (
            with("(func $f) (global $g i32 (i32.const 0)) (func (global.set $g (i32.const 1)))"),
            CodeError::Malformed,
        ),
        (contract(&format!(r#"(import "sillok" "input" (func (type 9))) {MEMORY}"#)), CodeError::Malformed),
        // A data count without data, and one function declared but none given.
        (count(&[12, 1, 1]), CodeError::Malformed),
        (count(&[1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0]), CodeError::Malformed),
    ]
}

/// A constructor that claims to be re-entrant.
fn reentrant_constructor() -> Item {
    let Item::Method(method) = change("new") else { unreachable!("it is a method") };
    Item::Method(MethodSpec { kind: MethodKind::Constructor, reentrant: true, ..method })
}

fn metadata() -> Vec<Case> {
    let plain = || contract_item(ABI_VERSION);
    let method = |text: &str, name: &str| module(&format!("{MEMORY} {text}"), &[plain(), change(name)]);
    let fits = |name: &str| format!(r#"(func (export "{name}") (param i32) (result i32) (i32.const 0))"#);
    let text = |bytes: &[u8]| [module(MEMORY, &[plain()]), custom_section("sillok.metadata", bytes)].concat();
    vec![
        (module(MEMORY, &[]), CodeError::NoMetadata),
        (wat::parse_str(format!("(module {MEMORY})")).unwrap(), CodeError::NoMetadata),
        (module(MEMORY, &[change("run")]), CodeError::BadMetadata),
        (module(MEMORY, &[plain(), plain()]), CodeError::BadMetadata),
        (module(MEMORY, &[plain(), change("run"), change("run")]), CodeError::BadMetadata),
        (text(&[9]), CodeError::BadMetadata),
        (module(MEMORY, &[plain(), reentrant_constructor()]), CodeError::BadMetadata),
        (module(MEMORY, &[contract_item(ABI_VERSION + 1)]), CodeError::AbiVersion),
        (method(&fits("2x"), "2x"), CodeError::BadMethodName),
        (method(&fits("a-b"), "a-b"), CodeError::BadMethodName),
        (method(&fits("한글"), "한글"), CodeError::BadMethodName),
        (method(&fits(""), ""), CodeError::BadMethodName),
        (method(&fits("run"), &"n".repeat(65)), CodeError::NameTooLong),
        (method("", "run"), CodeError::MethodNotExported),
        (method("", "memory"), CodeError::MethodNotExported),
        (method(r#"(func (export "run"))"#, "run"), CodeError::MethodNotExported),
        (
            method(r#"(func (export "run") (param i64) (result i32) (i32.const 0))"#, "run"),
            CodeError::MethodNotExported,
        ),
        (method(r#"(global (export "run") i32 (i32.const 0))"#, "run"), CodeError::MethodNotExported),
    ]
}

fn cases() -> Vec<Case> {
    [extensions(), imports(), layout(), malformed(), metadata(), limits::refused()].concat()
}

#[test]
fn each_refusal_has_its_own_code() {
    for (index, (code, refusal)) in cases().iter().enumerate() {
        let checked = check_code(code, &CodeLimits::default()).map(|accepted| accepted.metadata.name);
        assert_eq!(checked, Err(*refusal), "case {index}");
    }
}

#[test]
fn every_refusal_has_a_case() {
    let tried: BTreeSet<u32> = cases().iter().map(|(_, refusal)| refusal.code()).collect();
    for (refusal, name, _) in CODE_ERRORS {
        assert!(tried.contains(&refusal.code()), "{name} has no case");
    }
}

#[test]
fn every_refusal_has_its_number_and_says_what_to_do() {
    let codes: Vec<u32> = CODE_ERRORS.iter().map(|(refusal, _, _)| refusal.code()).collect();
    assert_eq!(codes, (1..=CODE_ERRORS.len() as u32).collect::<Vec<_>>());
    for (refusal, name, _) in CODE_ERRORS {
        let sentence = refusal.to_string();
        let (_, advice) = sentence.split_once(": ").unwrap_or_default();
        assert!(advice.ends_with('.') && advice.len() > 15, "{name}: {sentence}");
    }
}

#[test]
fn what_is_close_to_a_refusal_is_accepted() {
    let accepted = [
        with(""),
        with(r#"(data (i32.const 65535) "a") (data (i32.const 65536) "")"#),
        with("(table 1 funcref) (func $f) (elem (i32.const 0) $f) (elem (i32.const 1))"),
        with("(func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))"),
        with("(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))"),
        with("(func (drop (i32.extend8_s (memory.grow (i32.const 1)))))"),
        with(r#"(global (export "base") (mut i64) (i64.const 0))"#),
        with("(table 1 1 funcref) (type (func)) (func (call_indirect (type 0) (i32.const 0)))"),
        [with(""), custom_section("name", b"\xff")].concat(),
    ];
    for (index, code) in accepted.iter().enumerate() {
        let checked = check_code(code, &CodeLimits::default());
        assert!(checked.is_ok(), "case {index}: {checked:?}");
    }
}
