//! What verifying sr25519 signatures takes, from bytes as they come off the wire: the bound of any chain here.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use schnorrkel::{
    ExpansionMode, Keypair, MiniSecretKey, PublicKey, Signature, signing_context, verify_batch,
};

/// What existing wallets sign under.
const CONTEXT: &[u8] = b"substrate";
/// How many a batch has.
const BATCH: u32 = 1_024;

/// A public key, the digest that was signed, and the signature.
type Signed = ([u8; 32], [u8; 32], [u8; 64]);

/// So many signatures, each by a key of its own.
fn signed(count: u32) -> Vec<Signed> {
    (0..count)
        .map(|number| {
            let (mut seed, digest) = ([7; 32], [number as u8; 32]);
            seed[..4].copy_from_slice(&number.to_le_bytes());
            let pair: Keypair =
                MiniSecretKey::from_bytes(&seed).unwrap().expand_to_keypair(ExpansionMode::Ed25519);
            let signature = pair.sign(signing_context(CONTEXT).bytes(&digest));
            (pair.public.to_bytes(), digest, signature.to_bytes())
        })
        .collect()
}

fn verify_one((key, digest, signature): &Signed) -> bool {
    let key = PublicKey::from_bytes(key).unwrap();
    let signature = Signature::from_bytes(signature).unwrap();
    key.verify(signing_context(CONTEXT).bytes(digest), &signature).is_ok()
}

fn verify_all(signed: &[Signed]) -> bool {
    let keys: Vec<_> = signed.iter().map(|(key, ..)| PublicKey::from_bytes(key).unwrap()).collect();
    let signatures: Vec<_> =
        signed.iter().map(|(.., signature)| Signature::from_bytes(signature).unwrap()).collect();
    let context = signing_context(CONTEXT);
    let transcripts = signed.iter().map(|(_, digest, _)| context.bytes(digest));
    verify_batch(transcripts, &signatures, &keys, false).is_ok()
}

/// `signature/sr25519_single`, `signature/sr25519_batch_1024`.
fn signatures(criterion: &mut Criterion) {
    let mut signed = signed(BATCH);
    let mut group = criterion.benchmark_group("signature");
    group.throughput(Throughput::Elements(1));
    group.bench_function("sr25519_single", |bencher| {
        bencher.iter(|| assert!(verify_one(black_box(&signed[0]))))
    });
    group.throughput(Throughput::Elements(BATCH.into())).sample_size(20);
    group.bench_function("sr25519_batch_1024", |bencher| {
        bencher.iter(|| assert!(verify_all(black_box(&signed))));
    });
    signed[0].1 = [0xFF; 32];
    assert!(!verify_one(&signed[0]) && !verify_all(&signed), "a signature of something else was taken");
}

criterion_group!(benches, signatures);
criterion_main!(benches);
