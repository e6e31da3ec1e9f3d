#!/usr/bin/env node
// `sillok-verify FILE --trust TRUST`: verifies an extract, and prints what it says.
//
// The result goes to stdout, all else to stderr. Exit codes: 0 verified, 1 not, 2 wrong usage.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { toHex } from "./bytes.ts";
import { verifyExtract } from "./extract.ts";
import { type Json, isObject, printJson } from "./json.ts";
import type { Row, ShareClass, Statement } from "./statement.ts";
import { type Trust, fingerprint, parseTrust } from "./trust.ts";

const USAGE = `Verifies a certified extract of a share register, without a network.

usage: sillok-verify FILE --trust TRUST [--json]

  FILE           the extract
  --trust TRUST  the chain and its validators, whom the extract is checked against
  --json         print the statement as JSON
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

/** A statement for people. */
function text(statement: Statement, trust: Trust): string {
  const { company, register, code, height, time, registrar, classes, holders } = statement;
  const lines = [
    `company    ${nameOf(company)}`,
    `register   ${register}`,
    `code       ${code}`,
    `chain      ${trust.name} ${statement.chain}`,
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
    const statement = verifyExtract(readFileSync(args.file, "utf8"), trust);
    console.log(args.json ? printJson(statement, 2) : text(statement, trust));
    console.error(`verified: certified by the validators ${toHex(fingerprint(trust))}`);
    return 0;
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    return 1;
  }
}

process.exitCode = run();
