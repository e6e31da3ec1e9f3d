//! Hostile and careless code: each refusal at upload and each trap with its own code.
#![allow(clippy::unwrap_used, reason = "a test")]

use codec::Encode;
use sillok_abi::native::{SYSTEM, code_hash};
use sillok_abi::{
    ABI_VERSION, Account, Failure, HOST_FUNCTIONS, Item, METADATA_SECTION, MethodKind, MethodSpec, Outcome,
    Receipt, TrapCode, TypeSpec,
};
use sillok_runtime::{CodeError, check_code, limits};
use sillok_testing::{World, account, failure};

fn contract_item(abi: u32) -> Item {
    Item::Contract { abi, name: "hostile".into(), version: "0".into(), layout: [0; 32] }
}

fn change(name: &str) -> Item {
    Item::Method(MethodSpec {
        name: name.into(),
        docs: String::new(),
        kind: MethodKind::Change,
        reentrant: false,
        params: Vec::new(),
        returns: TypeSpec::Unit,
    })
}

/// A constructor that claims to be re-entrant.
fn reentrant_constructor() -> Item {
    let Item::Method(method) = change("new") else { unreachable!("it is a method") };
    Item::Method(MethodSpec { kind: MethodKind::Constructor, reentrant: true, ..method })
}

/// A module of this text with these items as its metadata.
fn module(text: &str, items: &[Item]) -> Vec<u8> {
    let mut wasm = wat::parse_str(format!("(module {text})")).unwrap();
    let name = METADATA_SECTION.as_bytes();
    let metadata: Vec<u8> = items.iter().flat_map(Encode::encode).collect();
    let mut section = leb(name.len());
    section.extend_from_slice(name);
    section.extend_from_slice(&metadata);
    wasm.push(0);
    wasm.extend_from_slice(&leb(section.len()));
    wasm.extend_from_slice(&section);
    wasm
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

/// A module with a memory and a method `run` of this body.
fn runnable(imports: &str, body: &str) -> Vec<u8> {
    let text = format!(
        r#"{imports} (memory (export "memory") 1) (func (export "run") (param i32) (result i32) {body})"#
    );
    module(&text, &[contract_item(ABI_VERSION), change("run")])
}

const MEMORY: &str = r#"(memory (export "memory") 1)"#;

#[test]
fn each_refusal_has_its_own_code() {
    let plain = [contract_item(ABI_VERSION)];
    let import = r#"(import "sillok" "block_time" (func (result i64)))"#;
    let imports = format!("{} {MEMORY}", import.repeat(HOST_FUNCTIONS.len() + 1));
    let many = |item: &str, count: u32| format!("{MEMORY} {}", item.repeat(count as usize));
    let long = format!(r#"{MEMORY} (func (export "{}"))"#, "n".repeat(65));
    let large = format!("(func {})", "(drop (i32.const 1))".repeat(limits::MAX_FUNCTION_BYTES / 2));
    let params = format!("(func (param {}))", "i32 ".repeat(33));
    let locals = format!("(func (local {}))", "i32 ".repeat(1_025));
    let cases = [
        (vec![0; limits::MAX_CODE_BYTES + 1], CodeError::TooLarge),
        (b"not wasm".to_vec(), CodeError::Malformed),
        (module(&format!("{MEMORY} (func (result f64) f64.const 1)"), &plain), CodeError::Floats),
        (
            module(&format!("{MEMORY} (func (result i32 i32) i32.const 1 i32.const 2)"), &plain),
            CodeError::Extension,
        ),
        (
            module(&format!("{MEMORY} (func (result v128) v128.const i64x2 1 1)"), &plain),
            CodeError::Extension,
        ),
        (module(r#"(memory (export "memory") i64 1)"#, &plain), CodeError::Extension),
        (module(&format!("{MEMORY} (func $s) (start $s)"), &plain), CodeError::StartFunction),
        (module(&format!(r#"(import "env" "print" (func)) {MEMORY}"#), &plain), CodeError::UnknownImport),
        (module(&format!(r#"(import "sillok" "input" (func)) {MEMORY}"#), &plain), CodeError::UnknownImport),
        (module(r#"(import "sillok" "memory" (memory 1))"#, &plain), CodeError::UnknownImport),
        (module(&imports, &plain), CodeError::TooManyItems),
        (module("(memory 1)", &plain), CodeError::NoMemory),
        (module(r#"(memory (export "memory") 65)"#, &plain), CodeError::MemoryTooLarge),
        (module(&format!("{MEMORY} (table 4097 funcref)"), &plain), CodeError::TableTooLarge),
        (module(&format!(r#"{MEMORY} (data "passive")"#), &plain), CodeError::PassiveSegment),
        (
            module(&format!("{MEMORY} (table 1 funcref) (func $f) (elem func $f)"), &plain),
            CodeError::PassiveSegment,
        ),
        (
            module(
                &format!("{MEMORY} (table 1 funcref) (func i32.const 0 i32.const 0 i32.const 0 table.copy)"),
                &plain,
            ),
            CodeError::PassiveSegment,
        ),
        (module(&many("(func)", limits::MAX_FUNCTIONS + 1), &plain), CodeError::TooManyItems),
        (
            module(&many("(global i32 (i32.const 0))", limits::MAX_GLOBALS + 1), &plain),
            CodeError::TooManyItems,
        ),
        (
            module(&many(r#"(data (i32.const 0) "")"#, limits::MAX_DATA_SEGMENTS + 1), &plain),
            CodeError::TooManyItems,
        ),
        (module(&format!("{MEMORY} {params}"), &plain), CodeError::FunctionTooLarge),
        (module(&format!("{MEMORY} {locals}"), &plain), CodeError::FunctionTooLarge),
        (module(&format!("{MEMORY} {large}"), &plain), CodeError::FunctionTooLarge),
        (module(&long, &plain), CodeError::NameTooLong),
        (module(MEMORY, &[]), CodeError::NoMetadata),
        (module(MEMORY, &[plain[0].clone(), plain[0].clone()]), CodeError::NoMetadata),
        (module(MEMORY, &[plain[0].clone(), reentrant_constructor()]), CodeError::NoMetadata),
        (module(MEMORY, &[contract_item(ABI_VERSION + 1)]), CodeError::AbiVersion),
        (module(MEMORY, &[plain[0].clone(), change("run")]), CodeError::MethodNotExported),
        (
            module(&format!(r#"{MEMORY} (func (export "run"))"#), &[plain[0].clone(), change("run")]),
            CodeError::MethodNotExported,
        ),
    ];
    for (index, (code, error)) in cases.iter().enumerate() {
        assert_eq!(check_code(code), Err(*error), "case {index}");
        assert!(!error.docs().is_empty());
    }
    assert!(check_code(&module(MEMORY, &plain)).is_ok());
}

fn upload(world: &mut World, code: Vec<u8>) -> Receipt {
    let mut body = world.body("Alice", SYSTEM, "upload", (code,));
    body.gas_limit = world.genesis.parameters.max_transaction_gas;
    let transaction = world.signed(body);
    world.send(transaction).unwrap()
}

#[test]
fn an_upload_that_is_refused_says_so_in_its_receipt() {
    let mut world = World::default();
    let receipt = upload(&mut world, b"not wasm".to_vec());
    assert_eq!(failure(&receipt), Failure::Error { code: CodeError::Malformed.code() });
}

/// Uploads and instantiates code, then calls its `run`.
fn run(code: Vec<u8>) -> Receipt {
    let mut world = World::default();
    let alice = account("Alice");
    assert!(matches!(upload(&mut world, code.clone()).outcome, Outcome::Success(_)));
    let args = (alice, code_hash(&code), [77u8; 32], None::<Account>, Vec::<u8>::new());
    let body = world.body("Alice", SYSTEM, "instantiate", args);
    let transaction = world.signed(body);
    let receipt = world.send(transaction).unwrap();
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{receipt:?}");
    let contract = sillok_abi::native::contract_id(&alice, &[77; 32]);
    let mut body = world.body("Alice", contract, "run", ());
    body.gas_limit = 5_000_000;
    let transaction = world.seal(body);
    let before = (*world.state).clone();
    let receipt = world.send(transaction).unwrap();
    assert_eq!(*world.state, before, "a failed call changes nothing");
    receipt
}

#[test]
fn each_trap_has_its_own_code_and_takes_all_gas() {
    let import = |name: &str, ty: &str| format!(r#"(import "sillok" "{name}" (func ${name} {ty}))"#);
    let cases = [
        (runnable("", "(loop br 0) unreachable"), TrapCode::OutOfGas),
        (runnable("", "unreachable"), TrapCode::Unreachable),
        (runnable("", "(i32.div_u (i32.const 1) (local.get 0))"), TrapCode::BadInstruction),
        (runnable("", "(i32.load (i32.const -4))"), TrapCode::MemoryOutOfBounds),
        (runnable("", "(i32.const 9)"), TrapCode::BadStatus),
        (runnable("", "(i32.const 1)"), TrapCode::BadStatus),
        (runnable("", "(i32.const 2)"), TrapCode::BadArguments),
        (
            runnable(
                &import("storage_set", "(param i32 i32 i32 i32)"),
                "(call $storage_set (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 0)) (i32.const 0)",
            ),
            TrapCode::SizeLimit,
        ),
        (
            runnable(
                &import("storage_set", "(param i32 i32 i32 i32)"),
                "(call $storage_set (i32.const 65530) (i32.const 32) (i32.const 0) (i32.const 0)) (i32.const 0)",
            ),
            TrapCode::MemoryOutOfBounds,
        ),
        (
            runnable(
                &import("require_auth", "(param i32 i32)"),
                "(call $require_auth (i32.const 0) (i32.const 2)) (i32.const 0)",
            ),
            TrapCode::BadHostArgument,
        ),
        (
            runnable(
                &import("hash", "(param i32 i32 i32 i32)"),
                "(call $hash (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0)",
            ),
            TrapCode::BadHostArgument,
        ),
        (
            runnable(
                &import("schedule", "(param i64 i64 i32 i32 i32 i32)"),
                "(call $schedule (i64.const 1) (i64.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0)",
            ),
            TrapCode::Schedule,
        ),
        (
            runnable(
                &(import("call", "(param i32 i32 i32 i32 i32 i32) (result i64)")
                    + &import("contract_id", "(param i32)")),
                r#"(call $contract_id (i32.const 100)) (i64.store (i32.const 0) (i64.const 0x6e7572))
                   (drop (call $call (i32.const 100) (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1))) (i32.const 0)"#,
            ),
            TrapCode::Reentrancy,
        ),
        (
            runnable(
                &import("call", "(param i32 i32 i32 i32 i32 i32) (result i64)"),
                "(drop (call $call (i32.const 100) (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1))) (i32.const 0)",
            ),
            TrapCode::NoContract,
        ),
    ];
    for (index, (code, trap)) in cases.into_iter().enumerate() {
        let receipt = run(code);
        assert_eq!(failure(&receipt), Failure::Trap(trap), "case {index}");
        assert_eq!(receipt.gas_used, 5_000_000, "case {index}");
    }
}

#[test]
fn recursion_without_end_exhausts_the_stack_or_the_gas_and_nothing_else() {
    let text = format!(
        r#"{MEMORY} (func $deep (param i32) (result i32) (call $deep (local.get 0))) (export "run" (func $deep))"#
    );
    let receipt = run(module(&text, &[contract_item(ABI_VERSION), change("run")]));
    assert!(matches!(failure(&receipt), Failure::Trap(TrapCode::StackOverflow | TrapCode::OutOfGas)));
}

#[test]
fn a_panic_says_what_and_where() {
    let panics = runnable(
        r#"(import "sillok" "panic" (func $panic (param i32 i32 i32 i32)))"#,
        r#"(i64.store (i32.const 0) (i64.const 0x736c656574)) (i64.store (i32.const 8) (i64.const 0x373a62696c))
           (call $panic (i32.const 0) (i32.const 5) (i32.const 8) (i32.const 5)) (i32.const 0)"#,
    );
    let receipt = run(panics);
    let expected = Failure::Panic { message: "teels".into(), place: "lib:7".into() };
    assert_eq!(failure(&receipt), expected);
    assert!(receipt.gas_used < 5_000_000, "a panic takes the gas that was used, not all");
}
