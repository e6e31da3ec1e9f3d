//! Actions on nodes, and the guards of the validator set.

use sillok_abi::governance::{Action, NewNode, NodeInfo, Role, Status};
use sillok_abi::{Validator, validators_digest};
use sillok_runtime::crypto::network_key;
use sillok_runtime::{GenesisError, MemoryState};
use sillok_testing::governance::value;
use sillok_testing::{World, account, key, observer, operator, outside, validator};

use super::support::{council, enact, genesis_of, powers, refused};

fn key_of(name: &str) -> [u8; 32] {
    key(name).public()
}

#[test]
fn nodes_join_change_and_leave() {
    let mut world = council(&[1, 1, 1, 1]);
    world.let_sign(&operator("Watcher"));
    enact(&mut world, Action::AddNode { node: observer("Watcher") });
    enact(&mut world, Action::Promote { node: 4, key: key_of("Watcher"), power: 1 });
    assert_eq!(powers(&world), [1, 1, 1, 1, 1]);
    enact(&mut world, Action::Rekey { node: 4, key: key_of("Other") });
    enact(&mut world, Action::SetPower { node: 4, power: 2 });
    enact(&mut world, Action::SetPeer { node: 4, peer: network_key(&[7; 32]) });
    enact(&mut world, Action::SetOperator { node: 4, operator: account("Eve") });
    enact(&mut world, Action::DescribeNode { node: 4, name: "Sample".into(), contact: "https://x".into() });
    let node: NodeInfo = world.ask::<Option<NodeInfo>>("node", (4u32,)).unwrap();
    let expected = NodeInfo {
        number: 4,
        name: "Sample".into(),
        operator: account("Eve"),
        contact: "https://x".into(),
        peer: network_key(&[7; 32]),
        role: Role::Validator { key: key_of("Other"), power: 2 },
    };
    assert_eq!(node, expected);
    assert_eq!(world.executor.nodes(&*world.state).unwrap().last(), Some(&expected));
    assert_eq!(refused(&mut world, Action::Demote { node: 4 }), 33, "a third is too much");
    enact(&mut world, Action::SetPower { node: 4, power: 1 });
    enact(&mut world, Action::Demote { node: 4 });
    assert_eq!(powers(&world), [1, 1, 1, 1]);
    enact(&mut world, Action::RemoveNode { node: 4 });
    assert_eq!(world.ask::<Option<NodeInfo>>("node", (4u32,)), None);
    // Its number, keys and network key: only the first is gone for good.
    enact(&mut world, Action::AddNode { node: NewNode { peer: network_key(&[7; 32]), ..observer("New") } });
    assert_eq!(world.executor.nodes(&*world.state).unwrap().last().unwrap().number, 5);
}

#[test]
fn what_does_not_fit_is_refused_with_its_code() {
    let mut world = council(&[1, 1, 1, 1]);
    enact(&mut world, Action::AddNode { node: observer("Watcher") });
    let new = |change: fn(&mut NewNode)| {
        let mut node = validator("Late", 1);
        change(&mut node);
        Action::AddNode { node }
    };
    let own = network_key(&sillok_abi::digest("sillok/test-peer", &"V1"));
    let cases = [
        (Action::RemoveNode { node: 9 }, 20),
        (new(|node| node.name.clear()), 21),
        (new(|node| node.name = "x".repeat(129)), 21),
        (new(|node| node.contact = "x".repeat(257)), 21),
        (new(|node| node.validator = Some(Validator { key: [0; 32], power: 1 })), 22),
        (new(|node| node.validator = Some(Validator { key: [0xff; 32], power: 1 })), 22),
        (new(|node| node.peer = [0; 32]), 23),
        (new(|node| node.peer = [2; 32]), 23),
        (new(|node| node.validator = validator("V1", 1).validator), 24),
        (Action::Rekey { node: 0, key: key_of("V1") }, 24),
        (Action::Promote { node: 4, key: key_of("V1"), power: 1 }, 24),
        (Action::SetPeer { node: 0, peer: own }, 25),
        (Action::Promote { node: 0, key: key_of("Late"), power: 1 }, 26),
        (Action::Demote { node: 4 }, 27),
        (Action::Rekey { node: 4, key: key_of("Late") }, 27),
        (Action::SetPower { node: 4, power: 1 }, 27),
        (Action::SetPower { node: 0, power: 0 }, 28),
        (Action::Promote { node: 4, key: key_of("Late"), power: 0 }, 28),
        (Action::Promote { node: 4, key: key_of("Late"), power: u64::MAX }, 28),
        (Action::SetPower { node: 0, power: 1 }, 35),
        (Action::SetPeer { node: 1, peer: own }, 35),
        (Action::SetOperator { node: 1, operator: account("V1Operator") }, 35),
        (Action::DescribeNode { node: 1, name: "V1".into(), contact: String::new() }, 35),
    ];
    for (action, expected) in cases {
        assert_eq!(refused(&mut world, action.clone()), expected, "{action:?}");
    }
}

#[test]
fn numbers_of_nodes_have_limits() {
    let mut world = council(&[1; 128]);
    assert_eq!(refused(&mut world, Action::AddNode { node: validator("Late", 1) }), 29);
    let mut genesis = genesis_of(&[1]);
    genesis.nodes.extend((0..256).map(|place| observer(&format!("O{place}"))));
    let mut world = World::of(genesis);
    assert_eq!(refused(&mut world, Action::AddNode { node: observer("Late") }), 30);
    assert_eq!(refused(&mut world, Action::Demote { node: 0 }), 30);
    enact(&mut world, Action::RemoveNode { node: 256 });
    assert_eq!(refused(&mut world, Action::Demote { node: 0 }), 31);
    let page: Vec<NodeInfo> = world.ask("observers", (0u32, 32u32));
    let numbers: Vec<u32> = page.iter().map(|node| node.number).collect();
    assert_eq!(numbers, (1..33).collect::<Vec<_>>());
    let page: Vec<NodeInfo> = world.ask("observers", (250u32, 32u32));
    assert_eq!(page.len(), 6);
}

#[test]
fn a_third_never_goes_at_once_and_small_sets_change_one_at_a_time() {
    let mut world = council(&[1, 1, 1, 1, 1, 1]);
    let two = vec![Action::RemoveNode { node: 4 }, Action::RemoveNode { node: 5 }];
    let proposal = world.proposal(two);
    assert_eq!(super::support::refused_proposal(&mut world, proposal), 33);
    let many = (0..6).map(|place| Action::AddNode { node: validator(&format!("N{place}"), 1) }).collect();
    let proposal = world.proposal(many);
    assert_eq!(super::support::refused_proposal(&mut world, proposal), 34);
    for node in [5, 4, 3, 2, 1] {
        enact(&mut world, Action::RemoveNode { node });
    }
    assert_eq!(powers(&world), [1]);
    assert_eq!(refused(&mut world, Action::RemoveNode { node: 0 }), 31);
    let pair = vec![Action::AddNode { node: validator("A", 1) }, Action::AddNode { node: validator("B", 1) }];
    let proposal = world.proposal(pair);
    assert_eq!(super::support::refused_proposal(&mut world, proposal), 32);
    assert_eq!(refused(&mut world, Action::AddNode { node: validator("A", 2) }), 32);
    enact(&mut world, Action::Rekey { node: 0, key: key_of("Fresh") });
    enact(&mut world, Action::AddNode { node: validator("A", 1) });
    assert_eq!(powers(&world), [1, 1]);
}

#[test]
fn the_set_changes_once_in_a_block_and_the_rest_waits_for_the_next() {
    let mut world = council(&[1, 1, 1, 1, 1, 1, 1]);
    for node in [5, 6] {
        let proposal = world.proposal(vec![Action::RemoveNode { node }]);
        value::<u64>(&world.propose(0, proposal));
    }
    for (voter, number) in [(1, 0), (2, 0), (3, 0), (1, 1), (2, 1), (3, 1)] {
        world.vote(voter, number, true);
    }
    let both = [0u64, 1].map(|number| {
        let body = world.governing(account("V4Operator"), "vote", (4u32, number, true));
        world.signed(body)
    });
    world.block(both.to_vec());
    let height = world.height;
    assert_eq!(powers(&world).len(), 6);
    let statuses = [world.standing(0), world.standing(1)];
    assert!(statuses.contains(&Status::Executed { height }), "{statuses:?}");
    assert!(statuses.contains(&Status::Passed { height: height + 1 }), "{statuses:?}");
    world.block(Vec::new());
    assert_eq!(powers(&world).len(), 5);
}

#[test]
fn genesis_must_have_a_usable_set() {
    let build = |change: fn(&mut sillok_runtime::Genesis)| {
        let mut genesis = genesis_of(&[1, 1]);
        change(&mut genesis);
        let runtime = sillok_runtime::Runtime::new(genesis.hash(), genesis.parameters.clone(), outside());
        match runtime.unwrap().build_genesis(&genesis) {
            Err(GenesisError::Nodes { index, .. }) => index,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(build(|genesis| genesis.nodes.clear()), None);
    assert_eq!(build(|genesis| genesis.nodes[1].validator.as_mut().unwrap().power = 0), Some(1));
    assert_eq!(build(|genesis| genesis.nodes[1] = genesis.nodes[0].clone()), Some(1));
    assert_eq!(build(|genesis| genesis.nodes[1].validator.as_mut().unwrap().power = u64::MAX), None);
}

#[test]
fn the_node_reads_the_set_of_the_next_block() {
    let mut world = council(&[3, 1, 1, 1]);
    let before = world.validators();
    assert_eq!(validators_digest(&before), validators_digest(&world.genesis.validators()));
    world.block(Vec::new());
    assert!(std::sync::Arc::ptr_eq(&before, &world.validators()), "nothing is read anew for nothing");
    enact(&mut world, Action::SetPower { node: 0, power: 2 });
    assert_eq!(powers(&world), [2, 1, 1, 1]);
    let deciding = |world: &World| world.runtime.validators(&*world.state, world.height + 1).unwrap();
    assert_eq!(deciding(&world), before, "the old set decides one more block, which announces the new one");
    world.block(Vec::new());
    assert_eq!(deciding(&world), world.validators());
    let empty = MemoryState::default();
    assert!(world.runtime.next_validators(&empty).is_err(), "a state without nodes is a fault");
}
