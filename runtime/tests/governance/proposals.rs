//! Proposals from being made to being decided.

use sillok_abi::governance::{Action, NewProposal, Proposal, ProposalSummary, Status, Tally};
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Failure, Time};
use sillok_runtime::Refusal;
use sillok_testing::governance::value;
use sillok_testing::{account, failure, observer, operator};

use super::support::{code, council, enact, events, refused_proposal};

fn describe(text: &str) -> Action {
    Action::DescribeNode { node: 0, name: text.into(), contact: String::new() }
}

#[test]
fn more_than_two_thirds_of_the_power_decide_and_exactly_two_thirds_do_not() {
    let mut world = council(&[2, 2, 2]);
    let proposal = world.proposal(vec![describe("one")]);
    let receipt = world.propose(0, proposal);
    assert_eq!(events(&receipt), ["Proposed", "Voted"]);
    assert_eq!(value::<Status>(&world.vote(1, 0, true)), Status::Open {});
    let receipt = world.vote(2, 0, true);
    assert_eq!(events(&receipt), ["Voted", "Passed", "NodeChanged", "Executed"]);
    assert_eq!(value::<Status>(&receipt), Status::Executed { height: world.height });
}

#[test]
fn a_single_validator_decides_alone_and_votes_weigh_what_their_power_does() {
    let mut world = council(&[1]);
    let proposal = world.proposal(vec![describe("alone")]);
    assert_eq!(events(&world.propose(0, proposal)).last(), Some(&"Executed"));

    let mut world = council(&[7, 1, 1, 1]);
    assert!(matches!(world.decide(vec![describe("heavy")]), Status::Executed { .. }));
    let proposal: Proposal = world.ask::<Option<Proposal>>("proposal", (0u64,)).unwrap();
    assert_eq!(proposal.tally, Tally { yes: 7, no: 0, total: 10 });
}

#[test]
fn a_vote_can_be_changed_until_the_decision() {
    let mut world = council(&[1, 1, 1, 1]);
    let proposal = world.proposal(vec![describe("changed")]);
    world.propose(0, proposal);
    world.vote(1, 0, true);
    world.vote(0, 0, false);
    let tally = |yes, no| Tally { yes, no, total: 4 };
    let standing =
        |world: &sillok_testing::World| world.ask::<Option<Proposal>>("proposal", (0u64,)).unwrap().tally;
    assert_eq!(standing(&world), tally(1, 1));
    assert_eq!(value::<Status>(&world.vote(2, 0, true)), Status::Open {});
    assert!(matches!(value::<Status>(&world.vote(0, 0, true)), Status::Executed { .. }));
    assert_eq!(code(&world.vote(3, 0, false)), 3, "it is decided");
}

#[test]
fn only_validators_operators_propose_and_vote() {
    let mut world = council(&[1, 1, 1, 1]);
    let proposal = world.proposal(vec![describe("x")]);
    world.propose(0, proposal.clone());
    assert_eq!(code(&world.vote(9, 0, true)), 1, "no such node");
    assert_eq!(code(&world.vote(1, 7, true)), 2, "no such proposal");

    // Somebody else's signature is not the operator's, nor is the validator's own key.
    world.let_sign("V1");
    for (signer, refusal) in [(account("Alice"), None), (account("V1"), Some(Refusal::NotAdmitted))] {
        let body = world.governing(signer, "vote", (1u32, 0u64, true));
        let transaction = world.seal(body);
        match (world.send(transaction), refusal) {
            (Ok(receipt), None) => {
                let operator = account(&operator("V1"));
                assert_eq!(failure(&receipt), Failure::Unauthorised { account: operator });
            }
            (Err(met), Some(refusal)) => assert_eq!(met, refusal),
            (met, _) => panic!("{met:?}"),
        }
    }
    enact(&mut world, Action::AddNode { node: observer("Watcher") });
    world.let_sign(&operator("Watcher"));
    let receipt = world.govern(account("Alice"), "propose", (4u32, proposal));
    assert_eq!(code(&receipt), 1, "an observer has no vote");
}

#[test]
fn an_expired_proposal_can_not_be_voted_on_and_gives_its_place_up() {
    let mut world = council(&[1, 1, 1, 1]);
    let shortest = NewProposal { expires: Time(world.time + 60_001), ..world.proposal(vec![describe("x")]) };
    for _ in 0..4 {
        let again = NewProposal { expires: Time(world.time + 60_001), ..shortest.clone() };
        value::<u64>(&world.propose(0, again));
    }
    let fifth = world.proposal(vec![describe("y")]);
    assert_eq!(refused_proposal(&mut world, fifth.clone()), 5);
    world.time += 120_000;
    assert_eq!(code(&world.vote(1, 0, true)), 3);
    assert_eq!(world.standing(0), Status::Expired {});
    let fifth = NewProposal { expires: Time(world.time + 100_000), ..fifth };
    let receipt = world.propose(0, fifth);
    assert_eq!(events(&receipt), ["Expired", "Expired", "Expired", "Expired", "Proposed", "Voted"]);
}

#[test]
fn expiry_texts_and_sizes_have_bounds() {
    let mut world = council(&[1, 1, 1, 1]);
    let good = world.proposal(vec![describe("x")]);
    let call = |size| Action::Call { contract: GOVERNANCE, method: "x".into(), args: vec![0; size], gas: 1 };
    let (now, height) = (world.time + 1, world.height + 1);
    let day = 86_400_000;
    let cases = [
        (NewProposal { expires: Time(now + 59_999), ..good.clone() }, 4),
        (NewProposal { expires: Time(now + 90 * day + 1_000), ..good.clone() }, 4),
        (NewProposal { title: String::new(), ..good.clone() }, 6),
        (NewProposal { title: "x".repeat(129), ..good.clone() }, 6),
        (NewProposal { text: "x".repeat(2_049), ..good.clone() }, 6),
        (NewProposal { actions: Vec::new(), ..good.clone() }, 7),
        (NewProposal { actions: vec![describe("x"); 17], ..good.clone() }, 7),
        (NewProposal { actions: vec![call(4_096); 4], ..good.clone() }, 8),
        (NewProposal { height: Some(height), ..good.clone() }, 9),
        (NewProposal { height: Some(height + 100_000_100), ..good.clone() }, 9),
    ];
    for (proposal, expected) in cases {
        assert_eq!(refused_proposal(&mut world, proposal), expected);
    }
}

#[test]
fn a_withdrawn_proposal_is_gone() {
    let mut world = council(&[1, 1, 1, 1]);
    let proposal = world.proposal(vec![describe("x")]);
    world.propose(0, proposal);
    let receipt = world.govern(account(&operator("V0")), "withdraw", (0u64,));
    assert_eq!(events(&receipt), ["Withdrawn"]);
    assert_eq!(world.ask::<Option<Proposal>>("proposal", (0u64,)), None);
    assert_eq!(code(&world.vote(1, 0, true)), 2);
}

#[test]
fn a_proposal_with_a_height_waits_for_it() {
    let mut world = council(&[1, 1, 1, 1]);
    let due = world.height + 6;
    let later = NewProposal { height: Some(due), ..world.proposal(vec![describe("later")]) };
    assert_eq!(world.decide_proposal(later), Status::Passed { height: due });
    while world.height + 1 < due {
        let proposal = world.block(Vec::new());
        assert_eq!(proposal.execution.receipts, []);
    }
    let block = world.block(Vec::new());
    assert_eq!(block.execution.scheduled, 1);
    assert_eq!(events(&block.execution.receipts[0]), ["NodeChanged", "Executed"]);
    assert_eq!(world.standing(0), Status::Executed { height: due });
}

#[test]
fn nobody_but_the_chain_carries_a_proposal_out() {
    let mut world = council(&[1, 1, 1, 1]);
    let later = NewProposal { height: Some(50), ..world.proposal(vec![describe("later")]) };
    world.decide_proposal(later);
    let receipt = world.govern(account(&operator("V0")), "execute", (0u64,));
    assert_eq!(failure(&receipt), Failure::Trap(sillok_abi::TrapCode::NoMethod));
}

#[test]
fn one_that_no_longer_fits_fails_with_its_reason_and_changes_nothing() {
    let mut world = council(&[1, 1, 1, 1, 1]);
    let both = vec![describe("half done"), Action::RemoveNode { node: 4 }];
    let proposal = world.proposal(both);
    world.propose(0, proposal);
    enact(&mut world, Action::RemoveNode { node: 4 });
    for voter in [1, 2] {
        world.vote(voter, 0, true);
    }
    let failed = world.standing(0);
    let Status::Failed { failure, .. } = failed else { panic!("{failed:?}") };
    assert_eq!((failure.action, failure.code), (1, 20));
    let node: Option<sillok_abi::governance::NodeInfo> = world.ask("node", (0u32,));
    assert_eq!(node.unwrap().name, "V0", "the first action was taken back");
}

#[test]
fn votes_of_those_who_have_left_do_not_count() {
    let mut world = council(&[1, 1, 1, 1, 1]);
    let proposal = world.proposal(vec![describe("x")]);
    world.propose(0, proposal);
    world.vote(4, 0, true);
    world.vote(3, 0, true);
    enact(&mut world, Action::RemoveNode { node: 4 });
    let proposal: Proposal = world.ask::<Option<Proposal>>("proposal", (0u64,)).unwrap();
    assert_eq!(proposal.tally, Tally { yes: 2, no: 0, total: 4 });
    assert!(matches!(value::<Status>(&world.vote(1, 0, true)), Status::Executed { .. }));
}

#[test]
fn lists_come_in_pages_newest_first() {
    let mut world = council(&[1]);
    for turn in 0..70 {
        enact(&mut world, describe(&format!("turn {turn}")));
    }
    let numbers = |before: Option<u64>, limit: u32| -> Vec<u64> {
        let page: Vec<ProposalSummary> = world.ask("proposals", (before, limit));
        page.into_iter().map(|proposal| proposal.number).collect()
    };
    assert_eq!(numbers(None, 3), [69, 68, 67]);
    assert_eq!(numbers(Some(67), 2), [66, 65]);
    assert_eq!(numbers(None, 1_000).len(), 32);
    assert_eq!(numbers(Some(0), 9), [0u64; 0]);
}
