// Accounts: their text forms, which stand for their bytes one to one.
//
// A key is its SS58 address (prefix 42), a contract `0x` and 64 digits, a managed account `contract:id`.

import { blake2b } from "@noble/hashes/blake2.js";
import { base58 } from "@scure/base";
import { concat, equal, hash32, toHex } from "./bytes.ts";
import type { Reader } from "./scale.ts";

/** The SS58 prefix of addresses that belong to no one Substrate chain. */
const SS58_PREFIX = 42;

/** The SS58 address of a key. */
export function addressOf(key: Uint8Array): string {
  const payload = concat(Uint8Array.of(SS58_PREFIX), key);
  return base58.encode(concat(payload, checksum(payload)));
}

/** The key of an SS58 address. */
export function keyOf(address: string): Uint8Array {
  const wrong = (why: string) => new Error(`\`${address}\` is not an address: ${why}`);
  const bytes = base58Bytes(address);
  if (bytes === null) throw wrong("expected an SS58 address or 0x…");
  if (bytes.length !== 35) throw wrong("an SS58 address here has 35 bytes");
  const payload = bytes.subarray(0, 33);
  if (!equal(checksum(payload), bytes.subarray(33))) {
    throw wrong("its checksum does not match; a character is mistyped");
  }
  if (payload[0] !== SS58_PREFIX) throw wrong("it is of another network (prefix 42 expected)");
  return payload.slice(1);
}

/** SCALE of the account of this text form. */
export function accountBytes(text: string): Uint8Array {
  const bytesOf = (part: string) => hash32(part, `\`${part}\``);
  const colon = text.indexOf(":");
  if (colon >= 0) {
    return concat(Uint8Array.of(2), bytesOf(text.slice(0, colon)), bytesOf(text.slice(colon + 1)));
  }
  if (text.startsWith("0x")) return concat(Uint8Array.of(1), bytesOf(text));
  return concat(Uint8Array.of(0), keyOf(text));
}

/** Reads an `Account` as its text form. */
export function readAccount(reader: Reader): string {
  switch (reader.variant("Account", 3)) {
    case 0:
      return addressOf(reader.bytes(32));
    case 1:
      return toHex(reader.bytes(32));
    default:
      return `${toHex(reader.bytes(32))}:${toHex(reader.bytes(32))}`;
  }
}

function checksum(payload: Uint8Array): Uint8Array {
  return blake2b(concat(new TextEncoder().encode("SS58PRE"), payload)).subarray(0, 2);
}

function base58Bytes(text: string): Uint8Array | null {
  try {
    return base58.decode(text);
  } catch {
    return null;
  }
}
