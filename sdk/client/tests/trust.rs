//! Validators that follow from trusted ones, and those that don't.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use sillok_abi::{
    Certificate, CertificateError, CommitSignature, Header, Time, Validator, digest, precommit_digest,
    validators_digest,
};
use sillok_client::trust::{SetChange, SetChangeError, Trust};

fn pair(name: &str) -> Keypair {
    let seed = MiniSecretKey::from_bytes(&digest("test/key", &name)).unwrap();
    seed.expand_to_keypair(ExpansionMode::Ed25519)
}

fn set(names: &[&str]) -> Vec<Validator> {
    names.iter().map(|name| Validator { key: pair(name).public.to_bytes(), power: 1 }).collect()
}

fn change(from: &[&str], to: &[&str], voters: &[&str]) -> SetChange {
    let header = Header {
        chain: [7; 32],
        height: 5,
        round: 0,
        time: Time(1),
        proposer: [0; 32],
        parent: [1; 32],
        transactions_root: [2; 32],
        state_root: [3; 32],
        receipts_root: [4; 32],
        validators: validators_digest(&set(from)),
        next_validators: validators_digest(&set(to)),
    };
    let vote = precommit_digest(&header.chain, 5, 0, &header.id());
    let sign = |name: &&str| {
        let pair = pair(name);
        let signature = pair.sign_simple(b"sillok/consensus", &vote).to_bytes();
        CommitSignature { validator: pair.public.to_bytes(), signature }
    };
    let mut signatures: Vec<CommitSignature> = voters.iter().map(sign).collect();
    signatures.sort_by_key(|commit| commit.validator);
    let certificate = Certificate { height: 5, round: 0, block: header.id(), signatures };
    SetChange { header, certificate, validators: set(to) }
}

const OLD: [&str; 4] = ["Alice", "Bob", "Charlie", "Dave"];
const NEW: [&str; 3] = ["Bob", "Charlie", "Dave"];

fn trust() -> Trust {
    Trust { chain: [7; 32], name: "sample".into(), validators: set(&OLD) }
}

#[test]
fn a_set_follows_from_the_one_that_announced_it() {
    let changes = [change(&NEW, &OLD, &NEW), change(&OLD, &NEW, &["Alice", "Bob", "Dave"])];
    assert_eq!(trust().follow_all(&changes).unwrap().validators, set(&NEW));
    assert_eq!(trust().follow_all(&[]).unwrap(), trust());
    let twice = [changes[1].clone(), changes[1].clone()];
    assert_eq!(trust().follow_all(&twice).unwrap_err(), (5, SetChangeError::OtherValidators));
}

#[test]
fn no_other_does() {
    let good = change(&OLD, &NEW, &OLD);
    let refused = |change: fn(&mut SetChange)| {
        let mut changed = good.clone();
        change(&mut changed);
        trust().follow(&changed).unwrap_err()
    };
    assert_eq!(refused(|change| change.header.chain = [8; 32]), SetChangeError::OtherChain);
    assert_eq!(refused(|change| change.header.validators = [8; 32]), SetChangeError::OtherValidators);
    assert_eq!(refused(|change| change.validators.swap(0, 1)), SetChangeError::NotAnnounced);
    assert_eq!(
        refused(|change| change.header.next_validators = validators_digest(&[])),
        SetChangeError::NotAnnounced
    );
    let quorum = |error| SetChangeError::NotFinal(error);
    assert_eq!(
        refused(|change| drop(change.certificate.signatures.drain(..2))),
        quorum(CertificateError::NoQuorum)
    );
    assert_eq!(refused(|change| change.certificate.round = 1), quorum(CertificateError::BadSignature));
    let by_the_new = change(&OLD, &NEW, &NEW);
    assert!(trust().follow(&by_the_new).is_ok(), "three of four are a majority of the old set too");
    let strangers = change(&OLD, &["Eve"], &["Alice", "Bob", "Eve"]);
    assert_eq!(trust().follow(&strangers).unwrap_err(), quorum(CertificateError::NotValidator));
}
