//! Blocks: who gets to bring them, and what is made of them.

use std::time::Duration;

use super::*;
use crate::consensus::Offence;

fn judges(effects: &[Effect]) -> Option<bool> {
    effects.iter().find_map(|effect| match effect {
        Effect::Validate { stage, .. } => Some(*stage == Stage::Fresh),
        _ => None,
    })
}

#[test]
fn a_block_is_judged_once_it_and_a_proposal_are_there_in_either_order() {
    let block = block(0, 0, 4);
    let inputs = [Input::Block { from: PEER, block: block.clone() }, proposal(0, 0, block.header.id(), None)];
    for order in [[0, 1], [1, 0]] {
        let (mut driver, _) = begun(3, 4);
        assert_eq!(judges(&driver.step(inputs[order[0]].clone()).unwrap()), None);
        assert_eq!(judges(&driver.step(inputs[order[1]].clone()).unwrap()), Some(true));
    }
}

#[test]
fn a_block_that_did_not_come_is_asked_for_when_its_time_is_over() {
    let (mut driver, effects) = begun(3, 4);
    let block = block(0, 0, 4);
    driver.step(proposal(0, 0, block.header.id(), None)).unwrap();
    let longest = effects.iter().filter_map(|effect| match effect {
        Effect::SetTimer { timer, after } => Some((*after, *timer)),
        _ => None,
    });
    let (_, propose) = longest.max().unwrap();
    let effects = driver.step(Input::Timer(propose)).unwrap();
    assert!(has(&effects, |effect| *effect == Effect::FetchBlock { block: block.header.id() }));
    assert_eq!(votes(&effects)[0].vote.block, None);
}

#[test]
fn a_block_of_somebody_whose_turn_it_is_not_is_invalid_unasked() {
    let (mut driver, _) = begun(3, 4);
    let wrong = block(0, 1, 4);
    driver.step(Input::Block { from: PEER, block: wrong.clone() }).unwrap();
    let effects = driver.step(proposal(0, 0, wrong.header.id(), None)).unwrap();
    assert_eq!(judges(&effects), None);
    assert_eq!(votes(&effects)[0].vote.block, None);
}

#[test]
fn an_invalid_block_gets_a_vote_for_none() {
    let (mut driver, _) = begun(3, 4);
    let block = block(0, 0, 4);
    driver.step(Input::Block { from: PEER, block: block.clone() }).unwrap();
    driver.step(proposal(0, 0, block.header.id(), None)).unwrap();
    let verdict = Verdict::Invalid;
    let effects = driver.step(Input::Validated { block: block.header.id(), verdict }).unwrap();
    assert_eq!(votes(&effects)[0].vote.block, None);
    assert!(!has(&effects, |effect| matches!(effect, Effect::StoreBody(_))));
}

#[test]
fn a_forged_body_is_its_bringers_fault_and_another_may_bring_the_true_one() {
    let (mut driver, _) = begun(3, 4);
    let block = block(0, 0, 4);
    let id = block.header.id();
    driver.step(proposal(0, 0, id, None)).unwrap();
    driver.step(Input::Block { from: PEER, block: block.clone() }).unwrap();
    let effects = driver.step(Input::Validated { block: id, verdict: Verdict::Forged }).unwrap();
    assert_eq!(effects, [Effect::Blame { peer: PEER, offence: Offence::ForgedBlock }]);
    let effects = driver.step(Input::Block { from: Peer(8), block }).unwrap();
    assert_eq!(judges(&effects), Some(true));
    let effects = driver.step(Input::Validated { block: id, verdict: Verdict::Valid }).unwrap();
    assert_eq!(votes(&effects)[0].vote.block, Some(id));
}

/// Brings a driver of validator 3 into round 1, whose proposer is validator 1.
fn into_round_1(driver: &mut Driver) {
    let precommits = (0..3).map(|by| vote(by, VoteKind::Precommit, 0, None));
    let effects = steps(driver, precommits);
    let timer = effects.iter().rev().find_map(|effect| match effect {
        Effect::SetTimer { timer, .. } => Some(*timer),
        _ => None,
    });
    driver.step(Input::Timer(timer.unwrap())).unwrap();
    assert_eq!(driver.round(), 1);
}

#[test]
fn an_older_block_is_not_taken_for_a_new_one() {
    let (mut driver, _) = begun(3, 4);
    let old = block(0, 0, 4);
    let id = old.header.id();
    driver.step(proposal(0, 0, id, None)).unwrap();
    into_round_1(&mut driver);
    // Its round is past when it comes, so its time is not held against the clock.
    let effects = driver.step(Input::Block { from: PEER, block: old }).unwrap();
    assert_eq!(judges(&effects), Some(true), "a proposal claimed that it was new");
    driver.step(Input::Validated { block: id, verdict: Verdict::Valid }).unwrap();
    let effects = driver.step(proposal(1, 1, id, None)).unwrap();
    assert!(votes(&effects).is_empty(), "{effects:?}");
}

#[test]
fn what_a_proposal_claimed_is_not_forgotten_in_a_crash() {
    let old = block(0, 0, 4);
    let propose = proposal(1, 1, old.header.id(), None);
    let Input::Message { message: Message::Proposal(signed), .. } = propose else { unreachable!() };
    let precommits = (0..3).map(|by| Entry::Vote(signed_vote(by, VoteKind::Precommit, 0, None)));
    let timeout = Entry::Timeout { step: crate::consensus::Step::Precommit, round: 0 };
    let entries = precommits.chain([timeout, Entry::Proposal(signed)]).collect();
    let recorded = Recorded { height: 1, entries, torn_bytes: 0 };
    let (mut driver, _) = start_with(&config(3), 4, recorded, BTreeSet::new()).unwrap();
    assert_eq!(driver.round(), 1);
    let effects = driver.step(Input::Block { from: PEER, block: old }).unwrap();
    assert_eq!(judges(&effects), Some(true));
}

#[test]
fn a_block_with_a_lock_is_judged_without_the_clock() {
    let (mut driver, _) = begun(3, 4);
    into_round_1(&mut driver);
    let old = block(0, 0, 4);
    driver.step(proposal(1, 1, old.header.id(), Some(0))).unwrap();
    let effects = driver.step(Input::Block { from: PEER, block: old }).unwrap();
    assert_eq!(judges(&effects), Some(false));
}

#[test]
fn nobody_crowds_out_what_others_brought_early() {
    let (mut driver, _) = begun(3, 4);
    let block = block(0, 0, 4);
    driver.step(Input::Block { from: PEER, block: block.clone() }).unwrap();
    for time in 0..100 {
        let mut other = Block::clone(&block);
        other.header.time = Time(1_000 + time);
        driver.step(Input::Block { from: Peer(8), block: Arc::new(other) }).unwrap();
    }
    let effects = driver.step(proposal(0, 0, block.header.id(), None)).unwrap();
    assert_eq!(judges(&effects), Some(true));
}

/// The times of the timers that are asked for.
fn times(effects: &[Effect]) -> Vec<Duration> {
    let after = |effect: &Effect| match effect {
        Effect::SetTimer { after, .. } => Some(*after),
        _ => None,
    };
    effects.iter().filter_map(after).collect()
}

/// A driver that begins a height whose proposer, validator 0, is connected or not, and its timers.
fn waiting(connected: bool) -> (Driver, Vec<Duration>) {
    let (mut driver, effects) = start_with(&config(3), 4, Recorded::default(), BTreeSet::new()).unwrap();
    let [Effect::SetTimer { timer: status, .. }] = effects[..] else { panic!("{effects:?}") };
    if connected {
        driver.step(Input::Connected { peer: PEER, validator: Some(key(0).key()) }).unwrap();
    }
    driver.step(Input::Timer(status)).unwrap();
    let effects = driver.step(Input::Begin).unwrap();
    (driver, times(&effects))
}

#[test]
fn a_proposer_who_is_not_connected_is_not_waited_for_long() {
    let Timeouts { propose_ms, absent_ms, .. } = Timeouts::default();
    let [long, short] = [propose_ms, absent_ms].map(Duration::from_millis);
    let (mut driver, with) = waiting(true);
    let (_, without) = waiting(false);
    assert!(with.contains(&long) && !with.contains(&short), "{with:?}");
    assert!(without.contains(&short) && !without.contains(&long), "{without:?}");
    // Nor one who goes while it is waited for.
    assert_eq!(times(&driver.step(Input::Disconnected(PEER)).unwrap()), [short]);
    assert!(times(&driver.step(Input::Disconnected(Peer(8))).unwrap()).is_empty());
}
