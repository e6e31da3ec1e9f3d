// Extracts that are true verify; with anything in them changed, they fail for the right reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyExtract } from "../src/extract.ts";
import { type JsonObject, parseJson } from "../src/json.ts";
import { parseTrust } from "../src/trust.ts";
import { samples } from "./support/extracts.ts";
import { HOLDERS, NOBODY, TRUST_TEXT, holdingExtract, registerExtract } from "./support/register.ts";
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

test("an extract of each holder verifies, and of one who has nothing", () => {
  for (const holder of HOLDERS) verifyExtract(holdingExtract(holder), parseTrust(TRUST_TEXT));
  const statement = verifyExtract(holdingExtract(NOBODY), parseTrust(TRUST_TEXT));
  assert.deepEqual([statement.holders, statement.lots, statement.locks], [[], [], []]);
});

test("an extract of the genesis state has no block before, and no time", () => {
  const statement = verifyExtract(registerExtract(0n), parseTrust(TRUST_TEXT));
  assert.deepEqual([statement.height, statement.time], [0n, null]);
});
