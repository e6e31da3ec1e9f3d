//! What an upgrade is refused for, each with its own code, and what it does to callers of the old code.

use sillok_abi::native::contract_id;
use sillok_abi::{ContractId, Failure, MethodKind, Outcome, TrapCode};
use sillok_testing::{account, failure};

use crate::script::{self, Method, Step, idle, module, runs, script};
use crate::{info, succeeded, upgrade};

const FIRST: [u8; 32] = [1; 32];
const SECOND: [u8; 32] = [2; 32];

fn migration(from: [u8; 32]) -> Method {
    idle("migrate", MethodKind::Migration { from })
}

/// A module of the first layout that differs from others by the name of its one method.
fn first(method: &'static str) -> Vec<u8> {
    module(FIRST, &[idle(method, MethodKind::Query)])
}

#[test]
fn each_refusal_has_its_own_code_and_changes_nothing() {
    let alice = account("Alice");
    let codes = [
        first("same"),
        first("other"),
        module(SECOND, &[]),
        module(SECOND, &[migration([3; 32])]),
        module(FIRST, &[migration(SECOND)]),
    ];
    let uploaded: Vec<&[u8]> = codes.iter().map(Vec::as_slice).collect();
    let mut world = script::world(alice, &[(&codes[0], alice)], &uploaded);
    let unknown: ContractId = contract_id(&alice, &[9; 32]);
    let cases: [(ContractId, &[u8], &[u8], u32); 8] = [
        (script(0), b"never uploaded", &[], 102),
        (unknown, &codes[1], &[], 105),
        (world.id("cash"), &codes[1], &[], 106),
        (script(0), &codes[0], &[], 107),
        (script(0), &codes[2], &[], 108),
        (script(0), &codes[3], &[], 109),
        (script(0), &codes[1], &[1], 110),
        (script(0), &codes[4], &[1], 110),
    ];
    for (contract, code, args, expected) in cases {
        let before = (*world.state).clone();
        let receipt = upgrade(&mut world, "Alice", contract, code, sillok_testing::Raw(args.to_vec()));
        assert_eq!(failure(&receipt), Failure::Error { code: expected });
        assert_eq!(*world.state, before);
    }
    assert_eq!(info(&world, unknown), None);
}

#[test]
fn the_migration_from_the_contract_s_layout_runs_and_no_other() {
    let alice = account("Alice");
    let refuse = |name, from, code| {
        let kind = MethodKind::Migration { from };
        Method { kind, refuses: Some(code), ..runs(name, Vec::new()) }
    };
    let old = first("old");
    let several = module(SECOND, &[refuse("from_first", FIRST, 71), refuse("from_second", SECOND, 72)]);
    let fitting = module(SECOND, &[migration(FIRST), idle("second", MethodKind::Query)]);
    let codes = [several.as_slice(), fitting.as_slice()];
    let mut world = script::world(alice, &[(&old, alice)], &codes);
    let receipt = upgrade(&mut world, "Alice", script(0), &several, ());
    assert_eq!(failure(&receipt), Failure::Error { code: 71 });
    // Now the contract has the second layout. Going back to it is a migration from itself: it runs too.
    assert!(succeeded(&upgrade(&mut world, "Alice", script(0), &fitting, ())));
    assert_eq!(info(&world, script(0)).unwrap().layout, SECOND);
    let receipt = upgrade(&mut world, "Alice", script(0), &several, ());
    assert_eq!(failure(&receipt), Failure::Error { code: 72 });
}

#[test]
fn code_of_the_same_layout_needs_no_migration_and_runs_none() {
    let alice = account("Alice");
    let old = first("old");
    // It has a migration, but not from this layout: it has been run before, or never was needed.
    let refusing = Method { refuses: Some(7), ..migration(SECOND) };
    let new = module(FIRST, &[refusing, idle("new", MethodKind::Query)]);
    let mut world = script::world(alice, &[(&old, alice)], &[&new]);
    let query = |world: &sillok_testing::World, method: &str| crate::asked(world, script(0), method, ());
    assert!(matches!(query(&world, "old"), Outcome::Success(_)));
    assert!(succeeded(&upgrade(&mut world, "Alice", script(0), &new, ())));
    assert!(matches!(query(&world, "new"), Outcome::Success(_)));
    let Outcome::Failed(failed) = query(&world, "old") else { panic!("the old method is gone") };
    assert_eq!(failed.failure, Failure::Trap(TrapCode::NoMethod));
}

#[test]
fn a_scheduled_call_of_a_method_that_is_gone_is_recorded_as_failed() {
    let alice = account("Alice");
    let old = module(FIRST, &[runs("plan", vec![Step::Schedule("later")]), runs("later", Vec::new())]);
    let new = module(FIRST, &[runs("plan", vec![Step::Schedule("later")])]);
    let mut world = script::world(alice, &[(&old, alice)], &[&new]);
    let () = world.ok("Alice", "script0", "plan", ());
    world.time += 1_000;
    let receipts = world.block(Vec::new()).execution.receipts;
    assert!(receipts.len() == 1 && succeeded(&receipts[0]), "the old code answers: {receipts:?}");

    let () = world.ok("Alice", "script0", "plan", ());
    assert!(succeeded(&upgrade(&mut world, "Alice", script(0), &new, ())));
    world.time += 1_000;
    let receipts = world.block(Vec::new()).execution.receipts;
    assert_eq!(receipts.len(), 1);
    assert_eq!(failure(&receipts[0]), Failure::Trap(TrapCode::NoMethod));
    assert!(world.block(Vec::new()).execution.receipts.is_empty(), "it is not repeated");
}
