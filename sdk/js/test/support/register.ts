// A register of a company that does not exist, as a contract would keep it, and extracts of it.

import { accountBytes } from "../../src/account.ts";
import { encodeHeader } from "../../src/block.ts";
import { concat, toHex } from "../../src/bytes.ts";
import { digest } from "../../src/digest.ts";
import { type Json, type JsonObject, printJson } from "../../src/json.ts";
import type { Claim } from "../../src/proof.ts";
import { fieldKey } from "../../src/proven.ts";
import { littleEndian, u32, u64 } from "../../src/scale.ts";
import type { StorageSpec, TypeSpec } from "../../src/types.ts";
import { addressNamed, named, prove, trust } from "./chain.ts";
import { byte, encodeLayout, encodeProof, option, text, utf8 } from "./encode.ts";
import { State } from "./state.ts";

export const REGISTER = named("register");
export const SYSTEM = concat(new Uint8Array(31), byte(1));
export const HEIGHT = 41n;

const ALICE = addressNamed("alice");
const BOB = addressNamed("bob");
const FUND = toHex(named("fund"));
const CAROL = `${toHex(named("did"))}:${toHex(named("carol"))}`;
const REGISTRAR = addressNamed("registrar");
export const NOBODY = addressNamed("nobody");

type LotData = { root: bigint; class: number; holder: string; quantity: bigint; locked: bigint };

/** More than 2^53, which JavaScript's numbers would round. */
const MANY = 9_007_199_254_740_993n;
const LOTS: LotData[] = [
  { root: 1n, class: 0, holder: ALICE, quantity: MANY, locked: 0n },
  { root: 2n, class: 0, holder: BOB, quantity: 500n, locked: 120n },
  { root: 256n, class: 0, holder: ALICE, quantity: 7n, locked: 7n },
  { root: 3n, class: 1, holder: CAROL, quantity: 40n, locked: 0n },
  { root: 5n, class: 1, holder: FUND, quantity: 60n, locked: 0n },
  { root: 6n, class: 1, holder: ALICE, quantity: 1n, locked: 0n },
];
const LOCKS: Record<string, { locker: string; quantity: bigint; delivery: boolean }[]> = {
  "2": [
    { locker: FUND, quantity: 100n, delivery: true },
    { locker: CAROL, quantity: 20n, delivery: false },
  ],
  "256": [{ locker: FUND, quantity: 7n, delivery: true }],
};
const CLASSES = [
  { id: 0, name: "보통주", kind: "Common", outstanding: MANY + 507n },
  { id: 1, name: "Preferred A", kind: "Preferred", outstanding: 101n },
  { id: 2, name: "Unissued", kind: "Common", outstanding: 0n },
];

const plain = (kind: "U32" | "U64" | "String" | "Account" | "Date" | "Bool"): TypeSpec => ({ kind });
const struct = (fields: Record<string, TypeSpec>): TypeSpec => {
  return { kind: "Struct", name: "", fields: Object.entries(fields).map(([name, ty]) => ({ name, ty })) };
};
const optional = (inner: TypeSpec): TypeSpec => ({ kind: "Option", inner });
const variants = (all: Record<string, TypeSpec | null>): TypeSpec => ({
  kind: "Enum",
  name: "",
  variants: Object.entries(all).map(([name, ty], index) => ({
    name,
    index,
    fields: ty ? [{ name: "0", ty }] : [],
  })),
});

const [U32, U64, STRING] = [plain("U32"), plain("U64"), plain("String")];
const [ACCOUNT, DATE, BOOL] = [plain("Account"), plain("Date"), plain("Bool")];
const ISSUER = struct({ name: STRING, identifier: STRING, sample: BOOL, formed: optional(DATE) });
const CLASS = struct({
  id: U32,
  name: STRING,
  kind: variants({ Common: null, Preferred: null }),
  outstanding: U64,
});
const LOT = struct({
  id: U64,
  root: U64,
  class: U32,
  holder: ACCOUNT,
  quantity: U64,
  locked: U64,
  acquired: DATE,
  accepted: optional(DATE),
});
const LOCK = struct({ locker: ACCOUNT, quantity: U64, delivery: BOOL });
const HOLDING = struct({ shares: U64, locked: U64, lots: U64, row: U64 });

const storage = (name: string, kind: string, ...types: TypeSpec[]): StorageSpec => {
  return { name, kind, types, indexes: null };
};
export const LAYOUT = encodeLayout([
  storage("classes", "OrderedMap", U32, CLASS),
  storage("holdings", "Map", { kind: "Tuple", parts: [U32, ACCOUNT] }, HOLDING),
  storage("issuer", "Value", ISSUER),
  storage("locks", "Map", U64, { kind: "List", inner: LOCK }),
  storage("lots", "Map", U64, variants({ Live: LOT, Ended: null, Balance: U64 })),
  storage("registrar", "Value", ACCOUNT),
]);

const bigEndian32 = (value: number) => u32(value).reverse();
const key = (name: string, rest: Uint8Array = new Uint8Array()) => concat(fieldKey(name), rest);
const holdingKey = (id: number, holder: string) => key("holdings", concat(u32(id), accountBytes(holder)));
const CODE = named("code");
const CONTRACT_KEY = concat(utf8("cont"), REGISTER);

/** 2020-02-29 and 1969-12-31. */
const [ACQUIRED, FORMED] = [18_321, -1];

function lotBytes(lot: LotData): Uint8Array {
  const numbers = concat(u64(lot.root + 1n), u64(lot.root), u32(lot.class));
  const shares = concat(u64(lot.quantity), u64(lot.locked));
  return concat(byte(0), numbers, accountBytes(lot.holder), shares, u32(ACQUIRED), option(null));
}

/** The state of the chain: the register, and another contract. */
export function sampleState(): State {
  const state = new State().set(named("another"), utf8("some key"), utf8("some value"));
  const info = concat(CODE, accountBytes(REGISTRAR), option(null), digest("sillok/layout", LAYOUT), u32(0));
  state.set(SYSTEM, CONTRACT_KEY, info).set(SYSTEM, concat(utf8("cont"), named("another")), info);
  const set = (key: Uint8Array, value: Uint8Array) => state.set(REGISTER, key, value);
  set(key("registrar"), accountBytes(REGISTRAR));
  const formed = littleEndian(BigInt.asUintN(32, BigInt(FORMED)), 4);
  set(key("issuer"), concat(text("표본 Sample"), text("110111-0000001"), byte(1), option(formed)));
  for (const { id, name, kind, outstanding } of CLASSES) {
    const value = concat(u32(id), text(name), byte(kind === "Common" ? 0 : 1), u64(outstanding));
    set(key("classes", bigEndian32(id)), value);
  }
  for (const lot of LOTS) set(key("lots", u64(lot.root)), lotBytes(lot));
  set(key("lots", u64(4n)), byte(1));
  set(key("lots", u64(257n)), concat(byte(2), u64(256n)));
  for (const [root, locks] of Object.entries(LOCKS)) {
    const of = locks.map((lock) =>
      concat(accountBytes(lock.locker), u64(lock.quantity), byte(+lock.delivery)),
    );
    set(key("locks", u64(BigInt(root))), concat(byte(locks.length << 2), ...of));
  }
  for (const { class: id, holder, shares, locked } of rows(LOTS)) {
    const lots = LOTS.filter((lot) => lot.class === Number(id) && lot.holder === holder).length;
    set(
      holdingKey(Number(id), holder as string),
      concat(u64(shares), u64(locked), u64(BigInt(lots)), u64(0n)),
    );
  }
  return state;
}

/** The rows of these lots, by class and then by the account's bytes. */
function rows(lots: LotData[]): { class: bigint; holder: string; shares: bigint; locked: bigint }[] {
  const pairs = CLASSES.flatMap(({ id }) => [ALICE, BOB, FUND, CAROL].map((holder) => ({ id, holder })));
  const sum = (of: LotData[], part: "quantity" | "locked") => of.reduce((sum, lot) => sum + lot[part], 0n);
  return pairs
    .sort((one, other) => {
      const bytes = [one, other].map(({ holder }) => toHex(accountBytes(holder))) as [string, string];
      return one.id - other.id || (bytes[0] < bytes[1] ? -1 : 1);
    })
    .map(({ id, holder }) => ({
      id,
      holder,
      of: lots.filter((lot) => lot.class === id && lot.holder === holder),
    }))
    .filter(({ of }) => of.length > 0)
    .map(({ id, holder, of }) => ({
      class: BigInt(id),
      holder,
      shares: sum(of, "quantity"),
      locked: sum(of, "locked"),
    }));
}

function statementOf(head: JsonObject, lots: LotData[], height: bigint): JsonObject {
  const ordered = [...lots].sort((one, other) => Number(one.root - other.root));
  return {
    ...head,
    chain: toHex(trust.chain),
    register: toHex(REGISTER),
    code: toHex(CODE),
    height,
    time: height === 0n ? null : "2026-11-26T02:30:41.000Z",
    registrar: REGISTRAR,
    company: { name: "표본 Sample", identifier: "110111-0000001", sample: true, formed: "1969-12-31" },
    classes: CLASSES.map(({ id, name, kind, outstanding }) => ({ id: BigInt(id), name, kind, outstanding })),
    holders: rows(ordered),
    lots: ordered.map(({ root, class: id, holder, quantity, locked }): Json => {
      const rest = { quantity, locked, acquired: "2020-02-29", accepted: null };
      return { id: root + 1n, root, class: BigInt(id), holder, ...rest };
    }),
    locks: ordered.flatMap(({ root }): Json[] => {
      const locks = LOCKS[root.toString()];
      return locks ? [{ lot: root, locks }] : [];
    }),
  };
}

/** The claims that an extract of all of the register needs. */
export function registerClaims(state: State): Claim[] {
  const fields = ["registrar", "issuer", "classes", "lots", "locks"];
  return [state.key(SYSTEM, CONTRACT_KEY), ...fields.map((name) => state.field(REGISTER, fieldKey(name)))];
}

/** The claims that an extract of one holder needs. */
export function holdingClaims(state: State, holder: string): Claim[] {
  const roots = LOTS.filter((lot) => lot.holder === holder).map(({ root }) => u64(root));
  const keys = [
    key("registrar"),
    key("issuer"),
    ...CLASSES.map(({ id }) => holdingKey(id, holder)),
    ...roots.flatMap((root) => [key("lots", root), key("locks", root)]),
  ];
  const classes = state.field(REGISTER, fieldKey("classes"));
  return [state.key(SYSTEM, CONTRACT_KEY), classes, ...keys.map((key) => state.key(REGISTER, key))];
}

/** The text of an extract's file. */
export function fileOf(statement: Json, claims: Claim[], state: State, height: bigint): string {
  const { before, proof } = prove(height, state.root(), claims);
  const evidence = {
    layout: toHex(LAYOUT),
    before: before && toHex(encodeHeader(before)),
    proof: toHex(encodeProof(proof)),
  };
  return printJson({ sillok: "register-extract", statement, evidence }, 2);
}

/** An extract of all of the register. */
export function registerExtract(height = HEIGHT, state = sampleState()): string {
  return fileOf(statementOf({ kind: "register" }, LOTS, height), registerClaims(state), state, height);
}

/** An extract of what one holder has. */
export function holdingExtract(holder: string): string {
  const state = sampleState();
  const lots = LOTS.filter((lot) => lot.holder === holder);
  return fileOf(
    statementOf({ kind: "holding", holder }, lots, HEIGHT),
    holdingClaims(state, holder),
    state,
    HEIGHT,
  );
}

export const HOLDERS = [ALICE, BOB, FUND, CAROL];
export { ALICE, BOB };
/** The text of the trust file of the sample chain. */
export const TRUST_TEXT = printJson({
  chain: toHex(trust.chain),
  name: trust.name,
  validators: ["one", "two", "three", "four"].map((name) => ({ address: addressNamed(name), power: 1n })),
});
