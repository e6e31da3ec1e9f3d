// The state tree: what its hashes cover, and proofs against its root.
//
// State is a tree of fields, and each field is a tree of its keys. Every branch has two children and names
// the bit that tells them apart, so that the search for a key ends at a leaf: its own if it is there, else
// another one, which proves that it is not. Every digest is BLAKE3 of one block of 64 bytes.

import { compare, concat, equal, startsWith } from "./bytes.ts";
import { blake3 } from "./digest.ts";
import type { Reader } from "./scale.ts";

/** As how many of its bytes a digest stands inside another one. */
const SHORT_BYTES = 31;
/** The bits of a place in a tree. */
const PLACE_BITS = SHORT_BYTES * 8;
/** How many bytes of a storage key name its field. */
export const FIELD_BYTES = 4;
/** The root of a tree without leaves. */
const EMPTY_ROOT = new Uint8Array(32);

/** The kinds of nodes, as the first byte of a block. */
const BRANCH = 0;
const KEY = 1;
const FIELD = 2;

/** One branch on the way from a leaf to the root: its bit, and the child that the way does not come from. */
export interface Step {
  bit: number;
  beside: Uint8Array;
}

/** Where the search for a place ended: at its leaf, at another place's, or in a tree without leaves. */
export type SearchEnd =
  { kind: "Found" } | { kind: "Other"; place: Uint8Array; content: Uint8Array } | { kind: "Empty" };

/** The search for a place in a tree; steps from the leaf up. */
export interface Search {
  steps: Step[];
  end: SearchEnd;
}

/** Proof of what a key holds, or that it holds nothing: its field is there, or not. */
export type KeyProof = { kind: "InField"; key: Search; field: Search } | { kind: "NoField"; search: Search };

/** Storage keys and values, as they are in state. */
export type Entry = [key: Uint8Array, value: Uint8Array];

const PROOF_ERRORS = {
  Root: "it leads to another state root: something in it was changed",
  Steps: "its steps are not in order",
  SamePlace: "it says that a key is absent and ends at that very key",
  Presence: "it proves the presence of what is said to be absent, or the reverse",
  Key: "a key does not belong to the field",
  Order: "its keys are not in order, each once",
};

/** Why a proof is none. */
export class ProofError extends Error {
  override name = "ProofError";
  readonly code: keyof typeof PROOF_ERRORS;

  constructor(code: keyof typeof PROOF_ERRORS) {
    super(PROOF_ERRORS[code]);
    this.code = code;
  }
}

/** Checks that under the state root `root` a contract's storage key holds `value`, or nothing (null). */
export function checkKey(
  root: Uint8Array,
  contract: Uint8Array,
  key: Uint8Array,
  value: Uint8Array | null,
  proof: KeyProof,
): void {
  if (key.length < FIELD_BYTES) throw new ProofError("Key");
  const place = fieldPlace(contract, key.subarray(0, FIELD_BYTES));
  if (proof.kind === "NoField") {
    if (value !== null) throw new ProofError("Presence");
    return checkRoot(root, proof.search, place, null);
  }
  const tree = treeOf(proof.key, KEY, shortHash(key), value && shortHash(value));
  // A field that is there has a key.
  if (tree === null) throw new ProofError("Presence");
  checkRoot(root, proof.field, place, tree);
}

/** Checks that under the state root `root` a field holds exactly these entries, keys in their order. */
export function checkField(
  root: Uint8Array,
  contract: Uint8Array,
  field: Uint8Array,
  entries: Entry[],
  search: Search,
): void {
  if (!entries.every(([key]) => startsWith(key, field))) throw new ProofError("Key");
  const ordered = entries.every(([key], index) => index === 0 || compare(entries[index - 1]![0], key) < 0);
  if (!ordered) throw new ProofError("Order");
  const leaves = entries.map(([key, value]): Entry => [shortHash(key), shortHash(value)]);
  leaves.sort(([one], [other]) => compare(one, other));
  checkRoot(root, search, fieldPlace(contract, field), treeDigest(leaves));
}

/** Checks that a field has this tree, or that there is no such field. */
function checkRoot(root: Uint8Array, search: Search, place: Uint8Array, tree: Uint8Array | null): void {
  const found = treeOf(search, FIELD, place, tree && short(tree)) ?? EMPTY_ROOT;
  if (!equal(found, root)) throw new ProofError("Root");
}

/**
 * The digest of the tree in which the search for `place` goes like this and, if its leaf was found, ends at
 * `content`. Null for a tree without leaves.
 */
function treeOf(
  search: Search,
  kind: number,
  place: Uint8Array,
  content: Uint8Array | null,
): Uint8Array | null {
  let digest = endDigest(search, kind, place, content);
  let below = PLACE_BITS;
  for (const { bit, beside } of search.steps) {
    if (digest === null || bit >= below) throw new ProofError("Steps");
    below = bit;
    digest = bitOf(place, bit) ? branch(bit, beside, short(digest)) : branch(bit, short(digest), beside);
  }
  return digest;
}

/** The digest of the leaf at which a search ended; null if there is none. */
function endDigest(
  { end }: Search,
  kind: number,
  place: Uint8Array,
  content: Uint8Array | null,
): Uint8Array | null {
  if ((end.kind === "Found") !== (content !== null)) throw new ProofError("Presence");
  if (content !== null) return node(kind, 0, place, content);
  if (end.kind !== "Other") return null;
  if (equal(end.place, place)) throw new ProofError("SamePlace");
  return node(kind, 0, end.place, end.content);
}

/** The digest of the tree of these keys' leaves, which are in the order of their places; null for none. */
function treeDigest(leaves: Entry[]): Uint8Array | null {
  if (leaves.length === 0) return null;
  const [first, content] = leaves[0]!;
  if (leaves.length === 1) return node(KEY, 0, first, content);
  const bit = firstDifference(first, leaves[leaves.length - 1]![0]);
  const middle = leaves.findIndex(([place]) => bitOf(place, bit));
  const left = treeDigest(leaves.slice(0, middle))!;
  const right = treeDigest(leaves.slice(middle))!;
  return branch(bit, short(left), short(right));
}

function branch(bit: number, left: Uint8Array, right: Uint8Array): Uint8Array {
  return node(BRANCH, bit, left, right);
}

function node(kind: number, bit: number, left: Uint8Array, right: Uint8Array): Uint8Array {
  return blake3(concat(Uint8Array.of(kind, bit), left, right));
}

function short(digest: Uint8Array): Uint8Array {
  return digest.subarray(0, SHORT_BYTES);
}

function shortHash(bytes: Uint8Array): Uint8Array {
  return short(blake3(bytes));
}

function fieldPlace(contract: Uint8Array, field: Uint8Array): Uint8Array {
  return shortHash(concat(contract, field));
}

/** A bit of a place, counted from the highest of the first byte. */
function bitOf(place: Uint8Array, bit: number): boolean {
  return (place[bit >> 3]! & (0x80 >> (bit & 7))) !== 0;
}

/** The first bit in which two places differ. Two that share one are a collision of BLAKE3. */
function firstDifference(one: Uint8Array, other: Uint8Array): number {
  const byte = one.findIndex((value, index) => value !== other[index]);
  if (byte < 0) throw new ProofError("Order");
  return byte * 8 + Math.clz32(one[byte]! ^ other[byte]!) - 24;
}

/** Reads a `Search`. */
export function readSearch(reader: Reader): Search {
  const steps = reader.list(() => ({ bit: reader.u8(), beside: reader.bytes(SHORT_BYTES) }));
  return { steps, end: readEnd(reader) };
}

function readEnd(reader: Reader): SearchEnd {
  switch (reader.variant("SearchEnd", 3)) {
    case 0:
      return { kind: "Found" };
    case 1:
      return { kind: "Other", place: reader.bytes(SHORT_BYTES), content: reader.bytes(SHORT_BYTES) };
    default:
      return { kind: "Empty" };
  }
}

/** Reads a `KeyProof`. */
export function readKeyProof(reader: Reader): KeyProof {
  if (reader.variant("KeyProof", 2) === 0) {
    return { kind: "InField", key: readSearch(reader), field: readSearch(reader) };
  }
  return { kind: "NoField", search: readSearch(reader) };
}
