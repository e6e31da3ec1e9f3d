// Trust files: what is in them is understood, and nothing else is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../src/bytes.ts";
import { type JsonObject, parseJson, printJson } from "../src/json.ts";
import { fingerprint, parseTrust } from "../src/trust.ts";
import { addressNamed, trust } from "./support/chain.ts";
import { TRUST_TEXT } from "./support/register.ts";

const refused = (change: (file: any) => unknown, message: RegExp) => {
  const file = parseJson(TRUST_TEXT) as JsonObject;
  change(file);
  assert.throws(() => parseTrust(printJson(file)), message);
};

test("a trust file is read", () => {
  assert.deepEqual(parseTrust(TRUST_TEXT), trust);
  assert.match(toHex(fingerprint(trust)), /^0x[0-9a-f]{64}$/);
});

test("what is no trust file is refused, with the reason", () => {
  refused((file) => (file.chain = "0x12"), /not a trust file: `chain` is not 0x and 64/);
  refused((file) => (file.chain = null), /`chain` is no text/);
  refused((file) => delete file.name, /`name` is missing/);
  refused((file) => (file.note = ""), /`note` is not known/);
  refused((file) => (file.validators = []), /names no validators/);
  refused((file) => (file.validators[0].power = 0n), /has no power/);
  refused((file) => (file.validators[0].power = "1"), /has no power/);
  refused((file) => (file.validators[0].power = 2n ** 64n), /has no power/);
  refused((file) => (file.validators[0].address = `${addressNamed("one")}1`), /is not an address/);
  refused((file) => (file.validators[0] = null), /a validator is no object/);
  assert.throws(() => parseTrust("{"), /not a trust file: not JSON/);
});

test("the order of validators is part of what is trusted", () => {
  const turned = { ...trust, validators: [...trust.validators].reverse() };
  assert.notDeepEqual(fingerprint(turned), fingerprint(trust));
});
