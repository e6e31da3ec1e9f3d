// What Rust makes of the same bytes; sdk/client/tests/js_vectors.rs writes it.

import { readFileSync } from "node:fs";

interface Vectors {
  lengths: { length: number; scale: string }[];
  accounts: { text: string; scale: string }[];
  layout: { scale: string; digest: string };
  trees: { entries: [string, string][]; digest: string }[];
  block: {
    header: string;
    id: string;
    validators: string;
    round: number;
    vote: string;
    voters: { key: string; power: number; signature: string }[];
  };
  values: { type: string; scale: string; json: string }[];
}

// Tests run as one file each in build/.
const FILE = new URL("../test/vectors.json", import.meta.url);

export const vectors: Vectors = JSON.parse(readFileSync(FILE, "utf8"));
