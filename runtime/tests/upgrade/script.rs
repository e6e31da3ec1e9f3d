//! Small modules for tests: contracts whose methods do nothing, or make the calls that the test lists.

use codec::Encode;
use sillok_abi::native::{GenesisContract, code_hash, contract_id};
use sillok_abi::{ABI_VERSION, Account, Call, ContractId, Hash, Item, MethodKind, MethodSpec};
use sillok_testing::{World, account, genesis, method_spec, with_metadata};

/// A method of a module.
pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) kind: MethodKind,
    /// Whether it may be entered while a call of its contract is open.
    pub(crate) reentrant: bool,
    pub(crate) steps: Vec<Step>,
    /// Refuses with this code at the end; else it returns what its last call returned.
    pub(crate) refuses: Option<u32>,
}

/// What a method does.
pub(crate) enum Step {
    /// Calls; a refusal ends the method too.
    Call(Call),
    /// Calls, and goes on after a refusal.
    TryCall(Call),
    /// Has the contract's own method called a second later.
    Schedule(&'static str),
}

/// A method that does nothing.
pub(crate) fn idle(name: &'static str, kind: MethodKind) -> Method {
    Method { name, kind, reentrant: false, steps: Vec::new(), refuses: None }
}

/// A method that makes calls.
pub(crate) fn runs(name: &'static str, steps: Vec<Step>) -> Method {
    Method { name, kind: MethodKind::Change, reentrant: false, steps, refuses: None }
}

/// A module of this storage layout with these methods.
pub(crate) fn module(layout: Hash, methods: &[Method]) -> Vec<u8> {
    let mut data = Vec::new();
    let functions: String = methods.iter().map(|method| function(method, &mut data)).collect();
    let data: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        r#"(module
        (import "sillok" "call" (func $call (param i32 i32 i32 i32 i32 i32) (result i64)))
        (import "sillok" "schedule" (func $schedule (param i64 i64 i32 i32 i32 i32)))
        (import "sillok" "block_time" (func $block_time (result i64)))
        (import "sillok" "result" (func $result (param i32)))
        (import "sillok" "output" (func $output (param i32 i32)))
        (memory (export "memory") 1) (data (i32.const 0) "{data}") {functions})"#
    );
    with_metadata(wat::parse_str(text).unwrap(), &items(layout, methods))
}

fn items(layout: Hash, methods: &[Method]) -> Vec<Item> {
    let contract = Item::Contract { abi: ABI_VERSION, name: "script".into(), version: "0".into(), layout };
    let method = |method: &Method| {
        Item::Method(MethodSpec { reentrant: method.reentrant, ..method_spec(method.name, method.kind) })
    };
    std::iter::once(contract).chain(methods.iter().map(method)).collect()
}

/// Where results are copied to: behind all data.
const BUFFER: usize = 60_000;

fn function(method: &Method, data: &mut Vec<u8>) -> String {
    let steps: String = method.steps.iter().map(|step| instructions(step, data)).collect();
    let end = match method.refuses {
        Some(code) => {
            let at = put(data, &code.encode());
            format!("(call $output (i32.const {at}) (i32.const 4)) (i32.const 1)")
        }
        None => format!(
            "(call $result (i32.const {BUFFER}))
             (call $output (i32.const {BUFFER}) (i32.wrap_i64 (local.get $answer))) (i32.const 0)"
        ),
    };
    format!(r#"(func (export "{}") (param i32) (result i32) (local $answer i64) {steps} {end})"#, method.name)
}

fn instructions(step: &Step, data: &mut Vec<u8>) -> String {
    let (call, catch) = match step {
        Step::Call(call) => (call, 0),
        Step::TryCall(call) => (call, 1),
        Step::Schedule(method) => {
            let name = put(data, method.as_bytes());
            let length = method.len();
            return format!(
                "(call $schedule (i64.add (call $block_time) (i64.const 1000)) (i64.const 1000000)
                 (i32.const {name}) (i32.const {length}) (i32.const 0) (i32.const 0))"
            );
        }
    };
    let contract = put(data, &call.contract.0);
    let method = put(data, call.method.as_bytes());
    let args = put(data, &call.args);
    format!(
        "(local.set $answer (call $call (i32.const {contract}) (i32.const {method}) (i32.const {})
         (i32.const {args}) (i32.const {}) (i32.const {catch})))",
        call.method.len(),
        call.args.len()
    )
}

/// Appends bytes; where they begin.
fn put(data: &mut Vec<u8>, bytes: &[u8]) -> usize {
    let at = data.len();
    data.extend_from_slice(bytes);
    assert!(data.len() < BUFFER);
    at
}

/// The id of the script contract of this number.
pub(crate) fn script(number: u8) -> ContractId {
    contract_id(&account("Alice"), &[100 + number; 32])
}

/// A chain with these further codes, and script contracts of some of them: code and admin, numbered in
/// this order. `counter` has this admin too.
pub(crate) fn world(counter: Account, scripts: &[(&[u8], Account)], codes: &[&[u8]]) -> World {
    let mut genesis = genesis();
    let known = genesis.contracts.iter_mut().find(|contract| contract.name == "counter");
    known.unwrap().admin = Some(counter);
    for (number, (code, admin)) in scripts.iter().enumerate() {
        genesis.codes.push(code.to_vec());
        genesis.contracts.push(GenesisContract {
            name: format!("script{number}"),
            code: code_hash(code),
            deployer: account("Alice"),
            salt: [100 + number as u8; 32],
            admin: Some(*admin),
            args: Vec::new(),
        });
    }
    genesis.codes.extend(codes.iter().map(|code| code.to_vec()));
    World::of(genesis)
}
