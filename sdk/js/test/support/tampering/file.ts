// Changes of the rest of the evidence and of the file itself, and those that only one kind of extract has.

import { accountBytes } from "../../../src/account.ts";
import { encodeHeader, readHeader } from "../../../src/block.ts";
import { equal, fromHex, toHex } from "../../../src/bytes.ts";
import type { Json } from "../../../src/json.ts";
import type { Claim } from "../../../src/proof.ts";
import { decode } from "../../../src/scale.ts";
import { addressNamed } from "../chain.ts";
import { type Tampering, claimOf, fieldClaim, keyClaims } from "./opened.ts";

const cutHex = (text: Json | undefined, digits: number) => (text as string).slice(0, -digits);

/** Changes of the block before, of the layout, and of the file itself. */
export const FILE: Tampering[] = [
  {
    name: "another block before",
    change: ({ evidence }) => {
      const before = decode(fromHex(evidence["before"] as string, "before"), readHeader);
      evidence["before"] = toHex(encodeHeader({ ...before, time: before.time + 1n }));
    },
    code: "OtherBlock",
  },
  { name: "no block before", change: ({ evidence }) => (evidence["before"] = null), code: "OtherBlock" },
  {
    name: "another layout",
    change: ({ evidence }) => {
      // The name of a field, whose bytes are in the text as they are.
      const name = toHex(new TextEncoder().encode("quantity")).slice(2);
      const other = toHex(new TextEncoder().encode("quantitx")).slice(2);
      evidence["layout"] = (evidence["layout"] as string).replace(name, other);
    },
    code: "Layout",
  },
  {
    name: "a proof that is cut off",
    change: ({ evidence }) => (evidence["proof"] = cutHex(evidence["proof"], 2)),
    code: "NotAnExtract",
    message: /evidence\.proof is cut off/,
  },
  {
    name: "half a byte",
    change: ({ evidence }) => (evidence["proof"] = cutHex(evidence["proof"], 1)),
    code: "NotAnExtract",
    message: /hexadecimal/,
  },
  {
    name: "a byte after the proof",
    change: ({ evidence }) => (evidence["proof"] += "00"),
    code: "NotAnExtract",
    message: /1 bytes too many/,
  },
  {
    name: "a byte after the layout",
    change: ({ evidence }) => (evidence["layout"] += "00"),
    code: "NotAnExtract",
    message: /1 bytes too many/,
  },
  {
    name: "another kind of file",
    change: ({ file }) => (file["sillok"] = "receipt"),
    code: "NotAnExtract",
  },
  {
    name: "words beside the statement",
    change: ({ file }) => (file["note"] = "certified"),
    code: "NotAnExtract",
    message: /`note` is not known/,
  },
];

/** Changes that only an extract of one holder can have. */
export const HOLDING: Tampering[] = [
  {
    name: "a statement of another holder",
    change: ({ statement }) => (statement.holder = addressNamed("somebody else")),
    code: "Unproven",
    message: /`holdings`/,
  },
  {
    name: "a lot that nobody tells of",
    change: ({ proof, statement }) => {
      const [last] = keyClaims(proof, "lots").slice(-1);
      proof.claims.splice(proof.claims.indexOf(last!), 1);
      statement.lots.pop();
    },
    code: "Sum",
  },
  {
    name: "a lot told of twice in place of another",
    change: ({ proof }) => {
      const lots = keyClaims(proof, "lots");
      proof.claims[proof.claims.indexOf(lots[lots.length - 1]!)] = lots[0]!;
    },
    code: "Sum",
  },
  {
    name: "locks that nobody tells of",
    change: ({ proof }) => {
      const [first] = keyClaims(proof, "locks");
      proof.claims.splice(proof.claims.indexOf(first!), 1);
    },
    code: "Unproven",
    message: /`locks`/,
  },
  {
    name: "a holding that nobody tells of",
    change: ({ proof, statement }) => {
      const holder = accountBytes(statement.holder);
      const is = (claim: Claim) => claim.kind === "Key" && equal(claim.key.slice(-holder.length), holder);
      proof.claims.splice(proof.claims.indexOf(claimOf(proof, is)), 1);
    },
    code: "Unproven",
    message: /`holdings`/,
  },
];

/** Changes that only an extract of all of a register can have. */
export const REGISTER: Tampering[] = [
  {
    name: "an ended lot, and thus the field, left out",
    change: ({ proof }) => fieldClaim(proof, "lots").entries.shift(),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "locks left out",
    change: ({ statement }) => statement.locks.pop(),
    code: "Differs",
    message: /^statement\.locks\[\d+\] says null/,
  },
];
