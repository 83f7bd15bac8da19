// What a committee looks at and what a unit works on, by clicking: the landing page, the inbox, the screen and its wall, the
// appraisal, the delegates, photos that are covered, points that are set on a map.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { openStage, report, SIZES } from "./kit.mjs";

const stage = openStage();
const { journey } = stage;
/** The smallest text on the wall at 1920. */
const WALL_TEXT = 20;

journey(
  "a handler lands on what waits, accepts it with one button, and finds it under its new name",
  "desk",
  async (visitor, page) => {
    const order = await report(
      stage.demo.base,
      "工地夜里还在施工，吵得睡不着。附近几百户群众都有意见。",
      "夜间施工噪声",
    );
    await visitor.signIn(order.unit.name);
    assert.ok(page.url().includes("console/work"));
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture("work");
    await page.locator(".tile", { hasText: "待签收" }).click();
    await page.locator("a.number", { hasText: order.number }).click();
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "工地夜里还在施工，吵得睡不着");
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture("order-next");
    await page.locator(".next").getByRole("button", { name: "签收" }).click();
    await page.getByText("已签收。").waitFor();
    await page.locator(".next summary", { hasText: "答复" }).click();
    const [form, main] = await Promise.all([
      page.locator(".next form").boundingBox(),
      page.locator("main").boundingBox(),
    ]);
    assert.ok(form.width > main.width * 0.8, `the form has the width of the page: ${form.width} of ${main.width}`);
    await visitor.picture("order-reply");
    await page.goto("/console/work?queue=in_progress");
    await page.locator("a.number", { hasText: order.number }).waitFor();
  },
);

journey("unread notices are counted, and each opens its page", "desk", async (visitor, page) => {
  const order = await report(stage.demo.base, "广场舞音响太大，夜里十一点还不停。", "夜间施工噪声");
  await visitor.signIn(order.unit.name);
  await page.waitForFunction(() => document.querySelector(".bell b"));
  await page.locator(".bell").click();
  await page.waitForURL(/console\/inbox/);
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("inbox");
  const unread = Number.parseInt(await page.locator(".bell b").textContent(), 10);
  await page.locator(".notices .unread button").first().click();
  await page.waitForURL(/console\/(orders\/T|tasks)/);
  const left = page.locator(".bell b");
  const now = (await left.count()) === 0 ? 0 : Number.parseInt(await left.textContent(), 10);
  assert.equal(now, unread - 1);
});

journey(
  "the screen shows thirty days, a county close up, and leads to orders from every number",
  "desk",
  async (visitor, page) => {
    await visitor.signIn("市级");
    assert.match(page.url(), /console\/overview/);
    await page.locator(".chip[aria-current]", { hasText: "近 30 天" }).waitFor();
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture("screen", ["desk", "tablet", "phone"]);
    const board = await page.locator("[data-board]").innerText();
    assert.ok(!board.includes("—"), "no dash where a number is missing");
    await page.locator("a[aria-label='上一期']").click();
    await page.waitForURL(/on=/);
    await page.getByText("往期数据").waitFor();
    await page.locator("a[aria-label='下一期']").click();
    await page.locator(".chip[aria-current]", { hasText: "近 30 天" }).waitFor();
    for (const [inside, address] of [
      [".sums .sum b a", /orders\?/],
      [".grades a", /counted=satisfied/],
      [".weeks a", /from=/],
      [".watched .counts a", /tracked=true/],
    ]) {
      await page.goto("/console/overview");
      await page.locator(inside).first().click();
      await page.waitForURL(address);
      await page.getByRole("heading", { level: 1, name: "工单" }).waitFor();
    }
    await page.goto("/console/overview");
    await page.locator(".counties a[aria-label^='涧西区']").first().click();
    await page.waitForURL(/area=/);
    await page.locator("svg.inside .own").waitFor();
    assert.deepEqual(await visitor.serious(), []);
    await visitor.picture("screen-county");
    const mark = page.locator("svg.inside a").first();
    await mark.click();
    await page.waitForURL(/console\/orders/);
  },
);

journey("the wall fills itself, turns, and can be read from across the room", "wall", async (visitor, page) => {
  await visitor.signIn("市级");
  for (const address of ["/console/overview?wall=1", "/console/overview?wall=1&area=%E6%B6%A7%E8%A5%BF%E5%8C%BA"]) {
    await page.goto(address);
    await page.locator("[data-live][data-on]").waitFor();
    const small = await page.evaluate((least) => {
      const found = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const { parentElement: parent, data } = walker.currentNode;
        if (!data.trim() || !parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        if (parent.closest(".visually-hidden, title, .skip, [data-live]")) continue;
        const svg = parent.closest("svg");
        const scale = svg && parent.getScreenCTM ? Math.abs(parent.getScreenCTM().d) : 1;
        const size = parseFloat(getComputedStyle(parent).fontSize) * scale;
        if (size < least - 0.1) found.push(`${size.toFixed(1)} px: ${data.trim().slice(0, 20)}`);
      }
      return found;
    }, WALL_TEXT);
    assert.deepEqual(small, []);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll("[data-turn]:not(.rest), [data-part=nearest]")].flatMap((card) =>
        [...card.querySelectorAll(".lines > li, tbody > tr")]
          .filter((row) => row.getBoundingClientRect().bottom > card.getBoundingClientRect().bottom)
          .map((row) => row.textContent.trim().slice(0, 20)),
      ),
    );
    assert.deepEqual(cut, [], "rows that are cut off by their card");
    const overflow = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    assert.ok(overflow <= 0, "nothing to scroll");
    await page.screenshot({ path: visitor.file(`wall${address.includes("area") ? "-county" : ""}`) });
    assert.equal(
      await page.locator("[data-turn]:not(.rest):not([data-empty])").count(),
      2,
      "two places, each with something to read",
    );
  }
});

journey("counties and units are ranked and exported, and a delegate's work is read", "desk", async (visitor, page) => {
  await visitor.signIn("市级");
  await page.locator(".nav a", { hasText: "考评" }).click();
  await page.getByRole("heading", { level: 1, name: "考评排名" }).waitFor();
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("appraisal");
  await page.locator(".chip", { hasText: "承办单位" }).click();
  await page.waitForURL(/by=unit/);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByText("导出 Excel").click()]);
  assert.match(file.suggestedFilename(), /\.xlsx$/);
  await page.locator(".nav a", { hasText: "代表履职" }).click();
  await page.getByRole("heading", { level: 1, name: "代表履职" }).waitFor();
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("delegates");
  await page.locator("tbody th a").first().click();
  await page.waitForURL(/delegates\/[0-9a-f-]+/);
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("delegate");
});

journey("an operator covers a face on a photo by drawing", "desk", async (visitor, page) => {
  await visitor.signIn("12345 坐席");
  await page.goto("/console/orders");
  const orders = await page.locator(".orders a.number").evaluateAll((all) => all.map((link) => link.href));
  let cover = null;
  for (const order of orders) {
    await page.goto(order);
    cover = page.locator(".cover-link").first();
    if ((await cover.count()) > 0) break;
  }
  const before = await page.locator(".photos img").first().getAttribute("src");
  await cover.click();
  const picture = page.locator(".cover");
  await page.waitForFunction(() => document.querySelector(".cover img").naturalWidth > 0);
  const box = await picture.boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.55, { steps: 5 });
  await page.mouse.up();
  await page.getByText("已框选 1 处。").waitFor();
  await visitor.picture("cover", ["desk"]);
  await page.getByRole("button", { name: "遮挡所选部分" }).click();
  await page.getByText("照片已遮挡").waitFor();
  assert.notEqual(await page.locator(".photos img").first().getAttribute("src"), before);
  await page.locator(".timeline", { hasText: "遮挡照片" }).waitFor();
});

journey("a point is set by clicking, and the drawn map can be enlarged", "desk", async (visitor, page) => {
  await visitor.signIn("12345 坐席");
  await page.goto("/console/admin/dispatch");
  const map = page.locator("svg.map");
  await map.waitFor();
  await page.getByRole("button", { name: "放大" }).click();
  assert.equal(await page.locator("input[name=longitude]").inputValue(), "");
  const box = await map.boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.getByText("已选：").waitFor();
  assert.match(await page.locator("input[name=longitude]").inputValue(), /^11\d\.\d+$/);
  await page.locator("#category").selectOption({ index: 1 });
  assert.deepEqual(await visitor.serious(), []);
  await page.getByRole("button", { name: "试算" }).click();
  await page.getByText("承办单位").first().waitFor();
  await visitor.picture("dispatch-by-click", ["desk"]);
});

/** The middle and the size of the phone keep the same page usable. */
journey("a handler's day fits a phone", "phone", async (visitor, page) => {
  const order = await report(stage.demo.base, "路口井盖翘起来了，电动车容易摔倒。", "夜间施工噪声");
  await visitor.signIn(order.unit.name);
  await page.locator(".tile").first().waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} px too wide for ${SIZES.phone.width}`);
});

const tiles = {};
const streets = openStage(async () => {
  // One grey pixel is every street.
  const pixel = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mN4BwAA7ADr4Z6lJQAAAABJRU5ErkJggg==",
    "base64",
  );
  tiles.asked = [];
  tiles.server = createServer((request, answer) => {
    tiles.asked.push(request.url);
    answer.writeHead(200, { "Content-Type": "image/png" }).end(pixel);
  });
  await new Promise((done) => tiles.server.listen(0, "127.0.0.1", done));
  const { port } = tiles.server.address();
  tiles.server.unref();
  return { ZHITONG_MAP_TILES: `http://127.0.0.1:${port}/{z}/{x}/{y}.png`, ZHITONG_MAP_CREDIT: "示例地图" };
});

streets.journey("where tiles are configured, an order and a form show streets", "desk", async (visitor, page) => {
  await report(streets.demo.base, "工地夜里还在施工，吵得睡不着。", "夜间施工噪声");
  await visitor.signIn("12345 坐席");
  await page.goto("/console/orders");
  await page.locator(".orders a.number").first().click();
  await page.locator(".streets img").first().waitFor();
  assert.ok(
    tiles.asked.some((address) => address.startsWith("/16/")),
    tiles.asked.join(" "),
  );
  await page.locator(".streets .pin").waitFor();
  await page.getByText("示例地图").waitFor();
  await page.locator(".streets").getByRole("button", { name: "放大" }).click();
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".streets img")].some((tile) => tile.src.includes("/17/")),
  );
  const amap = await page.getByRole("link", { name: "用高德地图打开" }).getAttribute("href");
  assert.match(amap, /^https:\/\/uri\.amap\.com\/marker\?position=1/);
  await visitor.picture("order-streets", ["desk"]);
  await page.goto("/console/admin/dispatch");
  await page.locator(".streets img").first().waitFor();
  await page.locator(".streets").scrollIntoViewIfNeeded();
  const box = await page.locator(".streets").boundingBox();
  await page.mouse.click(box.x + box.width / 3, box.y + box.height / 2);
  await page.getByText("已选：").waitFor();
  assert.match(await page.locator("input[name=latitude]").inputValue(), /^3\d\.\d+$/);
  // A county on the screen: its orders are marks on the streets.
  await page.goto("/console/overview?area=%E6%B6%A7%E8%A5%BF%E5%8C%BA");
  await page.locator(".card.map .streets img").first().waitFor();
  await page.locator(".street-mark").first().waitFor();
});
