//! Halts and versions of the protocol.

use sillok_abi::governance::{Action, ChainStatus, Halt, PlannedVersion};
use sillok_abi::{Account, Time};
use sillok_runtime::{BlockEnv, Refusal};
use sillok_testing::governance::value;
use sillok_testing::{World, account, genesis};

use super::support::{council, enact, refused};

#[test]
fn a_halted_chain_executes_governance_alone_until_it_is_resumed() {
    let mut world = World::of(genesis());
    world.mint("Alice", 1_000);
    // An escrow that expires during the halt: its refund is a scheduled call.
    let lot = world.issue("Alice", 10);
    let expiry = Time(world.time + 5_000);
    let (register, cash) = (world.id("register"), world.id("cash"));
    let (seller, buyer) = (account("Alice"), account("Bob"));
    let (none, undocumented) = (Vec::<(Account, u64)>::new(), None::<[u8; 32]>);
    let terms = (seller, buyer, register, lot, 10u64, cash, 100u64);
    let terms = (terms, none, expiry, undocumented, [0u8; 32]);
    let _: [u8; 32] = world.ok("Alice", "escrow", "open", (terms, seller));
    let due = world.executor.next_due(&*world.state).unwrap();

    let halt = Action::Halt { reason: "a drill".into() };
    enact(&mut world, halt.clone());
    let status: ChainStatus = world.ask("status", ());
    assert_eq!(status.halted, Some(Halt { height: world.height, reason: "a drill".into() }));
    assert_eq!(refused(&mut world, halt), 80);
    let transfer =
        world.body("Alice", world.id("cash"), "transfer", (account("Alice"), account("Bob"), 1u64));
    let transaction = world.signed(transfer);
    assert_eq!(world.send(transaction.clone()).unwrap_err(), Refusal::Halted);

    world.time += 10_000;
    let block = world.block(vec![transaction.clone()]);
    assert_eq!(block.refused.len(), 1);
    assert_eq!(block.execution.receipts, [], "scheduled calls wait too");
    assert_eq!(world.executor.next_due(&*world.state).unwrap(), None);

    enact(&mut world, Action::Resume {});
    assert!(due.is_some(), "there is something due");
    assert_eq!(world.executor.next_due(&*world.state).unwrap(), due);
    assert_eq!(world.block(vec![transaction]).execution.receipts.len(), 2);
    assert_eq!(refused(&mut world, Action::Resume {}), 81);
}

#[test]
fn reasons_have_a_limit() {
    let mut world = council(&[1, 1, 1, 1]);
    assert_eq!(refused(&mut world, Action::Halt { reason: "x".repeat(2_049) }), 82);
}

#[test]
fn a_node_that_does_not_know_a_version_stops_before_it() {
    let mut world = council(&[1]);
    let plan = |version, height| Action::PlanVersion { version, height };
    assert_eq!(refused(&mut world, plan(1, 100)), 70);
    assert_eq!(refused(&mut world, plan(2, 1)), 9);
    assert_eq!(refused(&mut world, Action::CancelVersion {}), 71);
    enact(&mut world, plan(2, 50));
    enact(&mut world, Action::CancelVersion {});
    enact(&mut world, plan(3, 20));
    let status: ChainStatus = world.ask("status", ());
    assert_eq!((status.version, status.planned), (1, Some(PlannedVersion { version: 3, height: 20 })));
    while world.height < 19 {
        world.block(Vec::new());
    }
    assert_eq!(world.runtime.version_at(&*world.state, 19).unwrap(), 1);
    assert_eq!(world.runtime.version_at(&*world.state, 20).unwrap(), 3);
    assert_eq!(world.ask::<ChainStatus>("status", ()).version, 3);
    let env = BlockEnv { height: 20, time: Time(world.time + 1) };
    let ended =
        world.executor.propose(world.state.clone(), env, world.root, Vec::<sillok_abi::Transaction>::new());
    let told = ended.map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("from block 20 on the chain follows version 3"), "{told}");
    assert!(world.runtime.check_version(&*world.state, 20).is_err());
}

#[test]
fn a_discarded_block_leaves_the_validators_as_they_were() {
    let mut world = council(&[1, 1, 1, 1, 1]);
    let proposal = world.proposal(vec![Action::RemoveNode { node: 4 }]);
    value::<u64>(&world.propose(0, proposal));
    world.vote(1, 0, true);
    world.vote(2, 0, true);
    let body = world.governing(account("V3Operator"), "vote", (3u32, 0u64, true));
    let transaction = world.signed(body);
    let before = world.validators();
    let env = world.env();
    let tried = world.executor.propose(world.state.clone(), env, world.root, vec![transaction.clone()]);
    let mut after = (*world.state).clone();
    after.apply(&tried.unwrap().execution.changes);
    assert_eq!(world.executor.next_validators(&after).unwrap().len(), 4);
    world.executor.discard();
    assert_eq!(world.validators(), before);
    world.block(vec![transaction]);
    assert_eq!(world.validators().len(), 4);
}
