// Byte strings: hexadecimal text, joining, and comparing.
//
// Invariant: the order of byte strings is that of Rust's `[u8]`, which proofs and certificates rely on.

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

/** `0x` and two digits a byte, as the chain writes bytes. */
export function toHex(bytes: Uint8Array): string {
  return `0x${bytesToHex(bytes)}`;
}

/** The bytes of `0x…`; `what` is named in the error if it is something else. */
export function fromHex(text: string, what: string): Uint8Array {
  try {
    if (text.startsWith("0x")) return hexToBytes(text.slice(2));
  } catch {
    // An odd digit, or none at all: the same reason as below.
  }
  throw new Error(`${what} is not 0x and an even number of hexadecimal digits`);
}

/** The 32 bytes of `0x` and 64 digits. */
export function hash32(text: string, what: string): Uint8Array {
  if (text.length !== 66) throw new Error(`${what} is not 0x and 64 hexadecimal digits`);
  return fromHex(text, what);
}

/** All of them, one after the other. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Below, at or above 0 as `one` comes before, is, or comes after `other`. */
export function compare(one: Uint8Array, other: Uint8Array): number {
  const shared = Math.min(one.length, other.length);
  for (let index = 0; index < shared; index++) {
    const difference = one[index]! - other[index]!;
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Whether they are the same bytes. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return compare(one, other) === 0;
}

/** Whether `bytes` begin with `start`. */
export function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && equal(bytes.subarray(0, start.length), start);
}
