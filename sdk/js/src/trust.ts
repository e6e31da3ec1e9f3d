// What proofs are checked against: a chain and its validators, as a file that goes from hand to hand.

import { keyOf } from "./account.ts";
import {
  type Certificate,
  CertificateError,
  type Header,
  type Validator,
  checkCertificate,
  readCertificate,
  readHeader,
  validatorsDigest,
} from "./block.ts";
import { equal, hash32 } from "./bytes.ts";
import { type Json, type JsonObject, objectOf, parseJson } from "./json.ts";
import { decode } from "./scale.ts";

/** A chain and its validators. */
export interface Trust {
  /** The chain: its genesis hash. */
  chain: Uint8Array;
  /** Its name, for people. */
  name: string;
  validators: Validator[];
}

/** A change of validators, as it is proven to who trusts the old ones. */
export interface SetChange {
  /** The header of the last block that the old set decided. It names the new one. */
  header: Header;
  /** What makes that block final. */
  certificate: Certificate;
  /** The new set, in the order of its turns. */
  validators: Validator[];
}

const SET_CHANGE_ERRORS = {
  OtherChain: "the header is of another chain",
  OtherValidators: "the header's block was decided by other validators than the trusted ones",
  NotAnnounced: "the header announces other validators than those that are given",
  NotFinal: "the header's block is not final",
};

/** Why validators don't follow from others. */
export class SetChangeError extends Error {
  override name = "SetChangeError";
  readonly code: keyof typeof SET_CHANGE_ERRORS;
  /** What is wrong with the certificate, if that is the reason. */
  override readonly cause?: CertificateError;

  constructor(code: keyof typeof SET_CHANGE_ERRORS, cause?: CertificateError) {
    super(SET_CHANGE_ERRORS[code] + (cause ? `: ${cause.message}` : ""));
    this.code = code;
    if (cause) this.cause = cause;
  }
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

/** Reads SCALE of a list of changes, as a node's `chain_validatorChanges` answers it. */
export function decodeChanges(bytes: Uint8Array): SetChange[] {
  return decode(bytes, (reader) =>
    reader.list(() => ({
      header: readHeader(reader),
      certificate: readCertificate(reader),
      validators: reader.list(() => ({ key: reader.bytes(32), power: reader.u64() })),
    })),
  );
}

/** The trust that follows by a change of validators: the old ones have announced the new. */
export function follow(trust: Trust, { header, certificate, validators }: SetChange): Trust {
  if (!equal(header.chain, trust.chain)) throw new SetChangeError("OtherChain");
  if (!equal(header.validators, fingerprint(trust))) throw new SetChangeError("OtherValidators");
  if (!equal(header.nextValidators, validatorsDigest(validators))) throw new SetChangeError("NotAnnounced");
  try {
    checkCertificate(certificate, header, trust.validators);
  } catch (error) {
    if (error instanceof CertificateError) throw new SetChangeError("NotFinal", error);
    throw error;
  }
  return { ...trust, validators };
}

/** Follows all changes, from the first that begins with the trusted validators. */
export function followAll(trust: Trust, changes: SetChange[]): Trust {
  const first = changes.findIndex(({ header }) => equal(header.validators, fingerprint(trust)));
  return first < 0 ? trust : changes.slice(first).reduce(follow, trust);
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
