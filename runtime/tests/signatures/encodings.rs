//! Hostile encodings of keys and signatures, weak keys, and twins of signatures.

use sillok_abi::SignatureScheme::{self, Ed25519, P256, Secp256k1, Sr25519};
use sillok_abi::{Failure, Outcome, TrapCode};

use super::{Host, SECP256K1_HALF, bytes, is_high};

/// A valid signature of each scheme: key, message, signature.
fn samples() -> [(SignatureScheme, Vec<u8>, Vec<u8>); 4] {
    use ed25519_dalek::Signer as _;
    let sr25519 = sillok_testing::key("Alice");
    let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
    let p256 = p256::ecdsa::SigningKey::from_slice(&[4; 32]).unwrap();
    let k256 = k256::ecdsa::SigningKey::from_slice(&[5; 32]).unwrap();
    let by_p256: p256::ecdsa::Signature = p256.sign(&MESSAGE);
    let by_k256: k256::ecdsa::Signature = k256.sign(&MESSAGE);
    let point = |point: &[u8]| point.to_vec();
    [
        (Sr25519, sr25519.public().to_vec(), sr25519.sign(&MESSAGE).to_vec()),
        (Ed25519, ed25519.verifying_key().to_bytes().to_vec(), ed25519.sign(&MESSAGE).to_bytes().to_vec()),
        (P256, point(p256.verifying_key().to_encoded_point(true).as_bytes()), by_p256.to_bytes().to_vec()),
        (
            Secp256k1,
            point(k256.verifying_key().to_encoded_point(true).as_bytes()),
            by_k256.to_bytes().to_vec(),
        ),
    ]
}

const MESSAGE: [u8; 32] = [7; 32];

#[test]
fn no_other_length_is_taken() {
    let host = Host::new();
    for (scheme, key, signature) in samples() {
        assert!(host.verifies(scheme, &key, &MESSAGE, &signature), "{scheme:?}");
        let spoiled = |bytes: &[u8]| {
            let longer = [bytes, &[0]].concat();
            let double = [bytes, bytes].concat();
            let front = [&[0], bytes].concat();
            [
                Vec::new(),
                vec![0],
                bytes[1..].to_vec(),
                bytes[..bytes.len() - 1].to_vec(),
                longer,
                double,
                front,
            ]
        };
        for other in spoiled(&signature) {
            assert!(!host.verifies(scheme, &key, &MESSAGE, &other), "{scheme:?}: {} bytes", other.len());
        }
        for other in spoiled(&key) {
            assert!(
                !host.verifies(scheme, &other, &MESSAGE, &signature),
                "{scheme:?}: {} bytes",
                other.len()
            );
        }
        for message in [&MESSAGE[1..], &[], &[7; 33]] {
            assert!(!host.verifies(scheme, &key, message, &signature), "{scheme:?}: another message");
        }
    }
}

#[test]
fn every_bit_counts() {
    let host = Host::new();
    for (scheme, key, signature) in samples() {
        for bit in (0..signature.len() * 8).step_by(7) {
            let mut other = signature.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!host.verifies(scheme, &key, &MESSAGE, &other), "{scheme:?}: bit {bit} of the signature");
        }
        for bit in (0..key.len() * 8).step_by(5) {
            let mut other = key.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!host.verifies(scheme, &other, &MESSAGE, &signature), "{scheme:?}: bit {bit} of the key");
        }
    }
}

#[test]
fn a_signature_is_of_one_scheme() {
    let host = Host::new();
    let samples = samples();
    for (index, (_, key, signature)) in samples.iter().enumerate() {
        for (other, (scheme, ..)) in samples.iter().enumerate() {
            assert_eq!(host.verifies(*scheme, key, &MESSAGE, signature), index == other, "{index} {other}");
        }
    }
    // Substrate's first signatures lack the bit that tells sr25519 from Ed25519.
    let (scheme, key, mut unmarked) = samples[0].clone();
    unmarked[63] &= 127;
    assert!(!host.verifies(scheme, &key, &MESSAGE, &unmarked));
}

/// Keys for which anybody can make signatures are no keys.
#[test]
fn weak_keys_are_refused() {
    let host = Host::new();
    // R is the neutral element, s is zero: the equation s·B = R + k·A holds for a neutral A.
    let mut neutral = [0u8; 64];
    neutral[63] = 128;
    assert!(!host.verifies(Sr25519, &[0; 32], &MESSAGE, &neutral));
    let one = {
        let mut one = [0u8; 32];
        one[0] = 1;
        one
    };
    let ed25519_neutral = [one, [0; 32]].concat();
    assert!(!host.verifies(Ed25519, &one, &MESSAGE, &ed25519_neutral));
    // A point of order eight, and one that is not in its canonical form.
    let order_eight = bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    let not_reduced = bytes("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    for key in [order_eight, not_reduced, vec![0; 32], vec![255; 32]] {
        assert!(!host.verifies(Ed25519, &key, &MESSAGE, &ed25519_neutral));
    }
    for scheme in [P256, Secp256k1] {
        for key in [
            vec![0],
            vec![0; 33],
            vec![0; 65],
            [vec![2], vec![255; 32]].concat(),
            [vec![2], vec![0; 32]].concat(),
        ] {
            for signature in [[0u8; 64], [1; 64], [255; 64]] {
                assert!(!host.verifies(scheme, &key, &MESSAGE, &signature), "{scheme:?}");
            }
        }
    }
}

/// ECDSA keys have two forms and no third; the signature is the same for both.
#[test]
fn ecdsa_keys_are_compressed_or_not() {
    let host = Host::new();
    let [_, _, (_, p256, by_p256), (_, k256, by_k256)] = samples();
    let long_p256 = p256::ecdsa::VerifyingKey::from_sec1_bytes(&p256).unwrap().to_encoded_point(false);
    let long_k256 = k256::ecdsa::VerifyingKey::from_sec1_bytes(&k256).unwrap().to_encoded_point(false);
    let cases = [
        (P256, p256, long_p256.as_bytes().to_vec(), by_p256),
        (Secp256k1, k256, long_k256.as_bytes().to_vec(), by_k256),
    ];
    for (scheme, short, long, signature) in cases {
        assert!(host.verifies(scheme, &long, &MESSAGE, &signature), "{scheme:?}");
        for tag in (0..=255u8).filter(|tag| ![2, 3].contains(tag)) {
            let key = [&[tag], &short[1..]].concat();
            assert!(!host.verifies(scheme, &key, &MESSAGE, &signature), "{scheme:?}: tag {tag}");
        }
        for tag in [0, 2, 3, 5, 6, 7, 255] {
            let key = [&[tag], &long[1..]].concat();
            assert!(!host.verifies(scheme, &key, &MESSAGE, &signature), "{scheme:?}: tag {tag}");
        }
        // The point with the other y is another key.
        let other = [&[short[0] ^ 1], &short[1..]].concat();
        assert!(!host.verifies(scheme, &other, &MESSAGE, &signature), "{scheme:?}");
    }
}

/// A third form leaves out which of the two y's is meant, and takes the lower. Of a key and its opposite, one
/// has the lower y.
#[test]
fn compact_points_are_no_keys() {
    use p256::ecdsa::signature::Signer as _;
    let host = Host::new();
    let key = p256::ecdsa::SigningKey::from_slice(&[4; 32]).unwrap();
    let opposite = p256::ecdsa::SigningKey::from(-*key.as_nonzero_scalar());
    for key in [key, opposite] {
        let signature: p256::ecdsa::Signature = key.sign(&MESSAGE);
        let mut point = key.verifying_key().to_encoded_point(true).as_bytes().to_vec();
        assert!(host.verifies(P256, &point, &MESSAGE, &signature.to_bytes()));
        point[0] = 5;
        assert!(!host.verifies(P256, &point, &MESSAGE, &signature.to_bytes()));
    }
}

/// Who has seen a signature of ECDSA can make its twin. On secp256k1 the twin is not valid. On P-256 it is,
/// as phones and passkeys make either; so a contract must not take a signature's bytes for its name.
#[test]
fn of_the_two_twins_secp256k1_takes_the_lower() {
    let host = Host::new();
    let [_, _, (_, p256, by_p256), (_, k256, by_k256)] = samples();
    let p256_twin = {
        let signature = p256::ecdsa::Signature::from_slice(&by_p256).unwrap();
        p256::ecdsa::Signature::from_scalars(signature.r(), -*signature.s()).unwrap().to_bytes().to_vec()
    };
    let k256_twin = {
        let signature = k256::ecdsa::Signature::from_slice(&by_k256).unwrap();
        k256::ecdsa::Signature::from_scalars(signature.r(), -*signature.s()).unwrap().to_bytes().to_vec()
    };
    let half = bytes(SECP256K1_HALF);
    assert!(!is_high(&by_k256, &half) && is_high(&k256_twin, &half));
    assert!(!host.verifies(Secp256k1, &k256, &MESSAGE, &k256_twin));
    assert!(
        host.verifies(P256, &p256, &MESSAGE, &by_p256) && host.verifies(P256, &p256, &MESSAGE, &p256_twin)
    );
}

#[test]
fn what_is_too_large_or_unknown_traps() {
    let host = Host::new();
    let trap = |outcome: Outcome| match outcome {
        Outcome::Failed(failed) => failed.failure,
        Outcome::Success(answer) => panic!("{answer:?}"),
    };
    for scheme in [4, 5, u32::MAX] {
        let failure = trap(host.asked(scheme, &[0; 32], &MESSAGE, &[0; 64]));
        assert_eq!(failure, Failure::Trap(TrapCode::BadHostArgument), "scheme {scheme}");
    }
    let size = Failure::Trap(TrapCode::SizeLimit);
    assert_eq!(trap(host.asked(0, &[0; 257], &MESSAGE, &[0; 64])), size);
    assert_eq!(trap(host.asked(0, &[0; 32], &MESSAGE, &[0; 257])), size);
    assert_eq!(trap(host.asked(0, &[0; 32], &[0; 256 * 1024 + 1], &[0; 64])), size);
    assert!(!host.verifies(Sr25519, &[1; 32], &[0; 256 * 1024], &[0; 64]));
}
