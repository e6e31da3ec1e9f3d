// What proofs are checked against: a chain and its validators, as a file that goes from hand to hand.

import { keyOf } from "./account.ts";
import { type Validator, validatorsDigest } from "./block.ts";
import { hash32 } from "./bytes.ts";
import { type Json, type JsonObject, objectOf, parseJson } from "./json.ts";

/** A chain and its validators. */
export interface Trust {
  /** The chain: its genesis hash. */
  chain: Uint8Array;
  /** Its name, for people. */
  name: string;
  validators: Validator[];
}

const MAX_POWER = 2n ** 64n - 1n;

/** Reads the text of a trust file. */
export function parseTrust(text: string): Trust {
  try {
    return trustOf(objectOf(parseJson(text), "it", ["chain", "name", "validators"]));
  } catch (error) {
    throw new Error(`this is not a trust file: ${(error as Error).message}`);
  }
}

/** The digest of the validators, as headers have it: short enough to be compared over the telephone. */
export function fingerprint(trust: Trust): Uint8Array {
  return validatorsDigest(trust.validators);
}

function trustOf({ chain, name, validators }: JsonObject): Trust {
  if (typeof chain !== "string") throw new Error("`chain` is no text");
  if (typeof name !== "string") throw new Error("`name` is no text");
  if (!Array.isArray(validators) || validators.length === 0) throw new Error("it names no validators");
  return { chain: hash32(chain, "`chain`"), name, validators: validators.map(validatorOf) };
}

function validatorOf(json: Json): Validator {
  const { address, power } = objectOf(json, "a validator", ["address", "power"]);
  if (typeof address !== "string") throw new Error("a validator has no address");
  if (typeof power !== "bigint" || power < 1n || power > MAX_POWER) {
    throw new Error(`validator ${address} has no power`);
  }
  return { key: keyOf(address), power };
}
