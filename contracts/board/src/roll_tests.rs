//! The rules of directors and thresholds, without a chain.

use super::*;
use crate::Scheme;

fn key(byte: u8) -> DirectorKey {
    DirectorKey { scheme: Scheme::Ed25519, public: vec![byte; 32] }
}

fn roll(directors: u8, threshold: u32) -> Roll {
    Roll::new((1..=directors).map(key).collect(), threshold).expect("a valid board")
}

fn numbers(roll: &Roll) -> Vec<u32> {
    roll.directors.iter().map(|director| director.number).collect()
}

#[test]
fn a_threshold_lies_between_one_and_all() {
    for (directors, threshold) in [(1, 1), (3, 1), (3, 3), (32, 32)] {
        assert_eq!(roll(directors, threshold).threshold, threshold);
    }
    for (directors, threshold) in [(0, 0), (0, 1), (3, 0), (3, 4), (3, u32::MAX)] {
        let refused = Roll::new((1..=directors).map(key).collect(), threshold);
        assert_eq!(refused, Err(Error::BadThreshold), "{threshold} of {directors}");
    }
}

#[test]
fn no_change_leaves_a_board_that_can_t_act() {
    let mut roll = roll(2, 2);
    assert_eq!(roll.clone().dismiss(1, 2), Err(Error::BadThreshold));
    assert_eq!(roll.clone().dismiss(1, 0), Err(Error::BadThreshold));
    assert_eq!(roll.clone().set_threshold(3), Err(Error::BadThreshold));
    assert_eq!(roll.clone().appoint(key(3), 4), Err(Error::BadThreshold));
    assert_eq!(roll.dismiss(1, 1), Ok(()));
    for threshold in [0, 1] {
        assert_eq!(roll.clone().dismiss(2, threshold), Err(Error::BadThreshold), "the last director");
    }
}

#[test]
fn numbers_stay_and_are_never_given_again() {
    let mut roll = roll(3, 2);
    assert_eq!(roll.dismiss(3, 2), Ok(()));
    assert_eq!(roll.appoint(key(3), 2), Ok(4));
    assert_eq!(roll.dismiss(1, 2), Ok(()));
    assert_eq!(roll.replace_key(2, key(9)), Ok(()));
    assert_eq!(numbers(&roll), [2, 4]);
    assert_eq!(roll.dismiss(1, 1), Err(Error::NoDirector));
    assert_eq!(roll.replace_key(3, key(7)), Err(Error::NoDirector));
    roll.next = u32::MAX;
    assert_eq!(roll.appoint(key(7), 1), Err(Error::TooManyNumbers));
}

#[test]
fn a_key_has_one_place() {
    let mut roll = roll(3, 2);
    assert_eq!(roll.appoint(key(2), 2), Err(Error::KeyTaken));
    assert_eq!(roll.replace_key(1, key(2)), Err(Error::KeyTaken));
    assert_eq!(roll.replace_key(2, key(2)), Err(Error::KeyTaken), "nothing would change");
    let same_bytes = DirectorKey { scheme: Scheme::Sr25519, public: vec![2; 32] };
    assert_eq!(roll.appoint(same_bytes, 2), Ok(4), "of another scheme it is another key");
    assert_eq!(Roll::new(vec![key(1), key(1)], 1), Err(Error::KeyTaken));
}

#[test]
fn malformed_keys_are_refused() {
    let check = |scheme, public: Vec<u8>| Roll::new(vec![DirectorKey { scheme, public }], 1).map(|_| ());
    let point = |first: u8, length: usize| [vec![first], vec![9; length - 1]].concat();
    assert_eq!(check(Scheme::Sr25519, vec![9; 32]), Ok(()));
    assert_eq!(check(Scheme::Sr25519, vec![9; 31]), Err(Error::BadKey));
    assert_eq!(check(Scheme::Sr25519, vec![0; 32]), Err(Error::BadKey));
    assert_eq!(check(Scheme::Ed25519, vec![9; 33]), Err(Error::BadKey));
    assert_eq!(check(Scheme::Ed25519, vec![0; 32]), Err(Error::BadKey));
    assert_eq!(check(Scheme::P256, point(2, 33)), Ok(()));
    assert_eq!(check(Scheme::Secp256k1, point(3, 33)), Ok(()));
    assert_eq!(check(Scheme::P256, point(4, 65)), Err(Error::BadKey));
    assert_eq!(check(Scheme::P256, point(5, 33)), Err(Error::BadKey));
    assert_eq!(check(Scheme::Secp256k1, vec![]), Err(Error::BadKey));
}

#[test]
fn there_is_a_limit_of_directors() {
    let mut roll = roll(32, 1);
    assert_eq!(roll.appoint(key(33), 1), Err(Error::TooManyDirectors));
    assert_eq!(roll.dismiss(5, 1), Ok(()));
    assert_eq!(roll.appoint(key(33), 1), Ok(33));
}
