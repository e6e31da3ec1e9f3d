//! Uploading code: checking it, and compiling it when it is first run.

use std::sync::Arc;

use codec::Encode;
use sillok_abi::Call;
use sillok_abi::native::SYSTEM;
use sillok_benches::{Cost, Row, Rows, Stage};
use sillok_runtime::{Outside, Runtime};

use super::cost::{is_timed, root_call, shortest_of};
use super::program::{memory, module};

/// Bytes of the bodies of a module that is made to be slow to compile, and how many there are.
const BODY_BYTES: usize = 60_000;
const BODIES: usize = 1;
/// The most pieces of a body: more branches than this are refused.
const PIECES: usize = 3_000;
/// How often a compilation is timed, which takes long.
const SAMPLES: u64 = 3;

/// A piece of Wasm text that takes long to compile for its size, and its bytes.
const SLOW: [(&str, &str, usize); 5] = [
    ("stores", "(i32.store8 (local.get 0) (local.get 0))", 7),
    ("branches", "(br_if 0 (local.get 0))", 4),
    ("calls", "(call $first)", 2),
    ("divisions", "(local.set 0 (i32.div_s (local.get 0) (local.get 1)))", 7),
    ("globals", "(global.set 0 (i64.add (global.get 0) (global.get 1)))", 7),
];

/// Measures what uploaded code costs for each of its bytes.
pub(crate) fn measure(rows: &mut Rows) {
    let roles = sillok_testing::market_roles().encode();
    let market = ("`market`", upload(sillok_contracts::MARKET, roles));
    let ordinary = [market, ("`did`", upload(sillok_contracts::DID, Vec::new()))];
    let slow = SLOW.map(|(name, piece, bytes)| (name, upload(&slow(piece, bytes), Vec::new())));
    let crowded = [("crowded locals", upload(&crowded(), Vec::new()))];
    for (name, cost) in ordinary.into_iter().chain(slow).chain(crowded) {
        let row = Row::new("code", format!("upload and compile, each byte of {name}"), cost);
        rows.add(row.unjudged("what compiling takes at most is bounded by the limits of code too"));
    }
}

/// What a byte of this code costs, whose constructor takes these arguments.
fn upload(wasm: &[u8], args: Vec<u8>) -> Cost {
    let mut stage = Stage::of_one("code", wasm, args);
    let call = Call { contract: SYSTEM, method: "upload".into(), args: wasm.to_vec().encode() };
    let upload = root_call(&mut stage.runner(), &stage.prepare(call));
    let nothing = stage.prepare(stage.call("code", "there is no such method", ()));
    let (chain, parameters) = (stage.world.chain(), stage.world.genesis.parameters.clone());
    let runtime = || Arc::new(Runtime::new(chain, parameters.clone(), Outside::default()).unwrap());
    if !is_timed() {
        return upload / wasm.len() as f64;
    }
    // The first to look the method up compiles the code; a new runtime has compiled none.
    let compiled = shortest_of(SAMPLES, || {
        stage.world.runtime = runtime();
        stage.runner().first(&nothing);
    });
    let started = shortest_of(SAMPLES, || {
        stage.world.runtime = runtime();
    });
    (upload + Cost { nanos: compiled - started, gas: 0.0 }) / wasm.len() as f64
}

/// A module of large functions that are all of the same piece.
fn slow(piece: &str, bytes: usize) -> Vec<u8> {
    let body = piece.repeat((BODY_BYTES / bytes).min(PIECES));
    let function = format!("(func (param i32 i32) {body})");
    let text = format!(
        "{} (global (mut i64) (i64.const 1)) (global (mut i64) (i64.const 2)) (func $first) {}",
        memory(1, &[]),
        function.repeat(BODIES)
    );
    module(&text, &[])
}

/// A module whose functions keep more values than there are registers, all of them until the end.
fn crowded() -> Vec<u8> {
    const LOCALS: usize = 500;
    let statements = BODY_BYTES / 10;
    let body: String = (0..statements)
        .map(|index| {
            let (to, one, two) = (index % LOCALS, (index * 7 + 1) % LOCALS, (index * 13 + 5) % LOCALS);
            format!("(local.set {to} (i64.add (local.get {one}) (local.get {two})))")
        })
        .collect();
    let sum: String = (0..LOCALS).map(|local| format!("(i64.add (local.get {local}))")).collect();
    let function =
        format!("(func (result i64) (local {}) {body} (i64.const 0) {sum})", "i64 ".repeat(LOCALS));
    module(&format!("{} {}", memory(1, &[]), function.repeat(BODIES)), &[])
}
