//! Chains of several validators and no contracts, and what tests ask of them.

use sillok_abi::governance::{Action, NewProposal, Status};
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{CallFailure, Event, Failure, Outcome, Receipt};
use sillok_runtime::Genesis;
use sillok_testing::{World, genesis, validator};

/// A validator's name by its place.
pub(crate) fn name(place: usize) -> String {
    format!("V{place}")
}

/// A genesis without contracts, of validators with these powers.
pub(crate) fn genesis_of(powers: &[u64]) -> Genesis {
    let nodes = powers.iter().enumerate().map(|(place, power)| validator(&name(place), *power));
    let (codes, contracts) = (Vec::new(), Vec::new());
    Genesis { nodes: nodes.collect(), codes, contracts, ..genesis() }
}

/// Its chain.
pub(crate) fn council(powers: &[u64]) -> World {
    World::of(genesis_of(powers))
}

/// The code with which the governance module refused.
pub(crate) fn code(receipt: &Receipt) -> u32 {
    match &receipt.outcome {
        Outcome::Failed(CallFailure { contract: GOVERNANCE, failure: Failure::Error { code }, .. }) => *code,
        other => panic!("not refused by governance: {other:?}"),
    }
}

/// The code with which a proposal of one action is refused, and nothing is changed by that.
pub(crate) fn refused(world: &mut World, action: Action) -> u32 {
    let proposal = world.proposal(vec![action]);
    refused_proposal(world, proposal)
}

/// The same of a whole proposal.
pub(crate) fn refused_proposal(world: &mut World, proposal: NewProposal) -> u32 {
    let before = world.root;
    let receipt = world.propose(0, proposal);
    assert_eq!(world.root, before, "a refusal changes nothing");
    code(&receipt)
}

/// Decides on one action, which must be carried out.
pub(crate) fn enact(world: &mut World, action: Action) {
    let status = world.decide(vec![action.clone()]);
    assert!(matches!(status, Status::Executed { .. }), "{action:?}: {status:?}");
}

/// The names of a receipt's events.
pub(crate) fn events(receipt: &Receipt) -> Vec<&str> {
    receipt.events.iter().map(|Event { name, .. }| name.as_str()).collect()
}

/// The powers of the validators that decide the next block, in the order of their turns.
pub(crate) fn powers(world: &World) -> Vec<u64> {
    world.validators().iter().map(|validator| validator.power).collect()
}
