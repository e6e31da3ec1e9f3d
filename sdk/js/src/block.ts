// Blocks' headers, and the certificates that make blocks final.

import { compare, concat, equal } from "./bytes.ts";
import { digest } from "./digest.ts";
import { type Reader, list, u32, u64 } from "./scale.ts";
import { verify } from "./sr25519.ts";

/** The signing context of validators' votes. */
const CONSENSUS_CONTEXT = "sillok/consensus";

/** What a block's id commits to. */
export interface Header {
  /** The chain: its genesis hash. */
  chain: Uint8Array;
  /** One more than the parent's; the first block has height 1. */
  height: bigint;
  /** The consensus round in which this block was proposed. */
  round: number;
  /** Block time, in milliseconds since 1970. */
  time: bigint;
  /** The proposing validator's key. */
  proposer: Uint8Array;
  /** The parent's id; the genesis hash for the first block. */
  parent: Uint8Array;
  transactionsRoot: Uint8Array;
  /** The state's root after the parent. */
  stateRoot: Uint8Array;
  receiptsRoot: Uint8Array;
  /** Digest of the validator set that decides this block. */
  validators: Uint8Array;
  /** Digest of the set that decides the next block. */
  nextValidators: Uint8Array;
}

/** A member of the validator set: the key that signs its votes, and its voting power. */
export interface Validator {
  key: Uint8Array;
  power: bigint;
}

/** One validator's precommit. */
export interface CommitSignature {
  validator: Uint8Array;
  signature: Uint8Array;
}

/** Proof that a block is final: precommits of more than two thirds of the voting power. */
export interface Certificate {
  height: bigint;
  /** The round in which the block was decided. */
  round: number;
  /** The block's id. */
  block: Uint8Array;
  /** The precommits, ordered by validator key, each validator once. */
  signatures: CommitSignature[];
}

const CERTIFICATE_ERRORS = {
  OtherBlock: "the certificate is for another block",
  Disordered: "the certificate's signatures are not in order, each validator once",
  NotValidator: "the certificate is signed by a key that is not a validator's",
  BadSignature: "a signature of the certificate is not valid",
  NoQuorum: "validators of two thirds or less of the voting power signed",
};

/** Why a certificate does not make a block final. */
export class CertificateError extends Error {
  override name = "CertificateError";
  readonly code: keyof typeof CERTIFICATE_ERRORS;

  constructor(code: keyof typeof CERTIFICATE_ERRORS) {
    super(CERTIFICATE_ERRORS[code]);
    this.code = code;
  }
}

/** Reads a `Header`. */
export function readHeader(reader: Reader): Header {
  return {
    chain: reader.bytes(32),
    height: reader.u64(),
    round: reader.u32(),
    time: reader.u64(),
    proposer: reader.bytes(32),
    parent: reader.bytes(32),
    transactionsRoot: reader.bytes(32),
    stateRoot: reader.bytes(32),
    receiptsRoot: reader.bytes(32),
    validators: reader.bytes(32),
    nextValidators: reader.bytes(32),
  };
}

/** SCALE of a header. */
export function encodeHeader(header: Header): Uint8Array {
  const numbers = concat(u64(header.height), u32(header.round), u64(header.time));
  const roots = concat(header.transactionsRoot, header.stateRoot, header.receiptsRoot);
  const sets = concat(header.validators, header.nextValidators);
  return concat(header.chain, numbers, header.proposer, header.parent, roots, sets);
}

/** The id of the block with this header. */
export function blockId(header: Header): Uint8Array {
  return digest("sillok/block", encodeHeader(header));
}

/** Reads a `Certificate`. */
export function readCertificate(reader: Reader): Certificate {
  return {
    height: reader.u64(),
    round: reader.u32(),
    block: reader.bytes(32),
    signatures: reader.list(() => ({ validator: reader.bytes(32), signature: reader.bytes(64) })),
  };
}

/** The digest of a validator set that headers carry. */
export function validatorsDigest(validators: Validator[]): Uint8Array {
  return digest("sillok/validators", list(validators.map(({ key, power }) => concat(key, u64(power)))));
}

/** What a validator signs to precommit a block. */
export function precommitDigest(
  chain: Uint8Array,
  height: bigint,
  round: number,
  block: Uint8Array,
): Uint8Array {
  return digest("sillok/precommit", concat(chain, u64(height), u32(round), block));
}

/** Checks that a certificate makes the block of this header final. */
export function checkCertificate(certificate: Certificate, header: Header, validators: Validator[]): void {
  const { height, round, block, signatures } = certificate;
  if (height !== header.height || !equal(block, blockId(header))) throw new CertificateError("OtherBlock");
  const ordered = signatures.every(
    ({ validator }, index) => index === 0 || compare(signatures[index - 1]!.validator, validator) < 0,
  );
  if (!ordered) throw new CertificateError("Disordered");
  const message = precommitDigest(header.chain, height, round, block);
  let signed = 0n;
  for (const { validator: key, signature } of signatures) {
    const validator = validators.find((validator) => equal(validator.key, key));
    if (validator === undefined) throw new CertificateError("NotValidator");
    if (!verify(CONSENSUS_CONTEXT, message, signature, key)) throw new CertificateError("BadSignature");
    signed += validator.power;
  }
  const total = validators.reduce((sum, { power }) => sum + power, 0n);
  if (signed * 3n <= total * 2n) throw new CertificateError("NoQuorum");
}
