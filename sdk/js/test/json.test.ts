// JSON: whole numbers of any size, and one reading.

import assert from "node:assert/strict";
import { test } from "node:test";
import { firstDifference } from "../src/difference.ts";
import { type Json, parseJson, printJson } from "../src/json.ts";

test("numbers above 2^53 survive", () => {
  const text = '{"a":9007199254740993,"b":[-1,18446744073709551615,0],"c":{}}';
  assert.equal(printJson(parseJson(text)), text);
  assert.deepEqual(parseJson(text), { a: 2n ** 53n + 1n, b: [-1n, 2n ** 64n - 1n, 0n], c: {} });
});

test("it reads what JavaScript reads", () => {
  for (const text of [
    ' { "a" : [ true , false , null ] } ',
    '"\\u00e9\\n\\"\\\\"',
    "[]",
    '[[],{},""]',
    '{"":{}}',
  ]) {
    assert.deepEqual(parseJson(text), JSON.parse(text));
    assert.deepEqual(JSON.parse(printJson(parseJson(text), 2)), JSON.parse(text));
  }
  assert.equal(printJson({ a: [1n, {}], b: "x" }, 2), '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": "x"\n}');
});

test("what has two readings or none is refused", () => {
  const wrong = [
    "",
    "{",
    "[1,]",
    '{"a":1,}',
    "01",
    "-0",
    "1.0",
    "1e3",
    "+1",
    "NaN",
    "'a'",
    '"a',
    '"\\x"',
    '"\n"',
    "1 2",
    "{a:1}",
  ];
  for (const text of [...wrong, "[1", '{"a"}', "truely", '"a\\']) assert.throws(() => parseJson(text), text);
  assert.throws(() => parseJson('{"a":1,"a":2}'), /`a` comes twice/);
  assert.throws(() => parseJson('{"a":1,"\\u0061":2}'), /`a` comes twice/);
  assert.throws(() => parseJson("[".repeat(1_000_000)), /too deep/);
});

test("a name that JavaScript gives a meaning is a name", () => {
  const value = parseJson('{"__proto__":{"admin":true}}');
  assert.deepEqual(Object.keys(value as object), ["__proto__"]);
  assert.equal((value as { admin?: boolean }).admin, undefined);
  const path = (says: Json, is: Json) => firstDifference("s", says, is)?.path;
  assert.equal(path(value, {}), "s.__proto__");
  assert.equal(path({}, { constructor: null }), "s.constructor");
});

test("the first difference is named by its path", () => {
  const proven = { a: [1n, { b: 2n }], c: null };
  const path = (says: Json) => firstDifference("s", says, proven)?.path;
  assert.equal(path({ a: [1n, { b: 2n }], c: null }), undefined);
  assert.equal(path({ a: [1n, { b: 3n }], c: null }), "s.a[1].b");
  assert.equal(path({ a: [1n], c: null }), "s.a[1]");
  assert.equal(path({ a: [1n, { b: 2n }, 3n], c: null }), "s.a[2]");
  assert.equal(path({ a: [1n, { b: 2n }] }), "s.c");
  assert.equal(path({ a: [1n, { b: 2n }], c: null, d: null }), "s.d");
  assert.equal(path({ a: [1n, { b: "2" }], c: null }), "s.a[1].b");
  assert.equal(path([]), "s");
});
