// Values, accounts, dates and times: the JSON that Rust makes of the same bytes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accountBytes, keyOf, readAccount } from "../src/account.ts";
import { fromHex } from "../src/bytes.ts";
import { type Json, printJson } from "../src/json.ts";
import { decode } from "../src/scale.ts";
import { dateJson, timeJson } from "../src/time.ts";
import { type TypeSpec, readType } from "../src/types.ts";
import { decodeValue } from "../src/value.ts";
import { vectors } from "./support/vectors.ts";

const hex = (text: string) => fromHex(text, "bytes");

test("values are the JSON that Rust prints", () => {
  for (const { type, scale, json } of vectors.values) {
    const ty = decode(hex(type), readType);
    assert.equal(printJson(decodeValue(ty, hex(scale))), json, `${type} ${scale}`);
  }
});

test("options that can be null twice are told apart", () => {
  const option = (inner: TypeSpec): TypeSpec => ({ kind: "Option", inner });
  const unit: TypeSpec = { kind: "Unit" };
  const wrapped: TypeSpec = { kind: "Struct", name: "", fields: [{ name: "0", ty: unit }] };
  const cases: [TypeSpec, string, Json][] = [
    [option(unit), "0x00", null],
    [option(unit), "0x01", { Some: null }],
    [option(option(unit)), "0x0101", { Some: { Some: null } }],
    [option(option(unit)), "0x0100", { Some: null }],
    [option(wrapped), "0x01", { Some: null }],
    [option({ kind: "U8" }), "0x0105", 5n],
  ];
  for (const [ty, scale, json] of cases) assert.deepEqual(decodeValue(ty, hex(scale)), json);
});

test("structs and variants are objects, arrays or values by their fields' names", () => {
  const u8: TypeSpec = { kind: "U8" };
  const struct = (...names: string[]): TypeSpec => {
    return { kind: "Struct", name: "S", fields: names.map((name) => ({ name, ty: u8 })) };
  };
  assert.deepEqual(decodeValue(struct(), hex("0x")), {});
  assert.deepEqual(decodeValue(struct("0"), hex("0x07")), 7n);
  assert.deepEqual(decodeValue(struct("0", "1"), hex("0x0708")), [7n, 8n]);
  assert.deepEqual(decodeValue(struct("a", "1"), hex("0x0708")), { a: 7n, 1: 8n });
  const odd = decodeValue(struct("__proto__"), hex("0x07"));
  assert.equal(printJson(odd), '{"__proto__":7}');
});

test("bytes that are no such value are refused", () => {
  const list = (inner: TypeSpec): TypeSpec => ({ kind: "List", inner });
  const side: TypeSpec = { kind: "Enum", name: "Side", variants: [{ name: "Buy", index: 3, fields: [] }] };
  assert.equal(decodeValue(side, hex("0x03")), "Buy");
  assert.throws(() => decodeValue(side, hex("0x00")), /no variant/);
  assert.throws(() => decodeValue({ kind: "U8" }, hex("0x0102")), /1 bytes too many/);
  assert.throws(
    () => decodeValue({ kind: "FixedBytes", length: 4_294_967_295 }, hex("0x01")),
    /bytes expected/,
  );
  assert.throws(() => decodeValue(list({ kind: "Unit" }), hex("0xfeffffff")), /beyond the end/);
  assert.deepEqual(decodeValue(list({ kind: "Unit" }), hex("0x08")), [null, null]);
});

test("accounts have the text forms that Rust gives them", () => {
  for (const { text, scale } of vectors.accounts) {
    assert.equal(decode(hex(scale), readAccount), text);
    assert.deepEqual(accountBytes(text), hex(scale));
  }
});

test("an address that is mistyped or of another network is refused", () => {
  const alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
  assert.equal(keyOf(alice).length, 32);
  assert.throws(() => keyOf(alice.replace("5Grw", "5Grx")), /checksum/);
  assert.throws(() => keyOf("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"), /another network/);
  assert.throws(() => keyOf("l0O"), /expected an SS58 address/);
  assert.throws(() => keyOf("5C"), /35 bytes/);
  assert.throws(() => accountBytes("0x12"), /64 hexadecimal digits/);
  assert.throws(() => accountBytes(`0x${"ab".repeat(32)}:`), /64 hexadecimal digits/);
});

test("bytes in hexadecimal are whole, and as many as can be", () => {
  assert.deepEqual(hex("0x00fFA5"), Uint8Array.of(0, 255, 165));
  for (const text of ["", "00", "0x0", "0x0g", "0x 00", "0x+1", "0x00\n"]) {
    assert.throws(
      () => fromHex(text, "it"),
      /^Error: it is not 0x and an even number of hexadecimal digits$/,
    );
  }
  assert.equal(hex(`0x${"ab".repeat(16_000_000)}`).length, 16_000_000);
});

test("dates and times with years of four digits are text, others numbers", () => {
  const cases: [Json, Json][] = [
    [dateJson(0), "1970-01-01"],
    [dateJson(-1), "1969-12-31"],
    [dateJson(11_016), "2000-02-29"],
    [dateJson(-719_528), "0000-01-01"],
    [dateJson(-719_529), -719_529n],
    [dateJson(2_932_896), "9999-12-31"],
    [dateJson(2_932_897), 2_932_897n],
    [timeJson(1_795_426_200_000n), "2026-11-23T09:30:00.000Z"],
    [timeJson(253_402_300_799_999n), "9999-12-31T23:59:59.999Z"],
    [timeJson(253_402_300_800_000n), 253_402_300_800_000n],
    [timeJson(2n ** 64n - 1n), 2n ** 64n - 1n],
  ];
  for (const [made, expected] of cases) assert.equal(made, expected);
});
