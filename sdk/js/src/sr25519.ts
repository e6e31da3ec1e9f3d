// sr25519 signatures (Schnorr on Ristretto, as schnorrkel 0.11 makes them), under any signing context.
//
// Libraries for the web know the context of Substrate's wallets alone. Validators vote under another one, so
// that no wallet can be made to vote; hence this file over @noble/curves and a Merlin transcript.

import { ristretto255 } from "@noble/curves/ed25519.js";
import { equal } from "./bytes.ts";
import { Transcript } from "./transcript.ts";

const { Point } = ristretto255;

/** Tells schnorrkel's signatures from Ed25519's. */
const MARK = 0x80;

/** Whether it is a signature over `message` by `key`, which is not the neutral element. Never throws. */
export function verify(
  context: string,
  message: Uint8Array,
  signature: Uint8Array,
  key: Uint8Array,
): boolean {
  if (signature.length !== 64 || key.length !== 32 || (signature[63]! & MARK) === 0) return false;
  const commitment = signature.subarray(0, 32);
  const response = signature.slice(32);
  response[31]! ^= MARK;
  const scalar = littleEndianNumber(response);
  const point = pointOf(key);
  if (point === null || scalar >= Point.Fn.ORDER) return false;
  const challenge = challengeOf(context, message, commitment, key);
  const expected = Point.BASE.multiplyUnsafe(scalar).subtract(point.multiplyUnsafe(challenge));
  return equal(expected.toBytes(), commitment);
}

/** The key's point. The neutral element is none: anybody can sign for it. */
function pointOf(key: Uint8Array) {
  try {
    const point = Point.fromBytes(key);
    return point.equals(Point.ZERO) ? null : point;
  } catch {
    return null;
  }
}

function challengeOf(context: string, message: Uint8Array, commitment: Uint8Array, key: Uint8Array): bigint {
  const transcript = new Transcript("SigningContext");
  transcript.append("", new TextEncoder().encode(context));
  transcript.append("sign-bytes", message);
  transcript.append("proto-name", new TextEncoder().encode("Schnorr-sig"));
  transcript.append("sign:pk", key);
  transcript.append("sign:R", commitment);
  return littleEndianNumber(transcript.challenge("sign:c", 64)) % Point.Fn.ORDER;
}

function littleEndianNumber(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}
