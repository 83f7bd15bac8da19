// The console's and the scan page's scripts run on Chromium 78 and in the WebView of iOS 12: ES2018 and nothing later.
// They and these tests are formatted by Prettier: `npm run format`.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "acorn";
import { check, resolveConfig } from "prettier";

const API = new URL("../../api/", import.meta.url);
const scripts = readdirSync(new URL("console/script/", API)).filter((name) => name.endsWith(".js"));
const all = [...scripts.map((name) => `console/script/${name}`), "scan/scan.js"];

for (const name of all) {
  test(`${name} is ES2018`, () => {
    const text = readFileSync(new URL(name, API), "utf8");
    assert.doesNotThrow(() => parse(text, { ecmaVersion: 2018, sourceType: "script" }));
    // Methods that came later; a parser does not see them.
    const late = /\.(replaceChildren|replaceAll|flatMap|flat|matchAll|fromEntries|allSettled)\(/;
    assert.doesNotMatch(text, late);
    // Selectors that came later throw there: `:is`, `:where`, `:has`, and `:not` with more than one simple selector.
    assert.doesNotMatch(text, /:(is|where|has)\(|:not\([^()]*[, ][^()]*\)/);
  });
}

const here = new URL("./", import.meta.url);
const tests = readdirSync(here).filter((name) => name.endsWith(".mjs"));
const formatted = [...all.map((name) => new URL(name, API)), ...tests.map((name) => new URL(name, here))];

for (const file of formatted) {
  test(`${file.pathname.split("/").pop()} is formatted`, async () => {
    const options = await resolveConfig(new URL(".prettierrc.json", here), {
      config: new URL(".prettierrc.json", here),
    });
    assert.equal(options.printWidth, 120);
    const text = readFileSync(file, "utf8");
    assert.ok(await check(text, { ...options, filepath: file.pathname }), "run npm run format in tests/browser");
  });
}
