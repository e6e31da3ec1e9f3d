// Trust files: what is in them is understood, and nothing else is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Header, type Validator, validatorsDigest } from "../src/block.ts";
import { toHex } from "../src/bytes.ts";
import { type JsonObject, parseJson, printJson } from "../src/json.ts";
import { type SetChange, SetChangeError, fingerprint, follow, followAll, parseTrust } from "../src/trust.ts";
import { addressNamed, certify, header, keyNamed, named, trust } from "./support/chain.ts";
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

const setOf = (names: string[]): Validator[] => names.map((name) => ({ key: keyNamed(name), power: 1n }));

/** The change from one set to another at a height, signed by these. */
function change(height: bigint, [from, to]: [string[], string[]], voters = from): SetChange {
  const announcing: Header = {
    ...header(height, named("parent"), named("root")),
    validators: validatorsDigest(setOf(from)),
    nextValidators: validatorsDigest(setOf(to)),
  };
  return { header: announcing, certificate: certify(announcing, voters), validators: setOf(to) };
}

const FOUR = ["one", "two", "three", "four"];
const FIVE = [...FOUR, "five"];
const LATER = ["two", "three", "four", "five"];

test("validators that the trusted ones announced are followed", () => {
  const changes = [change(7n, [FOUR, FIVE]), change(9n, [FIVE, LATER])];
  assert.deepEqual(followAll(trust, changes).validators, setOf(LATER));
  const later = { ...trust, validators: setOf(FIVE) };
  assert.deepEqual(followAll(later, changes).validators, setOf(LATER));
  assert.deepEqual(followAll(later, [changes[0]!]), later);
});

test("others are not, with the reason", () => {
  const is = (code: string) => (error: unknown) => error instanceof SetChangeError && error.code === code;
  const good = change(7n, [FOUR, FIVE]);
  const bad = (code: string, changed: SetChange) => assert.throws(() => follow(trust, changed), is(code));
  bad("NotAnnounced", { ...good, validators: setOf(LATER) });
  bad("NotAnnounced", { ...good, validators: [...good.validators].reverse() });
  bad("OtherValidators", change(7n, [FIVE, LATER]));
  bad("OtherChain", { ...good, header: { ...good.header, chain: named("other") } });
  bad("NotFinal", { ...good, header: { ...good.header, stateRoot: named("other") } });
  bad("NotFinal", change(7n, [FOUR, FIVE], ["one", "two"]));
  bad("NotFinal", change(7n, [FOUR, FIVE], ["one", "two", "five"]));
});
