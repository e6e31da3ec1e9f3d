// Changes of what an extract says, and of whom it is checked against.

import { toHex } from "../../../src/bytes.ts";
import { addressNamed, named } from "../chain.ts";
import type { Tampering } from "./opened.ts";

const OTHER = addressNamed("somebody else");

/** Changes of what the statement says. */
export const STATEMENT: Tampering[] = [
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
export const TRUST: Tampering[] = [
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
