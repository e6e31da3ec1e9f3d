//! Catching up.

use super::*;
use crate::consensus::Offence;

fn ahead() -> Input {
    said(Message::Status(Status { height: 5, round: 0 }))
}

fn waiting() -> Driver {
    let (mut driver, _) = start_with(&config(3), 4, Recorded::default(), BTreeSet::new()).unwrap();
    let effects = driver.step(ahead()).unwrap();
    assert!(matches!(effects[0], Effect::RequestBlocks { from: PEER, height: 1, .. }));
    driver
}

fn bring(driver: &mut Driver, decided: CertifiedBlock) -> Vec<Effect> {
    driver.step(Input::Blocks { from: PEER, blocks: vec![decided] }).unwrap()
}

#[test]
fn a_certified_block_is_judged_and_committed_without_being_stored_first() {
    let mut driver = waiting();
    let block = block(0, 0, 4);
    // Decided in a later round than it was made in.
    let effects = bring(&mut driver, certified(&block, 2, 0..3));
    assert!(has(&effects, |effect| matches!(effect, Effect::Validate { stage: Stage::Decided, .. })));
    // Nothing that would have blocks below synced first.
    let says = |effect: &Effect| matches!(effect, Effect::Send { .. } | Effect::Append { .. });
    assert!(!has(&effects, says), "{effects:?}");
    let valid = Input::Validated { block: block.header.id(), verdict: Verdict::Valid };
    let effects = driver.step(valid).unwrap();
    assert!(!has(&effects, |effect| says(effect) || matches!(effect, Effect::StoreBody(_))), "{effects:?}");
    let commit = Effect::Commit { certificate: certified(&block, 2, 0..3).certificate, body: Some(block) };
    assert!(effects.contains(&commit));
}

#[test]
fn a_certificate_that_does_not_hold_is_its_bringers_fault() {
    let block = block(0, 0, 4);
    let mut other = Block::clone(&block);
    other.header.time = Time(6);
    let swapped = CertifiedBlock { block: Arc::new(other), ..certified(&block, 0, 0..3) };
    for decided in [certified(&block, 0, 0..2), swapped] {
        let effects = bring(&mut waiting(), decided);
        let blame = Effect::Blame { peer: PEER, offence: Offence::FalseCertificate };
        assert!(effects.contains(&blame), "{effects:?}");
    }
}

#[test]
fn whose_turn_it_was_makes_no_block_of_a_height_that_is_decided() {
    let is_build = |effect: &Effect| matches!(effect, Effect::Build { .. });
    for (signers, builds) in [(0..3, false), (0..2, true)] {
        let (mut driver, _) = start_with(&config(0), 4, Recorded::default(), BTreeSet::new()).unwrap();
        driver.step(ahead()).unwrap();
        let effects = bring(&mut driver, certified(&block(0, 0, 4), 0, signers));
        assert_eq!(has(&effects, is_build), builds, "{effects:?}");
    }
}

#[test]
fn blocks_that_nobody_asked_for_are_not_looked_at() {
    let (mut driver, _) = begun(3, 4);
    assert!(bring(&mut driver, certified(&block(0, 0, 4), 0, 0..3)).is_empty());
}

#[test]
fn a_certified_block_that_is_invalid_stops_the_node() {
    let mut driver = waiting();
    let block = block(0, 0, 4);
    bring(&mut driver, certified(&block, 0, 0..3));
    let verdict = driver.step(Input::Validated { block: block.header.id(), verdict: Verdict::Invalid });
    assert!(matches!(verdict, Err(Halt::CertifiedInvalid { height: 1, .. })));
}

#[test]
fn a_body_that_came_with_a_certificate_is_committed_only_if_it_was_judged() {
    let mut driver = waiting();
    let block = block(0, 0, 4);
    let id = block.header.id();
    // The block is known already, so that its certificate decides at once.
    driver.step(Input::Begin).unwrap();
    driver.step(proposal(0, 0, id, None)).unwrap();
    driver.step(Input::Block { from: Peer(8), block: block.clone() }).unwrap();
    driver.step(Input::Validated { block: id, verdict: Verdict::Valid }).unwrap();
    let effects = bring(&mut driver, certified(&block, 0, 0..3));
    assert!(has(&effects, |effect| matches!(effect, Effect::Commit { body: None, .. })));
}

#[test]
fn who_claims_to_be_ahead_and_has_nothing_is_not_asked_again_and_again() {
    let mut driver = waiting();
    let effects = driver.step(Input::Blocks { from: PEER, blocks: Vec::new() }).unwrap();
    assert!(effects.is_empty());
    let effects = driver.step(ahead()).unwrap();
    assert!(matches!(effects[0], Effect::RequestBlocks { .. }));
}

#[test]
fn who_is_behind_is_told_and_who_missed_votes_gets_them() {
    let (mut driver, _) = begun(3, 4);
    steps(&mut driver, to_precommit(&block(0, 0, 4)));
    let effects = driver.step(said(Message::Status(Status { height: 0, round: 0 }))).unwrap();
    let status = Message::Status(Status { height: 1, round: 0 });
    assert_eq!(effects, [Effect::Send { to: To::One(PEER), message: status }]);
    let effects = driver.step(said(Message::Status(Status { height: 1, round: 0 }))).unwrap();
    assert_eq!(votes(&effects).len(), 2);
}

#[test]
fn a_node_goes_on_with_blocks_that_have_come_and_not_with_a_claim_that_there_are_some() {
    let mut driver = waiting();
    assert!(driver.behind() > 0 && driver.upcoming().is_none());
    let mut next = certified(&block(0, 0, 4), 0, 0..3);
    next.certificate.height = 2;
    bring(&mut driver, next);
    assert!(driver.upcoming().is_some());
}
