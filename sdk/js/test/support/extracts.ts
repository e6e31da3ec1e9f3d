// The extracts that are verified, and changed: made here, and from a real chain.

import { readFileSync } from "node:fs";
import { ALICE, TRUST_TEXT, holdingExtract, registerExtract } from "./register.ts";

/** The text of an extract, and what it is checked against. */
export interface Sample {
  name: string;
  kind: "register" | "holding";
  extract: string;
  trust: string;
}

// Tests run as one file each in build/.
const FIXTURES = new URL("../test/fixture/", import.meta.url);
const fixture = (name: string) => readFileSync(new URL(name, FIXTURES), "utf8");

/** All of them. */
export function samples(): Sample[] {
  const trust = fixture("trust.json");
  return [
    { name: "a register", kind: "register", extract: registerExtract(), trust: TRUST_TEXT },
    { name: "a holding", kind: "holding", extract: holdingExtract(ALICE), trust: TRUST_TEXT },
    { name: "a chain's register", kind: "register", extract: fixture("register.json"), trust },
    { name: "a chain's holding", kind: "holding", extract: fixture("holding.json"), trust },
  ];
}
