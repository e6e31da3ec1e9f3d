// A proof of single values as a file: what contracts' storage keys hold, with all that proves it.

import { fromHex, toHex } from "./bytes.ts";
import { firstDifference } from "./difference.ts";
import { type Json, objectOf, parseJson, printJson } from "./json.ts";
import { type StateProof, checkStateProof, decodeStateProof, heightOf } from "./proof.ts";
import type { Trust } from "./trust.ts";

/** The first word of a proof's file. */
const FORMAT = "state-proof";

/** What is proven of one key, all in hexadecimal; null if it holds nothing. */
export type KnownKey = { contract: string; key: string; value: string | null };

/** What keys hold after the block at a height. */
export type ProvenKeys = { height: bigint; keys: KnownKey[] };

/** Why a file proves nothing: it is no such file, or says something else than what it proves. */
export class ProofFileError extends Error {
  override name = "ProofFileError";
  readonly code: "NotAProof" | "Differs";

  constructor(code: "NotAProof" | "Differs", message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * What a proof's file says, given its text, if it is what the trusted chain says.
 *
 * Throws a `ProofFileError` or `StateProofError` that says what is wrong.
 */
export function verifyProofFile(text: string, trust: Trust): ProvenKeys {
  const { says, proof } = parse(text);
  checkStateProof(proof, trust);
  const known = { height: heightOf(proof), keys: knownKeys(proof) };
  const difference = firstDifference("proof", says, known);
  if (difference !== null) {
    const { path, says, is } = difference;
    throw new ProofFileError("Differs", `${path} says ${printJson(says)}; the chain says ${printJson(is)}`);
  }
  return known;
}

function parse(text: string): { says: Json; proof: StateProof } {
  try {
    const file = objectOf(parseJson(text), "it", ["sillok", "height", "keys", "proof"]);
    const { sillok, proof, ...says } = file;
    if (sillok !== FORMAT) throw new Error(`\`sillok\` is not \`${FORMAT}\``);
    if (typeof proof !== "string") throw new Error("`proof` is no text");
    return { says, proof: decodeStateProof(fromHex(proof, "`proof`")) };
  } catch (error) {
    throw new ProofFileError("NotAProof", `this is not a proof: ${(error as Error).message}`);
  }
}

/** What is claimed of single keys; claims about whole fields are left out of what the file says. */
function knownKeys({ claims }: StateProof): KnownKey[] {
  return claims.flatMap((claim) => {
    if (claim.kind === "Field") return [];
    const { contract, key, value } = claim;
    return { contract: toHex(contract), key: toHex(key), value: value && toHex(value) };
  });
}
