//! What a receipt keeps of a failure, however deep it happened, and what a caller can know of one that it
//! catches.
#![allow(clippy::unwrap_used, reason = "a test")]

use codec::Encode;
use sillok_abi::native::{GenesisContract, code_hash};
use sillok_abi::{CallFailure, ContractId, Failure, Outcome, Receipt, STATUS_ERROR, STATUS_OK, TrapCode};
use sillok_contracts::SHELF;
use sillok_shelf::Op;
use sillok_testing::puppet::{self, PUPPETS, Script};
use sillok_testing::{GAS, World, account, genesis};

/// A chain with puppets and a shelf.
fn world() -> World {
    let mut genesis = genesis();
    genesis.contracts.clear();
    genesis.calls.clear();
    puppet::add(&mut genesis);
    genesis.contracts.push(GenesisContract {
        name: "shelf".into(),
        code: code_hash(SHELF),
        deployer: account("Alice"),
        salt: [7; 32],
        admin: None,
        args: Vec::new(),
    });
    genesis.codes.push(SHELF.to_vec());
    World::of(genesis)
}

/// Has Bob run a script on the first puppet.
fn run(world: &mut World, script: &Script) -> Receipt {
    let body = world.body("Bob", world.id(PUPPETS[0]), "run", script.args());
    let transaction = world.seal(body);
    world.send(transaction).unwrap()
}

/// A script that has the second puppet have the third one do this, and tries to catch what comes of it.
fn third(world: &World, inner: &Script) -> Script {
    let [second, third] = [1, 2].map(|number| world.id(PUPPETS[number]));
    let between = Script::new().emit().run(third, inner).answer(b"went on");
    Script::new().store().emit().try_run(second, &between).answer_ended()
}

/// The root call fails with this, which happened in a call of `run` of `at`; nothing is left but its gas.
#[track_caller]
fn fails(world: &mut World, script: &Script, at: ContractId, failure: Failure) -> u64 {
    let before = world.state.clone();
    let receipt = run(world, script);
    let failed = CallFailure { contract: at, method: "run".into(), failure };
    assert_eq!(receipt.outcome, Outcome::Failed(failed));
    assert!(receipt.events.is_empty());
    assert!(world.state == before);
    receipt.gas_used
}

#[test]
fn a_failure_is_kept_with_its_contract_and_method_and_takes_the_gas_that_was_used() {
    let mut world = world();
    let [_, second, third_id] = [0, 1, 2].map(|number| world.id(PUPPETS[number]));
    let nothing = third(&world, &Script::new());
    let paused = run(&mut world, &nothing).gas_used;
    let alice = account("Alice");
    let panic = Failure::Panic { message: "plot".into(), place: "plot".into() };
    let cases = [
        (Script::new().panic(), panic),
        (Script::new().auth(alice), Failure::Unauthorised { account: alice }),
    ];
    for (inner, failure) in cases {
        let script = third(&world, &inner);
        let gas = fails(&mut world, &script, third_id, failure);
        assert!(gas > paused / 2 && gas < paused * 2, "{gas} of about {paused}");
    }
    // After a trap nobody knows how much was used: it takes all.
    let spinning = third(&world, &Script::new().spin());
    assert_eq!(fails(&mut world, &spinning, third_id, Failure::Trap(TrapCode::OutOfGas)), GAS);
    let nobody = ContractId([9; 32]);
    let nowhere = third(&world, &Script::new().call(nobody, "run", ()));
    assert_eq!(fails(&mut world, &nowhere, nobody, Failure::Trap(TrapCode::NoContract)), GAS);
    // A call that can't begin is its caller's failure.
    let back = third(&world, &Script::new().call(second, "run", ()));
    assert_eq!(fails(&mut world, &back, third_id, Failure::Trap(TrapCode::Reentrancy)), GAS);
    let refusing = Script::new().run(second, &Script::new().run(third_id, &Script::new().refuse(42)));
    let gas = fails(&mut world, &refusing, third_id, Failure::Error { code: 42 });
    assert!(gas < paused * 2);
}

#[test]
fn a_caller_that_catches_knows_the_callee_s_code_and_goes_on() {
    let mut world = world();
    for code in [1, 42, u32::MAX] {
        let refusing = Script::new().store().emit().refuse(code);
        let second = world.id(PUPPETS[1]);
        let script = Script::new().emit().try_run(second, &refusing).answer_ended();
        let receipt = run(&mut world, &script);
        assert_eq!(receipt.outcome, Outcome::Success((STATUS_ERROR, code).encode()));
        assert_eq!(receipt.events.len(), 1, "the callee's event is gone");
    }
    // What the callee's callee refused and the callee did not catch, nobody catches.
    let script = third(&world, &Script::new().refuse(5));
    let third_id = world.id(PUPPETS[2]);
    fails(&mut world, &script, third_id, Failure::Error { code: 5 });
    let script = third(&world, &Script::new().answer(b"well"));
    let ended = [&STATUS_OK.to_le_bytes()[..], b"went on"].concat();
    assert_eq!(run(&mut world, &script).outcome, Outcome::Success(ended));
}

/// A panic of a contract in Rust says where in the author's file it happened.
#[test]
fn a_panic_is_kept_with_the_place_in_the_source() {
    let mut world = world();
    let (shelf, puppet) = (world.id("shelf"), world.id(PUPPETS[1]));
    let script = Script::new().call(shelf, "ask", (vec![Op::Refuse],));
    let receipt = run(&mut world, &Script::new().try_run(puppet, &script));
    let Outcome::Failed(failed) = receipt.outcome else { panic!("a question that is none") };
    assert_eq!((failed.contract, failed.method.as_str()), (shelf, "ask"));
    let Failure::Panic { message, place } = failed.failure else { panic!("{:?}", failed.failure) };
    assert!(!message.is_empty());
    let (file, position) = place.split_once(':').unwrap();
    assert_eq!(file, "contracts/shelf/src/field.rs");
    let numbers: Vec<u32> = position.split(':').map(|number| number.parse().unwrap()).collect();
    let source = include_str!("../../contracts/shelf/src/field.rs");
    let line = source.lines().nth(numbers[0] as usize - 1).unwrap();
    assert!(line.contains("panic!") || line.contains("unreachable!"), "{line}");
    assert!(receipt.gas_used < GAS / 10);
}
