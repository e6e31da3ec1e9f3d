// Why an extract is not to be believed.

import { type Json, printJson } from "./json.ts";

/**
 * What kind of reason it is:
 *
 * - `NotAnExtract`: it is not an extract at all, or cut off.
 * - `OtherBlock`: the block whose time it gives is not the one before the certified block.
 * - `NoContract`: the chain has no contract with the register's id.
 * - `Layout`: the register's storage is laid out otherwise.
 * - `Unproven`: the proof does not speak of something that the statement needs.
 * - `Unreadable`: an entry is not of its field's type.
 * - `Sum`: lots and totals contradict each other, so something was left out.
 * - `Differs`: the statement says something else than the chain.
 *
 * A proof that does not hold is a `StateProofError`.
 */
export type ExtractErrorCode =
  "NotAnExtract" | "OtherBlock" | "NoContract" | "Layout" | "Unproven" | "Unreadable" | "Sum" | "Differs";

/** Why an extract is not to be believed. */
export class ExtractError extends Error {
  override name = "ExtractError";
  readonly code: ExtractErrorCode;
  /** Where the statement differs, what it says there and what the chain says; null for nothing. */
  readonly difference?: Difference;

  constructor(code: ExtractErrorCode, message: string, difference?: Difference) {
    super(message);
    this.code = code;
    if (difference) this.difference = difference;
  }
}

/** A place in a statement, what stands there and what is proven; null for nothing. */
export interface Difference {
  path: string;
  says: Json;
  is: Json;
}

/** It is not an extract. */
export const notAnExtract = (why: string) =>
  new ExtractError("NotAnExtract", `this is not a register extract: ${why}`);

/** The block before is another one. */
export const otherBlock = () =>
  new ExtractError(
    "OtherBlock",
    "the block that it gives the time of is not the one before the certified block",
  );

/** There is no such contract. */
export const noContract = () =>
  new ExtractError("NoContract", "the chain has no contract with the register's id");

/** The storage is laid out otherwise. */
export const otherLayout = () =>
  new ExtractError("Layout", "the register's storage is not laid out as the extract says");

/** Something is not proven. */
export const unproven = (what: string) =>
  new ExtractError("Unproven", `the proof says nothing of the register's \`${what}\``);

/** An entry of a field can't be read. */
export const unreadable = (field: string, why: string) =>
  new ExtractError("Unreadable", `an entry of the register's \`${field}\` can't be read: ${why}`);

/** The lots of a class don't come to its total. */
export const wrongSum = (id: bigint, lots: bigint, total: bigint) =>
  new ExtractError("Sum", `the lots of class ${id} add up to ${lots} shares, and not to ${total}`);

/** The statement differs from what is proven. */
export function differs(difference: Difference): ExtractError {
  const { path, says, is } = difference;
  return new ExtractError(
    "Differs",
    `${path} says ${printJson(says)}; the chain says ${printJson(is)}`,
    difference,
  );
}
