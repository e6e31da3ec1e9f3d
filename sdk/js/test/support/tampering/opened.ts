// An extract and what it is checked against, taken apart to be changed, and put together again.

import { equal, fromHex, startsWith, toHex } from "../../../src/bytes.ts";
import { type Json, type JsonObject, parseJson, printJson } from "../../../src/json.ts";
import { type Claim, type StateProof, decodeStateProof } from "../../../src/proof.ts";
import { fieldKey } from "../../../src/proven.ts";
import { encodeProof } from "../encode.ts";

/** An extract and a trust file, open for changes. */
export interface Opened {
  file: JsonObject;
  statement: any;
  evidence: JsonObject;
  proof: StateProof;
  trust: any;
}

/** A change, and the error that it must lead to: its code, that of its cause, and a part of its message. */
export interface Tampering {
  name: string;
  change: (opened: Opened) => void;
  code: string;
  cause?: string;
  message?: RegExp;
}

/** The texts of an extract and a trust file after a change. */
export function tampered(extract: string, trust: string, change: Tampering["change"]): [string, string] {
  const file = parseJson(extract) as JsonObject;
  const evidence = file["evidence"] as JsonObject;
  const proof = decodeStateProof(fromHex(evidence["proof"] as string, "proof"));
  const opened = { file, statement: file["statement"], evidence, proof, trust: parseJson(trust) };
  const before = toHex(encodeProof(proof));
  change(opened);
  const after = toHex(encodeProof(proof));
  // What was done to the text itself stays.
  if (after !== before) evidence["proof"] = after;
  return [printJson(file, 2), printJson(opened.trust as Json, 2)];
}

/** The claim that is wanted. */
export const claimOf = (proof: StateProof, fits: (claim: Claim) => boolean) => {
  const claim = proof.claims.find(fits);
  if (claim === undefined) throw new Error("the extract has no such claim");
  return claim;
};
/** The claim of a whole field. */
export const fieldClaim = (proof: StateProof, name: string) => {
  const is = (claim: Claim) => claim.kind === "Field" && equal(claim.field, fieldKey(name));
  return claimOf(proof, is) as Claim & { kind: "Field" };
};
/** The claims of single keys of a field. */
export const keyClaims = (proof: StateProof, name: string) => {
  const of = proof.claims.filter((claim) => claim.kind === "Key" && startsWith(claim.key, fieldKey(name)));
  return of as (Claim & { kind: "Key" })[];
};
/** The claim of the contract's record. */
export const contractClaim = (proof: StateProof) => {
  return claimOf(proof, ({ contract }) => contract[31] === 1 && contract[0] === 0) as Claim & { kind: "Key" };
};
