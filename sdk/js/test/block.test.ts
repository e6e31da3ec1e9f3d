// Votes: what Rust signs is accepted, and certificates make blocks final by the rule alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ristretto255 } from "@noble/curves/ed25519.js";
import * as substrate from "@scure/sr25519";
import {
  type Certificate,
  CertificateError,
  type Header,
  type Validator,
  blockId,
  checkCertificate,
  encodeHeader,
  precommitDigest,
  readHeader,
  validatorsDigest,
} from "../src/block.ts";
import { compare, fromHex, toHex } from "../src/bytes.ts";
import { digest } from "../src/digest.ts";
import { decode } from "../src/scale.ts";
import { verify } from "../src/sr25519.ts";
import { certify, header as headerAt, keyNamed, named, sign, trust } from "./support/chain.ts";
import { vectors } from "./support/vectors.ts";

const hex = (text: string) => fromHex(text, "bytes");
const { block } = vectors;
const header = decode(hex(block.header), readHeader);
const validators = block.voters.map(({ key, power }): Validator => ({ key: hex(key), power: BigInt(power) }));
const VOTES = "sillok/consensus";

/** The certificate that these of the four validators make; their powers are 1, 2, 3 and 4. */
function certificateOf(voters: number[]): Certificate {
  const signatures = voters.map((voter) => {
    const { key, signature } = block.voters[voter]!;
    return { validator: hex(key), signature: hex(signature) };
  });
  signatures.sort((one, other) => compare(one.validator, other.validator));
  return { height: header.height, round: block.round, block: hex(block.id), signatures };
}

const refused = (certificate: Certificate, code: string, of: Header = header, by = validators) => {
  assert.throws(
    () => checkCertificate(certificate, of, by),
    (error) => {
      return error instanceof CertificateError && error.code === code;
    },
  );
};

test("ids and digests are Rust's", () => {
  assert.equal(toHex(encodeHeader(header)), block.header);
  assert.equal(toHex(blockId(header)), block.id);
  assert.equal(toHex(validatorsDigest(validators)), block.validators);
  assert.equal(toHex(precommitDigest(header.chain, header.height, block.round, hex(block.id))), block.vote);
  assert.equal(toHex(digest("sillok/layout", hex(vectors.layout.scale))), vectors.layout.digest);
});

test("votes that Rust signed are valid, under their context alone", () => {
  const vote = hex(block.vote);
  for (const { key, signature } of block.voters) {
    assert.ok(verify(VOTES, vote, hex(signature), hex(key)));
    assert.ok(!verify("substrate", vote, hex(signature), hex(key)));
    assert.ok(!verify(VOTES, named("another vote"), hex(signature), hex(key)));
    assert.ok(!verify(VOTES, vote, hex(signature), keyNamed("another")));
    for (const index of [0, 31, 32, 62, 63]) {
      const changed = hex(signature);
      changed[index]! ^= 1;
      assert.ok(!verify(VOTES, vote, changed, hex(key)), `byte ${index}`);
    }
  }
});

test("under the context of wallets, it judges as @scure/sr25519 does", () => {
  for (let number = 0; number < 8; number++) {
    const secret = substrate.secretFromSeed(named(`seed ${number}`));
    const key = substrate.getPublicKey(secret);
    // Messages around the length of a block of the transcript.
    const message = new Uint8Array(160 * number + number).fill(number);
    const signature = substrate.sign(secret, message);
    assert.ok(verify("substrate", message, signature, key));
    assert.ok(substrate.verify(message, sign("substrate", message, "one"), keyNamed("one")));
    assert.ok(!verify(VOTES, message, signature, key));
  }
});

test("no key, no point, and numbers too large are not valid, and don't throw", () => {
  const vote = hex(block.vote);
  const [voter] = block.voters;
  const [key, signature] = [hex(voter!.key), hex(voter!.signature)];
  assert.ok(!verify(VOTES, vote, signature.slice(1), key));
  assert.ok(!verify(VOTES, vote, signature, key.slice(1)));
  assert.ok(!verify(VOTES, vote, signature, new Uint8Array(32).fill(255)));
  const unmarked = signature.slice();
  unmarked[63]! &= 0x7f;
  assert.ok(!verify(VOTES, vote, unmarked, key));
  // The same number modulo the group's order, in a second form.
  const large = signature.slice();
  const order = ristretto255.Point.Fn.ORDER;
  let carry = 0n;
  for (let index = 0; index < 32; index++) {
    const byte = index === 31 ? signature[63]! & 0x7f : signature[32 + index]!;
    const sum = BigInt(byte) + ((order >> BigInt(8 * index)) & 0xffn) + carry;
    large[32 + index] = Number(sum & 0xffn);
    carry = sum >> 8n;
  }
  large[63]! |= 0x80;
  assert.ok(!verify(VOTES, vote, large, key));
});

test("anybody could sign for the neutral element: it is no key", () => {
  const zero = new Uint8Array(32);
  // With no secret at all, the response is the nonce.
  const one = new Uint8Array(64);
  one.set(ristretto255.Point.BASE.toBytes());
  one[32] = 1;
  one[63] = 0x80;
  assert.ok(!verify(VOTES, hex(block.vote), one, zero));
  const by = [{ key: zero, power: 10n }];
  const certificate = { ...certificateOf([]), signatures: [{ validator: zero, signature: one }] };
  refused(certificate, "BadSignature", header, by);
});

test("more than two thirds of the power are needed", () => {
  for (const voters of [
    [0, 1, 2, 3],
    [1, 2, 3],
    [0, 2, 3],
    [2, 3],
  ]) {
    checkCertificate(certificateOf(voters), header, validators);
  }
  // 6 of 10.
  refused(certificateOf([0, 1, 2]), "NoQuorum");
  refused(certificateOf([]), "NoQuorum");
  // Two thirds to the digit: 2 of 3.
  const three = ["one", "two", "three"].map((name) => ({ key: keyNamed(name), power: 1n }));
  const next = headerAt(5n, named("parent"), named("root"));
  refused(certify(next, ["one", "two"]), "NoQuorum", next, three);
  checkCertificate(certify(next, ["one", "two", "three"]), next, three);
  checkCertificate(certify(next, ["one", "two", "three"]), next, trust.validators);
  refused(certify(next, ["one", "two"]), "NoQuorum", next, trust.validators);
});

test("powers are summed without rounding", () => {
  const huge = 2n ** 64n - 1n;
  const by = ["one", "two", "three"].map((name) => ({ key: keyNamed(name), power: huge }));
  const next = headerAt(5n, named("parent"), named("root"));
  refused(certify(next, ["one", "two"]), "NoQuorum", next, by);
  by[2]!.power = huge - 1n;
  checkCertificate(certify(next, ["one", "two"]), next, by);
});

test("votes are for this block, in order, each validator's once", () => {
  const all = certificateOf([0, 1, 2, 3]);
  refused({ ...all, height: all.height + 1n }, "OtherBlock");
  refused({ ...all, block: named("other") }, "OtherBlock");
  refused(all, "OtherBlock", { ...header, time: header.time + 1n });
  refused({ ...all, round: all.round + 1 }, "BadSignature");
  const [first, second, ...rest] = all.signatures;
  refused({ ...all, signatures: [second!, first!, ...rest] }, "Disordered");
  refused({ ...all, signatures: [first!, first!, second!, ...rest] }, "Disordered");
  refused(all, "NotValidator", header, validators.slice(0, 3));
});
