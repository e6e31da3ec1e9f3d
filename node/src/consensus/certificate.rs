//! Certificates: precommits of more than two thirds of the voting power.

use sillok_abi::{Certificate, CommitSignature, Hash, Header, PublicKey, Validator};

/// The certificate that `precommits` of one block make; none if they are not enough, or somebody
/// signed who is not a validator. Signatures are checked when votes arrive; this only counts.
pub(crate) fn assemble(
    validators: &[Validator],
    header: &Header,
    block: Hash,
    mut precommits: Vec<CommitSignature>,
) -> Option<Certificate> {
    precommits.sort_by_key(|precommit| precommit.validator);
    precommits.dedup_by_key(|precommit| precommit.validator);
    let powers: Option<u128> = precommits.iter().map(|vote| power_of(validators, &vote.validator)).sum();
    let total: u128 = validators.iter().map(|validator| u128::from(validator.power)).sum();
    (powers? * 3 > total * 2).then_some(Certificate {
        height: header.height,
        round: header.round,
        block,
        signatures: precommits,
    })
}

fn power_of(validators: &[Validator], key: &PublicKey) -> Option<u128> {
    let found = validators.iter().find(|validator| validator.key == *key);
    found.map(|validator| u128::from(validator.power))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sillok_abi::CertificateError;
    use sillok_abi::Time;
    use sillok_runtime::verify_certificate;

    use super::super::ValidatorKey;
    use super::*;
    use crate::rng::FixedRng;

    fn key(seed: u8) -> ValidatorKey {
        ValidatorKey::from_seed(&[seed; 32], Arc::new(FixedRng)).unwrap()
    }

    fn header() -> Header {
        Header {
            chain: [1; 32],
            height: 5,
            round: 0,
            time: Time(1),
            proposer: key(1).public(),
            parent: [2; 32],
            transactions_root: [3; 32],
            state_root: [4; 32],
            receipts_root: [5; 32],
            validators: [6; 32],
            next_validators: [6; 32],
        }
    }

    fn set(seeds: std::ops::RangeInclusive<u8>) -> Vec<Validator> {
        seeds.map(|seed| Validator { key: key(seed).public(), power: 1 }).collect()
    }

    fn votes(seeds: std::ops::RangeInclusive<u8>) -> Vec<CommitSignature> {
        let header = header();
        seeds.map(|seed| key(seed).precommit(&header.chain, 5, 0, &header.id())).collect()
    }

    #[test]
    fn more_than_two_thirds_make_a_certificate_that_holds() {
        let (header, set) = (header(), set(1..=4));
        let certificate = assemble(&set, &header, header.id(), votes(1..=3)).unwrap();
        assert_eq!(verify_certificate(&header.chain, &set, 5, &header.id(), &certificate), Ok(()));
    }

    #[test]
    fn two_thirds_are_not_enough_and_repeated_votes_count_once() {
        let (header, set) = (header(), set(1..=3));
        assert_eq!(assemble(&set, &header, header.id(), votes(1..=2)), None);
        let twice = [votes(1..=2), votes(1..=2)].concat();
        assert_eq!(assemble(&set, &header, header.id(), twice), None);
    }

    #[test]
    fn a_strangers_vote_makes_no_certificate() {
        let header = header();
        assert_eq!(assemble(&set(1..=1), &header, header.id(), votes(1..=2)), None);
    }

    #[test]
    fn a_forged_certificate_does_not_hold() {
        let (header, set) = (header(), set(1..=1));
        let mut forged = assemble(&set, &header, header.id(), votes(1..=1)).unwrap();
        forged.round = 1;
        let verdict = verify_certificate(&header.chain, &set, 5, &header.id(), &forged);
        assert_eq!(verdict, Err(CertificateError::BadSignature));
    }
}
