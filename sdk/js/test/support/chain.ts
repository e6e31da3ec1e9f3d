// A chain of one moment: validators that sign what they are given.

import { ristretto255 } from "@noble/curves/ed25519.js";
import { addressOf } from "../../src/account.ts";
import {
  type Certificate,
  type Header,
  blockId,
  precommitDigest,
  validatorsDigest,
} from "../../src/block.ts";
import { compare, concat } from "../../src/bytes.ts";
import { blake3 } from "../../src/digest.ts";
import type { Claim, StateProof } from "../../src/proof.ts";
import { Transcript } from "../../src/transcript.ts";
import type { Trust } from "../../src/trust.ts";
import { utf8 } from "./encode.ts";

const { Point } = ristretto255;

/** 32 bytes that are known by a name. */
export const named = (name: string) => blake3(utf8(name));
export const keyNamed = (name: string) => Point.BASE.multiply(secret(name)).toBytes();
export const addressNamed = (name: string) => addressOf(keyNamed(name));

function number(bytes: Uint8Array): bigint {
  return BigInt(
    `0x${[...bytes]
      .reverse()
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("")}`,
  );
}

const secret = (name: string) => number(named(name)) % Point.Fn.ORDER;

/** The signature of the key with this name. */
export function sign(context: string, message: Uint8Array, name: string): Uint8Array {
  const nonce = number(blake3(concat(named(name), message))) % Point.Fn.ORDER;
  const commitment = Point.BASE.multiply(nonce).toBytes();
  const transcript = new Transcript("SigningContext");
  transcript.append("", utf8(context));
  transcript.append("sign-bytes", message);
  transcript.append("proto-name", utf8("Schnorr-sig"));
  transcript.append("sign:pk", keyNamed(name));
  transcript.append("sign:R", commitment);
  const challenge = number(transcript.challenge("sign:c", 64)) % Point.Fn.ORDER;
  const response = Point.Fn.toBytes(Point.Fn.create(challenge * secret(name) + nonce));
  response[31]! |= 0x80;
  return concat(commitment, response);
}

const VALIDATORS = ["one", "two", "three", "four"];
const CHAIN = named("genesis");
/** 2026-11-26T02:30:00.000Z */
const TIME = 1_795_660_200_000n;

export const trust: Trust = {
  chain: CHAIN,
  name: "sample",
  validators: VALIDATORS.map((name) => ({ key: keyNamed(name), power: 1n })),
};

/** The certificate that these validators make. */
export function certify(header: Header, voters: string[], round = 0): Certificate {
  const block = blockId(header);
  const vote = precommitDigest(header.chain, header.height, round, block);
  const signatures = voters.map((name) => {
    return { validator: keyNamed(name), signature: sign("sillok/consensus", vote, name) };
  });
  signatures.sort((one, other) => compare(one.validator, other.validator));
  return { height: header.height, round, block, signatures };
}

/** The header of the block at a height, on these roots. */
export function header(height: bigint, parent: Uint8Array, stateRoot: Uint8Array): Header {
  return {
    chain: CHAIN,
    height,
    round: 0,
    time: TIME + 1_000n * height,
    proposer: keyNamed("one"),
    parent,
    transactionsRoot: new Uint8Array(32),
    stateRoot,
    receiptsRoot: new Uint8Array(32),
    validators: validatorsDigest(trust.validators),
    nextValidators: validatorsDigest(trust.validators),
  };
}

/** Claims about the state after the block at `height`, with that block's header. */
export function prove(
  height: bigint,
  root: Uint8Array,
  claims: Claim[],
): { before: Header | null; proof: StateProof } {
  const before = height === 0n ? null : header(height, named("parent"), named("earlier state"));
  const next = header(height + 1n, before ? blockId(before) : CHAIN, root);
  return { before, proof: { header: next, certificate: certify(next, ["one", "two", "three"]), claims } };
}
