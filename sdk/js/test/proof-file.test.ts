// Files of single proven keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../src/bytes.ts";
import { type JsonObject, parseJson, printJson } from "../src/json.ts";
import { verifyProofFile } from "../src/proof-file.ts";
import { fieldKey } from "../src/proven.ts";
import { named, prove, trust } from "./support/chain.ts";
import { encodeProof, utf8 } from "./support/encode.ts";
import { HEIGHT, REGISTER, sampleState } from "./support/register.ts";

function proofFile(): string {
  const state = sampleState();
  const keys = [state.key(named("another"), utf8("some key")), state.key(named("another"), utf8("no key"))];
  const claims = [...keys, state.field(REGISTER, fieldKey("classes"))];
  const { proof } = prove(HEIGHT, state.root(), claims);
  const known = keys.map(({ contract, key, value }) => {
    return { contract: toHex(contract), key: toHex(key), value: value && toHex(value) };
  });
  return printJson(
    { sillok: "state-proof", height: HEIGHT, keys: known, proof: toHex(encodeProof(proof)) },
    2,
  );
}

const refused = (change: (file: any) => unknown, code: string, message: RegExp) => {
  const file = parseJson(proofFile()) as JsonObject;
  change(file);
  assert.throws(
    () => verifyProofFile(printJson(file), trust),
    (error: Error & { code?: string }) => {
      return error.code === code && message.test(error.message);
    },
  );
};

test("a key that is there and one that is not are proven", () => {
  const { height, keys } = verifyProofFile(proofFile(), trust);
  assert.equal(height, HEIGHT);
  assert.deepEqual(
    keys.map(({ value }) => value),
    [toHex(utf8("some value")), null],
  );
});

test("a file that says something else than it proves is refused", () => {
  refused((file) => (file.height += 1n), "Differs", /^proof\.height says 42; the chain says 41$/);
  refused((file) => (file.keys[0].value = "0x00"), "Differs", /^proof\.keys\[0\]\.value says "0x00"/);
  refused((file) => (file.keys[1].value = "0x00"), "Differs", /the chain says null$/);
  refused((file) => (file.keys[0].contract = toHex(REGISTER)), "Differs", /^proof\.keys\[0\]\.contract/);
  refused((file) => file.keys.pop(), "Differs", /^proof\.keys\[1\] says null/);
  refused((file) => (file.proof += "00"), "NotAProof", /1 bytes too many/);
  refused((file) => (file.proof = 1n), "NotAProof", /no text/);
  refused((file) => (file.sillok = "register-extract"), "NotAProof", /`sillok` is not/);
  refused((file) => (file.note = ""), "NotAProof", /`note` is not known/);
});

test("a proof of another chain is refused", () => {
  assert.throws(() => verifyProofFile(proofFile(), { ...trust, chain: named("other") }), /of another chain/);
});
