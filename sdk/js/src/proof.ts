// Proofs of what state holds, for whoever trusts nothing but a chain's validators: no node, no network.
//
// A proof of state after block h carries the header of block h + 1, which commits to that state, with the
// certificate that makes it final.

import {
  type Certificate,
  CertificateError,
  type Header,
  checkCertificate,
  readCertificate,
  readHeader,
  validatorsDigest,
} from "./block.ts";
import { equal } from "./bytes.ts";
import { type Reader, decode } from "./scale.ts";
import {
  type Entry,
  FIELD_BYTES,
  type KeyProof,
  ProofError,
  type Search,
  checkField,
  checkKey,
  readKeyProof,
  readSearch,
} from "./tree.ts";
import type { Trust } from "./trust.ts";

/** What is said of state: that a key holds a value or none, or that a field holds just these entries. */
export type Claim =
  | { kind: "Key"; contract: Uint8Array; key: Uint8Array; value: Uint8Array | null; proof: KeyProof }
  | { kind: "Field"; contract: Uint8Array; field: Uint8Array; entries: Entry[]; search: Search };

/** What state holds, with all that proves it. */
export interface StateProof {
  /** The header that commits to the state: of the block after it. */
  header: Header;
  /** What makes that block final. */
  certificate: Certificate;
  claims: Claim[];
}

const STATE_PROOF_ERRORS = {
  OtherChain: "the proof is of another chain",
  OtherValidators: "the proof's block was decided by other validators than the trusted ones",
  NotFinal: "the proof's block is not final",
  NotInState: "the claim does not follow from the state that the block commits to",
};

/** Why a proof proves nothing. */
export class StateProofError extends Error {
  override name = "StateProofError";
  readonly code: keyof typeof STATE_PROOF_ERRORS;
  /** What is wrong with the certificate or claim, if that is the reason. */
  override readonly cause?: CertificateError | ProofError;

  constructor(code: keyof typeof STATE_PROOF_ERRORS, cause?: CertificateError | ProofError) {
    super(STATE_PROOF_ERRORS[code] + (cause ? `: ${cause.message}` : ""));
    this.code = code;
    if (cause) this.cause = cause;
  }
}

/** Reads SCALE of a `StateProof`. */
export function decodeStateProof(bytes: Uint8Array): StateProof {
  return decode(bytes, (reader) => ({
    header: readHeader(reader),
    certificate: readCertificate(reader),
    claims: reader.list(() => readClaim(reader)),
  }));
}

/** The height of the block after which state held what is claimed. */
export function heightOf(proof: StateProof): bigint {
  return proof.header.height > 0n ? proof.header.height - 1n : 0n;
}

/** Checks everything: chain, validators, votes, and that the claims follow. */
export function checkStateProof({ header, certificate, claims }: StateProof, trust: Trust): void {
  if (!equal(header.chain, trust.chain)) throw new StateProofError("OtherChain");
  if (!equal(header.validators, validatorsDigest(trust.validators))) {
    throw new StateProofError("OtherValidators");
  }
  because("NotFinal", () => checkCertificate(certificate, header, trust.validators));
  because("NotInState", () => claims.forEach((claim) => checkClaim(claim, header.stateRoot)));
}

function checkClaim(claim: Claim, root: Uint8Array): void {
  if (claim.kind === "Key") checkKey(root, claim.contract, claim.key, claim.value, claim.proof);
  else checkField(root, claim.contract, claim.field, claim.entries, claim.search);
}

function because(code: "NotFinal" | "NotInState", check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof CertificateError || error instanceof ProofError)
      throw new StateProofError(code, error);
    throw error;
  }
}

function readClaim(reader: Reader): Claim {
  if (reader.variant("Claim", 2) === 0) {
    const [contract, key] = [reader.bytes(32), reader.blob()];
    return {
      kind: "Key",
      contract,
      key,
      value: reader.option(() => reader.blob()),
      proof: readKeyProof(reader),
    };
  }
  const [contract, field] = [reader.bytes(32), reader.bytes(FIELD_BYTES)];
  const entries = reader.list((): Entry => [reader.blob(), reader.blob()]);
  return { kind: "Field", contract, field, entries, search: readSearch(reader) };
}
