// SCALE to JSON, by the type: the JSON that the chain's own tools print.
//
// Whole numbers are JSON numbers up to 64 bits, `u128` is text; bytes are `0x…`; accounts, dates and times
// have their text forms. A struct of one unnamed field is that field, of several an array, else an object.

import { readAccount } from "./account.ts";
import { toHex } from "./bytes.ts";
import type { Json } from "./json.ts";
import { type Reader, ScaleError, decode } from "./scale.ts";
import { dateJson, timeJson } from "./time.ts";
import type { FieldSpec, TypeSpec, VariantSpec } from "./types.ts";

/** Most items of a list that may be longer than its bytes (items such as `()` take none). */
const MAX_EMPTY_ITEMS = 65_536;

/** The value that all of `bytes` are SCALE of. */
export function decodeValue(ty: TypeSpec, bytes: Uint8Array): Json {
  return decode(bytes, (reader) => readValue(reader, ty));
}

/** Reads a value of a type. */
export function readValue(reader: Reader, ty: TypeSpec): Json {
  switch (ty.kind) {
    case "Option":
      return readOption(reader, ty.inner);
    case "List":
      return readList(reader, ty.inner);
    case "Tuple":
      return ty.parts.map((part) => readValue(reader, part));
    case "Struct":
      return readFields(reader, ty.fields);
    case "Enum":
      return readVariant(reader, ty.variants);
    case "FixedBytes":
      return toHex(reader.bytes(ty.length));
    default:
      return readPlain(reader, ty.kind);
  }
}

type PlainKind = Exclude<TypeSpec["kind"], "Option" | "List" | "Tuple" | "Struct" | "Enum" | "FixedBytes">;

const READ_PLAIN: Record<PlainKind, (reader: Reader) => Json> = {
  Unit: () => null,
  Bool: (reader) => reader.bool(),
  U8: (reader) => BigInt(reader.u8()),
  U16: (reader) => BigInt(reader.u16()),
  U32: (reader) => BigInt(reader.u32()),
  U64: (reader) => reader.u64(),
  U128: (reader) => reader.u128().toString(),
  I32: (reader) => BigInt(reader.i32()),
  I64: (reader) => reader.i64(),
  String: (reader) => reader.text(),
  Bytes: (reader) => toHex(reader.blob()),
  Account: readAccount,
  Contract: (reader) => toHex(reader.bytes(32)),
  Date: (reader) => dateJson(reader.i32()),
  Time: (reader) => timeJson(reader.u64()),
};

function readPlain(reader: Reader, kind: PlainKind): Json {
  return READ_PLAIN[kind](reader);
}

function readOption(reader: Reader, inner: TypeSpec): Json {
  return reader.option(() => {
    const value = readValue(reader, inner);
    return mayBeNull(inner) ? { Some: value } : value;
  });
}

function readList(reader: Reader, inner: TypeSpec): Json {
  const count = reader.compact();
  if (count > reader.left && count > MAX_EMPTY_ITEMS) {
    throw new ScaleError(`a list of ${count} items goes beyond the end`);
  }
  return Array.from({ length: count }, () => readValue(reader, inner));
}

function readFields(reader: Reader, fields: FieldSpec[]): Json {
  if (isUnnamed(fields)) {
    const values = fields.map((field) => readValue(reader, field.ty));
    return values.length === 1 ? values[0]! : values;
  }
  return Object.fromEntries(fields.map((field) => [field.name, readValue(reader, field.ty)]));
}

function readVariant(reader: Reader, variants: VariantSpec[]): Json {
  const index = reader.u8();
  const variant = variants.find((variant) => variant.index === index);
  if (variant === undefined) throw new ScaleError(`${index} is no variant`);
  if (variant.fields.length === 0) return variant.name;
  return Object.fromEntries([[variant.name, readFields(reader, variant.fields)]]);
}

/** Whether there are fields, and all of them go by their positions. */
function isUnnamed(fields: FieldSpec[]): boolean {
  return fields.length > 0 && fields.every((field, index) => field.name === index.toString());
}

/** Whether a value of the type can be JSON's `null`, so that an `Option` of it needs a wrapper. */
function mayBeNull(ty: TypeSpec): boolean {
  if (ty.kind === "Unit" || ty.kind === "Option") return true;
  return (
    ty.kind === "Struct" && isUnnamed(ty.fields) && ty.fields.length === 1 && mayBeNull(ty.fields[0]!.ty)
  );
}
