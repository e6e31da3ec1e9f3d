// Certified extracts of a share register (주주명부 등본; Commercial Act Art. 396(2) lets shareholders and
// creditors ask for one): what the register says, with all that proves it to someone who has no node.
//
// The statement is made again from proven entries: not a digit of it is taken on trust.

import { accountBytes } from "./account.ts";
import { readHeader } from "./block.ts";
import { fromHex, hash32 } from "./bytes.ts";
import { digest } from "./digest.ts";
import { firstDifference } from "./difference.ts";
import { differs, notAnExtract } from "./error.ts";
import { type Json, type JsonObject, isObject, objectOf, parseJson } from "./json.ts";
import { decodeStateProof } from "./proof.ts";
import { type Evidence, Proven } from "./proven.ts";
import { decode } from "./scale.ts";
import { type Statement, holdingStatement, registerStatement } from "./statement.ts";
import type { Trust } from "./trust.ts";
import { readLayout } from "./types.ts";

/** The first word of an extract's file. */
const FORMAT = "register-extract";

/** A statement of what a register holds, and what is said to prove it. */
export interface Extract {
  statement: JsonObject;
  evidence: Evidence;
}

/**
 * The statement of an extract, given the text of its file, if it is what the trusted chain says.
 *
 * Throws an `ExtractError` or `StateProofError` that says what is wrong. What is true is that the chain has
 * this contract and that it says so; that it is the register of this company follows from its id and code.
 */
export function verifyExtract(text: string, trust: Trust): Statement {
  const { statement, evidence } = parseExtract(text);
  const subject = subjectOf(statement);
  const proven = new Proven(subject.register, evidence, trust);
  const made = subject.holder === null ? registerStatement(proven) : holdingStatement(proven, subject.holder);
  const difference = firstDifference("statement", statement, made);
  if (difference !== null) throw differs(difference);
  return made;
}

/** Reads the text of an extract's file; nothing of it is checked. */
export function parseExtract(text: string): Extract {
  return readable(() => {
    const file = objectOf(parseJson(text), "it", ["sillok", "statement", "evidence"]);
    if (file["sillok"] !== FORMAT) throw new Error(`\`sillok\` is not \`${FORMAT}\``);
    if (!isObject(file["statement"])) throw new Error("`statement` is no object");
    return { statement: file["statement"], evidence: evidenceOf(file["evidence"]!) };
  });
}

function evidenceOf(json: Json): Evidence {
  const { layout, before, proof } = objectOf(json, "`evidence`", ["layout", "before", "proof"]);
  return {
    layout: whole(layout, "evidence.layout", layoutOf),
    before: before === null ? null : whole(before, "evidence.before", (bytes) => decode(bytes, readHeader)),
    proof: whole(proof, "evidence.proof", decodeStateProof),
  };
}

function layoutOf(bytes: Uint8Array): Evidence["layout"] {
  return { fields: decode(bytes, readLayout), digest: digest("sillok/layout", bytes) };
}

/** Of what the statement says it is; that it is so is checked by making it again. */
function subjectOf(statement: JsonObject): { register: Uint8Array; holder: string | null } {
  return readable(() => {
    const { kind, register, holder } = statement;
    if (kind !== "register" && kind !== "holding") throw new Error("`statement.kind` is no known one");
    if (typeof register !== "string") throw new Error("`statement.register` is missing");
    const id = hash32(register, "`statement.register`");
    if (kind === "register") return { register: id, holder: null };
    if (typeof holder !== "string") throw new Error("`statement.holder` is missing");
    accountBytes(holder);
    return { register: id, holder };
  });
}

function whole<T>(json: Json | undefined, what: string, read: (bytes: Uint8Array) => T): T {
  const bytes = bytesOf(json, what);
  try {
    return read(bytes);
  } catch (error) {
    throw new Error(`${what} is cut off or damaged: ${(error as Error).message}`);
  }
}

function bytesOf(json: Json | undefined, what: string): Uint8Array {
  if (typeof json !== "string") throw new Error(`${what} is no text`);
  return fromHex(json, what);
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw notAnExtract((error as Error).message);
  }
}
