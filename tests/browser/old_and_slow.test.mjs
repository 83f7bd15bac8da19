// What slow networks, lost answers, old browsers and many tabs do to the pages, in a real browser.
import assert from "node:assert/strict";
import { openStage, report, SIZES } from "./kit.mjs";

const stage = openStage();
const { journey } = stage;

/** A photo that the product takes, drawn by the browser. */
async function photo(page, name, shade) {
  const base64 = await page.evaluate((fill) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1200, height: 900 });
    const brush = canvas.getContext("2d");
    brush.fillStyle = fill;
    brush.fillRect(0, 0, 1200, 900);
    brush.fillStyle = "#fff";
    brush.fillRect(200, 200, 300, 300);
    return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
  }, shade);
  return { name, mimeType: "image/jpeg", buffer: Buffer.from(base64, "base64") };
}

/** A report on the desk of its unit, and a word that finds the unit's handler among the sandbox's people. */
async function onADesk() {
  const order = await report(stage.demo.base, "工地夜里还在施工，吵得睡不着。", "夜间施工噪声");
  assert.equal(order.status, "dispatched");
  return { number: order.number, unit: order.unit.name };
}

/** The address of the scan page of a site. */
async function scanPage() {
  const page = await (await stage.browser.newContext({ baseURL: stage.demo.base })).newPage();
  await page.goto("/console/login");
  await page.locator(".people button", { hasText: "系统管理员" }).first().click();
  await page.waitForURL(/\/console\/(?!login)/);
  await page.goto("/console/admin/sites?state=in_use");
  const code = await page.locator("input[name=site]").first().getAttribute("value");
  await page.context().close();
  return `/scan/${code}`;
}

/** Makes the page believe that its tab is hidden or shown. */
const setHidden = (page, hidden) =>
  page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

for (const [browser, forget] of [
  ["this browser", () => {}],
  [
    "a browser of 2019",
    () => {
      // Chromium 78 has no `submitter`, other browsers of its time no `requestSubmit`.
      delete SubmitEvent.prototype.submitter;
      delete HTMLFormElement.prototype.requestSubmit;
    },
  ],
])
  journey(`text and photos of a form survive the end of the session in ${browser}`, "desk", async (visitor, page) => {
    await visitor.context.addInitScript(forget);
    const { number, unit } = await onADesk();
    await visitor.signIn(unit);
    await page.goto(`/console/orders/${number}`);
    await page.getByRole("button", { name: "签收", exact: true }).click();
    await page.getByText("已签收。").waitFor();
    const form = page.locator("form[action$='/reply']");
    if (!(await form.isVisible())) await page.locator("#reply > summary").click();
    await form.getByLabel("办理情况").fill("已到现场，要求工地夜间停工。");
    await form.getByLabel("公开答复").fill("已要求该工地夜间停止施工，感谢您的监督。");
    await form.locator("input[name=photos]").setInputFiles(await photo(page, "办理后.jpg", "#7a9"));
    await visitor.context.clearCookies();
    await form.getByRole("button", { name: "提交答复" }).click();
    await page.locator("p[data-signed-out]").waitFor();
    assert.equal(await form.getByLabel("办理情况").inputValue(), "已到现场，要求工地夜间停工。");
    const [again] = await Promise.all([visitor.context.waitForEvent("page"), page.getByText("在新窗口登录").click()]);
    await again.locator("details > summary").click();
    const person = await again.locator("#person option", { hasText: unit }).first().getAttribute("value");
    await again.locator("#person").selectOption(person);
    await again.getByRole("button", { name: "登录", exact: true }).click();
    await again.waitForURL(/\/console\/sessions/);
    await again.close();
    await form.getByRole("button", { name: "提交答复" }).click();
    await page.getByText("答复已提交。").waitFor();
    assert.ok(await page.getByText("已要求该工地夜间停止施工").first().isVisible());
    assert.equal(await page.locator("[data-photo]").count(), 1, "the photo came along");
  });

journey("six watched tabs that are hidden leave a connection for the seventh", "desk", async (visitor, page) => {
  await visitor.signIn("市级");
  const shown = async (tab) => {
    await tab.goto("/console");
    await tab.locator("[data-live][data-on]").waitFor();
  };
  const tabs = [page];
  for (let more = 1; more < 6; more += 1) tabs.push(await visitor.context.newPage());
  for (const tab of tabs) {
    await shown(tab);
    await setHidden(tab, true);
  }
  const seventh = await visitor.context.newPage();
  visitor.watch(seventh);
  await shown(seventh);
  // A hidden tab that is looked at again goes on.
  await page.locator("[data-live]").evaluate((live) => live.removeAttribute("data-on"));
  await setHidden(page, false);
  await page.locator("[data-live][data-on]").waitFor();
});

for (const [word, address] of [
  ["市级", "/console"],
  ["12345 坐席", "/console/desk"],
]) {
  journey(`a tab of ${address} that is opened in the background holds no stream`, "desk", async (visitor, page) => {
    await visitor.signIn(word);
    const streams = [];
    const tab = await visitor.context.newPage();
    tab.on("request", (request) => request.resourceType() === "eventsource" && streams.push(request.url()));
    await tab.addInitScript(() => Object.defineProperty(document, "hidden", { configurable: true, get: () => true }));
    await tab.goto(address);
    await tab.waitForLoadState("networkidle");
    assert.deepEqual(streams, []);
    await setHidden(tab, false);
    await tab.waitForRequest((request) => request.resourceType() === "eventsource").catch(() => {});
    assert.equal(streams.length, 1, "one stream once it is looked at");
    assert.ok(page);
  });
}

journey("signing in, taking on and answering work without script", "desk", async (visitor) => {
  const { number, unit } = await onADesk();
  const context = await stage.browser.newContext({
    baseURL: stage.demo.base,
    javaScriptEnabled: false,
    locale: "zh-CN",
    viewport: SIZES.desk,
  });
  const page = await context.newPage();
  visitor.watch(page);
  await page.goto(`/console/orders/${number}`);
  assert.match(page.url(), /\/console\/login\?next=/);
  // The way on by phone: the page is loaded anew by itself, and a button asks at once.
  assert.equal(await page.locator("meta[http-equiv=refresh]").count(), 1);
  await page.getByRole("button", { name: "我已在手机上确认" }).click();
  await page.waitForLoadState();
  assert.ok(await page.getByRole("img", { name: /登录二维码/ }).isVisible(), "still the way in");
  await page.goto(`/console/login?next=/console/orders/${number}`);
  await page.locator("details > summary").click();
  const person = await page.locator("#person option", { hasText: unit }).first().getAttribute("value");
  await page.locator("#person").selectOption(person);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await page.waitForURL(new RegExp(`/console/orders/${number}`));
  await page.getByRole("button", { name: "签收", exact: true }).click();
  await page.getByText("已签收。").waitFor();
  const form = page.locator("form[action$='/reply']");
  if (!(await form.isVisible())) await page.locator("#reply > summary").click();
  await form.getByLabel("办理情况").fill("已到现场，要求工地夜间停工。");
  await form.getByLabel("公开答复").fill("已要求该工地夜间停止施工，感谢您的监督。");
  await form.locator("input[name=photos]").setInputFiles(await photo(visitor.page, "办理后.jpg", "#79a"));
  await page.screenshot({ path: visitor.file("reply-without-script"), fullPage: true });
  await form.getByRole("button", { name: "提交答复" }).click();
  await page.getByText("答复已提交。").waitFor();
  assert.ok(await page.getByText("已要求该工地夜间停止施工").first().isVisible());
  await context.close();
});

journey("after a lost answer a corrected message goes out as another one", "phone", async (visitor, page) => {
  await page.goto(await scanPage());
  await page.getByLabel("您想反映什么").fill("小区门口的路灯不亮了。");
  await page
    .locator("#photos")
    .setInputFiles([await photo(page, "路灯.jpg", "#456"), await photo(page, "路口.jpg", "#654")]);
  const keys = [];
  const bodies = [];
  let lost = 1;
  await page.route("**/messages", async (route) => {
    keys.push(await route.request().headerValue("idempotency-key"));
    bodies.push(route.request().postDataJSON());
    if (lost > 0) {
      lost -= 1;
      // The server has taken the message; its answer never arrives.
      assert.equal((await route.fetch()).status(), 201);
      return route.abort("connectionreset");
    }
    return route.continue();
  });
  await page.getByRole("button", { name: "提交留言" }).click();
  await page.getByText("网络不通，请稍后再试").waitFor();
  await page.getByLabel("您想反映什么").fill("小区东门口的路灯不亮了，已经三天。");
  await page.getByRole("button", { name: "提交留言" }).click();
  await page.getByRole("heading", { name: "已收到您的留言" }).waitFor();
  assert.equal(new Set(keys).size, 2, "another message has another key");
  assert.equal(bodies[1].photo_ids.length, 2);
  assert.ok(
    bodies[1].photo_ids.every((id) => !bodies[0].photo_ids.includes(id)),
    "the first message has taken its photos",
  );
  // Resetting the connection is what this journey is about.
  visitor.troubles = visitor.troubles.filter((trouble) => !trouble.includes("ERR_CONNECTION_RESET"));
});

journey("the same message sent again after a lost answer stays one", "phone", async (visitor, page) => {
  await page.goto(await scanPage());
  await page.getByLabel("您想反映什么").fill("人行道地砖松动，老人容易摔倒。");
  await page.locator("#photos").setInputFiles(await photo(page, "地砖.jpg", "#a54"));
  const keys = [];
  const receipts = [];
  await page.route("**/messages", async (route) => {
    keys.push(await route.request().headerValue("idempotency-key"));
    const answer = await route.fetch();
    receipts.push((await answer.json()).receipt);
    return keys.length === 1 ? route.abort("connectionreset") : route.fulfill({ response: answer });
  });
  await page.getByRole("button", { name: "提交留言" }).click();
  await page.getByText("网络不通，请稍后再试").waitFor();
  await page.getByRole("button", { name: "提交留言" }).click();
  await page.getByRole("heading", { name: "已收到您的留言" }).waitFor();
  assert.equal(new Set(keys).size, 1);
  assert.equal(new Set(receipts).size, 1, "one message with one receipt");
  visitor.troubles = visitor.troubles.filter((trouble) => !trouble.includes("ERR_CONNECTION_RESET"));
});

journey("a photo that was chosen by mistake can be removed", "phone", async (visitor, page) => {
  await page.goto(await scanPage());
  await page.getByLabel("您想反映什么").fill("绿化带里堆了建筑垃圾。");
  const broken = { name: "坏文件.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture") };
  await page.locator("#photos").setInputFiles([broken, await photo(page, "垃圾.jpg", "#573")]);
  await page.getByRole("button", { name: "提交留言" }).click();
  await page.locator("#notice:not([hidden])").waitFor();
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("scan-photos", ["phone"]);
  await page.getByRole("button", { name: "移除照片 坏文件.jpg" }).click();
  assert.equal(await page.locator("#chosen li").count(), 1);
  const [sent] = await Promise.all([
    page.waitForRequest((request) => request.url().endsWith("/messages")),
    page.getByRole("button", { name: "提交留言" }).click(),
  ]);
  assert.equal(sent.postDataJSON().photo_ids.length, 1);
  await page.getByRole("heading", { name: "已收到您的留言" }).waitFor();
});

journey("the last photo can be removed, and the message goes without", "phone", async (visitor, page) => {
  await page.goto(await scanPage());
  await page.getByLabel("您想反映什么").fill("公交站牌被车撞歪了。");
  await page.locator("#photos").setInputFiles({ name: "录像.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no") });
  await page.getByRole("button", { name: "提交留言" }).click();
  await page.locator("#notice:not([hidden])").waitFor();
  await page.getByRole("button", { name: "移除照片 录像.jpg" }).click();
  assert.equal(await page.locator("#photos").evaluate((field) => field.files.length), 0);
  await page.getByRole("button", { name: "提交留言" }).click();
  await page.getByRole("heading", { name: "已收到您的留言" }).waitFor();
  assert.deepEqual(visitor.troubles, []);
});
