// Byte strings: hexadecimal text, joining, and comparing.
//
// Invariant: the order of byte strings is that of Rust's `[u8]`, which proofs and certificates rely on.

const HEX_DIGITS = "0123456789abcdef";

/** `0x` and two digits a byte, as the chain writes bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = "0x";
  for (const byte of bytes) text += HEX_DIGITS.charAt(byte >> 4) + HEX_DIGITS.charAt(byte & 15);
  return text;
}

/** The bytes of `0x…`; `what` is named in the error if it is something else. */
export function fromHex(text: string, what: string): Uint8Array {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(text)) {
    throw new Error(`${what} is not 0x and an even number of hexadecimal digits`);
  }
  const bytes = new Uint8Array(text.length / 2 - 1);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(text.slice(2 * index + 2, 2 * index + 4), 16);
  }
  return bytes;
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
