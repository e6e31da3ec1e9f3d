#!/usr/bin/env node
// `sillok-verify FILE --trust TRUST`: verifies an extract or a proof, and prints what it says.
//
// The result goes to stdout, all else to stderr. Exit codes: 0 verified, 1 not, 2 wrong usage.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { toHex } from "./bytes.ts";
import { verifyExtract } from "./extract.ts";
import { type Json, isObject, parseJson, printJson } from "./json.ts";
import { type ProvenKeys, verifyProofFile } from "./proof-file.ts";
import type { Row, ShareClass, Statement } from "./statement.ts";
import { type Trust, fingerprint, parseTrust } from "./trust.ts";

const USAGE = `Verifies a certified extract of a share register, or a proof, without a network.

usage: sillok-verify FILE --trust TRUST [--json]

  FILE           the extract or proof
  --trust TRUST  the chain and its validators, whom FILE is checked against
  --json         print what it says as JSON
  --help         print this`;

interface Arguments {
  file: string;
  trust: string;
  json: boolean;
}

/** What was asked for; null if it was help. Throws if it is not understood. */
function argumentsOf(args: string[]): Arguments | null {
  const options = {
    trust: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (values.help) return null;
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new Error("one FILE expected");
  if (values.trust === undefined) throw new Error("--trust TRUST is missing");
  return { file, trust: values.trust, json: values.json };
}

/** Verifies a file of either kind; what it says, as JSON and for people. */
function verified(text: string, trust: Trust): { json: Json; human: string } {
  if (kindOf(text) === "state-proof") {
    const proven = verifyProofFile(text, trust);
    return { json: { verified: true, ...proven }, human: keysText(proven, trust) };
  }
  const statement = verifyExtract(text, trust);
  return { json: { verified: true, statement }, human: statementText(statement, trust) };
}

/** The first word of a file, whatever else is in it. */
function kindOf(text: string): Json | undefined {
  try {
    const file = parseJson(text);
    return isObject(file) ? file["sillok"] : undefined;
  } catch {
    return undefined;
  }
}

function statementText(statement: Statement, trust: Trust): string {
  const { company, register, code, height, time, registrar, classes, holders } = statement;
  const lines = [
    `company    ${nameOf(company)}`,
    `register   ${register}`,
    `code       ${code}`,
    `chain      ${plain(trust.name)} ${statement.chain}`,
    `as of      block ${height}${time === null ? "" : `, ${plain(time)}`}`,
    `registrar  ${plain(registrar)}`,
  ];
  if (statement.kind === "holding") lines.push(`holder     ${statement.holder}, and no others`);
  for (const kind of classes) lines.push("", ...classLines(kind, holders));
  return lines.join("\n");
}

function classLines(kind: ShareClass, holders: Row[]): string[] {
  const rows = holders.filter((row) => row.class === kind.id);
  const lines = rows.map(({ holder, shares, locked }) => {
    return `  ${holder}  ${shares}${locked > 0n ? `, of which ${locked} are locked` : ""}`;
  });
  return [`class ${kind.id}, ${nameOf(kind)}: ${kind.outstanding} shares outstanding`, ...lines];
}

function keysText({ height, keys }: ProvenKeys, trust: Trust): string {
  const lines = keys.map(({ contract, key, value }) => {
    return `\n\ncontract  ${contract}\nkey       ${key}\nholds     ${value ?? "nothing"}`;
  });
  return `so it was on ${plain(trust.name)} after block ${height}${lines.join("")}`;
}

function nameOf(json: Json): string {
  return plain(isObject(json) && json["name"] !== undefined ? json["name"] : json);
}

/** Text as it is, but for what could move the cursor; all else as JSON. */
function plain(json: Json): string {
  return typeof json === "string" ? json.replace(/\p{C}/gu, "\u{fffd}") : printJson(json);
}

function run(): number {
  let args: Arguments | null;
  try {
    args = argumentsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`error: ${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (args === null) {
    console.log(USAGE);
    return 0;
  }
  try {
    const trust = parseTrust(readFileSync(args.trust, "utf8"));
    const { json, human } = verified(readFileSync(args.file, "utf8"), trust);
    console.log(args.json ? printJson(json, 2) : human);
    console.error(
      `verified: more than two thirds of the validators ${toHex(fingerprint(trust))} signed for this`,
    );
    return 0;
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    return 1;
  }
}

process.exitCode = run();
