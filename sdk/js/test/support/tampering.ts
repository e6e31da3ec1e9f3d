// Ways to change an extract or what it is checked against, and why each must fail.

import { accountBytes } from "../../src/account.ts";
import { encodeHeader, readHeader } from "../../src/block.ts";
import { concat, equal, fromHex, startsWith, toHex } from "../../src/bytes.ts";
import { type Json, type JsonObject, parseJson, printJson } from "../../src/json.ts";
import { type Claim, type StateProof, decodeStateProof } from "../../src/proof.ts";
import { fieldKey } from "../../src/proven.ts";
import { decode } from "../../src/scale.ts";
import type { Entry, Search } from "../../src/tree.ts";
import { addressNamed, keyNamed, named } from "./chain.ts";
import { encodeProof } from "./encode.ts";

/** An extract and a trust file, open for changes. */
export interface Opened {
  file: JsonObject;
  // biome-ignore lint: tests reach into JSON.
  statement: any;
  evidence: JsonObject;
  proof: StateProof;
  trust: any;
}

/** A change, and the error that it must lead to: its code, that of its cause, and a part of its message. */
export interface Tampering {
  name: string;
  change: (opened: Opened) => void;
  code: string;
  cause?: string;
  message?: RegExp;
}

/** The texts of an extract and a trust file after a change. */
export function tampered(extract: string, trust: string, change: Tampering["change"]): [string, string] {
  const file = parseJson(extract) as JsonObject;
  const evidence = file["evidence"] as JsonObject;
  const proof = decodeStateProof(fromHex(evidence["proof"] as string, "proof"));
  const opened = { file, statement: file["statement"], evidence, proof, trust: parseJson(trust) };
  const before = toHex(encodeProof(proof));
  change(opened);
  const after = toHex(encodeProof(proof));
  // What was done to the text itself stays.
  if (after !== before) evidence["proof"] = after;
  return [printJson(file, 2), printJson(opened.trust as Json, 2)];
}

const claimOf = (proof: StateProof, fits: (claim: Claim) => boolean) => {
  const claim = proof.claims.find(fits);
  if (claim === undefined) throw new Error("the extract has no such claim");
  return claim;
};
const fieldClaim = (proof: StateProof, name: string) => {
  const is = (claim: Claim) => claim.kind === "Field" && equal(claim.field, fieldKey(name));
  return claimOf(proof, is) as Claim & { kind: "Field" };
};
const keyClaims = (proof: StateProof, name: string) => {
  const of = proof.claims.filter((claim) => claim.kind === "Key" && startsWith(claim.key, fieldKey(name)));
  return of as (Claim & { kind: "Key" })[];
};
/** The claim of the contract's record. */
const contractClaim = (proof: StateProof) => {
  return claimOf(proof, ({ contract }) => contract[31] === 1 && contract[0] === 0) as Claim & { kind: "Key" };
};
const searchOfContract = (proof: StateProof): Search => {
  const claim = contractClaim(proof);
  if (claim.proof.kind !== "InField") throw new Error("the contract is not in state");
  return claim.proof.field;
};
const flip = (bytes: Uint8Array, index = 0) => {
  bytes[index]! ^= 1;
};
const cutHex = (text: Json | undefined, digits: number) => (text as string).slice(0, -digits);
const swap = <T>(items: T[]) => {
  [items[0], items[1]] = [items[1]!, items[0]!];
};

const OTHER = addressNamed("somebody else");

/** Changes of what the statement says. */
const STATEMENT: Tampering[] = [
  {
    name: "a digit of a holding",
    change: ({ statement }) => (statement.holders[0].shares += 1n),
    code: "Differs",
    message: /^statement\.holders\[0\]\.shares says \d+; the chain says \d+$/,
  },
  {
    name: "a digit of a lot",
    change: ({ statement }) => (statement.lots[0].quantity += 10n),
    code: "Differs",
    message: /^statement\.lots\[0\]\.quantity says \d+; the chain says \d+$/,
  },
  {
    name: "a lot left out",
    change: ({ statement }) => statement.lots.pop(),
    code: "Differs",
    message: /^statement\.lots\[\d+\] says null; the chain says \{/,
  },
  {
    name: "a lot more",
    change: ({ statement }) => statement.lots.push({ ...statement.lots[0], root: 99n }),
    code: "Differs",
    message: /^statement\.lots\[\d+\] says \{.*the chain says null$/,
  },
  {
    name: "another holder in a row",
    change: ({ statement }) => (statement.holders[0].holder = OTHER),
    code: "Differs",
    message: /^statement\.holders\[0\]\.holder says /,
  },
  {
    name: "another holder of a lot",
    change: ({ statement }) => (statement.lots[0].holder = OTHER),
    code: "Differs",
    message: /^statement\.lots\[0\]\.holder says /,
  },
  {
    name: "another company's name",
    change: ({ statement }) => (statement.company.name = "Someone Else Inc."),
    code: "Differs",
    message: /^statement\.company\.name says "Someone Else Inc\."; the chain says "/,
  },
  {
    name: "another registrar",
    change: ({ statement }) => (statement.registrar = OTHER),
    code: "Differs",
    message: /^statement\.registrar says /,
  },
  {
    name: "another height",
    change: ({ statement }) => (statement.height += 1n),
    code: "Differs",
    message: /^statement\.height says /,
  },
  {
    name: "another time",
    change: ({ statement }) => (statement.time = "2030-01-01T00:00:00.000Z"),
    code: "Differs",
    message: /^statement\.time says /,
  },
  {
    name: "another chain in the statement",
    change: ({ statement }) => (statement.chain = toHex(named("other chain"))),
    code: "Differs",
    message: /^statement\.chain says /,
  },
  {
    name: "more outstanding shares of a class",
    change: ({ statement }) => (statement.classes[0].outstanding += 1n),
    code: "Differs",
    message: /^statement\.classes\[0\]\.outstanding says /,
  },
  {
    name: "a word that the chain does not say",
    change: ({ statement }) => (statement.note = "paid up"),
    code: "Differs",
    message: /^statement\.note says "paid up"; the chain says null$/,
  },
  {
    name: "another register",
    change: ({ statement }) => (statement.register = toHex(named("other register"))),
    code: "Unproven",
    message: /`contract`/,
  },
  {
    name: "another kind of statement",
    change: ({ statement }) => {
      const whole = statement.kind === "register";
      Object.assign(statement, whole ? { kind: "holding", holder: OTHER } : { kind: "register" });
    },
    code: "Unproven",
  },
];

/** Changes of what is trusted. */
const TRUST: Tampering[] = [
  {
    name: "another chain is trusted",
    change: ({ trust }) => (trust.chain = toHex(named("other chain"))),
    code: "OtherChain",
  },
  {
    name: "other validators are trusted",
    change: ({ trust }) => (trust.validators[0].address = OTHER),
    code: "OtherValidators",
  },
  {
    name: "a validator more is trusted",
    change: ({ trust }) => trust.validators.push({ address: OTHER, power: 1n }),
    code: "OtherValidators",
  },
  {
    name: "a validator has more power",
    change: ({ trust }) => (trust.validators[0].power += 1n),
    code: "OtherValidators",
  },
];

/** Changes of what makes the block final. */
const CERTIFICATE: Tampering[] = [
  {
    name: "a bit of a signature",
    change: ({ proof }) => flip(proof.certificate.signatures[0]!.signature, 40),
    code: "NotFinal",
    cause: "BadSignature",
  },
  {
    name: "a signature without its mark",
    change: ({ proof }) => (proof.certificate.signatures[0]!.signature[63]! &= 0x7f),
    code: "NotFinal",
    cause: "BadSignature",
  },
  {
    name: "another round",
    change: ({ proof }) => (proof.certificate.round += 1),
    code: "NotFinal",
    cause: "BadSignature",
  },
  {
    name: "another height of the certificate",
    change: ({ proof }) => (proof.certificate.height += 1n),
    code: "NotFinal",
    cause: "OtherBlock",
  },
  {
    name: "a signer twice",
    change: ({ proof }) => proof.certificate.signatures.unshift(proof.certificate.signatures[0]!),
    code: "NotFinal",
    cause: "Disordered",
  },
  {
    name: "a signer less",
    change: ({ proof }) => proof.certificate.signatures.pop(),
    code: "NotFinal",
    cause: "NoQuorum",
  },
  {
    name: "nobody signed",
    change: ({ proof }) => proof.certificate.signatures.splice(0),
    code: "NotFinal",
    cause: "NoQuorum",
  },
  {
    name: "a stranger signed",
    change: ({ proof }) => (proof.certificate.signatures[0]!.validator = keyNamed("somebody else")),
    code: "NotFinal",
    cause: "NotValidator",
  },
  {
    name: "a bit of the state root",
    change: ({ proof }) => flip(proof.header.stateRoot),
    code: "NotFinal",
    cause: "OtherBlock",
  },
  {
    name: "a bit of the block's time",
    change: ({ proof }) => (proof.header.time ^= 1n),
    code: "NotFinal",
    cause: "OtherBlock",
  },
];

/** Changes of the claims and of why they follow. */
const CLAIMS: Tampering[] = [
  {
    name: "two steps of a search swapped",
    change: ({ proof }) => swap(searchOfContract(proof).steps),
    code: "NotInState",
    cause: "Steps",
  },
  {
    name: "a bit beside the way",
    change: ({ proof }) => flip(searchOfContract(proof).steps[0]!.beside),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "absence claimed of what is there",
    change: ({ proof }) => (contractClaim(proof).value = null),
    code: "NotInState",
    cause: "Presence",
  },
  {
    name: "another value of a key",
    change: ({ proof }) => flip(contractClaim(proof).value!),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "a key of another contract",
    change: ({ proof }) => flip(contractClaim(proof).contract),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "an entry left out of a field",
    change: ({ proof }) => fieldClaim(proof, "classes").entries.pop(),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "a bit of a field's entry",
    change: ({ proof }) => flip(fieldClaim(proof, "classes").entries[0]![1], 3),
    code: "NotInState",
    cause: "Root",
  },
  {
    name: "an entry twice",
    change: ({ proof }) => {
      const { entries } = fieldClaim(proof, "classes");
      entries.push(entries[entries.length - 1]!);
    },
    code: "NotInState",
    cause: "Order",
  },
  {
    name: "an entry of another field",
    change: ({ proof }) => {
      const entry: Entry = [concat(fieldKey("lots"), new Uint8Array(8)), new Uint8Array()];
      fieldClaim(proof, "classes").entries.push(entry);
    },
    code: "NotInState",
    cause: "Key",
  },
  {
    name: "a claim left out",
    change: ({ proof }) => proof.claims.splice(proof.claims.indexOf(fieldClaim(proof, "classes")), 1),
    code: "Unproven",
    message: /`classes`/,
  },
];

/** Changes of the block before, of the layout, and of the file itself. */
const FILE: Tampering[] = [
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
const HOLDING: Tampering[] = [
  {
    name: "a statement of another holder",
    change: ({ statement }) => (statement.holder = OTHER),
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
const REGISTER: Tampering[] = [
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

const ALL = [...STATEMENT, ...TRUST, ...CERTIFICATE, ...CLAIMS, ...FILE];

/** All changes of an extract of this kind. */
export function tamperings(kind: "register" | "holding"): Tampering[] {
  return [...ALL, ...(kind === "register" ? REGISTER : HOLDING)];
}
