//! What shows that a board agrees, and what doesn't.

use codec::Encode;
use ed25519_dalek::Signer as _;
use sillok_abi::ContractId;
use sillok_runtime::limits::AUTHENTICATION_GAS;
use sillok_testing::{World, key, leaf};

use super::{ED25519, Key, P256, SECP256K1, SR25519, deploy};

/// Signs a digest.
type Sign = Box<dyn Fn(&[u8; 32]) -> Vec<u8>>;

/// A director's key and what it signs with.
fn of_scheme(scheme: u8, seed: u8) -> (Key, Sign) {
    let secret = [seed; 32];
    match scheme {
        SR25519 => {
            let pair = key(&format!("Director{seed}"));
            ((scheme, pair.public().to_vec()), Box::new(move |digest| pair.sign(digest).to_vec()))
        }
        ED25519 => {
            let pair = ed25519_dalek::SigningKey::from_bytes(&secret);
            let public = pair.verifying_key().to_bytes().to_vec();
            ((scheme, public), Box::new(move |digest| pair.sign(digest).to_bytes().to_vec()))
        }
        P256 => {
            let pair = p256::ecdsa::SigningKey::from_slice(&secret).unwrap();
            let public = pair.verifying_key().to_encoded_point(true).as_bytes().to_vec();
            let sign = move |digest: &[u8; 32]| -> p256::ecdsa::Signature { pair.sign(digest) };
            ((scheme, public), Box::new(move |digest| sign(digest).to_bytes().to_vec()))
        }
        _ => {
            let pair = k256::ecdsa::SigningKey::from_slice(&secret).unwrap();
            let public = pair.verifying_key().to_encoded_point(true).as_bytes().to_vec();
            let sign = move |digest: &[u8; 32]| -> k256::ecdsa::Signature { pair.sign(digest) };
            ((scheme, public), Box::new(move |digest| sign(digest).to_bytes().to_vec()))
        }
    }
}

/// What a board's `authenticate` says, and what it cost.
fn authenticate(world: &World, board: ContractId, digest: [u8; 32], credential: Vec<u8>) -> (bool, u64) {
    let tree = leaf(board, "authenticate", ([0u8; 32], digest, credential));
    let receipt = world.runtime.query(world.state.clone(), world.env(), tree.call).unwrap();
    let sillok_abi::Outcome::Success(answer) = &receipt.outcome else { panic!("{receipt:?}") };
    (*answer == true.encode(), receipt.gas_used)
}

#[test]
fn directors_of_every_scheme_sign_together() {
    let mut world = World::default();
    let directors: Vec<_> = (0..4).map(|scheme| of_scheme(scheme, scheme + 1)).collect();
    let keys: Vec<Key> = directors.iter().map(|(key, _)| key.clone()).collect();
    let board = deploy(&mut world, 9, "b", &keys, 4).unwrap();
    let digest = [7u8; 32];
    let approvals = |digest: &[u8; 32]| -> Vec<(u32, [u8; 64])> {
        let signed =
            (1..).zip(&directors).map(|(number, (_, sign))| (number, sign(digest).try_into().unwrap()));
        signed.collect()
    };
    assert!(authenticate(&world, board, digest, approvals(&digest).encode()).0);
    for broken in 0..4 {
        let mut approvals = approvals(&digest);
        approvals[broken].1[10] ^= 1;
        assert!(!authenticate(&world, board, digest, approvals.encode()).0, "scheme {broken}");
    }
    assert!(!authenticate(&world, board, digest, approvals(&[8; 32]).encode()).0, "another digest");
}

/// The largest board can act: judging it fits the gas that judging may use, whatever its keys' schemes.
#[test]
fn all_of_thirty_two_directors_can_agree() {
    for scheme in [SR25519, ED25519, P256, SECP256K1] {
        let mut world = World::default();
        let directors: Vec<_> = (1..=32).map(|seed| of_scheme(scheme, seed)).collect();
        let keys: Vec<Key> = directors.iter().map(|(key, _)| key.clone()).collect();
        let board = deploy(&mut world, 9, &"n".repeat(128), &keys, 32).unwrap();
        let digest = [7u8; 32];
        let signed = (1u32..).zip(&directors).map(|(number, (_, sign))| (number, sign(&digest)));
        let approvals: Vec<(u32, [u8; 64])> =
            signed.map(|(number, signature)| (number, signature.try_into().unwrap())).collect();
        let (agreed, gas) = authenticate(&world, board, digest, approvals.encode());
        assert!(agreed && gas < AUTHENTICATION_GAS / 100 * 95, "scheme {scheme}: {gas} gas");
    }
}

#[test]
fn malformed_credentials_are_nobody_s() {
    let world = World::default();
    let board = world.id("board");
    let digest = [1u8; 32];
    let by = |number: u32, name: &str| (number, key(name).sign(&digest));
    let says = |approvals: &[(u32, [u8; 64])]| authenticate(&world, board, digest, approvals.encode()).0;
    let (alice, bob, charlie) = (by(1, "Alice"), by(2, "Bob"), by(3, "Charlie"));
    for pair in [[alice, bob], [alice, charlie], [bob, charlie]] {
        assert!(says(&pair));
    }
    assert!(!says(&[]), "nobody");
    assert!(!says(&[alice]), "below the threshold");
    assert!(!says(&[alice, alice]), "twice");
    assert!(!says(&[alice, bob, charlie]), "too many");
    assert!(!says(&[bob, alice]), "out of order");
    assert!(!says(&[alice, by(2, "Eve")]), "another's key under a director's number");
    assert!(!says(&[alice, by(4, "Eve")]), "unknown");
    assert!(!says(&[by(0, "Alice"), bob]), "no such number");
    assert!(!says(&[by(1, "Bob"), by(2, "Alice")]), "each other's numbers");
    let good = vec![alice, bob].encode();
    assert!(authenticate(&world, board, digest, good.clone()).0);
    for malformed in
        [vec![], vec![255; 100], vec![0; 4_096], [good.clone(), vec![0]].concat(), good[1..].to_vec()]
    {
        assert!(!authenticate(&world, board, digest, malformed).0);
    }
    let managed: bool = world.query("board", "authenticate", ([1u8; 32], digest, good));
    assert!(!managed, "a board manages nobody");
}
