// The console's and the scan page's scripts run on Chromium 78 and in the WebView of iOS 12: ES2018 and nothing later.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "acorn";

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
  });
}
