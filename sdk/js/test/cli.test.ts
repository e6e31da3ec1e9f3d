// The command: what it prints where, and its exit codes.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type JsonObject, parseJson } from "../src/json.ts";
import { samples } from "./support/extracts.ts";

const COMMAND = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sillok-verify-"));
after(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

for (const { name, extract, trust } of samples()) {
  test(`${name} is verified and printed`, () => {
    const [file, trusted] = [write("extract.json", extract), write("trust.json", trust)];
    const human = run(file, "--trust", trusted);
    assert.equal(human.code, 0, human.err);
    assert.match(human.err, /^verified: more than two thirds of the validators 0x/);
    const { statement } = parseJson(extract) as { statement: JsonObject };
    assert.ok(human.out.includes((statement["company"] as { name: string }).name));
    assert.match(human.out, /shares outstanding\n {2}\S+ {2}\d+/);

    const json = run(file, "--trust", trusted, "--json");
    assert.deepEqual(parseJson(json.out), { verified: true, statement });
  });

  test(`${name}, changed, is refused`, () => {
    const file = write("changed.json", extract.replace(/"shares": (\d+)/, '"shares": 1$1'));
    const { code, out, err } = run(file, "--trust", write("trust.json", trust));
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^error: statement\.holders\[0\]\.shares says 1\d+; the chain says \d+\n$/);
  });
}

test("wrong usage is 2, a file that is not there 1", () => {
  assert.equal(run().code, 2);
  assert.match(run("file").err, /--trust TRUST is missing/);
  assert.match(run("file", "--trusted", "file").err, /usage: sillok-verify/);
  assert.equal(run("a", "b", "--trust", "c").code, 2);
  assert.equal(run("--help").code, 0);
  assert.match(run("--help").out, /usage: sillok-verify FILE --trust TRUST/);
  const missing = run(join(folder, "none.json"), "--trust", join(folder, "none.json"));
  assert.deepEqual([missing.code, missing.out], [1, ""]);
});
