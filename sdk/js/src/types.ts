// The shapes of types and storage fields, as a contract's layout has them.

import type { Reader } from "./scale.ts";

/** Types that are not made of other ones, in the order of their SCALE indexes. */
const PLAIN = ["Unit", "Bool", "U8", "U16", "U32", "U64", "U128", "I32", "I64", "String", "Bytes"] as const;
/** The same, after `FixedBytes`. */
const NAMED = ["Account", "Contract", "Date", "Time"] as const;

/** The shape of a type on the wire. */
export type TypeSpec =
  | { kind: (typeof PLAIN)[number] | (typeof NAMED)[number] }
  | { kind: "FixedBytes"; length: number }
  | { kind: "Option" | "List"; inner: TypeSpec }
  | { kind: "Tuple"; parts: TypeSpec[] }
  | { kind: "Struct"; name: string; fields: FieldSpec[] }
  | { kind: "Enum"; name: string; variants: VariantSpec[] };

/** A named part of a struct or variant; unnamed ones are called `0`, `1`, ... */
export interface FieldSpec {
  name: string;
  ty: TypeSpec;
}

/** A variant of an enum. */
export interface VariantSpec {
  name: string;
  index: number;
  fields: FieldSpec[];
}

/** A storage field of a contract. */
export interface StorageSpec {
  name: string;
  /** `Value`, `Map`, `OrderedMap`, `Set`, `List` or `Indexed`. */
  kind: string;
  /** What it is made of: its value, or its key and value. */
  types: TypeSpec[];
  /** Its indexes, if it has any: a digest of their functions, and the types of their keys. */
  indexes: { functions: Uint8Array; keys: TypeSpec[] } | null;
}

/** Reads a layout: a contract's storage fields. */
export function readLayout(reader: Reader): StorageSpec[] {
  return reader.list(() => ({
    name: reader.text(),
    kind: reader.text(),
    types: readTypes(reader),
    indexes: reader.option(() => ({ functions: reader.bytes(32), keys: readTypes(reader) })),
  }));
}

/** Reads a `TypeSpec`. */
export function readType(reader: Reader): TypeSpec {
  const index = reader.variant("TypeSpec", 21);
  if (index < 11) return { kind: PLAIN[index]! };
  if (index === 11) return { kind: "FixedBytes", length: reader.u32() };
  if (index < 16) return { kind: NAMED[index - 12]! };
  return reader.nested(() => readCompound(reader, index));
}

function readCompound(reader: Reader, index: number): TypeSpec {
  switch (index) {
    case 16:
      return { kind: "Option", inner: readType(reader) };
    case 17:
      return { kind: "List", inner: readType(reader) };
    case 18:
      return { kind: "Tuple", parts: readTypes(reader) };
    case 19:
      return { kind: "Struct", name: reader.text(), fields: readFields(reader) };
    default:
      return { kind: "Enum", name: reader.text(), variants: readVariants(reader) };
  }
}

function readTypes(reader: Reader): TypeSpec[] {
  return reader.list(() => readType(reader));
}

function readFields(reader: Reader): FieldSpec[] {
  return reader.list(() => ({ name: reader.text(), ty: readType(reader) }));
}

function readVariants(reader: Reader): VariantSpec[] {
  return reader.list(() => ({ name: reader.text(), index: reader.u8(), fields: readFields(reader) }));
}
