//! Upgrades that contracts make: within a transaction, and of contracts that are running.

use codec::{Decode, Encode};
use sillok_abi::native::{SYSTEM, code_hash};
use sillok_abi::{Account, Call, ContractId, Failure, MethodKind, Outcome, TrapCode};
use sillok_contracts::{COUNTER, COUNTER2};
use sillok_testing::{World, account, failure, genesis};

use crate::script::{self, Method, Step, idle, module, runs, script};
use crate::{info, query, succeeded};

fn call(contract: ContractId, method: &str, args: impl Encode) -> Call {
    Call { contract, method: method.into(), args: args.encode() }
}

fn upgrade(contract: ContractId, code: &[u8], args: impl Encode) -> Call {
    call(SYSTEM, "upgrade", (contract, code_hash(code), args.encode()))
}

fn plain(methods: &[Method]) -> Vec<u8> {
    module([1; 32], methods)
}

/// The counter of genesis, whatever else is there.
fn counter() -> ContractId {
    genesis().contract("counter").unwrap()
}

#[test]
fn calls_after_an_upgrade_in_the_same_transaction_meet_the_new_code() {
    let steps =
        vec![Step::Call(upgrade(counter(), COUNTER2, 10u64)), Step::Call(call(counter(), "limit", ()))];
    let upgrader = plain(&[runs("run", steps)]);
    let admin = Account::Contract(script(0));
    let mut world = script::world(admin, &[(&upgrader, account("Alice"))], &[COUNTER2]);
    let limit: u64 = world.ok("Bob", "script0", "run", ());
    assert_eq!(limit, 10);
    assert_eq!(info(&world, counter()).unwrap().code, code_hash(COUNTER2));
}

#[test]
fn an_upgrade_goes_back_with_the_frame_that_made_it() {
    let alice = account("Alice");
    let steps =
        vec![Step::Call(upgrade(counter(), COUNTER2, 10u64)), Step::Call(call(counter(), "limit", ()))];
    let upgrader = plain(&[Method { refuses: Some(9), ..runs("run", steps) }]);
    // `reset` is a method of the old code alone, which asks for its owner: the second script.
    let steps =
        vec![Step::TryCall(call(script(0), "run", ())), Step::Call(call(counter(), "reset", account("Bob")))];
    let catcher = plain(&[runs("run", steps)]);
    let admin = Account::Contract(script(0));
    let mut world = owned_by(Account::Contract(script(1)), admin, &[(&upgrader, alice), (&catcher, alice)]);
    let _: u64 = world.ok("Bob", "counter", "add", (account("Bob"), 7u64));

    let receipt = world.call("Bob", "script1", "run", ());
    assert!(succeeded(&receipt), "{receipt:?}");
    assert!(receipt.events.is_empty(), "the upgrade's events went too");
    let info = info(&world, counter()).unwrap();
    assert_eq!((info.code, info.upgrades), (code_hash(COUNTER), 0));
    assert_eq!(query::<u64>(&world, counter(), "total", account("Bob")), 0, "the old code has reset it");
}

/// As `script::world`, with another owner of the counter, and the second version's code.
fn owned_by(owner: Account, admin: Account, scripts: &[(&[u8], Account)]) -> World {
    let mut genesis = script::world(admin, scripts, &[COUNTER2]).genesis;
    let known = genesis.contracts.iter_mut().find(|contract| contract.name == "counter");
    known.unwrap().args = owner.encode();
    World::of(genesis)
}

#[test]
fn a_running_contract_is_not_upgraded() {
    let new = plain(&[idle("new", MethodKind::Query)]);
    let itself = plain(&[runs("run", vec![Step::TryCall(upgrade(script(0), &new, ()))])]);
    let asks = plain(&[runs("run", vec![Step::TryCall(call(script(2), "run", ()))])]);
    let upgrades_above = plain(&[runs("run", vec![Step::TryCall(upgrade(script(1), &new, ()))])]);
    let of = |number| Account::Contract(script(number));
    let scripts = [(itself.as_slice(), of(0)), (&asks, of(2)), (&upgrades_above, of(2))];
    let mut world = script::world(account("Alice"), &scripts, &[&new]);
    for name in ["script0", "script1"] {
        let before = (*world.state).clone();
        let receipt = world.call("Bob", name, "run", ());
        assert_eq!(failure(&receipt), Failure::Trap(TrapCode::Reentrancy), "{name}");
        assert_eq!(*world.state, before);
    }
    let receipt = world.call("Bob", "script2", "run", ());
    assert!(succeeded(&receipt), "as soon as it does not run it can be: {receipt:?}");
    assert_eq!(info(&world, script(1)).unwrap().code, code_hash(&new));
}

#[test]
fn a_refused_upgrade_can_be_caught_and_leaves_the_old_code() {
    let steps = vec![
        Step::TryCall(upgrade(script(1), b"never uploaded", ())),
        Step::Call(call(script(1), "old", ())),
    ];
    let upgrader = plain(&[runs("run", steps)]);
    let old = plain(&[idle("old", MethodKind::Change)]);
    let scripts = [(upgrader.as_slice(), account("Alice")), (&old, Account::Contract(script(0)))];
    let mut world = script::world(account("Alice"), &scripts, &[]);
    let receipt = world.call("Bob", "script0", "run", ());
    let Outcome::Success(value) = &receipt.outcome else { panic!("{receipt:?}") };
    assert!(<()>::decode(&mut value.as_slice()).is_ok());
}
