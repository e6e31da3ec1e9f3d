//! The equation of many sr25519 signatures: it takes half of what they take one by one, or less, and a fifth less
//! than in `schnorrkel`, which draws randomness for each of them by a generator of its own.
//!
//! A signature (R, s) of a message by the key A holds if s·B = R + k·A, where k is the challenge that A, R and the
//! message make. Of many, the sum of each with a random weight is checked (Bellare, Garay and Rabin, 1998;
//! for Schnorr signatures see Wuille, BIP 340, "Batch Verification"): if one does not hold, the sum does with a
//! chance of 2⁻¹²⁸. Whoever signs must not know the weights.

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{Identity, IsIdentity, VartimeMultiscalarMul};
use merlin::Transcript;
use sillok_abi::Hash;

/// The signing context of accounts' keys.
const CONTEXT: &[u8] = b"substrate";
/// The bit in a signature's last byte that marks it as sr25519.
const MARK: u8 = 0x80;

/// So many points the library adds up by Pippenger's method, and fewer by Straus's.
const BUCKETED: usize = 190;
/// From so many on the former takes less time, by up to a third, with points beside them that count nothing.
const PADDED: usize = 128;

/// One of the signatures.
pub(super) struct Signed<'a> {
    /// Whose it is.
    pub(super) key: &'a [u8; 32],
    /// The point that the key stands for.
    pub(super) point: RistrettoPoint,
    /// What is signed.
    pub(super) message: &'a Hash,
    /// The signature.
    pub(super) signature: &'a [u8; 64],
}

/// Whether all hold, but for that chance. `seed` is drawn anew for each call.
pub(super) fn all_hold(signed: &[Signed<'_>], seed: &[u8; 32]) -> bool {
    let mut context = Transcript::new(b"SigningContext");
    context.append_message(b"", CONTEXT);
    let mut random = blake3::Hasher::new_keyed(seed).finalize_xof();
    let mut base = Scalar::ZERO;
    let (mut weights, mut challenges) = (Vec::with_capacity(2 * signed.len() + 1), Vec::new());
    let mut points = Vec::with_capacity(2 * signed.len() + 1);
    for one in signed {
        let Some((point, scalar)) = parts(one.signature) else { return false };
        let mut weight = [0; 16];
        random.fill(&mut weight);
        let weight = Scalar::from(u128::from_le_bytes(weight));
        base += weight * scalar;
        challenges.push(weight * challenge(&context, one));
        weights.push(weight);
        points.push(point);
    }
    weights.extend(challenges);
    points.extend(signed.iter().map(|one| one.point));
    weights.push(-base);
    points.push(RISTRETTO_BASEPOINT_POINT);
    if (PADDED..BUCKETED).contains(&points.len()) {
        weights.resize(BUCKETED, Scalar::ZERO);
        points.resize(BUCKETED, RistrettoPoint::identity());
    }
    RistrettoPoint::vartime_multiscalar_mul(weights, points).is_identity()
}

/// R and s of a signature, if it is one.
fn parts(signature: &[u8; 64]) -> Option<(RistrettoPoint, Scalar)> {
    let (point, scalar) = signature.split_first_chunk::<32>()?;
    let mut scalar: [u8; 32] = scalar.try_into().ok()?;
    if scalar[31] & MARK == 0 {
        return None;
    }
    scalar[31] &= !MARK;
    let scalar: Option<Scalar> = Scalar::from_canonical_bytes(scalar).into();
    Some((CompressedRistretto(*point).decompress()?, scalar?))
}

/// What the signature answers to.
fn challenge(context: &Transcript, one: &Signed<'_>) -> Scalar {
    let mut transcript = context.clone();
    transcript.append_message(b"sign-bytes", one.message);
    transcript.append_message(b"proto-name", b"Schnorr-sig");
    transcript.append_message(b"sign:pk", one.key);
    transcript.append_message(b"sign:R", &one.signature[..32]);
    let mut bytes = [0; 64];
    transcript.challenge_bytes(b"sign:c", &mut bytes);
    Scalar::from_bytes_mod_order_wide(&bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use schnorrkel::{Keypair, MiniSecretKey};

    use super::*;

    /// Three messages of two keys, signed.
    fn sample() -> Vec<([u8; 32], Hash, [u8; 64])> {
        let pair = |seed: u8| -> Keypair {
            MiniSecretKey::from_bytes(&[seed; 32])
                .unwrap()
                .expand_to_keypair(schnorrkel::ExpansionMode::Ed25519)
        };
        [(1, [7; 32]), (2, [8; 32]), (1, [9; 32])]
            .map(|(seed, message)| {
                let pair = pair(seed);
                (pair.public.to_bytes(), message, pair.sign_simple(CONTEXT, &message).to_bytes())
            })
            .to_vec()
    }

    fn together(signatures: &[([u8; 32], Hash, [u8; 64])]) -> bool {
        let point = |key: &[u8; 32]| CompressedRistretto(*key).decompress();
        let signed: Option<Vec<Signed<'_>>> = signatures
            .iter()
            .map(|(key, message, signature)| Some(Signed { key, point: point(key)?, message, signature }))
            .collect();
        signed.is_some_and(|signed| all_hold(&signed, &[5; 32]))
    }

    fn one_by_one(signatures: &[([u8; 32], Hash, [u8; 64])]) -> bool {
        let scheme = sillok_abi::SignatureScheme::Sr25519;
        signatures
            .iter()
            .all(|(key, message, signature)| sillok_runtime::crypto::verify(scheme, key, message, signature))
    }

    #[test]
    fn what_is_signed_holds() {
        assert!(one_by_one(&sample()));
        assert!(together(&sample()));
        assert!(together(&[]));
    }

    #[test]
    fn one_among_many_is_found_however_they_are_added_up() {
        for times in [2, 21, 25, 31, 40] {
            let mut signatures = sample().repeat(times);
            assert!(together(&signatures), "{times}");
            signatures[times].2[3] ^= 1;
            assert!(!together(&signatures), "{times}");
        }
    }

    #[test]
    fn errors_that_cancel_each_other_are_found() {
        let mut signatures = sample();
        let shift = |signature: &mut [u8; 64], by: Scalar| {
            let (_, scalar) = parts(signature).unwrap();
            signature[32..].copy_from_slice((scalar + by).as_bytes());
            signature[63] |= MARK;
        };
        shift(&mut signatures[0].2, Scalar::ONE);
        assert!(!together(&signatures));
        // Without weights the sum would be as before.
        shift(&mut signatures[1].2, -Scalar::ONE);
        assert!(!one_by_one(&signatures));
        assert!(!together(&signatures));
    }

    proptest! {
        /// A bit that is wrong anywhere is found, where it is found by `schnorrkel`.
        #[test]
        fn all_hold_if_each_does(which in 0usize..3, part in 0usize..3, bit in 0usize..512) {
            let mut signatures = sample();
            let (key, message, signature) = &mut signatures[which];
            let bytes: &mut [u8] = [key.as_mut_slice(), message.as_mut_slice(), signature.as_mut_slice()][part];
            let bit = bit % (8 * bytes.len());
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(together(&signatures), one_by_one(&signatures));
        }
    }
}
