//! Tests of one driver, whose peers are made up.

mod blocks;
mod log;
mod sync;

use std::collections::BTreeSet;
use std::sync::Arc;

use sillok_abi::{
    Block, Certificate, CommitSignature, Hash, Header, Proposal, SignedProposal, SignedVote, Time, Validator,
    Vote, VoteKind, validators_digest,
};

use super::{Config, Driver, Start};
use crate::consensus::{
    CertifiedBlock, Effect, Entry, Halt, Input, Message, Peer, Recorded, Signatures, Stage, Status, Timeouts,
    To, ValidatorKey, Verdict,
};
use crate::rng::FixedRng;

const CHAIN: Hash = [9; 32];
/// Somebody.
const PEER: Peer = Peer(7);

fn key(node: u8) -> ValidatorKey {
    ValidatorKey::from_seed(&[node + 1; 32], Arc::new(FixedRng)).unwrap()
}

/// Validators 0 to `count - 1`, of whom 0 proposes at height 1, round 0.
fn set(count: u8) -> Vec<Validator> {
    (0..count).map(|node| Validator { key: key(node).key(), power: 1 }).collect()
}

fn config(node: u8) -> Config {
    let signatures = Arc::new(key(node));
    let (timeouts, quorum) = (Timeouts::default(), Config::QUORUM);
    Config { chain: CHAIN, signatures, timeouts, votes_from: 0, quorum }
}

fn start_with(
    config: &Config,
    count: u8,
    recorded: Recorded,
    stored: BTreeSet<Hash>,
) -> Result<(Driver, Vec<Effect>), Halt> {
    Driver::start(config, Start { height: 1, validators: &set(count), recorded, stored })
}

/// A driver of one of `count` validators that has begun height 1.
fn begun(node: u8, count: u8) -> (Driver, Vec<Effect>) {
    let (mut driver, _) = start_with(&config(node), count, Recorded::default(), BTreeSet::new()).unwrap();
    let effects = driver.step(Input::Begin).unwrap();
    (driver, effects)
}

/// A block of height 1.
fn block(round: u32, proposer: u8, count: u8) -> Arc<Block> {
    let header = Header {
        chain: CHAIN,
        height: 1,
        round,
        time: Time(5),
        proposer: key(proposer).key(),
        parent: CHAIN,
        transactions_root: Block::transactions_root(&[]),
        state_root: [0; 32],
        receipts_root: [0; 32],
        validators: validators_digest(&set(count)),
        next_validators: validators_digest(&set(count)),
    };
    Arc::new(Block { header, transactions: Vec::new() })
}

fn signed_vote(by: u8, kind: VoteKind, round: u32, block: Option<Hash>) -> SignedVote {
    let vote = Vote { kind, height: 1, round, block, validator: key(by).key() };
    let signature = key(by).sign(&vote.digest(&CHAIN));
    SignedVote { vote, signature }
}

fn said(message: Message) -> Input {
    Input::Message { from: PEER, message }
}

fn vote(by: u8, kind: VoteKind, round: u32, block: Option<Hash>) -> Input {
    said(Message::Vote(signed_vote(by, kind, round, block)))
}

fn proposal(by: u8, round: u32, block: Hash, pol_round: Option<u32>) -> Input {
    let proposal = Proposal { height: 1, round, block, pol_round, proposer: key(by).key() };
    let signature = key(by).sign(&proposal.digest(&CHAIN));
    said(Message::Proposal(SignedProposal { proposal, signature }))
}

fn certified(block: &Arc<Block>, round: u32, signers: std::ops::Range<u8>) -> CertifiedBlock {
    let id = block.header.id();
    let mut signatures: Vec<CommitSignature> =
        signers.map(|node| key(node).precommit(&CHAIN, 1, round, &id)).collect();
    signatures.sort_by_key(|signed| signed.validator);
    CertifiedBlock {
        block: block.clone(),
        certificate: Certificate { height: 1, round, block: id, signatures },
    }
}

/// The votes among effects.
fn votes(effects: &[Effect]) -> Vec<SignedVote> {
    let vote = |effect: &Effect| match effect {
        Effect::Send { message: Message::Vote(signed), .. } => Some(signed.clone()),
        _ => None,
    };
    effects.iter().filter_map(vote).collect()
}

fn position(effects: &[Effect], is: impl Fn(&Effect) -> bool) -> Option<usize> {
    effects.iter().position(is)
}

fn has(effects: &[Effect], is: impl Fn(&Effect) -> bool) -> bool {
    effects.iter().any(is)
}

/// The entries that are logged.
fn logged(effects: &[Effect]) -> Vec<Entry> {
    let entries = |effect: &Effect| match effect {
        Effect::Append { entries, .. } => entries.clone(),
        _ => Vec::new(),
    };
    effects.iter().flat_map(entries).collect()
}

/// Does the steps one after the other, and returns what they come to.
fn steps(driver: &mut Driver, inputs: impl IntoIterator<Item = Input>) -> Vec<Effect> {
    inputs.into_iter().flat_map(|input| driver.step(input).unwrap()).collect()
}

/// What makes validator 3 of 4 precommit a block of validator 0.
fn to_precommit(block: &Arc<Block>) -> Vec<Input> {
    let id = block.header.id();
    let judged = Input::Validated { block: id, verdict: Verdict::Valid };
    let brought = Input::Block { from: PEER, block: block.clone() };
    let prevotes = (0..2).map(|by| vote(by, VoteKind::Prevote, 0, Some(id)));
    [proposal(0, 0, id, None), brought, judged].into_iter().chain(prevotes).collect()
}

#[test]
fn one_validator_decides_alone_and_all_is_durable_in_order() {
    let (mut driver, effects) = begun(0, 1);
    assert!(has(&effects, |effect| matches!(effect, Effect::Build { height: 1, round: 0, .. })));
    let block = block(0, 0, 1);
    let effects = driver.step(Input::Built { block: block.clone() }).unwrap();
    assert_eq!(effects[0], Effect::StoreBody(block.clone()));
    let Effect::Append { height: 1, entries } = &effects[1] else { panic!("{effects:?}") };
    // Judged, proposed, prevoted, precommitted: all before the first is sent.
    assert_eq!(entries.len(), 4);
    assert_eq!(votes(&effects).len(), 2);
    let commit = effects.iter().find_map(|effect| match effect {
        Effect::Commit { certificate, body: None } => Some(certificate),
        _ => None,
    });
    assert_eq!(*commit.unwrap(), certified(&block, 0, 0..1).certificate);
    let effects = driver.step(Input::Committed { height: 1, validators: set(1) }).unwrap();
    assert_eq!((driver.height(), effects), (2, Vec::new()));
}

#[test]
fn a_height_begins_for_a_members_vote_and_not_for_a_strangers() {
    let (mut driver, _) = start_with(&config(3), 4, Recorded::default(), BTreeSet::new()).unwrap();
    let begins = |effects: Vec<Effect>| has(&effects, |effect| matches!(effect, Effect::Round { .. }));
    let stranger = vote(9, VoteKind::Prevote, 0, None);
    assert!(!begins(driver.step(stranger).unwrap()));
    let mut forged = signed_vote(1, VoteKind::Prevote, 0, None);
    forged.signature[3] ^= 1;
    assert!(!begins(driver.step(said(Message::Vote(forged))).unwrap()));
    assert!(begins(driver.step(vote(1, VoteKind::Prevote, 0, None)).unwrap()));
}

#[test]
fn who_is_no_validator_or_lost_its_log_decides_and_signs_nothing() {
    let block = block(0, 0, 4);
    let abstaining = Config { votes_from: 2, ..config(3) };
    for config in [config(8), abstaining] {
        let (mut driver, _) = start_with(&config, 4, Recorded::default(), BTreeSet::new()).unwrap();
        driver.step(Input::Begin).unwrap();
        let effects = steps(&mut driver, to_precommit(&block));
        let precommits = (0..3).map(|by| vote(by, VoteKind::Precommit, 0, Some(block.header.id())));
        let after = steps(&mut driver, precommits);
        assert!(votes(&effects).is_empty() && votes(&after).is_empty());
        assert!(has(&after, |effect| matches!(effect, Effect::Commit { .. })));
    }
}

#[test]
fn equivocation_is_proven_when_the_height_is_decided() {
    let (mut driver, _) = begun(3, 4);
    let block = block(0, 0, 4);
    steps(&mut driver, to_precommit(&block));
    driver.step(vote(1, VoteKind::Prevote, 0, None)).unwrap();
    let precommits = (0..3).map(|by| vote(by, VoteKind::Precommit, 0, Some(block.header.id())));
    let effects = steps(&mut driver, precommits);
    let evidence = effects.iter().find_map(|effect| match effect {
        Effect::Evidence(evidence) => Some(evidence),
        _ => None,
    });
    let is_signed = |by: &Hash, digest: &Hash, signature: &[u8; 64]| key(0).verify(by, digest, signature);
    assert_eq!(evidence.unwrap().check(&CHAIN, is_signed), Ok(key(1).key()));
}

#[test]
fn a_node_that_commits_what_was_not_decided_is_stopped() {
    let (mut driver, _) = begun(3, 4);
    let verdict = driver.step(Input::Committed { height: 1, validators: set(4) });
    assert!(matches!(verdict, Err(Halt::Unexpected(_))));
}
