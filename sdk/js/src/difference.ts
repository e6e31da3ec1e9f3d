// Where a statement differs from what is proven.

import type { Difference } from "./error.ts";
import { type Json, isObject } from "./json.ts";

/** The first place at which the two are not the same; null if there is none. */
export function firstDifference(
  path: string,
  says: Json | undefined,
  is: Json | undefined,
): Difference | null {
  if (isObject(says) && isObject(is)) {
    const names = new Set([...Object.keys(is), ...Object.keys(says)]);
    return firstOf([...names].map((name) => [`${path}.${name}`, own(says, name), own(is, name)]));
  }
  if (Array.isArray(says) && Array.isArray(is)) {
    const longer = says.length > is.length ? says : is;
    return firstOf(longer.map((_, index) => [`${path}[${index}]`, says[index], is[index]]));
  }
  return says === is ? null : { path, says: says ?? null, is: is ?? null };
}

type Part = [path: string, says: Json | undefined, is: Json | undefined];

function firstOf(parts: Part[]): Difference | null {
  for (const part of parts) {
    const difference = firstDifference(...part);
    if (difference !== null) return difference;
  }
  return null;
}

function own(object: { [name: string]: Json }, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
