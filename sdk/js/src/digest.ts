// Hashing: BLAKE3-256 with a domain word in front, so that no digest can stand for one of another kind.

import { blake3 as blake3Hash } from "@noble/hashes/blake3.js";
import { concat } from "./bytes.ts";

/** BLAKE3-256. */
export function blake3(bytes: Uint8Array): Uint8Array {
  return blake3Hash(bytes);
}

/** BLAKE3-256 of `domain ‖ 00 ‖ scale`. */
export function digest(domain: string, scale: Uint8Array): Uint8Array {
  return blake3(concat(new TextEncoder().encode(domain), Uint8Array.of(0), scale));
}
