// Dates and times as people write them, exactly as the chain's tools do.

import type { Json } from "./json.ts";

const DAY_MS = 86_400_000;
/** The days since 1970-01-01 of the first day of the year 0, and of the year 10000. */
const FIRST_DAY = -719_528;
const END_DAY = 2_932_897;

/** The text form of a day, `2026-11-23`; its number if its year has not four digits. */
export function dateJson(days: number): Json {
  if (days < FIRST_DAY || days >= END_DAY) return BigInt(days);
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** The text form of a time, `2026-11-23T09:30:00.000Z`; milliseconds if its year has not four digits. */
export function timeJson(milliseconds: bigint): Json {
  if (milliseconds >= BigInt(END_DAY) * BigInt(DAY_MS)) return milliseconds;
  return new Date(Number(milliseconds)).toISOString();
}
