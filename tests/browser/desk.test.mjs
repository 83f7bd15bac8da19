// The operators' desk and the rooms of integration, by keyboard, in a real browser.
import assert from "node:assert/strict";
import { openStage } from "./kit.mjs";

const stage = openStage();
const { journey } = stage;

const delegate = async () => {
  const people = await (await fetch(`${stage.demo.base}/sandbox/people`)).json();
  return people.find(({ role }) => role === "delegate");
};
const focused = (page) =>
  page.evaluate(() => document.activeElement.id || document.activeElement.name || document.activeElement.textContent);
/** Waits until the field has the focus: `autofocus` takes effect with a page's first drawing, which may follow its load. */
const holdsFocus = (page, id) => page.locator(`#${id}:focus`).waitFor({ state: "attached" });
/** Presses Tab until the field has the focus. */
const tabTo = async (page, id) => {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await focused(page)) === id) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${id} is not reached by Tab`);
};

journey("an operator registers a call without leaving the keyboard", "desk", async (visitor, page) => {
  const { phone, name } = await delegate();
  await visitor.signIn("12345 坐席");
  await page.goto("/console/desk");
  await page.keyboard.press("n");
  await page.waitForURL(/desk\/call$/);
  await holdsFocus(page, "caller_phone");
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("call-empty");
  await page.keyboard.type(phone);
  await page.keyboard.press("Enter");
  await page.getByText("请核对是否本人").waitFor();
  assert.ok(await page.getByText(name).first().isVisible());
  await holdsFocus(page, "description");
  await page.keyboard.type("流动摊贩占道经营，早晚高峰车辆和行人都过不去。");
  const suggested = page.locator("[data-hints] [data-category]").first();
  await suggested.waitFor();
  const category = await suggested.getAttribute("value");
  await page.keyboard.press("Alt+Digit1");
  assert.equal(await focused(page), "category");
  assert.equal(await page.locator("#category").inputValue(), category);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(page), "address");
  await page.keyboard.type("涧西区中州西路");
  await page.locator("[data-hints] dd", { hasText: /^涧西区$/ }).waitFor();
  // The point is set on the map by keyboard too.
  await page.locator(".map.picks svg.map").focus();
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#location").inputValue(), /^\d+\.\d{5}, \d+\.\d{5}$/);
  assert.equal(await page.locator("#datum").inputValue(), "wgs84");
  const point = page.locator(".map.picks circle.point");
  const before = await point.getAttribute("cx");
  await page.locator("#location").fill("112.395, 34.655");
  assert.notEqual(await point.getAttribute("cx"), before, "the map follows what is typed");
  await page.waitForLoadState("networkidle");
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("call-filled");
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/done=call_filed/);
  assert.ok(await page.getByText("来电已登记。").isVisible());
  await holdsFocus(page, "caller_phone");
  const filed = page.locator(".head a.number");
  assert.match(await filed.textContent(), /^T\d{14}$/);
  await visitor.picture("call-filed", ["desk"]);
});

journey("an emergency on the telephone is seen before the call is filed", "desk", async (visitor, page) => {
  const { phone } = await delegate();
  await visitor.signIn("12345 坐席");
  await page.goto("/console/desk/call");
  await holdsFocus(page, "caller_phone");
  await page.keyboard.type(phone);
  await page.keyboard.press("Enter");
  await page.getByText("请核对是否本人").waitFor();
  await holdsFocus(page, "description");
  await page.keyboard.type("家里闻到臭鸡蛋味，很浓");
  const alarm = page.locator("[data-hints] [role=alert]");
  await alarm.waitFor();
  assert.match(await alarm.textContent(), /119/);
  await visitor.picture("call-emergency");
  await page.keyboard.press("Control+Enter");
  await page.locator(".trouble").waitFor();
  await tabTo(page, "emergency_seen");
  await page.keyboard.press("Space");
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/done=call_filed/);
});

journey("several may call from one number, and an unknown one is looked up by name", "desk", async (visitor, page) => {
  const { name } = await delegate();
  await visitor.signIn("12345 坐席");
  await page.goto("/console/desk/call");
  await holdsFocus(page, "caller_phone");
  await page.keyboard.type("13900008888");
  await page.keyboard.press("Enter");
  await page.getByText("名册上没有这个号码").waitFor();
  await visitor.picture("call-unknown", ["desk"]);
  await tabTo(page, "caller_name");
  await page.keyboard.type(name.slice(0, 1));
  await page.keyboard.press("Enter");
  await page.getByText("怎样核实的身份").waitFor();
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("call-several");
});

journey("an administrator connects other systems", "desk", async (visitor, page) => {
  await visitor.signIn("系统管理员");
  await page.goto("/console/admin/clients");
  await page.getByLabel("名称").fill("市数据仓库");
  await page.getByLabel("读取工单").check();
  await page.getByRole("button", { name: "生成密钥" }).click();
  assert.match(await page.getByLabel("密钥", { exact: true }).inputValue(), /^zk_[0-9a-f]{64}$/);
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("admin-clients");
  await page.goto("/console/admin/webhooks");
  await visitor.picture("admin-webhooks-empty", ["desk"]);
  await page.getByLabel("接收地址").fill(`${stage.demo.base}/healthz`);
  await page.getByLabel("接收方").fill("市数据中心");
  await page.getByLabel("全部事件").check();
  await page.getByRole("button", { name: "建立并生成签名密钥" }).click();
  assert.match(await page.getByLabel("签名密钥", { exact: true }).inputValue(), /^whsec_/);
  await page.getByRole("button", { name: "发送测试消息" }).click();
  await page.getByText("测试消息已排队").waitFor();
  assert.ok(await page.getByRole("rowheader", { name: /测试/ }).isVisible());
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("admin-webhook");
  await page.goto("/console/admin/webhooks");
  await visitor.picture("admin-webhooks");
});

journey(
  "a row of the duty table is changed where it stands, with the answer beside it",
  "desk",
  async (visitor, page) => {
    await visitor.signIn("系统管理员");
    await page.goto("/console/admin/duty?category=0801&try_category=0801&try_address=涧西区");
    const answer = page.locator(".tried dd").first();
    const before = await answer.textContent();
    await page.locator(".row-edit > summary").first().click();
    await visitor.picture("admin-duty-edit");
    const form = page.locator(".row-edit form").first();
    await form.getByLabel("主办").fill("洛阳市城市管理局");
    await form.getByRole("button", { name: "保存" }).click();
    await page.getByText("派单目录已修改").waitFor();
    await page.goto("/console/admin/duty?category=0801&try_category=0801&try_address=涧西区");
    assert.notEqual(await answer.textContent(), before);
    await page.getByText("新增条目").click();
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture("admin-duty-tried");
  },
);
