//! Hostile and careless code: each refusal at upload and each trap with its own code.
#![allow(clippy::unwrap_used, reason = "a test")]

mod limits;
mod refusals;
mod work;

use sillok_abi::native::{SYSTEM, code_hash};
use sillok_abi::{ABI_VERSION, Account, Failure, Outcome, Receipt, TrapCode};
use sillok_runtime::CodeError;
use sillok_testing::code::{MEMORY, change, contract_item, module};
use sillok_testing::{World, account, failure};

/// A module with a memory and a method `run` of this body.
fn runnable(imports: &str, body: &str) -> Vec<u8> {
    let text = format!(
        r#"{imports} (memory (export "memory") 1) (func (export "run") (param i32) (result i32) {body})"#
    );
    module(&text, &[contract_item(ABI_VERSION), change("run")])
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
