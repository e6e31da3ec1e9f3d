// Ways to change an extract or what it is checked against, and why each must fail.

import { FILE, HOLDING, REGISTER } from "./tampering/file.ts";
import type { Tampering } from "./tampering/opened.ts";
import { CERTIFICATE, CLAIMS } from "./tampering/proof.ts";
import { STATEMENT, TRUST } from "./tampering/statement.ts";

export { tampered } from "./tampering/opened.ts";

const ALL = [...STATEMENT, ...TRUST, ...CERTIFICATE, ...CLAIMS, ...FILE];

/** All changes of an extract of this kind. */
export function tamperings(kind: "register" | "holding"): Tampering[] {
  return [...ALL, ...(kind === "register" ? REGISTER : HOLDING)];
}
