// The same verification in a real browser, by a bundle of the client: every answer is Node's.
//
// It has to run: without a browser it fails, unless SILLOK_NO_BROWSER says that there is none on purpose.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Page, chromium } from "playwright-core";
import { printJson } from "../src/json.ts";
import { verifyExtract } from "../src/extract.ts";
import { parseTrust } from "../src/trust.ts";
import { samples } from "./support/extracts.ts";
import { tampered, tamperings } from "./support/tampering.ts";

const BROWSER = process.env["SILLOK_CHROMIUM"] ?? "/usr/bin/chromium";
const skip = process.env["SILLOK_NO_BROWSER"] ? "SILLOK_NO_BROWSER is set: not verified in a browser" : false;

type Client = typeof import("../src/index.ts");

/** The client as one script, which a page could have in it. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL("../dist/index.js", import.meta.url));
  const options = { bundle: true, minify: true, format: "iife", globalName: "sillok", write: false } as const;
  const { outputFiles } = await build({
    entryPoints: [entry],
    platform: "browser",
    target: "es2022",
    ...options,
  });
  return outputFiles[0]!.text;
}

/** The statement of each extract as JSON, or why there is none. */
function answers(page: Page, files: [string, string][]): Promise<string[]> {
  return page.evaluate((files) => {
    const { parseTrust, printJson, verifyExtract } = (globalThis as unknown as { sillok: Client }).sillok;
    return files.map(([extract, trust]) => {
      try {
        return printJson(verifyExtract(extract, parseTrust(trust)));
      } catch (error) {
        return String(error);
      }
    });
  }, files);
}

function answerHere([extract, trust]: [string, string]): string {
  try {
    return printJson(verifyExtract(extract, parseTrust(trust)));
  } catch (error) {
    return String(error);
  }
}

test("a browser says of every extract what Node says, and asks nobody", { skip }, async () => {
  assert.ok(existsSync(BROWSER), `no browser at ${BROWSER}: install chromium, or set SILLOK_NO_BROWSER`);
  // Chromium has no sandbox for root, as whom it may run here; its page loads nothing of others.
  const browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.setContent("<!doctype html><title>extract</title>");
    await page.addScriptTag({ content: await bundle() });
    const files = samples().flatMap(({ kind, extract, trust }): [string, string][] => [
      [extract, trust],
      ...tamperings(kind).map(({ change }) => tampered(extract, trust, change)),
    ]);
    const given = await answers(page, files);
    assert.deepEqual(given, files.map(answerHere));
    assert.equal(given.filter((answer) => answer.startsWith("{")).length, samples().length);
    assert.deepEqual(asked, []);
  } finally {
    await browser.close();
  }
});
