//! What survives a crash, and what then is said again.

use super::*;

fn recorded(effects: &[Effect]) -> Recorded {
    Recorded { height: 1, entries: logged(effects), torn_bytes: 0 }
}

#[test]
fn nothing_is_said_before_it_is_logged_and_no_block_voted_for_before_it_is_stored() {
    let (mut driver, _) = begun(3, 4);
    for input in to_precommit(&block(0, 0, 4)) {
        let effects = driver.step(input).unwrap();
        let Some(said) = position(&effects, |effect| matches!(effect, Effect::Send { .. })) else { continue };
        let logs = position(&effects, |effect| matches!(effect, Effect::Append { .. }));
        assert!(logs.unwrap() < said);
        for signed in votes(&effects) {
            assert!(logged(&effects).contains(&Entry::Vote(signed)));
        }
        let stores = position(&effects, |effect| matches!(effect, Effect::StoreBody(_)));
        assert!(stores.is_none_or(|stores| stores < logs.unwrap()));
    }
}

#[test]
fn votes_of_others_alone_cost_no_write() {
    let (mut driver, _) = begun(3, 4);
    let effects = driver.step(vote(1, VoteKind::Prevote, 0, None)).unwrap();
    assert!(logged(&effects).is_empty());
}

#[test]
fn after_a_crash_the_same_is_said_again_to_the_last_byte() {
    let (mut driver, _) = begun(3, 4);
    let block = block(0, 0, 4);
    let before = steps(&mut driver, to_precommit(&block));
    assert_eq!(votes(&before).len(), 2);
    let stored = BTreeSet::from([block.header.id()]);
    let (mut driver, after) = start_with(&config(3), 4, recorded(&before), stored).unwrap();
    assert_eq!(votes(&after), votes(&before));
    // All of it is in the log.
    assert!(logged(&after).is_empty());
    // It can be told by nothing from one that lived on: others decide with it.
    let precommits = (0..2).map(|by| vote(by, VoteKind::Precommit, 0, Some(block.header.id())));
    let effects = steps(&mut driver, precommits);
    assert!(has(&effects, |effect| matches!(effect, Effect::Commit { body: None, .. })));
}

#[test]
fn wherever_the_log_ends_no_other_vote_is_signed() {
    let (mut driver, _) = begun(3, 4);
    let block = block(0, 0, 4);
    let before = steps(&mut driver, to_precommit(&block));
    let entries = logged(&before);
    for length in 0..=entries.len() {
        let recorded = Recorded { height: 1, entries: entries[..length].to_vec(), torn_bytes: 0 };
        let stored = BTreeSet::from([block.header.id()]);
        let (mut driver, mut after) = start_with(&config(3), 4, recorded, stored).unwrap();
        after.extend(driver.step(Input::Begin).unwrap());
        after.extend(steps(&mut driver, to_precommit(&block)));
        for signed in votes(&after) {
            let same = votes(&before).iter().any(|before| before.vote == signed.vote);
            assert!(same, "{length} entries: {signed:?}");
        }
    }
}

#[test]
fn a_vote_that_follows_from_the_log_and_is_not_in_it_is_logged_before_it_is_said() {
    let (mut driver, _) = begun(3, 4);
    let block = block(0, 0, 4);
    let before = steps(&mut driver, to_precommit(&block));
    let mut entries = logged(&before);
    // The precommit is missing: the crash came before it.
    assert!(matches!(entries.pop(), Some(Entry::Vote(signed)) if signed.vote.kind == VoteKind::Precommit));
    let recorded = Recorded { height: 1, entries, torn_bytes: 0 };
    let stored = BTreeSet::from([block.header.id()]);
    let (_, after) = start_with(&config(3), 4, recorded, stored).unwrap();
    let precommit = votes(&after).pop().unwrap();
    assert_eq!(logged(&after), [Entry::Vote(precommit)]);
}

#[test]
fn a_proposer_whose_log_has_no_proposal_makes_a_block_and_one_whose_log_has_does_not() {
    let (mut driver, _) = begun(0, 4);
    let block = block(0, 0, 4);
    let before = driver.step(Input::Built { block: block.clone() }).unwrap();
    let makes = |effects: &[Effect]| has(effects, |effect| matches!(effect, Effect::Build { .. }));
    let stored = || BTreeSet::from([block.header.id()]);
    let (_, after) = start_with(&config(0), 4, recorded(&before), stored()).unwrap();
    assert!(!makes(&after));
    let unproposed = Recorded {
        height: 1,
        entries: vec![Entry::Vote(signed_vote(1, VoteKind::Prevote, 0, None))],
        torn_bytes: 0,
    };
    let (_, after) = start_with(&config(0), 4, unproposed, stored()).unwrap();
    assert!(makes(&after));
}

#[test]
fn a_log_that_does_not_fit_stops_the_node() {
    let ahead = Recorded { height: 2, ..Recorded::default() };
    let verdict = start_with(&config(3), 4, ahead, BTreeSet::new());
    assert!(matches!(verdict.err(), Some(Halt::LogAhead { log: 2, chain: 1 })));
    let (mut driver, _) = begun(3, 4);
    let before = steps(&mut driver, to_precommit(&block(0, 0, 4)));
    let verdict = start_with(&config(3), 4, recorded(&before), BTreeSet::new());
    assert!(matches!(verdict.err(), Some(Halt::BodyMissing(_))));
}

#[test]
fn a_log_of_a_height_that_is_over_is_of_no_matter() {
    let (mut driver, _) = begun(3, 4);
    let before = steps(&mut driver, to_precommit(&block(0, 0, 4)));
    let start =
        Start { height: 2, validators: &set(4), recorded: recorded(&before), stored: BTreeSet::new() };
    let (driver, effects) = Driver::start(&config(3), start).unwrap();
    assert_eq!((driver.height(), votes(&effects).len()), (2, 0));
}
