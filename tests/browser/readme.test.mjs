// The three pictures of the README: taken anew in each run, put in place with UPDATE=1.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openStage } from "./kit.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = join(root, "docs/pictures");
/** They are loaded by everyone who opens the repository's page. */
const MAX_BYTES = 200 * 1024;
const { journey } = openStage();

/** Takes a picture of the first screen. */
async function take(visitor, page, name) {
  await page.waitForLoadState("networkidle");
  const file = visitor.file(`readme-${name}`).replace(/png$/, "jpg");
  await page.screenshot({ path: file, type: "jpeg", quality: 70 });
  assert.ok(statSync(file).size < MAX_BYTES, `${name} is ${statSync(file).size} bytes`);
  if (process.env.UPDATE) {
    mkdirSync(folder, { recursive: true });
    copyFileSync(file, join(folder, `${name}.jpg`));
  }
}

journey("the overview", "desk", async (visitor, page) => {
  await visitor.signIn("市级");
  await page.goto("/console/overview");
  await page.locator("[data-live]", { hasText: "实时" }).waitFor();
  await take(visitor, page, "overview");
});

journey("an order with its timeline", "desk", async (visitor, page) => {
  await visitor.signIn("市级");
  await page.goto("/console/orders?difficult=true");
  await page.locator(".orders a.number").first().click();
  await page.waitForURL(/orders\/T\d{14}$/);
  await take(visitor, page, "order");
});

journey("the operators' desk", "desk", async (visitor, page) => {
  await visitor.signIn("12345 坐席");
  await page.goto("/console/desk");
  await take(visitor, page, "desk");
});

test("both READMEs show the same three small pictures", () => {
  for (const readme of ["README.md", "README.zh-CN.md"]) {
    const shown = [...readFileSync(join(root, readme), "utf8").matchAll(/\((docs\/pictures\/[^)]+)\)/g)].map(
      ([, path]) => path,
    );
    assert.deepEqual(
      shown,
      ["overview", "order", "desk"].map((name) => `docs/pictures/${name}.jpg`),
    );
    for (const path of shown) assert.ok(statSync(join(root, path)).size < MAX_BYTES, path);
  }
});
