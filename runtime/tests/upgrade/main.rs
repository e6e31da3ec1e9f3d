//! Upgrades with migrations, hand-over and freeze, on the counter and its second version and on modules
//! made for the case.
#![allow(clippy::unwrap_used, reason = "a test")]

mod admin;
mod nested;
mod open;
mod refusals;
mod script;
mod shared;

use codec::{Decode, Encode};
use sillok_abi::native::{ContractInfo, SYSTEM, code_hash};
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, CallFailure, ContractId, Failure, Hash, Metadata, Outcome,
    Receipt, TrapCode,
};
use sillok_client::module::metadata;
use sillok_contracts::{COUNTER, COUNTER2};
use sillok_testing::{World, account, failure, leaf};

/// Calls the system module with everybody's authority.
fn system(world: &mut World, from: &str, method: &str, args: impl Encode) -> Receipt {
    let mut body = world.body(from, SYSTEM, method, args);
    body.gas_limit = world.genesis.parameters.max_transaction_gas;
    let transaction = world.signed(body);
    world.send(transaction).unwrap()
}

/// As `system`, with the submitter's authority alone.
fn system_alone(world: &mut World, from: &str, method: &str, args: impl Encode) -> Receipt {
    let mut body = world.body(from, SYSTEM, method, args);
    let tree = leaf(SYSTEM, method, sillok_testing::Raw(body.call.args.clone()));
    body.authorisations.push(Authorisation { by: Authoriser::Submitter, tree });
    let transaction = world.seal(body);
    world.send(transaction).unwrap()
}

/// Upgrades with everybody's authority.
fn upgrade(world: &mut World, from: &str, contract: ContractId, code: &[u8], args: impl Encode) -> Receipt {
    system(world, from, "upgrade", (contract, code_hash(code), args.encode()))
}

fn info(world: &World, contract: ContractId) -> Option<ContractInfo> {
    query(world, SYSTEM, "contract", contract)
}

fn query<T: Decode>(world: &World, contract: ContractId, method: &str, args: impl Encode) -> T {
    match asked(world, contract, method, args) {
        Outcome::Success(value) => T::decode(&mut value.as_slice()).unwrap(),
        Outcome::Failed(failure) => panic!("query {method} failed: {failure:?}"),
    }
}

fn asked(world: &World, contract: ContractId, method: &str, args: impl Encode) -> Outcome {
    let call = Call { contract, method: method.into(), args: args.encode() };
    world.runtime.query(world.state.clone(), world.env(), call).unwrap().outcome
}

/// The layout of a contract's code.
fn layout(code: &[u8]) -> Hash {
    let metadata: Metadata = metadata(code).unwrap();
    metadata.layout
}

fn succeeded(receipt: &Receipt) -> bool {
    matches!(receipt.outcome, Outcome::Success(_))
}

fn events(receipt: &Receipt) -> Vec<(ContractId, &str)> {
    receipt.events.iter().map(|event| (event.contract, event.name.as_str())).collect()
}

/// A chain on which Alice administers the counter, on which she and Bob have counted, and that has the
/// second version's code.
fn counted() -> World {
    let mut world = script::world(account("Alice"), &[], &[]);
    for (name, n) in [("Alice", 5u64), ("Bob", 7)] {
        let _: u64 = world.ok(name, "counter", "add", (account(name), n));
    }
    assert!(succeeded(&system(&mut world, "Alice", "upload", (COUNTER2,))));
    world
}

#[test]
fn an_upgrade_keeps_what_the_migration_takes_over() {
    let mut world = counted();
    let counter = world.id("counter");
    let receipt = upgrade(&mut world, "Alice", counter, COUNTER2, 10u64);
    assert!(succeeded(&receipt), "{receipt:?}");
    assert_eq!(events(&receipt), [(counter, "LimitSet"), (SYSTEM, "Upgraded")]);
    let upgraded = (counter, code_hash(COUNTER), code_hash(COUNTER2)).encode();
    assert_eq!(receipt.events[1].data, upgraded);
    let expected = ContractInfo {
        code: code_hash(COUNTER2),
        deployer: account("Alice"),
        admin: Some(account("Alice")),
        layout: layout(COUNTER2),
        upgrades: 1,
    };
    assert_eq!(info(&world, counter), Some(expected));

    assert_eq!(world.query::<u64>("counter", "total", (account("Bob"),)), 7, "counts stay");
    assert_eq!(world.query::<u64>("counter", "limit", ()), 10);
    let total: u64 = world.ok("Bob", "counter", "add", (account("Bob"), 3u64));
    assert_eq!(total, 10);
    assert_eq!(world.code("Bob", "counter", "add", (account("Bob"), 1u64)), 1, "the limit is the new code's");
    let () = world.ok("Alice", "counter", "set_limit", (account("Alice"), 11u64));
    let code = world.code("Bob", "counter", "set_limit", (account("Bob"), 12u64));
    assert_eq!(code, 3, "the old owner, Alice, is the one keeper");
}

#[test]
fn a_migration_that_fails_leaves_code_storage_and_events_as_they_were() {
    let mut world = counted();
    let (counter, before) = (world.id("counter"), (*world.state).clone());
    // The migration has moved the owner by the time that it refuses the limit.
    let receipt = upgrade(&mut world, "Alice", counter, COUNTER2, 0u64);
    let refusal =
        CallFailure { contract: counter, method: "from_v1".into(), failure: Failure::Error { code: 2 } };
    assert_eq!(receipt.outcome, Outcome::Failed(refusal), "the refusal is the migration's own");
    assert!(receipt.events.is_empty());
    assert_eq!(*world.state, before);
    let receipt = upgrade(&mut world, "Alice", counter, COUNTER2, ());
    assert_eq!(failure(&receipt), Failure::Trap(TrapCode::BadArguments));
    assert_eq!(*world.state, before);
    let () = world.ok("Alice", "counter", "reset", (account("Bob"),));
}

#[test]
fn a_migration_is_no_method_for_anybody_else() {
    let mut world = counted();
    let counter = world.id("counter");
    assert!(succeeded(&upgrade(&mut world, "Alice", counter, COUNTER2, 10u64)));
    let no_method = Failure::Trap(TrapCode::NoMethod);
    assert_eq!(world.fails("Alice", "counter", "from_v1", (99u64,)), no_method);
    assert_eq!(world.fails("Alice", "counter", "new", (vec![account("Bob")], 99u64)), no_method);
    assert_eq!(
        world.fails("Alice", "counter", "reset", (account("Bob"),)),
        no_method,
        "the old code is gone"
    );
    assert!(matches!(asked(&world, counter, "from_v1", 99u64), Outcome::Failed(_)));
    assert_eq!(world.query::<u64>("counter", "limit", ()), 10);
}

#[test]
fn other_contracts_of_the_old_code_go_on_with_it() {
    let mut world = counted();
    let args = (account("Bob"), code_hash(COUNTER), [9u8; 32], None::<Account>, account("Bob").encode());
    let receipt = system(&mut world, "Bob", "instantiate", args);
    let Outcome::Success(other) = &receipt.outcome else { panic!("{receipt:?}") };
    let other = ContractId::decode(&mut other.as_slice()).unwrap();
    assert_eq!(events(&receipt), [(SYSTEM, "Instantiated")]);
    let counter = world.id("counter");
    assert!(succeeded(&upgrade(&mut world, "Alice", counter, COUNTER2, 10u64)));

    let body = world.body("Bob", other, "add", (account("Bob"), 100u64));
    let transaction = world.signed(body);
    assert!(succeeded(&world.send(transaction).unwrap()), "no limit there");
    let body = world.body("Bob", other, "reset", (account("Bob"),));
    let transaction = world.signed(body);
    assert!(succeeded(&world.send(transaction).unwrap()), "and the old methods");
    assert_eq!(info(&world, other).unwrap().upgrades, 0);
    assert!(query::<bool>(&world, SYSTEM, "uploaded", code_hash(COUNTER)), "the old code stays");
    assert!(!query::<bool>(&world, SYSTEM, "uploaded", code_hash(b"no code")));
}
