//! Keys against the order of the values they stand for.

use alloc::vec;
use core::fmt::Debug;

use proptest::prelude::*;

use super::*;

fn bytes(key: &impl OrderedKey) -> Vec<u8> {
    let mut bytes = Vec::new();
    key.write_key(&mut bytes);
    bytes
}

/// The three invariants of ordered keys, on two of them.
fn check<K: OrderedKey + Ord + Debug>(one: K, other: K) -> Result<(), TestCaseError> {
    let (first, second) = (bytes(&one), bytes(&other));
    prop_assert_eq!(one.cmp(&other), first.cmp(&second), "the order of {:?} and {:?}", &one, &other);
    if one != other {
        prop_assert!(!first.starts_with(&second) && !second.starts_with(&first));
    }
    let mut input = &[first.as_slice(), &[1, 2, 3]].concat()[..];
    prop_assert_eq!(K::read_key(&mut input), Some(one));
    prop_assert_eq!(input, &[1, 2, 3]);
    for cut in 0..first.len() {
        prop_assert_eq!(K::read_key(&mut &first[..cut]), None, "of {} bytes only", cut);
    }
    Ok(())
}

/// Pairs of keys.
fn pair<K: Debug>(one: impl Strategy<Value = K> + Clone) -> impl Strategy<Value = (K, K)> {
    (one.clone(), one)
}

/// Bytes of few values, so that many begin with others and need escapes.
fn text() -> impl Strategy<Value = Vec<u8>> + Clone {
    prop::collection::vec(prop::sample::select(vec![0_u8, 1, 0xFE, 0xFF]), 0..5)
}

/// Numbers near where something changes.
fn number() -> impl Strategy<Value = i64> + Clone {
    let turns = vec![i64::MIN, -65_536, -256, -1, 0, 255, 65_535, i64::MAX];
    (prop::sample::select(turns), -1..=1_i64).prop_map(|(turn, by)| turn.saturating_add(by))
}

fn account() -> impl Strategy<Value = Account> + Clone {
    let id = || prop::sample::select(vec![[0_u8; 32], [1; 32], [0xFF; 32]]);
    (0..3, id(), id()).prop_map(|(kind, one, other)| match kind {
        0 => Account::Key(one),
        1 => Account::Contract(ContractId(one)),
        _ => Account::Managed { contract: ContractId(one), id: other },
    })
}

proptest! {
    #[test]
    fn numbers_keep_their_order((one, other) in pair(number())) {
        check(one, other)?;
        check(one as u64, other as u64)?;
        check(one as i32, other as i32)?;
        check(one as u32, other as u32)?;
        check(one as i16, other as i16)?;
        check(one as u16, other as u16)?;
        check(one as i8, other as i8)?;
        check(one as u8, other as u8)?;
        check(i128::from(one) << 40, i128::from(other) << 40)?;
        check((one as u128) << 40, (other as u128) << 40)?;
        check(one > 0, other > 0)?;
        check(Date(one as i32), Date(other as i32))?;
        check(Time(one as u64), Time(other as u64))?;
        check(Price(one as u64), Price(other as u64))?;
        check(if one > 0 { Side::Sell } else { Side::Buy }, if other > 0 { Side::Sell } else { Side::Buy })?;
    }

    #[test]
    fn texts_keep_their_order((one, other) in pair(text()), (more, rest) in pair(text())) {
        check(one.clone(), other.clone())?;
        check((one.clone(), more.clone()), (other.clone(), rest.clone()))?;
        let text = |bytes: &[u8]| -> String { bytes.iter().map(|byte| char::from(*byte)).collect() };
        check(text(&one), text(&other))?;
        check((text(&one), 7_u8, text(&more)), (text(&other), 7, text(&rest)))?;
        check((Some(one.clone()), more.len() as u8, one, more), (None, 1, other, rest))?;
    }

    #[test]
    fn accounts_keep_their_order((one, other) in pair(account()), (a, b) in pair(number())) {
        check(one, other)?;
        check((one, a), (other, b))?;
        check(Some(one).filter(|_| a > 0), Some(other).filter(|_| b > 0))?;
    }
}

#[test]
fn these_are_the_bytes() {
    assert_eq!(bytes(&0x0102_u16), [1, 2]);
    assert_eq!(bytes(&-1_i16), [0x7F, 0xFF]);
    assert_eq!(bytes(&1_i16), [0x80, 1]);
    assert_eq!(bytes(&true), [1]);
    assert_eq!(bytes(&String::from("a\0b")), [b'a', 0, 0xFF, b'b', 0, 0]);
    assert_eq!(bytes(&vec![0_u8, 0]), [0, 0xFF, 0, 0xFF, 0, 0]);
    assert_eq!(bytes(&(String::new(), None::<u8>, Some(7_u8), [9_u8, 9])), [0, 0, 0, 1, 7, 9, 9]);
    assert_eq!(bytes(&Account::Contract(ContractId([5; 32])))[..2], [1, 5]);
    assert_eq!(bytes(&()), []);
}

#[test]
fn what_is_no_key_is_not_read() {
    assert_eq!(bool::read_key(&mut &[2][..]), None);
    assert_eq!(Account::read_key(&mut &[3; 70][..]), None);
    assert_eq!(<Vec<u8>>::read_key(&mut &[7, 0, 1][..]), None);
    assert_eq!(String::read_key(&mut &[0xC0, 0, 0][..]), None);
}
