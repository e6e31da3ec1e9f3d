// The statements of a register: of all of it, and of one holder. Made from proven entries alone.

import { accountBytes } from "./account.ts";
import { concat, toHex } from "./bytes.ts";
import { otherLayout, wrongSum } from "./error.ts";
import { type Json, type JsonObject, isObject } from "./json.ts";
import type { Head, Proven } from "./proven.ts";
import { u32, u64 } from "./scale.ts";

/** A class of shares, as the register keeps it. */
export type ShareClass = JsonObject & { id: bigint; outstanding: bigint };
/** Shares of one class that one holder acquired at once, as the register keeps them. */
export type Lot = JsonObject & {
  root: bigint;
  class: bigint;
  holder: string;
  quantity: bigint;
  locked: bigint;
};
/** What one holder has of one class. */
export type Row = { class: bigint; holder: string; shares: bigint; locked: bigint };
/** The locks on a lot, which is named by its root. */
export type LotLocks = { lot: bigint; locks: Json[] };

/** What a statement has beside its head. */
export type Body = {
  classes: ShareClass[];
  /** By class, then by the account's bytes. */
  holders: Row[];
  /** By root. */
  lots: Lot[];
  /** By the lots' roots; only of lots that have some. */
  locks: LotLocks[];
};

/** All of a register. */
export type RegisterStatement = Head & Body & { kind: "register" };
/** What one holder has: rows, lots and locks of nobody else. */
export type HoldingStatement = Head & Body & { kind: "holding"; holder: string };
/** What a register says. */
export type Statement = RegisterStatement | HoldingStatement;

/** The statement of a whole register. */
export function registerStatement(proven: Proven): RegisterStatement {
  const head = proven.head();
  const classes = proven.all("classes").map(classOf);
  const lots = liveLots(proven.all("lots"));
  for (const { id, outstanding } of classes) checkSum(id, lots, outstanding);
  return { kind: "register", ...head, classes, holders: rowsOf(lots), lots, locks: locksOf(proven, lots) };
}

/** The statement of one holder. */
export function holdingStatement(proven: Proven, holder: string): HoldingStatement {
  const head = proven.head();
  const classes = proven.all("classes").map(classOf);
  const lots = liveLots(proven.known("lots")).filter((lot) => lot.holder === holder);
  const held = classes.filter(({ id }) => {
    const holding = proven.entry("holdings", concat(u32(Number(id)), accountBytes(holder)));
    // The register's own count says that no lot is left out.
    checkSum(id, lots, holding === undefined ? 0n : typed<Holding>(holding, { shares: "bigint" }).shares);
    return holding !== undefined;
  });
  const holders = held.map(({ id }) => lots.reduce(withLot, { class: id, holder, shares: 0n, locked: 0n }));
  return { kind: "holding", ...head, holder, classes, holders, lots, locks: locksOf(proven, lots) };
}

/** Of what the register counts for a class and holder. */
type Holding = { shares: bigint };

/** The row with a lot added to it, if the lot is of its class. */
function withLot(row: Row, lot: Lot): Row {
  if (lot.class !== row.class) return row;
  return { ...row, shares: row.shares + lot.quantity, locked: row.locked + lot.locked };
}

function checkSum(id: bigint, lots: Lot[], total: bigint): void {
  const sum = lots.reduce((sum, lot) => (lot.class === id ? sum + lot.quantity : sum), 0n);
  if (sum !== total) throw wrongSum(id, sum, total);
}

/** The lots of which something is left, by root, each once. */
function liveLots(slots: Json[]): Lot[] {
  const lots = new Map<bigint, Lot>();
  for (const slot of slots) {
    if (!isObject(slot) || slot["Live"] === undefined) continue;
    const lot = lotOf(slot["Live"]);
    lots.set(lot.root, lot);
  }
  return [...lots.values()].sort((one, other) => (one.root < other.root ? -1 : 1));
}

/** Who holds how many shares of which class, in the order of classes, then of accounts' bytes. */
function rowsOf(lots: Lot[]): Row[] {
  const rows = new Map<string, Row>();
  for (const lot of lots) {
    const { class: id, holder } = lot;
    // Class ids in one width, so that the order of texts is that of what they stand for.
    const key = `${id.toString(16).padStart(16, "0")} ${toHex(bytesOf(holder))}`;
    rows.set(key, withLot(rows.get(key) ?? { class: id, holder, shares: 0n, locked: 0n }, lot));
  }
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

/** The locks on lots; lots without locks are left out. */
function locksOf(proven: Proven, lots: Lot[]): LotLocks[] {
  const locks = lots.map(({ root }) => ({ lot: root, locks: proven.entry("locks", u64(root)) ?? [] }));
  return locks.filter((entry): entry is LotLocks => Array.isArray(entry.locks) && entry.locks.length > 0);
}

function classOf(json: Json): ShareClass {
  const found = typed<ShareClass>(json, { id: "bigint", outstanding: "bigint" });
  // Keys are made of ids as `u32`.
  if (found.id >= 2n ** 32n) throw otherLayout();
  return found;
}

function lotOf(json: Json): Lot {
  const numbers = { root: "bigint", class: "bigint", quantity: "bigint", locked: "bigint" } as const;
  return typed<Lot>(json, { ...numbers, holder: "string" });
}

function bytesOf(holder: string): Uint8Array {
  try {
    return accountBytes(holder);
  } catch {
    throw otherLayout();
  }
}

/** The value as an object with values of these types, which the layout of a register vouches for. */
function typed<T>(json: Json, types: Record<string, "bigint" | "string">): T {
  const fits = ([name, type]: [string, string]) => {
    const value = (json as JsonObject)[name];
    return typeof value === type && (typeof value !== "bigint" || value >= 0n);
  };
  if (!isObject(json) || !Object.entries(types).every(fits)) throw otherLayout();
  return json as T;
}
