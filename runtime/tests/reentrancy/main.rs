//! Contracts that are entered again while a call of them is open: refused unless the method says that it
//! bears it, and even then with nothing of frames, authority or isolation given up.
//!
//! The scripts run on puppets: one of which `run` and `peek` are re-entrant, and ordinary ones.
#![allow(clippy::unwrap_used, reason = "a test")]

mod authority;
mod doors;
mod frames;

use codec::Encode;
use sillok_abi::{CallFailure, ContractId, Failure, Outcome, Receipt, TrapCode};
use sillok_testing::puppet::{self, PUPPETS, REENTRANT, Script};
use sillok_testing::{GAS, World, genesis};

/// A chain with puppets and no other contracts.
fn world() -> World {
    let mut genesis = genesis();
    genesis.contracts.clear();
    genesis.calls.clear();
    puppet::add(&mut genesis);
    World::of(genesis)
}

/// The puppet that can be entered again.
fn reentrant() -> ContractId {
    id(REENTRANT)
}

/// An ordinary puppet.
fn ordinary(number: usize) -> ContractId {
    id(PUPPETS[number])
}

fn id(name: &str) -> ContractId {
    let mut genesis = genesis();
    puppet::add(&mut genesis);
    genesis.contract(name).unwrap()
}

/// Has Bob call a puppet's method with a script; he signs nothing else.
fn call(world: &mut World, puppet: ContractId, method: &str, script: &Script) -> Receipt {
    let body = world.body("Bob", puppet, method, script.args());
    let transaction = world.seal(body);
    world.send(transaction).unwrap()
}

/// What a puppet's `run` answers.
#[track_caller]
fn answer(world: &mut World, puppet: ContractId, script: &Script) -> Vec<u8> {
    let receipt = call(world, puppet, "run", script);
    match receipt.outcome {
        Outcome::Success(value) => value,
        Outcome::Failed(failure) => panic!("{failure:?}"),
    }
}

/// A puppet's `run` ends with this trap in a call of `at`, has taken all gas, and changed nothing.
#[track_caller]
fn traps(world: &mut World, puppet: ContractId, script: &Script, at: (ContractId, &str), trap: TrapCode) {
    let before = world.state.clone();
    let receipt = call(world, puppet, "run", script);
    let (contract, method) = (at.0, at.1.to_owned());
    let failure = CallFailure { contract, method, failure: Failure::Trap(trap) };
    assert_eq!(receipt.outcome, Outcome::Failed(failure));
    assert_eq!(receipt.gas_used, GAS);
    assert!(receipt.events.is_empty());
    assert!(world.state == before);
}

/// How a call ended that was caught, as a puppet answers it: refused with this code.
fn refused(code: u32) -> Vec<u8> {
    (sillok_abi::STATUS_ERROR, code).encode()
}

/// Puts a script behind others: each of `through` runs the next.
fn through(through: &[ContractId], script: Script) -> Script {
    through.iter().rev().fold(script, |inner, puppet| Script::new().run(*puppet, &inner))
}
