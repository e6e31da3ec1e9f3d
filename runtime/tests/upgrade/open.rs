//! Contracts that are being made, migrated or run: what they may not be while they are.

use codec::Encode;
use sillok_abi::native::{SYSTEM, code_hash, contract_id};
use sillok_abi::{Account, Call, CallFailure, ContractId, Failure, MethodKind, Outcome, TrapCode};
use sillok_testing::{World, account, failure};

use crate::script::{self, Method, Step, idle, module, runs, script};
use crate::{asked, info, succeeded, system, upgrade};

const FIRST: [u8; 32] = [1; 32];
const SECOND: [u8; 32] = [2; 32];

fn call(contract: ContractId, method: &str) -> Call {
    Call { contract, method: method.into(), args: Vec::new() }
}

/// A query that may be entered while its contract is open.
fn open(name: &'static str) -> Method {
    Method { reentrant: true, ..idle(name, MethodKind::Query) }
}

/// A method of this kind that has the first script run, which asks the contract back for its re-entrant
/// query.
fn asks(name: &'static str, kind: MethodKind) -> Method {
    Method { kind, ..runs(name, vec![Step::TryCall(call(script(0), "run"))]) }
}

/// A script that asks a contract for its re-entrant query.
fn asking(contract: ContractId) -> Vec<u8> {
    module(FIRST, &[runs("run", vec![Step::TryCall(call(contract, "open"))])])
}

fn assert_refused(outcome: &Outcome) {
    let failure = Failure::Trap(TrapCode::Reentrancy);
    let expected = CallFailure { contract: script(0), method: "run".into(), failure };
    assert_eq!(*outcome, Outcome::Failed(expected), "the one that asks back is stopped");
}

/// Its storage is not set up: a query would answer from nothing.
#[test]
fn a_contract_that_is_being_made_is_not_entered_again() {
    let alice = account("Alice");
    let made = contract_id(&alice, &[9; 32]);
    let code =
        module(FIRST, &[asks("new", MethodKind::Constructor), open("open"), asks("run", MethodKind::Change)]);
    let mut world = script::world(alice, &[(&asking(made), alice)], &[&code]);
    let instantiate = |world: &mut World, code: &[u8]| {
        let args = (alice, code_hash(code), [9u8; 32], None::<Account>, Vec::<u8>::new());
        system(world, "Alice", "instantiate", args)
    };
    assert_refused(&instantiate(&mut world, &code).outcome);
    assert_eq!(info(&world, made), None);

    // Made without asking, it can be asked in the same way.
    let quiet = module(FIRST, &[open("open"), asks("run", MethodKind::Change)]);
    let mut world = script::world(alice, &[(&asking(made), alice)], &[&quiet]);
    assert!(succeeded(&instantiate(&mut world, &quiet)));
    let body = world.body("Alice", made, "run", ());
    let transaction = world.signed(body);
    assert!(succeeded(&world.send(transaction).unwrap()));
}

/// Its storage is half of one layout and half of another.
#[test]
fn a_contract_that_is_being_migrated_is_not_entered_again() {
    let alice = account("Alice");
    let old = module(FIRST, &[open("open"), asks("run", MethodKind::Change)]);
    let migration = asks("migrate", MethodKind::Migration { from: FIRST });
    let new = module(SECOND, &[migration, open("open"), asks("run", MethodKind::Change)]);
    let scripts = [(&*asking(script(1)), alice), (&old, alice)];
    let mut world = script::world(alice, &scripts, &[&new]);
    assert!(succeeded(&world.call("Bob", "script1", "run", ())), "before it can be");
    let before = world.state.clone();
    assert_refused(&upgrade(&mut world, "Alice", script(1), &new, ()).outcome);
    assert!(world.state == before);
    assert!(matches!(asked(&world, script(1), "open", ()), Outcome::Success(_)));
}

/// Re-entrant methods don't let the code below a frame be swapped.
#[test]
fn a_contract_that_runs_is_not_upgraded_though_it_can_be_entered_again() {
    let alice = account("Alice");
    let new = module(FIRST, &[idle("new", MethodKind::Query)]);
    let args = (script(1), code_hash(&new), Vec::<u8>::new()).encode();
    let swap = Call { contract: SYSTEM, method: "upgrade".into(), args };
    let swapping = Method { reentrant: true, ..runs("swap", vec![Step::TryCall(swap)]) };
    let code = module(FIRST, &[swapping, asks("run", MethodKind::Change)]);
    let asking = module(FIRST, &[runs("run", vec![Step::Call(call(script(1), "swap"))])]);
    let scripts = [(&*asking, alice), (&code, Account::Contract(script(1)))];
    let mut world = script::world(alice, &scripts, &[&new]);
    for method in ["run", "swap"] {
        let receipt = world.call("Bob", "script1", method, ());
        let Outcome::Failed(failed) = receipt.outcome else { panic!("{method}") };
        let expected = (SYSTEM, "upgrade", Failure::Trap(TrapCode::Reentrancy));
        assert_eq!((failed.contract, failed.method.as_str(), failed.failure), expected);
    }
}

/// The system module is open while a constructor runs.
#[test]
fn native_modules_are_not_entered_again() {
    let alice = account("Alice");
    let uploaded = Call { contract: SYSTEM, method: "uploaded".into(), args: [7u8; 32].encode() };
    let asks = |kind| Method { kind, ..runs("new", vec![Step::TryCall(uploaded.clone())]) };
    let (constructor, method) =
        (module(FIRST, &[asks(MethodKind::Constructor)]), module(FIRST, &[asks(MethodKind::Change)]));
    let mut world = script::world(alice, &[(&method, alice)], &[&constructor]);
    let args = (alice, code_hash(&constructor), [9u8; 32], None::<Account>, Vec::<u8>::new());
    let receipt = system(&mut world, "Alice", "instantiate", args);
    assert_eq!(failure(&receipt), Failure::Trap(TrapCode::Reentrancy));
    assert!(succeeded(&world.call("Bob", "script0", "new", ())), "anywhere else it answers");
}
