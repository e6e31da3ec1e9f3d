// SCALE: what Rust writes is read, and nothing has two readings.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../src/bytes.ts";
import { type Reader, ScaleError, compact, decode, littleEndian } from "../src/scale.ts";
import { type TypeSpec, readType } from "../src/types.ts";
import { byte, encodeType, text } from "./support/encode.ts";
import { vectors } from "./support/vectors.ts";

const hex = (text: string) => fromHex(text, "bytes");
const refuses = (scale: string, read: (reader: Reader) => unknown, message: RegExp) => {
  assert.throws(
    () => decode(hex(scale), read),
    (error) => error instanceof ScaleError && message.test(error.message),
  );
};

test("lengths are as Rust writes them", () => {
  for (const { length, scale } of vectors.lengths) {
    assert.equal(
      decode(hex(scale), (reader) => reader.compact()),
      length,
    );
    assert.deepEqual(compact(length), hex(scale));
  }
});

test("a length that has a shorter form is refused", () => {
  for (const scale of ["0x0100", "0xfd00", "0x02000000", "0xfeff0000", "0x0300000000", "0x03ffffff3f"]) {
    refuses(scale, (reader) => reader.compact(), /shortest form/);
  }
  refuses("0x070000000001", (reader) => reader.compact(), /more than four bytes/);
});

test("numbers are little-endian, with their signs", () => {
  assert.equal(
    decode(hex("0xfeff"), (reader) => reader.u16()),
    0xfffe,
  );
  assert.equal(
    decode(hex("0x010000ff"), (reader) => reader.u32()),
    0xff00_0001,
  );
  assert.equal(
    decode(hex("0xfeffffff"), (reader) => reader.i32()),
    -2,
  );
  assert.equal(
    decode(hex("0xffffffffffffffff"), (reader) => reader.u64()),
    2n ** 64n - 1n,
  );
  assert.equal(
    decode(hex("0xfeffffffffffffff"), (reader) => reader.i64()),
    -2n,
  );
  assert.equal(
    decode(hex(`0x02${"00".repeat(14)}80`), (reader) => reader.u128()),
    2n ** 127n + 2n,
  );
  assert.deepEqual(littleEndian(2n ** 63n + 5n, 8), hex("0x0500000000000080"));
});

test("text is UTF-8, with all its characters", () => {
  for (const value of ["", "주주명부", "\ufeffmark", "\u{1f600}"]) {
    assert.equal(
      decode(text(value), (reader) => reader.text()),
      value,
    );
  }
  refuses("0x08c328", (reader) => reader.text(), /UTF-8/);
  refuses("0x0ceda080", (reader) => reader.text(), /UTF-8/);
});

test("what is not there, too much, or of no kind is refused", () => {
  refuses("0x", (reader) => reader.u8(), /1 bytes expected, 0 left/);
  refuses("0x0102", (reader) => reader.u8(), /1 bytes too many/);
  refuses("0x02", (reader) => reader.bool(), /no bool/);
  refuses("0x02", (reader) => reader.option(() => reader.u8()), /option/);
  refuses("0x03", (reader) => reader.variant("Account", 3), /variant of Account/);
  refuses("0xfeffffff00", (reader) => reader.list(() => reader.u8()), /beyond the end/);
  refuses("0x1000", (reader) => reader.blob(), /4 bytes expected, 1 left/);
});

test("types survive encoding, and don't nest without end", () => {
  const types = vectors.values.map(({ type }) => hex(type));
  for (const bytes of types) assert.deepEqual(encodeType(decode(bytes, readType)), bytes);
  const nested = (depth: number) => new Uint8Array(depth).fill(16);
  const deep: TypeSpec = decode(new Uint8Array([...nested(40), 5]), readType);
  assert.deepEqual(encodeType(deep), new Uint8Array([...nested(40), 5]));
  assert.throws(() => decode(nested(1_000_000), readType), /nest more than/);
  assert.throws(() => decode(byte(21), readType), /no variant of TypeSpec/);
});
