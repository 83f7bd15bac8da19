// Journeys of each role through the console, in a real browser, against the demo with its stories played.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, startDemo, Visitor } from "./kit.mjs";

/** What the first page may weigh without photos, as sent. */
const FIRST_PAGE_BYTES = 100 * 1024;
let demo, browser;

before(async () => {
  demo = await startDemo();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  demo?.stop();
});

/** A journey that has to end without troubles. */
function journey(name, size, walk) {
  test(name, { timeout: 120_000 }, async () => {
    const visitor = await Visitor.at(browser, demo.base, size);
    try {
      await walk(visitor, visitor.page);
      assert.deepEqual(visitor.troubles, []);
    } finally {
      await visitor.close();
    }
  });
}

journey("a stranger finds the way in, and the first page is light", "desk", async (visitor, page) => {
  let bytes = 0;
  page.on("requestfinished", async (request) => {
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    bytes += responseBodySize + responseHeadersSize;
  });
  const answer = await page.goto("/console");
  await page.waitForLoadState("networkidle");
  assert.match(answer.headers()["content-security-policy"], /default-src 'none'/);
  assert.ok(await page.getByRole("img", { name: /登录二维码/ }).isVisible());
  assert.deepEqual(await visitor.serious(), []);
  assert.ok(bytes > 1024 && bytes < FIRST_PAGE_BYTES, `${bytes} bytes`);
  await visitor.picture("sign-in");
});

for (const [role, word, pageName] of [
  ["supervisor", "市级", "工单"],
  ["operator", "12345 坐席", "工单"],
  ["handler", "管理委员会", "工单"],
  ["delegate", "代表", "我的工单"],
  ["admin", "系统管理员", "工单"],
]) {
  journey(`the ${role} reads the list and an order`, "desk", async (visitor, page) => {
    await visitor.signIn(word);
    await page.goto("/console/orders");
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), pageName);
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture(`${role}-orders`);
    const first = page.locator(".orders a.number").first();
    if ((await first.count()) === 0) {
      assert.ok(await page.getByText("没有符合条件的工单").isVisible());
      return;
    }
    await first.click();
    await page.waitForURL(/orders\/T\d{14}$/);
    assert.ok(await page.getByRole("heading", { name: "办理经过" }).isVisible());
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture(`${role}-order`);
  });
}

journey("a supervisor narrows the list by chip, word and address", "desk", async (visitor, page) => {
  await visitor.signIn("市级");
  await page.goto("/console/orders");
  const all = await page.locator(".orders a.number").count();
  assert.ok(all > 3, `${all} orders`);
  await page.locator(".chip", { hasText: "已办结" }).click();
  await page.waitForURL(/status=closed/);
  const closed = await page.locator(".orders a.number").count();
  assert.ok(closed > 0 && closed < all, `${closed} of ${all}`);
  const number = await page.locator(".orders a.number").first().textContent();
  await page.getByLabel("搜索").fill(number);
  await page.getByRole("button", { name: "查找" }).click();
  await page.waitForURL(/q=T/);
  assert.match(page.url(), /status=closed/);
  assert.deepEqual(await page.locator(".orders a.number").allTextContents(), [number]);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByText("导出 CSV").click()]);
  assert.match(file.suggestedFilename(), /\.csv$/);
  await visitor.picture("filtered", ["desk"]);
});

journey("an order's photos open large, by keyboard alone", "desk", async (visitor, page) => {
  await visitor.signIn("市级");
  const photo = await findOrder(page, "[data-photo]");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "跳到正文");
  await photo.first().focus();
  await page.keyboard.press("Enter");
  const box = page.locator("dialog.lightbox");
  await box.waitFor();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector("dialog.lightbox img").complete);
  assert.ok(await box.locator("img").evaluate((img) => img.naturalWidth > 0), "the policy lets photos in");
  await visitor.picture("lightbox", ["desk"]);
  await page.keyboard.press("Escape");
  assert.equal(await box.isVisible(), false);
});

journey("what was typed stays when a form is refused, and the move is made when it is right", "desk", async (visitor, page) => {
  await visitor.signIn("市级");
  await findOrder(page, "#urges");
  await page.locator("#urges > summary").click();
  const note = page.getByLabel("催办内容");
  await note.fill("　");
  await page.getByRole("button", { name: "催办", exact: true }).click();
  await page.locator(".trouble").waitFor();
  assert.deepEqual(await page.evaluate(() => document.activeElement.className), "trouble");
  await visitor.picture("refused");
  await note.fill("请尽快到现场查看，并把进展告诉代表。");
  await page.getByRole("button", { name: "催办", exact: true }).click();
  await page.getByText("已催办。").waitFor();
  assert.ok(await page.locator(".timeline .said", { hasText: "请尽快到现场查看" }).first().isVisible());
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("urged", ["desk"]);
});

journey("one signs out and is asked to sign in again", "phone", async (visitor, page) => {
  await visitor.signIn("12345 坐席");
  await page.goto("/console/sessions");
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("sessions");
  await page.locator(".me").getByRole("button", { name: "退出" }).click();
  await page.waitForURL(/\/console\/login/);
  await page.goto("/console/orders?light=red");
  assert.match(page.url(), /login\?next=/);
  await page.goto("/console/nowhere");
  await visitor.picture("not-found");
});

/** Opens orders until one has what is looked for. */
async function findOrder(page, selector) {
  await page.goto("/console/orders");
  const links = await page.locator(".orders a.number").evaluateAll((found) => found.map((link) => link.href));
  for (const link of links) {
    await page.goto(link);
    const found = page.locator(selector);
    if ((await found.count()) > 0) return found;
  }
  throw new Error(`none of ${links.length} orders has ${selector}`);
}
