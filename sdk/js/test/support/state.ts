// A state and its tree, made in the plainest way there is: bit by bit, and all of it anew after a change.

import { blake3 } from "@noble/hashes/blake3.js";
import { concat, toHex } from "../../src/bytes.ts";
import type { Claim } from "../../src/proof.ts";
import type { Entry, KeyProof, Search } from "../../src/tree.ts";

type Leaf = { place: Uint8Array; content: Uint8Array };
type Node = { digest: Uint8Array; leaf: Leaf } | { digest: Uint8Array; bit: number; children: [Node, Node] };

export const short = (bytes: Uint8Array) => blake3(bytes).slice(0, 31);

function bitAt(place: Uint8Array, bit: number): 0 | 1 {
  return ((place[Math.floor(bit / 8)]! >> (7 - (bit % 8))) & 1) as 0 | 1;
}

/** The tree of leaves of a kind; null if there are none. */
export function build(kind: number, leaves: Leaf[], from = 0): Node | null {
  if (leaves.length === 0) return null;
  if (leaves.length === 1) {
    const [leaf] = leaves as [Leaf];
    return { digest: blake3(concat(Uint8Array.of(kind, 0), leaf.place, leaf.content)), leaf };
  }
  const sides = [0, 1].map((side) => leaves.filter(({ place }) => bitAt(place, from) === side));
  if (sides.some((side) => side.length === 0)) return build(kind, leaves, from + 1);
  const children = sides.map((side) => build(kind, side, from + 1)!) as [Node, Node];
  const [left, right] = children.map(({ digest }) => digest.slice(0, 31)) as [Uint8Array, Uint8Array];
  return { digest: blake3(concat(Uint8Array.of(0, from), left, right)), bit: from, children };
}

/** The search for a place. */
export function search(tree: Node | null, place: Uint8Array): Search {
  if (tree === null) return { steps: [], end: { kind: "Empty" } };
  const steps = [];
  let node = tree;
  while ("bit" in node) {
    const side = bitAt(place, node.bit);
    steps.unshift({ bit: node.bit, beside: node.children[1 - side]!.digest.slice(0, 31) });
    node = node.children[side];
  }
  const found = toHex(node.leaf.place) === toHex(place);
  return { steps, end: found ? { kind: "Found" } : { kind: "Other", ...node.leaf } };
}

/** What contracts keep. */
export class State {
  readonly #entries = new Map<string, { contract: Uint8Array; entry: Entry }>();
  /** The trees that were made since the last change. */
  readonly #trees = new Map<string, Node | null>();

  set(contract: Uint8Array, key: Uint8Array, value: Uint8Array): this {
    this.#entries.set(toHex(contract) + toHex(key), { contract, entry: [key, value] });
    this.#trees.clear();
    return this;
  }

  get(contract: Uint8Array, key: Uint8Array): Uint8Array | null {
    return this.#entries.get(toHex(contract) + toHex(key))?.entry[1] ?? null;
  }

  /** The entries of a field, by their keys. */
  entries(contract: Uint8Array, field: Uint8Array): Entry[] {
    const of = [...this.#entries].filter(([id]) => id.startsWith(toHex(contract) + toHex(field)));
    return of.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, { entry }]) => entry);
  }

  root(): Uint8Array {
    return this.#fields()?.digest ?? new Uint8Array(32);
  }

  /** The claim of what a key holds. */
  key(contract: Uint8Array, key: Uint8Array): Claim & { kind: "Key" } {
    const field = this.#field(contract, key.slice(0, 4));
    const fields = search(this.#fields(), short(concat(contract, key.slice(0, 4))));
    const proof: KeyProof = field
      ? { kind: "InField", key: search(field, short(key)), field: fields }
      : { kind: "NoField", search: fields };
    return { kind: "Key", contract, key, value: this.get(contract, key), proof };
  }

  /** The claim of all that a field holds. */
  field(contract: Uint8Array, field: Uint8Array): Claim & { kind: "Field" } {
    const entries = this.entries(contract, field);
    return {
      kind: "Field",
      contract,
      field,
      entries,
      search: search(this.#fields(), short(concat(contract, field))),
    };
  }

  #field(contract: Uint8Array, field: Uint8Array): Node | null {
    return this.#kept(toHex(contract) + toHex(field), () => {
      const entries = this.entries(contract, field);
      return build(
        1,
        entries.map(([key, value]) => ({ place: short(key), content: short(value) })),
      );
    });
  }

  #fields(): Node | null {
    return this.#kept("", () => {
      const fields = new Map<string, Leaf>();
      for (const { contract, entry } of this.#entries.values()) {
        const field = entry[0].slice(0, 4);
        const place = short(concat(contract, field));
        fields.set(toHex(place), { place, content: this.#field(contract, field)!.digest.slice(0, 31) });
      }
      return build(2, [...fields.values()]);
    });
  }

  #kept(name: string, make: () => Node | null): Node | null {
    if (!this.#trees.has(name)) this.#trees.set(name, make());
    return this.#trees.get(name)!;
  }
}
