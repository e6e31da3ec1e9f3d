//! DIDs: documents in versions, keys that come and go, and who signs for them.
#![allow(clippy::unwrap_used, reason = "a test")]

use codec::{Decode, Encode};
use ed25519_dalek::Signer as _;
use sillok_abi::{Account, Failure, Time, digest};
use sillok_client::transaction::Signer;
use sillok_testing::{Raw, World, failure};

/// What the contract refuses.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Refusal {
    AlreadyCreated = 1,
    Unknown,
    Deactivated,
    BadName,
    BadKey,
    NameTaken,
    KeyTaken,
    NoKey,
    LastKey,
    TooManyKeys,
    BadService,
    NoService,
    TooManyServices,
}
use Refusal::*;

type Id = [u8; 32];
/// Name, scheme, public key.
type Key = (String, u8, Vec<u8>);
/// Name, kind, endpoint.
type Service = (String, String, String);

const SR25519: u8 = 0;
const ED25519: u8 = 1;
const P256: u8 = 2;
const SECP256K1: u8 = 3;

#[derive(Decode, Debug, PartialEq)]
struct Document {
    id: Id,
    version: u32,
    created: Time,
    updated: Time,
    deactivated: bool,
    keys: Vec<Key>,
    services: Vec<Service>,
}

/// The public key of a development name.
fn key(name: &str, of: &str) -> Key {
    (name.into(), SR25519, sillok_testing::key(of).public().to_vec())
}

fn service(name: &str, kind: &str, endpoint: &str) -> Service {
    (name.into(), kind.into(), endpoint.into())
}

/// A chain on which a DID was created with Dave's key, called `first`.
fn created() -> (World, Id) {
    let mut world = World::default();
    let id = world.ok("Alice", "did", "create", (key("first", "Dave"), [5u8; 32]));
    sign_with(&mut world, id, "first", "Dave");
    (world, id)
}

fn did_account(world: &World, id: Id) -> Account {
    Account::Managed { contract: world.id("did"), id }
}

/// From now on the DID signs with this key.
fn sign_with(world: &mut World, id: Id, key_name: &str, of: &str) {
    let account = did_account(world, id);
    world.signers.retain(|signer| signer.account() != account);
    world.signers.push(Signer::Did { account, key_name: key_name.into(), key: sillok_testing::key(of) });
}

/// Changes the document; the new version.
fn change(world: &mut World, method: &str, args: impl Encode) -> u32 {
    world.ok("Alice", "did", method, args)
}

/// No change is made, as the signature is not one of the DID's.
fn assert_rejected(world: &mut World, method: &str, args: impl Encode) {
    let failed = world.fails("Alice", "did", method, args);
    assert!(matches!(failed, Failure::BadAuthorisation { .. }), "{method}: {failed:?}");
}

fn resolve(world: &World, id: Id, version: Option<u32>) -> Option<Document> {
    world.query("did", "resolve", (id, version))
}

#[test]
fn keys_come_and_go_and_only_current_ones_sign() {
    let (mut world, id) = created();
    let world = &mut world;
    let first = key("first", "Dave");
    assert_eq!(id, digest("sillok/did", &(&first, [5u8; 32])));
    let failed = failure(&world.alone("Alice", "did", "deactivate", (id,)));
    assert_eq!(failed, Failure::Unauthorised { account: did_account(world, id) });

    sign_with(world, id, "first", "Eve");
    assert_rejected(world, "add_key", (id, key("second", "Eve")));
    sign_with(world, id, "second", "Dave");
    assert_rejected(world, "add_key", (id, key("second", "Eve")));
    sign_with(world, id, "first", "Dave");
    assert_eq!(change(world, "add_key", (id, key("second", "Eve"))), 2);
    sign_with(world, id, "second", "Eve");
    assert_eq!(change(world, "rotate_key", (id, "first", key("first", "Ferdie"))), 3);
    sign_with(world, id, "first", "Dave");
    assert_rejected(world, "remove_key", (id, "second"));
    sign_with(world, id, "first", "Ferdie");
    assert_eq!(change(world, "remove_key", (id, "second")), 4);
    sign_with(world, id, "second", "Eve");
    assert_rejected(world, "deactivate", (id,));

    let document = resolve(world, id, None).unwrap();
    assert_eq!((document.version, document.keys), (4, vec![key("first", "Ferdie")]));
    assert_eq!(resolve(world, id, Some(1)).unwrap().keys, [first], "what was signed then stays judgeable");
}

#[test]
fn every_version_stays_and_deactivation_is_the_last() {
    let (mut world, id) = created();
    let world = &mut world;
    let home = service("home", "LinkedDomains", "https://example.com");
    assert_eq!(change(world, "add_service", (id, &home)), 2);
    assert_eq!(change(world, "remove_service", (id, "home")), 3);
    assert_eq!(change(world, "deactivate", (id,)), 4);
    let versions: Vec<Document> = (1..=4).map(|version| resolve(world, id, Some(version)).unwrap()).collect();
    for (number, document) in (1..).zip(&versions) {
        assert_eq!((document.id, document.version), (id, number));
        assert_eq!((document.created, document.deactivated), (versions[0].updated, number == 4));
    }
    assert!(versions.windows(2).all(|pair| pair[0].updated < pair[1].updated));
    assert_eq!((&versions[1].services, versions[2].services.len()), (&vec![home], 0));
    assert_eq!(resolve(world, id, None).as_ref(), versions.last());
    assert_eq!((resolve(world, id, Some(0)), resolve(world, id, Some(5))), (None, None));
    assert_eq!(resolve(world, [0; 32], None), None);

    // Its key signs no more, for anything; a change is refused before it is asked for.
    assert_eq!(world.code("Alice", "did", "add_key", (id, key("x", "Eve"))), Deactivated as u32);
    let () = world.ok("Ferdie", "cash", "mint", (did_account(world, id), 1u64));
    let spend = (did_account(world, id), sillok_testing::account("Bob"), 1u64);
    let failed = world.fails("Alice", "cash", "transfer", spend);
    assert!(matches!(failed, Failure::BadAuthorisation { .. }), "{failed:?}");
}

#[test]
fn each_refusal_has_its_code() {
    let (mut world, id) = created();
    assert_eq!(change(&mut world, "add_key", (id, key("second", "Eve"))), 2);
    assert_eq!(change(&mut world, "add_service", (id, service("home", "K", "e"))), 3);
    let mut refuses = |method: &str, args: Vec<u8>, refusal: Refusal| {
        let code = world.code("Alice", "did", method, Raw(args));
        assert_eq!(code, refusal as u32, "{method}: {refusal:?}");
    };
    let of_scheme = |scheme: u8, public: Vec<u8>| ("k".to_owned(), scheme, public);
    refuses("create", (key("first", "Dave"), [5u8; 32]).encode(), AlreadyCreated);
    refuses("create", (key("", "Dave"), [5u8; 32]).encode(), BadName);
    refuses("create", (of_scheme(ED25519, vec![1; 31]), [5u8; 32]).encode(), BadKey);
    refuses("add_key", ([9u8; 32], key("x", "Ferdie")).encode(), Unknown);
    refuses("add_key", (id, key("a b", "Ferdie")).encode(), BadName);
    refuses("add_key", (id, key(&"n".repeat(33), "Ferdie")).encode(), BadName);
    refuses("add_key", (id, of_scheme(P256, vec![4; 33])).encode(), BadKey);
    refuses("add_key", (id, of_scheme(SECP256K1, vec![2; 32])).encode(), BadKey);
    refuses("add_key", (id, key("first", "Ferdie")).encode(), NameTaken);
    refuses("add_key", (id, key("home", "Ferdie")).encode(), NameTaken);
    refuses("add_key", (id, key("x", "Dave")).encode(), KeyTaken);
    refuses("rotate_key", (id, "third", key("x", "Ferdie")).encode(), NoKey);
    refuses("rotate_key", (id, "first", key("second", "Ferdie")).encode(), NameTaken);
    refuses("rotate_key", (id, "first", key("first", "Eve")).encode(), KeyTaken);
    refuses("remove_key", (id, "third").encode(), NoKey);
    refuses("add_service", (id, service("home", "K", "e")).encode(), NameTaken);
    refuses("add_service", (id, service("x", "", "e")).encode(), BadService);
    refuses("add_service", (id, service("x", "K", "a b")).encode(), BadService);
    refuses("add_service", (id, service("x", "K", &"e".repeat(257))).encode(), BadService);
    refuses("remove_service", (id, "first").encode(), NoService);
}

#[test]
fn a_document_has_one_to_sixteen_keys_and_up_to_sixteen_services() {
    let (mut world, id) = created();
    assert_eq!(world.code("Alice", "did", "remove_key", (id, "first")), LastKey as u32);
    for number in 1..=16u8 {
        let name = format!("s{number}");
        let _ = change(&mut world, "add_service", (id, service(&name, "K", "e")));
    }
    let seventeenth = service("s17", "K", "e");
    assert_eq!(world.code("Alice", "did", "add_service", (id, seventeenth)), TooManyServices as u32);
    let numbered = |number: u8| (format!("k{number}"), SR25519, vec![number; 32]);
    for number in 2..=16 {
        let _ = change(&mut world, "add_key", (id, numbered(number)));
    }
    assert_eq!(world.code("Alice", "did", "add_key", (id, numbered(17))), TooManyKeys as u32);
    let document = resolve(&world, id, None).unwrap();
    assert_eq!((document.version, document.keys.len(), document.services.len()), (32, 16, 16));
}

#[test]
fn malformed_credentials_are_nobody_s() {
    let (world, id) = created();
    let authentic = |id: Id, credential: Vec<u8>| -> bool {
        world.query("did", "authenticate", (id, [1u8; 32], credential))
    };
    let signature = sillok_testing::key("Dave").sign(&[1; 32]).to_vec();
    let good = ("first", &signature).encode();
    assert!(authentic(id, good.clone()));
    assert!(!authentic([3; 32], good.clone()), "of another DID");
    assert!(!authentic(id, ("second", &signature).encode()), "of another key");
    assert!(!authentic(id, [good, vec![0]].concat()), "with more behind it");
    for malformed in [vec![], vec![255; 100], vec![0; 4_096], ("first", vec![0u8; 64]).encode()] {
        assert!(!authentic(id, malformed));
    }
}

#[test]
fn keys_of_every_scheme_sign() {
    let mut world = World::default();
    let digest = [7u8; 32];
    let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
    let p256 = p256::ecdsa::SigningKey::from_slice(&[4; 32]).unwrap();
    let k256 = k256::ecdsa::SigningKey::from_slice(&[5; 32]).unwrap();
    let by_p256: p256::ecdsa::Signature = p256.sign(&digest);
    let by_k256: k256::ecdsa::Signature = k256.sign(&digest);
    let cases = [
        (ED25519, ed25519.verifying_key().to_bytes().to_vec(), ed25519.sign(&digest).to_bytes().to_vec()),
        (P256, p256.verifying_key().to_encoded_point(true).as_bytes().to_vec(), by_p256.to_bytes().to_vec()),
        (
            SECP256K1,
            k256.verifying_key().to_encoded_point(true).as_bytes().to_vec(),
            by_k256.to_bytes().to_vec(),
        ),
    ];
    for (scheme, public, signature) in cases {
        let id: Id = world.ok("Alice", "did", "create", (("main", scheme, public), [0u8; 32]));
        let authentic = |digest: [u8; 32], signature: &[u8]| -> bool {
            world.query("did", "authenticate", (id, digest, ("main", signature).encode()))
        };
        assert!(authentic(digest, &signature), "scheme {scheme}");
        assert!(!authentic([8; 32], &signature), "scheme {scheme}: another digest");
        assert!(!authentic(digest, &signature[1..]), "scheme {scheme}: a short signature");
    }
}
