//! What `storage_range` costs, to the unit, and what it refuses.
//!
//! The contract is written by hand, so that two calls of a method differ in nothing but the arguments that
//! it hands on: what differs in gas is what the host function took.

use codec::Encode;
use sillok_abi::native::{GenesisContract, code_hash};
use sillok_abi::{Call, Failure, HOST_FUNCTIONS, Outcome, RANGE_DESCENDING, RANGE_KEYS, Receipt, TrapCode};
use sillok_testing::{Raw, World, account, failure, wat_contract};

/// Gas of each entry that is met, as the protocol says it.
pub(crate) const ENTRY: u64 = 2_800;
/// The gas of each search in the state below.
pub(crate) const STEP: u64 = 50_000;
/// The gas of each byte that is met.
pub(crate) const BYTE: u64 = 2;
/// Bytes of a contract's id in front of its storage keys, which count as read.
pub(crate) const ID_BYTES: u64 = 32;

/// Methods take raw arguments. `put`: an 8-byte key and a value. `cut`: an 8-byte key. `scan`: lengths of
/// both bounds, limit and flags (`u32` each), the lower bound at 16 and the upper one at 300.
const PROBE: &str = r#"
    (import "sillok" "input" (func $input (param i32)))
    (import "sillok" "storage_set" (func $set (param i32 i32 i32 i32)))
    (import "sillok" "storage_remove" (func $remove (param i32 i32) (result i32)))
    (import "sillok" "storage_range" (func $range (param i32 i32 i32 i32 i32 i32) (result i64)))
    (memory (export "memory") 2)
    (func (export "put") (param i32) (result i32)
        (call $input (i32.const 0))
        (call $set (i32.const 0) (i32.const 8) (i32.const 8) (i32.sub (local.get 0) (i32.const 8)))
        (i32.const 0))
    (func (export "cut") (param i32) (result i32)
        (call $input (i32.const 0))
        (drop (call $remove (i32.const 0) (i32.const 8)))
        (i32.const 0))
    (func $once (drop (call $range (i32.const 16) (i32.load (i32.const 0)) (i32.const 300)
        (i32.load (i32.const 4)) (i32.load (i32.const 8)) (i32.load (i32.const 12)))))
    (func (export "scan") (param i32) (result i32) (call $input (i32.const 0)) (call $once) (i32.const 0))
    (func (export "scan_twice") (param i32) (result i32)
        (call $input (i32.const 0)) (call $once) (call $once) (i32.const 0))
"#;

fn world() -> World {
    let mut genesis = sillok_testing::genesis();
    let code = wat_contract(PROBE, &["put", "cut", "scan", "scan_twice"]);
    genesis.contracts.push(GenesisContract {
        name: "probe".into(),
        code: code_hash(&code),
        deployer: account("Alice"),
        salt: [99; 32],
        admin: None,
        args: Vec::new(),
    });
    genesis.codes.push(code);
    World::of(genesis)
}

/// The arguments of `scan`.
fn scan(from: &[u8], to: &[u8], limit: u32, flags: u32) -> Vec<u8> {
    let mut args = (from.len() as u32, to.len() as u32, limit, flags).encode();
    args.extend_from_slice(from);
    args.resize(300, 0);
    args.extend_from_slice(to);
    args.resize(600, 0);
    args
}

fn call(world: &World, method: &str, args: Vec<u8>) -> Receipt {
    let mut body = world.body("Alice", world.id("probe"), method, ());
    body.call = Call { args, ..body.call };
    let mut world = world.fork();
    let transaction = world.seal(body);
    world.send(transaction).unwrap()
}

/// The gas of a call that succeeds.
fn gas(world: &World, method: &str, args: Vec<u8>) -> u64 {
    let receipt = call(world, method, args);
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{receipt:?}");
    receipt.gas_used
}

fn put(world: &mut World, key: &[u8; 8], value: &[u8]) {
    let () = world.ok("Alice", "probe", "put", Raw([key.as_slice(), value].concat()));
}

/// A world with five entries of 10 to 14 bytes in one field, and one in the next.
fn stocked() -> World {
    let mut world = world();
    for number in 0..5 {
        put(&mut world, &[7, 7, 7, 7, 0, 0, 0, number], &vec![1; 10 + usize::from(number)]);
    }
    put(&mut world, &[7, 7, 7, 8, 0, 0, 0, 0], &[1; 1_000]);
    world
}

/// The gas of entries with values of these lengths.
fn entries(values: impl IntoIterator<Item = u64>) -> u64 {
    values.into_iter().map(|value| ENTRY + BYTE * (ID_BYTES + 8 + value)).sum()
}

pub(crate) const FIELD: [u8; 4] = [7, 7, 7, 7];

#[test]
fn every_entry_and_byte_that_is_met_is_paid_for() {
    let world = stocked();
    let of = |limit, flags| gas(&world, "scan", scan(&FIELD, &[], limit, flags));
    let nothing = of(0, 0);
    assert_eq!(of(3, 0) - nothing, STEP + entries(10..13));
    assert_eq!(of(5, 0) - nothing, STEP + entries(10..15));
    assert_eq!(of(u32::MAX, 0) - nothing, STEP + entries(10..15), "the next field is not read");
    assert_eq!(of(2, RANGE_DESCENDING) - nothing, STEP + entries(13..15));
    assert_eq!(of(3, RANGE_KEYS) - nothing, STEP + entries(10..13), "values are read to be left out");
}

#[test]
fn bounds_are_paid_for_by_the_byte_and_the_call_by_its_price() {
    let world = stocked();
    let function = HOST_FUNCTIONS.iter().find(|function| function.name == "storage_range").unwrap();
    let of = |from: &[u8], to: &[u8]| gas(&world, "scan", scan(from, to, 0, 0));
    let longest = [&FIELD[..], &[9; 253]].concat();
    assert_eq!(of(&longest, &[]) - of(&FIELD, &[]), 253 * function.gas_per_byte);
    assert_eq!(of(&FIELD, &longest) - of(&FIELD, &[]), 257 * function.gas_per_byte);
    let args = scan(&FIELD, &[], 0, 0);
    let once_more = gas(&world, "scan_twice", args.clone()) - gas(&world, "scan", args);
    let price = function.gas_base + 4 * function.gas_per_byte;
    assert!((price..price + 300).contains(&once_more), "{once_more}: the price and some instructions");
}

/// Removed in the same block, an entry is still met; once the block is over, it is not.
#[test]
fn what_the_block_has_removed_is_paid_for_too() {
    let mut world = stocked();
    let whole = scan(&FIELD, &[], 5, 0);
    let before = gas(&world, "scan", whole.clone());
    let raw = |world: &World, method: &str, args: Vec<u8>| {
        world.seal(world.body("Alice", world.id("probe"), method, Raw(args)))
    };
    let cut = raw(&world, "cut", [FIELD, [0, 0, 0, 1]].concat());
    let put = raw(&world, "put", [&FIELD[..], &[0, 0, 0, 2], &[1; 30]].concat());
    let scan = raw(&world, "scan", whole.clone());
    let proposal = world.block(vec![cut, put, scan]);
    let same_block = proposal.execution.receipts.last().unwrap().gas_used;
    assert_eq!(
        same_block,
        before + STEP + 30 * BYTE,
        "the removed entry, both values of the one that was replaced, and looking for one more"
    );
    let after = gas(&world, "scan", whole);
    assert_eq!(before - after, entries([11]) + BYTE * 12 - BYTE * 30);
}

#[test]
fn what_is_no_range_of_one_field_is_refused() {
    let world = stocked();
    let other = [7, 7, 7, 8];
    let longer = [&FIELD[..], &[9; 254]].concat();
    for (args, trap) in [
        (scan(&FIELD, &other, 1, 0), TrapCode::BadHostArgument),
        (scan(&FIELD, &[], 1, 4), TrapCode::BadHostArgument),
        (scan(&FIELD[..3], &[], 1, 0), TrapCode::SizeLimit),
        (scan(&FIELD, &FIELD[..3], 1, 0), TrapCode::SizeLimit),
        (scan(&longer, &[], 1, 0), TrapCode::SizeLimit),
        (scan(&FIELD, &longer, 1, 0), TrapCode::SizeLimit),
    ] {
        assert_eq!(failure(&call(&world, "scan", args)), Failure::Trap(trap));
    }
    let backwards = scan(&[&FIELD[..], &[9]].concat(), &[&FIELD[..], &[0]].concat(), 5, 0);
    assert!(matches!(call(&world, "scan", backwards).outcome, Outcome::Success(_)));
}
