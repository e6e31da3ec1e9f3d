// Extracts that are true verify; with anything in them changed, they fail for the right reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, toHex } from "../src/bytes.ts";
import { ExtractError } from "../src/error.ts";
import { verifyExtract } from "../src/extract.ts";
import { type Json, type JsonObject, parseJson, printJson } from "../src/json.ts";
import { StateProofError } from "../src/proof.ts";
import { fieldKey } from "../src/proven.ts";
import { parseTrust } from "../src/trust.ts";
import { named } from "./support/chain.ts";
import { utf8 } from "./support/encode.ts";
import { samples } from "./support/extracts.ts";
import {
  HEIGHT,
  HOLDERS,
  NOBODY,
  REGISTER,
  SYSTEM,
  TRUST_TEXT,
  fileOf,
  holdingExtract,
  registerClaims,
  registerExtract,
  sampleState,
} from "./support/register.ts";
import { tampered, tamperings } from "./support/tampering.ts";

for (const { name, kind, extract, trust } of samples()) {
  test(`${name} verifies`, () => {
    const statement = verifyExtract(extract, parseTrust(trust));
    assert.equal(statement.kind, kind);
    assert.deepEqual(statement, (parseJson(extract) as JsonObject)["statement"]);
  });

  for (const { name: what, change, code, cause, message } of tamperings(kind)) {
    test(`${name}, tampered: ${what}`, () => {
      const [changed, trusted] = tampered(extract, trust, change);
      assert.throws(
        () => verifyExtract(changed, parseTrust(trusted)),
        (error: Error & { code?: string; cause?: { code?: string } }) => {
          assert.equal(error.code, code, error.message);
          assert.equal(error.cause?.code, cause, error.message);
          if (message) assert.match(error.message, message);
          return true;
        },
      );
    });
  }
}

for (const { name, extract, trust } of samples()) {
  test(`${name}: not a byte of the evidence can be changed`, () => {
    const file = parseJson(extract) as { evidence: Record<string, string> };
    for (const part of ["layout", "before", "proof"]) {
      const whole = file.evidence[part]!;
      // Each byte would take minutes; a prime step meets all kinds of places.
      for (let digit = 2; digit < whole.length; digit += whole.length > 2_000 ? 97 : 13) {
        const other = ((Number.parseInt(whole[digit]!, 16) + 1 + (digit % 15)) % 16).toString(16);
        const evidence = { ...file.evidence, [part]: whole.slice(0, digit) + other + whole.slice(digit + 1) };
        const changed = printJson({ ...file, evidence } as Json);
        const known = (error: unknown) => error instanceof ExtractError || error instanceof StateProofError;
        assert.throws(() => verifyExtract(changed, parseTrust(trust)), known, `${part}, digit ${digit}`);
      }
    }
  });
}

test("an extract of each holder verifies, and of one who has nothing", () => {
  for (const holder of HOLDERS) verifyExtract(holdingExtract(holder), parseTrust(TRUST_TEXT));
  const statement = verifyExtract(holdingExtract(NOBODY), parseTrust(TRUST_TEXT));
  assert.deepEqual([statement.holders, statement.lots, statement.locks], [[], [], []]);
});

test("an extract of the genesis state has no block before, and no time", () => {
  const statement = verifyExtract(registerExtract(0n), parseTrust(TRUST_TEXT));
  assert.deepEqual([statement.height, statement.time], [0n, null]);
});

const refused = (extract: string, code: string, message: RegExp) => {
  assert.throws(
    () => verifyExtract(extract, parseTrust(TRUST_TEXT)),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      return true;
    },
  );
};

// What follows is certified: a chain that is wrong itself, or another contract than a register.

test("lots that don't add up to their class are refused", () => {
  const state = sampleState();
  const [[key, value]] = state.entries(REGISTER, fieldKey("classes")) as [[Uint8Array, Uint8Array]];
  const changed = value.slice();
  changed[changed.length - 8]! ^= 1;
  refused(
    registerExtract(HEIGHT, state.set(REGISTER, key, changed)),
    "Sum",
    /^the lots of class 0 add up to /,
  );
});

test("entries that are not of their fields' types are refused", () => {
  const state = sampleState().set(REGISTER, fieldKey("issuer"), Uint8Array.of(4));
  refused(
    registerExtract(HEIGHT, state),
    "Unreadable",
    /^an entry of the register's `issuer` can't be read: /,
  );
});

test("a contract that is proven absent is refused", () => {
  const file = parseJson(registerExtract()) as { statement: JsonObject };
  const absent = sampleState().key(SYSTEM, concat(utf8("cont"), named("no contract")));
  file.statement["register"] = toHex(named("no contract"));
  const claims = [absent, ...registerClaims(sampleState())];
  refused(
    fileOf(file.statement, claims, sampleState(), HEIGHT),
    "NoContract",
    /no contract with the register's id/,
  );
});

test("what is no extract is refused", () => {
  const text = registerExtract();
  refused("", "NotAnExtract", /not JSON/);
  refused(text.slice(0, -5), "NotAnExtract", /not JSON/);
  refused("[]", "NotAnExtract", /no object/);
  refused(text.replace('"kind": "register"', '"kind": "ledger"'), "NotAnExtract", /`statement.kind`/);
  refused(
    text.replace('"kind": "register"', '"kind": "holding"'),
    "NotAnExtract",
    /`statement.holder` is missing/,
  );
  refused(text.replace('"height": 41', '"height": 41.0'), "NotAnExtract", /`41.0` is no value/);
  refused(text.replace('"height": 41', '"height": 41, "height": 41'), "NotAnExtract", /`height` comes twice/);
  refused(text.replace('"before": "0x', '"before": "'), "NotAnExtract", /evidence.before is not 0x/);
});

test("an account in another spelling is not the one that the chain writes", () => {
  const text = registerExtract();
  const other = text.replace(toHex(REGISTER), toHex(REGISTER).toUpperCase().replace("0X", "0x"));
  refused(other, "Differs", /^statement\.register says /);
});
