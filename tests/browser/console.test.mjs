// Journeys of each role through the console, in a real browser, against the demo with its stories played.
import assert from "node:assert/strict";
import { openStage, report, Visitor } from "./kit.mjs";

/** Limit of the first page without photos, as sent. */
const FIRST_PAGE_BYTES = 100 * 1024;
const stage = openStage();
const { journey } = stage;

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
  await report(stage.demo.base, "工地夜里还在施工，吵得睡不着。", "夜间施工噪声");
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

journey(
  "what was typed stays when a form is refused, and the move is made when it is right",
  "desk",
  async (visitor, page) => {
    await report(stage.demo.base, "工地夜里还在施工，吵得睡不着。", "夜间施工噪声");
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
  },
);

journey("what was written survives the end of the session", "desk", async (visitor, page) => {
  await report(stage.demo.base, "工地夜里还在施工，吵得睡不着。", "夜间施工噪声");
  await visitor.signIn("市级");
  await findOrder(page, "#urges");
  await page.locator("#urges > summary").click();
  const note = page.getByLabel("催办内容");
  await note.fill("会话结束以前写下的内容。");
  await visitor.context.clearCookies();
  await page.getByRole("button", { name: "催办", exact: true }).click();
  await page.locator("p[data-signed-out]").waitFor();
  assert.equal(await note.inputValue(), "会话结束以前写下的内容。");
  const [again] = await Promise.all([visitor.context.waitForEvent("page"), page.getByText("在新窗口登录").click()]);
  await again.locator(".people button", { hasText: "市级" }).first().click();
  await again.waitForURL(/\/console\/sessions/);
  await again.close();
  await page.getByRole("button", { name: "催办", exact: true }).click();
  await page.getByText("已催办。").waitFor();
  assert.ok(await page.locator(".timeline .said", { hasText: "会话结束以前写下的内容" }).first().isVisible());
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

journey("an operator triages a matter by keyboard alone, and the next one opens", "desk", async (visitor, page) => {
  await visitor.signIn("12345 坐席");
  await page.goto("/console/desk");
  const tabs = page.locator(".tabs a");
  assert.equal(await tabs.count(), 6);
  // Whichever tab has something to decide by a suggestion; the demo's stories leave one, or it is made here.
  await report(stage.demo.base, "请看照片，谢谢您了。");
  await report(stage.demo.base, "请派人来看一看，谢谢。");
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length >= 2);
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("desk");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "BODY", "what arrives takes no focus");
  await page.keyboard.press("j");
  const first = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("j");
  assert.notEqual(await page.evaluate(() => document.activeElement.textContent), first);
  await page.keyboard.press("k");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), first);
  await page.keyboard.press("Enter");
  await page.waitForURL(/desk\/triage\/T\d{14}$/);
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("desk-matter");
  // Escape gives it back; nobody is left holding it.
  await page.keyboard.press("Escape");
  await page.getByText("已放开").waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/desk\/triage\/T\d{14}$/);
  await page.keyboard.press("1");
  assert.ok(await page.locator(".move[open] [data-keys] input").first().isChecked(), "the first suggestion");
  await page.keyboard.press("Enter");
  await page.getByText("已派单。").waitFor();
  assert.match(page.url(), /desk\/triage\/T\d{14}\?done=dispatch/, "the next one");
  assert.ok(await page.getByText("由您处理").isVisible());
  await page.keyboard.press("Escape");
  await page.waitForURL(/desk\?tab=triage/);
});

journey("two operators never work on one matter, and each sees what the other does", "desk", async (visitor, page) => {
  await report(stage.demo.base, "麻烦看一下这里的情况，谢谢。");
  await visitor.signIn("12345 坐席");
  const other = await Visitor.at(stage.browser, stage.demo.base, "desk");
  try {
    await other.page.goto("/console/login");
    // One of each role is offered with one click; the second operator stands among all the others.
    await other.page.locator("details summary").click();
    const second = other.page.locator("optgroup[label='12345 坐席'] option").nth(1);
    await other.page.selectOption("#person", await second.getAttribute("value"));
    await other.page.locator("details button").click();
    await other.page.waitForURL(/\/console\/(?!login)/);
    await other.page.goto("/console/desk");
    await page.goto("/console/desk");
    const row = page.locator("[data-row]").first();
    const number = await row.textContent();
    await row.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/desk\/triage\/T/);
    assert.ok(await page.locator("form[action$='/dispatch']").isVisible());
    // Six minutes later the operator still types: the claim is renewed.
    await page.clock.setSystemTime(Date.now() + 360_000);
    const [renewed] = await Promise.all([
      page.waitForResponse((answer) => answer.url().endsWith("/open")),
      page
        .locator("form[action$='/dispatch']")
        .locator("textarea, input:not([type=radio], [type=hidden])")
        .first()
        .pressSequentially("看"),
    ]);
    assert.equal(renewed.status(), 303);
    // The other's list tells it without being loaded anew, and the row is no way in any more.
    await other.page.locator("[data-waiting] li.held", { hasText: number }).waitFor();
    await other.page.locator("[data-waiting] li.held a", { hasText: number }).click();
    await other.page.getByText("您可以查看，不能处理").waitFor();
    assert.equal(await other.page.locator("form[action$='/dispatch']").count(), 0);
    await other.picture("desk-held");
    assert.deepEqual(await other.serious(), []);
    assert.deepEqual(other.troubles, []);
    await page.getByRole("button", { name: "放开并返回" }).click();
    await page.waitForURL(/desk\?tab=triage/);
    // A tab without script: the forms are plain ones.
    const plain = await stage.browser.newContext({
      baseURL: stage.demo.base,
      javaScriptEnabled: false,
      storageState: await other.context.storageState(),
    });
    const bare = await plain.newPage();
    await bare.goto("/console/desk");
    await bare.locator("[data-row]", { hasText: number }).click();
    await bare.getByText("由您处理").waitFor();
    await bare.getByRole("button", { name: "放开并返回" }).click();
    await bare.waitForURL(/desk\?tab=triage/);
    await plain.close();
  } finally {
    await other.close();
  }
});

for (const tab of ["returned", "extension", "follow_up", "messages", "reviews"]) {
  journey(`the desk's ${tab} tab can be read`, "desk", async (visitor, page) => {
    await visitor.signIn("12345 坐席");
    await page.goto(`/console/desk?tab=${tab}`);
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture(`desk-${tab}`);
    const row = page.locator("[data-row]").first();
    if ((await row.count()) === 0) {
      assert.ok(await page.locator(".empty").isVisible());
      return;
    }
    await row.click();
    await page.waitForURL(new RegExp(`desk/${tab}/`));
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture(`desk-${tab}-one`);
    await page.keyboard.press("Escape");
    await page.waitForURL(new RegExp(`desk\\?tab=${tab}`));
  });
}

journey("a supervisor reads what is supervised", "desk", async (visitor, page) => {
  await visitor.signIn("市级");
  await page.locator(".nav a", { hasText: "督办" }).first().click();
  await page.waitForURL(/console\/supervision/);
  assert.ok((await page.locator(".register > li").count()) > 0, "the stories issue supervision orders");
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("supervision");
  await page.locator(".chip", { hasText: "待答复" }).click();
  await page.waitForURL(/state=open/);
  for (const [name, view] of [
    ["重点跟踪", "tracked"],
    ["催办", "urges"],
  ]) {
    await page.locator(".head .chip", { hasText: name }).click();
    await page.waitForURL(new RegExp(`view=${view}`));
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture(`supervision-${view}`);
  }
  await page.goto("/console/exports?format=xlsx");
  await page.getByRole("button", { name: "生成 Excel 文件" }).click();
  await page.waitForURL(/done=export_asked/);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "下载" }).first().click(),
  ]);
  assert.match(file.suggestedFilename(), /\.xlsx$/);
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("exports");
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
