//! The rules of documents, without a chain.

use super::*;
use crate::Scheme;

fn key(name: &str, byte: u8) -> DidKey {
    DidKey { name: name.to_owned(), scheme: Scheme::Ed25519, public: vec![byte; 32] }
}

fn service(name: &str) -> Service {
    Service { name: name.to_owned(), kind: "LinkedDomains".to_owned(), endpoint: "https://a.kr".to_owned() }
}

fn document() -> Document {
    Document::new([7; 32], key("first", 1), Time(1)).expect("a valid first key")
}

fn names(document: &Document) -> Vec<&str> {
    document.keys.iter().map(|key| key.name.as_str()).collect()
}

#[test]
fn the_last_key_stays() {
    let mut document = document();
    assert_eq!(document.remove_key("first"), Err(Error::LastKey));
    document.add_key(key("second", 2)).expect("room for a second key");
    assert_eq!(document.remove_key("first"), Ok(()));
    assert_eq!(names(&document), ["second"]);
    assert_eq!(document.remove_key("first"), Err(Error::NoKey));
}

#[test]
fn a_rotated_key_takes_the_place_of_the_old_one() {
    let mut document = document();
    document.add_key(key("second", 2)).expect("room for a second key");
    assert_eq!(document.rotate_key("first", key("first", 3)), Ok(()));
    assert_eq!(document.rotate_key("first", key("third", 4)), Ok(()));
    assert_eq!(names(&document), ["third", "second"]);
    assert_eq!(document.rotate_key("first", key("x", 5)), Err(Error::NoKey));
    assert_eq!(document.rotate_key("third", key("second", 5)), Err(Error::NameTaken));
    assert_eq!(document.rotate_key("third", key("third", 2)), Err(Error::KeyTaken));
}

#[test]
fn keys_and_services_share_their_names() {
    let mut document = document();
    assert_eq!(document.add_service(service("first")), Err(Error::NameTaken));
    assert_eq!(document.add_service(service("home")), Ok(()));
    assert_eq!(document.add_key(key("home", 2)), Err(Error::NameTaken));
    assert_eq!(document.remove_service("home"), Ok(()));
    assert_eq!(document.add_key(key("home", 2)), Ok(()));
    assert_eq!(document.remove_service("home"), Err(Error::NoService));
}

#[test]
fn malformed_keys_are_refused() {
    let check = |scheme, public: Vec<u8>| document().add_key(DidKey { name: "k".to_owned(), scheme, public });
    let point = |first: u8, length: usize| [vec![first], vec![9; length - 1]].concat();
    assert_eq!(check(Scheme::Sr25519, vec![9; 32]), Ok(()));
    assert_eq!(check(Scheme::Sr25519, vec![9; 31]), Err(Error::BadKey));
    assert_eq!(check(Scheme::Ed25519, vec![9; 33]), Err(Error::BadKey));
    assert_eq!(check(Scheme::P256, point(2, 33)), Ok(()));
    assert_eq!(check(Scheme::Secp256k1, point(3, 33)), Ok(()));
    assert_eq!(check(Scheme::P256, point(4, 65)), Err(Error::BadKey));
    assert_eq!(check(Scheme::Secp256k1, vec![]), Err(Error::BadKey));
}

#[test]
fn texts_have_limits() {
    let named = |name: &str| document().add_key(key(name, 2));
    assert_eq!(named(&"n".repeat(32)), Ok(()));
    for name in ["", "a b", "a#b", "열쇠", &"n".repeat(33)] {
        assert_eq!(named(name), Err(Error::BadName), "{name}");
    }
    let with = |kind: &str, endpoint: String| {
        document().add_service(Service { kind: kind.to_owned(), endpoint, ..service("home") })
    };
    assert_eq!(with("K", "e".repeat(256)), Ok(()));
    assert_eq!(with("K", "e".repeat(257)), Err(Error::BadService));
    assert_eq!(with("", "e".to_owned()), Err(Error::BadService));
    assert_eq!(with("K", "a\nb".to_owned()), Err(Error::BadService));
}

#[test]
fn there_is_a_limit_of_keys_and_services() {
    let mut document = document();
    for number in 2..=16 {
        document.add_key(key(&format!("k{number}"), number)).expect("below the limit");
    }
    assert_eq!(document.add_key(key("k17", 17)), Err(Error::TooManyKeys));
    for number in 1..=16 {
        document.add_service(service(&format!("s{number}"))).expect("below the limit");
    }
    assert_eq!(document.add_service(service("s17")), Err(Error::TooManyServices));
}

#[test]
fn nobody_signs_for_a_deactivated_document() {
    let mut document = document();
    assert!(document.signing_key("first").is_some());
    assert!(document.signing_key("second").is_none());
    document.deactivated = true;
    assert!(document.signing_key("first").is_none());
}
