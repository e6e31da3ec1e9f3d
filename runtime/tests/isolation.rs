//! Nothing of an earlier call can be seen by a later one, though both may run in the same instance.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::LazyLock;

use codec::Encode;
use proptest::prelude::*;
use sillok_abi::{Call, ContractId, Outcome, Receipt};
use sillok_runtime::Session;
use sillok_testing::{World, deploy, wat_contract};

/// `dump` answers a digest of all memory and the globals. `soil` takes an address, a number and what to do:
/// it writes there in one of many ways, and ends well, with an error, or with a trap.
const SOILED: &str = r#"
    (import "sillok" "input" (func $input (param i32)))
    (import "sillok" "output" (func $output (param i32 i32)))
    (import "sillok" "hash" (func $hash (param i32 i32 i32 i32)))
    (import "sillok" "storage_set" (func $storage_set (param i32 i32 i32 i32)))
    (import "sillok" "storage_get" (func $storage_get (param i32 i32 i32 i32) (result i32)))
    (import "sillok" "contract_id" (func $contract_id (param i32)))
    (memory (export "memory") 3)
    (data (i32.const 70000) "what was there from the start, and must be there again")
    (global $narrow (mut i32) (i32.const 7))
    (global $wide (mut i64) (i64.const -7))
    (func (export "dump") (param i32) (result i32)
        (local $memory i64)
        ;; The digest is written over the first bytes, which are taken before.
        (local.set $memory (i64.load (i32.const 0)))
        (call $hash (i32.const 0) (i32.const 0) (i32.const 196608) (i32.const 0))
        (i64.store (i32.const 32) (local.get $memory))
        (i32.store (i32.const 40) (global.get $narrow))
        (i64.store (i32.const 44) (global.get $wide))
        (i32.store (i32.const 52) (memory.size))
        (call $output (i32.const 0) (i32.const 56))
        (i32.const 0))
    (func (export "soil") (param $length i32) (result i32)
        (local $at i32) (local $number i64) (local $what i32)
        (call $input (i32.const 0))
        (local.set $at (i32.load (i32.const 0)))
        (local.set $number (i64.load (i32.const 4)))
        (local.set $what (i32.load (i32.const 12)))
        (global.set $narrow (local.get $at))
        (global.set $wide (local.get $number))
        (block $done
        (block $15 (block $14 (block $13 (block $12 (block $11 (block $10 (block $9 (block $8
        (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
            (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11 $12 $13 $14 $15 (local.get $what)))
            (i32.store8 (local.get $at) (i32.wrap_i64 (local.get $number))) (br $done))
            (i32.store16 (local.get $at) (i32.wrap_i64 (local.get $number))) (br $done))
            (i32.store (local.get $at) (i32.wrap_i64 (local.get $number))) (br $done))
            (i64.store (local.get $at) (local.get $number)) (br $done))
            (i64.store8 offset=3 (local.get $at) (local.get $number)) (br $done))
            (i64.store16 offset=4095 (local.get $at) (local.get $number)) (br $done))
            (i64.store32 offset=65536 (local.get $at) (local.get $number)) (br $done))
            (i64.store offset=131071 (local.get $at) (local.get $number)) (br $done))
            (memory.fill (local.get $at) (i32.const 0xaa) (i32.wrap_i64 (local.get $number))) (br $done))
            (memory.copy (local.get $at) (i32.const 70000) (i32.wrap_i64 (local.get $number))) (br $done))
            (call $contract_id (local.get $at)) (br $done))
            (call $hash (i32.const 1) (i32.const 0) (i32.const 16) (local.get $at)) (br $done))
            (call $storage_set (i32.const 70000) (i32.const 8) (i32.const 0) (i32.const 5000))
            (drop (call $storage_get (i32.const 70000) (i32.const 8) (local.get $at) (i32.const 5000))) (br $done))
            (drop (memory.grow (i32.const 1)))
            (i64.store (i32.const 196608) (local.get $number)) (br $done))
            (i32.store (local.get $at) (i32.const -1))
            (i32.store (i32.const 0) (i32.const 9))
            (call $output (i32.const 0) (i32.const 4))
            (return (i32.const 1)))
            (i32.store (local.get $at) (i32.const -1))
            unreachable)
        (i32.const 0))
"#;

const GAS: u64 = 100_000_000;

fn call(session: &mut Session, contract: ContractId, method: &str, args: Vec<u8>) -> Receipt {
    let call = Call { contract, method: method.into(), args };
    session.call(call, GAS, &[]).unwrap()
}

fn dump(session: &mut Session, contract: ContractId) -> Vec<u8> {
    let receipt = call(session, contract, "dump", Vec::new());
    match receipt.outcome {
        Outcome::Success(dump) => [dump, receipt.gas_used.encode()].concat(),
        Outcome::Failed(failure) => panic!("the dump failed: {failure:?}"),
    }
}

fn anywhere() -> impl Strategy<Value = u32> {
    prop_oneof![0..196_640u32, 69_990..70_060u32, 196_590..196_620u32, any::<u32>()]
}

/// An address, a number (often a fitting length), and one of `soil`'s 16 ways.
fn soilings() -> impl Strategy<Value = Vec<(u32, u64, u32)>> {
    let number = prop_oneof![0..200_000u64, any::<u64>()];
    prop::collection::vec((anywhere(), number, 0..16u32), 1..12)
}

static WORLD: LazyLock<(World, ContractId)> = LazyLock::new(|| {
    let mut world = World::default();
    let contract = deploy(&mut world, &wat_contract(SOILED, &["dump", "soil"]));
    (world, contract)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_call_sees_a_fresh_instance_whatever_ran_before(soilings in soilings()) {
        let (world, contract) = &*WORLD;
        let contract = *contract;
        let mut session = world.runtime.session(world.state.clone(), world.env()).unwrap();
        let fresh = dump(&mut session, contract);
        for soiling in &soilings {
            call(&mut session, contract, "soil", soiling.encode());
            prop_assert_eq!(&dump(&mut session, contract), &fresh, "after {:?}", soiling);
        }
    }
}
