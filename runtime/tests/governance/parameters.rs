//! The chain's parameters: set by vote, within bounds that never lock validators out.

use sillok_abi::governance::{Action, ParameterInfo};
use sillok_abi::{Outcome, Time};
use sillok_runtime::{Parameters, Refusal};
use sillok_testing::{World, account, genesis};

use super::support::{council, enact, refused};

fn set(name: &str, value: u64) -> Action {
    Action::SetParameter { name: name.into(), value }
}

fn all(world: &World) -> Vec<ParameterInfo> {
    let mut list = Vec::new();
    loop {
        let page: Vec<ParameterInfo> = world.ask("parameters", (list.len() as u32, 32u32));
        if page.is_empty() {
            return list;
        }
        list.extend(page);
    }
}

#[test]
fn every_parameter_is_listed_once_within_its_bounds() {
    let world = council(&[1]);
    let list = all(&world);
    let names: std::collections::BTreeSet<_> = list.iter().map(|parameter| &parameter.name).collect();
    assert_eq!(names.len(), list.len());
    for ParameterInfo { name, value, least, most } in &list {
        assert!((least..=most).contains(&value), "{name}: {least} {value} {most}");
    }
    // One figure of each parameter there is: a new one can't be forgotten.
    let bytes = codec::Encode::encoded_size(&Parameters::default());
    let figures = list.iter().map(|parameter| match parameter.name.as_str() {
        "max_block_bytes" | "max_transaction_bytes" => 4,
        "evidence.reaction" => 1,
        name if name.starts_with("code.") || name.starts_with("gas.operators.") => 4,
        _ => 8,
    });
    // And the length of the list of host functions.
    assert_eq!(figures.sum::<usize>() + 1, bytes);
}

#[test]
fn values_outside_the_bounds_are_refused() {
    let mut world = council(&[1]);
    assert_eq!(refused(&mut world, set("no_such_thing", 1)), 40);
    for ParameterInfo { name, value, least, most } in all(&world) {
        assert_eq!(refused(&mut world, set(&name, most + 1)), 41, "{name}");
        if least > 0 {
            assert_eq!(refused(&mut world, set(&name, least - 1)), 41, "{name}");
        }
        assert_eq!(refused(&mut world, set(&name, value)), 35, "{name}");
    }
}

#[test]
fn a_block_goes_by_the_parameters_of_the_state_before_it() {
    let mut world = World::of(genesis());
    world.mint("Alice", 1_000);
    let transfer = |world: &World| {
        world.body("Alice", world.id("cash"), "transfer", (account("Alice"), account("Bob"), 1u64))
    };
    let gas_used = |world: &mut World| {
        let body = transfer(world);
        let transaction = world.signed(body);
        world.send(transaction).unwrap().gas_used
    };
    gas_used(&mut world);
    let usual = gas_used(&mut world);
    // One price that is charged by the runtime, one that is linked in, one that is compiled in.
    enact(&mut world, set("gas.transaction", 21_000));
    assert_eq!(gas_used(&mut world), usual + 1_000);
    enact(&mut world, set("gas.host_functions.storage_set.base", 9_000));
    let linked = gas_used(&mut world);
    assert!(linked > usual + 1_000, "{linked}");
    enact(&mut world, set("gas.operators.load", 60));
    let compiled = gas_used(&mut world);
    assert!(compiled > linked, "{compiled}");
    enact(&mut world, set("gas.operators.load", 6));
    assert_eq!(gas_used(&mut world), linked);

    enact(&mut world, set("max_transaction_lifetime_ms", 60_000));
    let late = sillok_abi::TransactionBody { expiry: Time(world.time + 120_000), ..transfer(&world) };
    let transaction = world.seal(late);
    assert_eq!(world.send(transaction).unwrap_err(), Refusal::ExpiryTooFar);
    assert_eq!(sillok_runtime::replay_window_ms(&*world.state).unwrap(), 600_000);
    enact(&mut world, set("max_transaction_lifetime_ms", 900_000));
    assert_eq!(sillok_runtime::replay_window_ms(&*world.state).unwrap(), 900_000);
    assert_eq!(world.runtime.parameters(&*world.state).unwrap().max_transaction_lifetime_ms, 900_000);
}

#[test]
fn validators_can_afford_to_undo_whatever_they_have_set() {
    let mut world = council(&[1, 1, 1, 1]);
    let list = all(&world);
    let dearest = list.iter().map(|parameter| {
        let price = parameter.name.starts_with("gas.") || parameter.name == "max_authorisation_lifetime_ms";
        set(&parameter.name, if price { parameter.most } else { parameter.least })
    });
    let actions: Vec<_> = dearest.collect();
    let values: std::collections::BTreeMap<_, _> =
        list.iter().map(|parameter| (parameter.name.as_str(), parameter.value)).collect();
    let changing: Vec<_> = actions
        .into_iter()
        .filter(|action| match action {
            Action::SetParameter { name, value } => values[name.as_str()] != *value,
            _ => true,
        })
        .collect();
    for some in changing.chunks(8) {
        for action in some {
            enact_richly(&mut world, action.clone());
        }
    }
    enact_richly(&mut world, set("gas.transaction", 20_000));
    let fullest: Vec<_> = list
        .iter()
        .filter(|parameter| parameter.name.starts_with("gas.host") && parameter.value < parameter.most)
        .map(|parameter| set(&parameter.name, parameter.value))
        .take(16)
        .collect();
    assert_eq!(fullest.len(), 16);
    let proposal = world.proposal(fullest);
    propose_richly(&mut world, proposal);
}

/// Decides, with all the gas that an operator's transaction may have.
fn enact_richly(world: &mut World, action: Action) {
    let proposal = world.proposal(vec![action]);
    propose_richly(world, proposal);
}

fn propose_richly(world: &mut World, proposal: sillok_abi::governance::NewProposal) {
    let receipt = rich(world, "V0Operator", "propose", (0u32, proposal));
    let number: u64 = sillok_testing::governance::value(&receipt);
    for voter in 1..3u32 {
        let receipt = rich(world, &format!("V{voter}Operator"), "vote", (voter, number, true));
        assert!(matches!(receipt.outcome, Outcome::Success(_)), "{receipt:?}");
    }
    let status = world.standing(number);
    assert!(matches!(status, sillok_abi::governance::Status::Executed { .. }), "{status:?}");
}

fn rich(world: &mut World, from: &str, method: &str, args: impl codec::Encode) -> sillok_abi::Receipt {
    let block_gas = world.runtime.parameters(&*world.state).unwrap().block_gas;
    let body = world.governing(account(from), method, args);
    let most = block_gas / 4;
    let body = sillok_abi::TransactionBody { gas_limit: most, expiry: Time(world.time + 30_000), ..body };
    let transaction = world.signed(body);
    world.send(transaction).unwrap()
}
