// Proofs in trees that are made bit by bit: what is there and what is not, and attacks on both.

import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, fromHex, toHex } from "../src/bytes.ts";
import type { Claim } from "../src/proof.ts";
import { type KeyProof, ProofError, type Search, checkField, checkKey } from "../src/tree.ts";
import { named } from "./support/chain.ts";
import { utf8 } from "./support/encode.ts";
import { State, build, search, short } from "./support/state.ts";
import { vectors } from "./support/vectors.ts";

const CONTRACT = named("contract");
const FIELD = utf8("fiel");
const keyOf = (number: number) => concat(FIELD, utf8(`key ${number}`));
const VALUE = utf8("value");

/** A state of a field of `count` keys, and of some other fields. */
function stateOf(count: number): State {
  const state = new State();
  for (let number = 0; number < count; number++) state.set(CONTRACT, keyOf(number), VALUE);
  for (let number = 0; number < 5; number++) state.set(named(`other ${number}`), keyOf(number), VALUE);
  return state;
}

function check(root: Uint8Array, claim: Claim): void {
  if (claim.kind === "Key") checkKey(root, claim.contract, claim.key, claim.value, claim.proof);
  else checkField(root, claim.contract, claim.field, claim.entries, claim.search);
}

const fails = (root: Uint8Array, claim: Claim, code?: string) => {
  assert.throws(
    () => check(root, claim),
    (error) => {
      return error instanceof ProofError && (code === undefined || error.code === code);
    },
  );
};
const inField = (claim: Claim & { kind: "Key" }) => claim.proof as KeyProof & { kind: "InField" };

test("the tree of a field is the one that Rust makes", () => {
  for (const { entries: texts, digest } of vectors.trees) {
    const entries = texts.map(
      (entry) => entry.map((text) => fromHex(text, "entry")) as [Uint8Array, Uint8Array],
    );
    const leaves = entries.map(([key, value]) => ({ place: short(key), content: short(value) }));
    const tree = build(1, leaves)!;
    assert.equal(toHex(tree.digest), digest);
    // The client makes it too: it is right if the root follows.
    const root = build(2, [
      { place: short(concat(CONTRACT, FIELD)), content: tree.digest.slice(0, 31) },
    ])!.digest;
    checkField(root, CONTRACT, FIELD, entries, { steps: [], end: { kind: "Found" } });
  }
});

test("keys and fields that are there, and that are not, are proven", () => {
  for (const count of [0, 1, 2, 3, 20, 100]) {
    const state = stateOf(count);
    const root = state.root();
    for (let number = 0; number < count + 20; number++) {
      const claim = state.key(CONTRACT, keyOf(number));
      assert.equal(claim.value !== null, number < count);
      check(root, claim);
    }
    const claim = state.field(CONTRACT, FIELD);
    assert.equal(claim.entries.length, count);
    check(root, claim);
    check(root, state.field(CONTRACT, utf8("none")));
  }
  const empty = new State();
  check(empty.root(), empty.key(CONTRACT, keyOf(0)));
  check(empty.root(), empty.field(CONTRACT, FIELD));
});

test("no proof of one key's absence is one of another key's that is there", () => {
  const state = stateOf(20);
  const root = state.root();
  for (let absent = 20; absent < 60; absent++) {
    const { proof } = state.key(CONTRACT, keyOf(absent));
    for (let present = 0; present < 20; present++) {
      fails(root, { kind: "Key", contract: CONTRACT, key: keyOf(present), value: null, proof });
    }
  }
});

test("what is there can't be proven absent", () => {
  const state = stateOf(20);
  const root = state.root();
  const claim = () => ({ ...state.key(CONTRACT, keyOf(0)), value: null });
  fails(root, claim(), "Presence");

  const samePlace = claim();
  inField(samePlace).key.end = { kind: "Other", place: short(keyOf(0)), content: short(VALUE) };
  fails(root, samePlace, "SamePlace");

  const otherLeaf = claim();
  inField(otherLeaf).key.end = { kind: "Other", place: short(keyOf(1)), content: short(VALUE) };
  fails(root, otherLeaf, "Root");

  const emptyField = claim();
  inField(emptyField).key = { steps: [], end: { kind: "Empty" } };
  fails(root, emptyField, "Presence");

  const place = short(concat(CONTRACT, FIELD));
  const noField = (search: Search) => ({ ...claim(), proof: { kind: "NoField", search } as KeyProof });
  fails(root, noField({ steps: [], end: { kind: "Empty" } }), "Root");
  fails(
    root,
    noField({ ...inField(claim()).field, end: { kind: "Other", place, content: short(VALUE) } }),
    "SamePlace",
  );
  fails(root, noField(inField(claim()).field), "Presence");
});

test("an inner node is no leaf, and a leaf of one kind none of another", () => {
  const leaves = [0, 1].map((number) => ({ place: short(keyOf(number)), content: short(VALUE) }));
  const tree = build(1, leaves)!;
  assert.ok("bit" in tree);
  const [left, right] = tree.children.map(({ digest }) => digest.slice(0, 31)) as [Uint8Array, Uint8Array];
  const root = build(2, [
    { place: short(concat(CONTRACT, FIELD)), content: tree.digest.slice(0, 31) },
  ])!.digest;
  const field: Search = { steps: [], end: { kind: "Found" } };
  const key: Search = { steps: [], end: { kind: "Other", place: left, content: right } };
  const proof: KeyProof = { kind: "InField", key, field };
  fails(root, { kind: "Key", contract: CONTRACT, key: keyOf(0), value: null, proof }, "Root");
});

test("what is not there can't be proven present", () => {
  const state = stateOf(20);
  const claim = { ...state.key(CONTRACT, keyOf(30)), value: VALUE };
  fails(state.root(), claim, "Presence");
  inField(claim).key.end = { kind: "Found" };
  fails(state.root(), claim, "Root");
});

test("steps go up, each at a bit of a place", () => {
  const state = stateOf(20);
  const root = state.root();
  const changed = (change: (steps: Search["steps"]) => void) => {
    const claim = state.key(CONTRACT, keyOf(0));
    change(inField(claim).key.steps);
    return claim;
  };
  fails(
    root,
    changed((steps) => steps.reverse()),
    "Steps",
  );
  fails(
    root,
    changed((steps) => steps.push(steps[steps.length - 1]!)),
    "Steps",
  );
  fails(
    root,
    changed((steps) => (steps[0]!.bit = 248)),
    "Steps",
  );
  fails(
    root,
    changed((steps) => steps.pop()),
    "Root",
  );
  fails(
    root,
    changed((steps) => (steps[steps.length - 1]!.beside[30]! ^= 1)),
    "Root",
  );
  const empty = { ...state.key(CONTRACT, keyOf(30)) };
  const { steps } = inField(empty).key;
  empty.proof = { kind: "NoField", search: { steps, end: { kind: "Empty" } } };
  fails(root, empty, "Steps");
});

test("a field's entries are all of them, in order, and its own", () => {
  const state = stateOf(20);
  const root = state.root();
  const changed = (change: (entries: [Uint8Array, Uint8Array][]) => void) => {
    const claim = state.field(CONTRACT, FIELD);
    change(claim.entries);
    return claim;
  };
  fails(
    root,
    changed((entries) => entries.splice(3, 1)),
    "Root",
  );
  fails(
    root,
    changed((entries) => entries.splice(0)),
    "Presence",
  );
  fails(
    root,
    changed((entries) => entries.push([keyOf(99), VALUE])),
    "Root",
  );
  fails(
    root,
    changed((entries) => (entries[2]![1] = utf8("other"))),
    "Root",
  );
  fails(
    root,
    changed((entries) => entries.reverse()),
    "Order",
  );
  fails(
    root,
    changed((entries) => entries.splice(1, 0, entries[0]!)),
    "Order",
  );
  fails(
    root,
    changed((entries) => entries.push([utf8("other"), VALUE])),
    "Key",
  );
  const absent = state.field(CONTRACT, utf8("none"));
  absent.entries.push([utf8("none"), VALUE]);
  fails(root, absent, "Presence");
});

test("a key is of its contract, and long enough to name a field", () => {
  const state = stateOf(20);
  const claim = state.key(CONTRACT, keyOf(0));
  fails(state.root(), { ...claim, contract: named("other 0") }, "Root");
  fails(state.root(), { ...claim, key: utf8("fie") }, "Key");
  fails(named("other root"), claim, "Root");
  assert.equal(search(null, short(VALUE)).end.kind, "Empty");
});
