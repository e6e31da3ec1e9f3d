//! Signatures that contracts verify.

use sillok_abi::SignatureScheme;
use sillok_benches::{Row, Rows};
use sillok_testing::key;

use super::cost::Batch;
use super::program::Program;

/// Where the key, the signature and the message lie in memory.
const KEY: u32 = 1_024;
const SIGNATURE: u32 = 1_280;
const MESSAGE: u32 = 2_048;
/// Bytes of a message: a digest, and as much as fits into a page beside the rest.
const SHORT: usize = 32;
const LONG: usize = 60_000;
const KIB: f64 = 1_024.0;
const TURNS: u32 = 4;

/// A key and a signature of a message of zeros.
struct Signed {
    scheme: SignatureScheme,
    key: Vec<u8>,
    message: usize,
    signature: Vec<u8>,
}

/// Measures `verify`.
pub(crate) fn measure(rows: &mut Rows) {
    let mut batch = Batch::default();
    let schemes = [
        ("sr25519", sr25519 as fn(usize) -> Signed),
        ("Ed25519", ed25519),
        ("P-256", p256),
        ("secp256k1", secp256k1),
    ];
    let numbered = schemes
        .map(|(name, sign)| (name, [SHORT, LONG].map(|bytes| batch.add(verifying(&sign(bytes), true)))));
    let refused = batch.add(verifying(&Signed { message: SHORT + 1, ..sr25519(SHORT) }, false));
    let costs = batch.measure(|_| {});
    for (name, [short, long]) in numbered {
        rows.add(Row::new("signatures", format!("verify, {name}"), costs.of(short)));
        let each = (costs.of(long) - costs.of(short)) / (LONG - SHORT) as f64 * KIB;
        let row = Row::new("signatures", format!("verify, {name}, each KiB of message more"), each);
        // Lost in what the signature itself takes.
        rows.add(if name.starts_with(['P', 's']) && name != "sr25519" {
            row.unjudged("priced as SHA-256")
        } else {
            row
        });
    }
    // A message can be signed as it is or as wallets wrap it, and both have to be tried.
    rows.add(Row::new("signatures", "verify, sr25519, not valid", costs.of(refused)));
}

/// A loop that verifies, and stops if the answer is another.
fn verifying(signed: &Signed, valid: bool) -> Program {
    let body = format!(
        "(if (i32.ne (i32.const {}) (call $verify (i32.const {}) (i32.const {KEY}) (i32.const {})
            (i32.const {MESSAGE}) (i32.const {}) (i32.const {SIGNATURE}) (i32.const {})))
            (then (unreachable)))",
        u32::from(valid),
        signed.scheme as u32,
        signed.key.len(),
        signed.message,
        signed.signature.len()
    );
    let program = Program::calling(&["verify"], body).turns(TURNS);
    program.with(KEY, signed.key.clone()).with(SIGNATURE, signed.signature.clone())
}

fn sr25519(message: usize) -> Signed {
    let pair = schnorrkel::MiniSecretKey::from_bytes(&key("Alice").seed()).unwrap();
    let pair = pair.expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
    let signature = pair.sign_simple(b"substrate", &vec![0; message]).to_bytes().to_vec();
    Signed { scheme: SignatureScheme::Sr25519, key: pair.public.to_bytes().to_vec(), message, signature }
}

fn ed25519(message: usize) -> Signed {
    use ed25519_dalek::Signer;
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let signature = key.sign(&vec![0; message]).to_vec();
    Signed {
        scheme: SignatureScheme::Ed25519,
        key: key.verifying_key().to_bytes().to_vec(),
        message,
        signature,
    }
}

fn p256(message: usize) -> Signed {
    use p256::ecdsa::signature::Signer;
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let signature: p256::ecdsa::Signature = key.sign(&vec![0; message]);
    let public = key.verifying_key().to_encoded_point(true).as_bytes().to_vec();
    Signed { scheme: SignatureScheme::P256, key: public, message, signature: signature.to_vec() }
}

fn secp256k1(message: usize) -> Signed {
    use k256::ecdsa::signature::Signer;
    let key = k256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let signature: k256::ecdsa::Signature = key.sign(&vec![0; message]);
    let public = key.verifying_key().to_encoded_point(true).as_bytes().to_vec();
    Signed { scheme: SignatureScheme::Secp256k1, key: public, message, signature: signature.to_vec() }
}
