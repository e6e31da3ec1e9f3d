// SCALE of what the client only reads.

import { type Certificate, encodeHeader } from "../../src/block.ts";
import { concat } from "../../src/bytes.ts";
import type { Claim, StateProof } from "../../src/proof.ts";
import { compact, list, u32, u64 } from "../../src/scale.ts";
import type { KeyProof, Search, SearchEnd } from "../../src/tree.ts";
import type { FieldSpec, StorageSpec, TypeSpec } from "../../src/types.ts";

const KINDS: TypeSpec["kind"][] = [
  ...(["Unit", "Bool", "U8", "U16", "U32", "U64", "U128", "I32", "I64", "String", "Bytes"] as const),
  ...([
    "FixedBytes",
    "Account",
    "Contract",
    "Date",
    "Time",
    "Option",
    "List",
    "Tuple",
    "Struct",
    "Enum",
  ] as const),
];

export const byte = (value: number) => Uint8Array.of(value);
export const utf8 = (text: string) => new TextEncoder().encode(text);
export const blob = (bytes: Uint8Array) => concat(compact(bytes.length), bytes);
export const text = (value: string) => blob(utf8(value));
export const option = (value: Uint8Array | null) => (value === null ? byte(0) : concat(byte(1), value));

export function encodeType(ty: TypeSpec): Uint8Array {
  return concat(byte(KINDS.indexOf(ty.kind)), innerOf(ty));
}

function innerOf(ty: TypeSpec): Uint8Array {
  switch (ty.kind) {
    case "FixedBytes":
      return u32(ty.length);
    case "Option":
    case "List":
      return encodeType(ty.inner);
    case "Tuple":
      return list(ty.parts.map(encodeType));
    case "Struct":
      return concat(text(ty.name), encodeFields(ty.fields));
    case "Enum": {
      const variants = ty.variants.map(({ name, index, fields }) => {
        return concat(text(name), byte(index), encodeFields(fields));
      });
      return concat(text(ty.name), list(variants));
    }
    default:
      return new Uint8Array();
  }
}

function encodeFields(fields: FieldSpec[]): Uint8Array {
  return list(fields.map(({ name, ty }) => concat(text(name), encodeType(ty))));
}

export function encodeLayout(layout: StorageSpec[]): Uint8Array {
  const fields = layout.map(({ name, kind, types, indexes }) => {
    const parts = indexes && concat(indexes.functions, list(indexes.keys.map(encodeType)));
    return concat(text(name), text(kind), list(types.map(encodeType)), option(parts));
  });
  return list(fields);
}

export function encodeCertificate({ height, round, block, signatures }: Certificate): Uint8Array {
  const votes = signatures.map(({ validator, signature }) => concat(validator, signature));
  return concat(u64(height), u32(round), block, list(votes));
}

export function encodeProof({ header, certificate, claims }: StateProof): Uint8Array {
  return concat(encodeHeader(header), encodeCertificate(certificate), list(claims.map(encodeClaim)));
}

function encodeClaim(claim: Claim): Uint8Array {
  if (claim.kind === "Key") {
    const { contract, key, value, proof } = claim;
    return concat(byte(0), contract, blob(key), option(value && blob(value)), encodeKeyProof(proof));
  }
  const entries = claim.entries.map(([key, value]) => concat(blob(key), blob(value)));
  return concat(byte(1), claim.contract, claim.field, list(entries), encodeSearch(claim.search));
}

function encodeKeyProof(proof: KeyProof): Uint8Array {
  if (proof.kind === "NoField") return concat(byte(1), encodeSearch(proof.search));
  return concat(byte(0), encodeSearch(proof.key), encodeSearch(proof.field));
}

function encodeSearch({ steps, end }: Search): Uint8Array {
  return concat(list(steps.map(({ bit, beside }) => concat(byte(bit), beside))), encodeEnd(end));
}

function encodeEnd(end: SearchEnd): Uint8Array {
  if (end.kind === "Other") return concat(byte(1), end.place, end.content);
  return byte(end.kind === "Found" ? 0 : 2);
}
