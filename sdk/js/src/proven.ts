// A register's entries as a proof gives them.

import { readAccount } from "./account.ts";
import { type Header, blockId } from "./block.ts";
import { concat, equal, toHex } from "./bytes.ts";
import { blake3 } from "./digest.ts";
import { noContract, otherBlock, otherLayout, unproven, unreadable } from "./error.ts";
import type { Json } from "./json.ts";
import { type Claim, type StateProof, checkStateProof, heightOf } from "./proof.ts";
import { type Reader, decode } from "./scale.ts";
import { timeJson } from "./time.ts";
import { type Entry, FIELD_BYTES } from "./tree.ts";
import type { Trust } from "./trust.ts";
import type { StorageSpec } from "./types.ts";
import { decodeValue } from "./value.ts";

/** The system module, which knows all contracts, and its field of them. */
const SYSTEM = Uint8Array.from({ length: 32 }, (_, index) => (index === 31 ? 1 : 0));
const CONTRACTS = new TextEncoder().encode("cont");

/** What proves a statement. */
export interface Evidence {
  /** How the register's storage is laid out, with the digest that state has to hold of it. */
  layout: { fields: StorageSpec[]; digest: Uint8Array };
  /** The header of the block after which the register was so; null at height 0. */
  before: Header | null;
  /** The entries, proven. */
  proof: StateProof;
}

/** What every statement begins with. */
export type Head = {
  /** The chain: its genesis hash. */
  chain: string;
  /** The register's contract, and the hash of its code. */
  register: string;
  code: string;
  /** The block after which it was so, and its time; null at height 0. */
  height: bigint;
  time: Json;
  registrar: Json;
  company: Json;
};

/** A register's entries, all of them proven. */
export class Proven {
  readonly #register: Uint8Array;
  readonly #code: Uint8Array;
  readonly #evidence: Evidence;
  /** What is proven of keys, and of whole fields, by their bytes in hexadecimal. */
  readonly #keys = new Map<string, Uint8Array | null>();
  readonly #fields = new Map<string, Entry[]>();

  /** Checks all but the statement: the proof, the block's time, the storage's layout. */
  constructor(register: Uint8Array, evidence: Evidence, trust: Trust) {
    const { layout, before, proof } = evidence;
    checkStateProof(proof, trust);
    const parent = before === null ? trust.chain : blockId(before);
    const first = heightOf(proof) === 0n;
    if (!equal(parent, proof.header.parent) || first !== (before === null)) throw otherBlock();
    const info = contractInfo(proof, register);
    if (!equal(layout.digest, info.layout)) throw otherLayout();
    this.#register = register;
    this.#code = info.code;
    this.#evidence = evidence;
    for (const claim of proof.claims) this.#take(claim);
  }

  /** What every statement begins with. */
  head(): Head {
    const { before, proof } = this.#evidence;
    return {
      chain: toHex(proof.header.chain),
      register: toHex(this.#register),
      code: toHex(this.#code),
      height: heightOf(proof),
      time: before && timeJson(before.time),
      registrar: this.#single("registrar"),
      company: this.#single("issuer"),
    };
  }

  /** What the field of this name holds under a key; undefined if it is proven to hold nothing. */
  entry(name: string, key: Uint8Array): Json | undefined {
    const field = fieldKey(name);
    const value = this.#keys.get(toHex(concat(field, key)));
    if (value) return this.#read(name, value);
    if (value === undefined && !this.#fields.has(toHex(field))) throw unproven(name);
    return undefined;
  }

  /** All that the field of this name holds, in the order of its keys. */
  all(name: string): Json[] {
    const entries = this.#fields.get(toHex(fieldKey(name)));
    if (entries === undefined) throw unproven(name);
    return entries.map(([, value]) => this.#read(name, value));
  }

  /** What keys of the field of this name are proven to hold, whether these are all or not. */
  known(name: string): Json[] {
    const field = toHex(fieldKey(name));
    const known = [...this.#keys].filter(([key, value]) => key.startsWith(field) && value !== null);
    return known.map(([, value]) => this.#read(name, value!));
  }

  #take(claim: Claim): void {
    if (!equal(claim.contract, this.#register)) return;
    if (claim.kind === "Key") {
      this.#keys.set(toHex(claim.key), claim.value);
    } else {
      this.#fields.set(toHex(claim.field), claim.entries);
      for (const [key, value] of claim.entries) this.#keys.set(toHex(key), value);
    }
  }

  /** What the field of this name holds, which is of one value. */
  #single(name: string): Json {
    const value = this.entry(name, new Uint8Array());
    if (value === undefined) throw unproven(name);
    return value;
  }

  /** A stored value as JSON, by the layout: the last type of a field is that of its values. */
  #read(name: string, bytes: Uint8Array): Json {
    const ty = this.#evidence.layout.fields.find((field) => field.name === name)?.types.at(-1);
    if (ty === undefined) throw otherLayout();
    try {
      return decodeValue(ty, bytes);
    } catch (error) {
      throw unreadable(name, (error as Error).message);
    }
  }
}

/** The first bytes of the keys of a field with this name. */
export function fieldKey(name: string): Uint8Array {
  return blake3(new TextEncoder().encode(name)).subarray(0, FIELD_BYTES);
}

/** The register as the system module knows it. */
function contractInfo(proof: StateProof, register: Uint8Array): ContractInfo {
  const wanted = concat(CONTRACTS, register);
  for (const claim of proof.claims) {
    if (claim.kind !== "Key" || !equal(claim.contract, SYSTEM) || !equal(claim.key, wanted)) continue;
    if (claim.value === null) throw noContract();
    try {
      return decode(claim.value, readContractInfo);
    } catch {
      throw noContract();
    }
  }
  throw unproven("contract");
}

/** Of what the system module keeps of a contract, what proofs need. */
interface ContractInfo {
  code: Uint8Array;
  layout: Uint8Array;
}

function readContractInfo(reader: Reader): ContractInfo {
  const code = reader.bytes(32);
  // Its deployer and its admin.
  readAccount(reader);
  reader.option(() => readAccount(reader));
  const layout = reader.bytes(32);
  // How often its code was changed.
  reader.u32();
  return { code, layout };
}
