// The rooms of administration and the one screen in its sizes, in a real browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ALL_SIZES, openStage, report, SIZES } from "./kit.mjs";

const pack = resolve(dirname(fileURLToPath(import.meta.url)), "../../api/city/luoyang");
const stage = openStage();
const { journey } = stage;

const ROOMS = [
  ["", "系统管理"],
  ["/units", "承办单位"],
  ["/units/import", "导入承办单位"],
  ["/duty", "派单目录"],
  ["/duty/import", "导入派单目录"],
  ["/dispatch", "会派到哪里"],
  ["/boundaries", "区划边界"],
  ["/calendar", "工作日历"],
  ["/calendar/import", "导入放假安排"],
  ["/roster", "名册"],
  ["/people", "人员与登录"],
  ["/sites", "扫码点位"],
  ["/sites/new", "新建点位"],
  ["/templates", "消息模板"],
  ["/clients", "接口客户端"],
  ["/webhooks", "事件推送"],
  ["/linked-units", "对接单位"],
  ["/policy", "办理规则"],
  ["/status", "系统状态"],
  ["/audit", "审计"],
];

journey("an admin goes through every room, on a desk and on a phone", "desk", async (visitor, page) => {
  await visitor.signIn("系统管理员");
  for (const [path, title] of ROOMS) {
    await page.goto(`/console/admin${path}`);
    assert.match(await page.getByRole("heading", { level: 1 }).textContent(), new RegExp(title));
    assert.deepEqual(await visitor.serious(), [], path);
    // The whole directory is 30 000 pixels long: its picture is of a category.
    if (path === "/duty") await page.goto("/console/admin/duty?category=0801");
    await visitor.picture(`admin${path.replaceAll("/", "-")}`);
  }
  await page.goto("/console/admin");
  const rooms = page.getByRole("navigation", { name: "系统管理" });
  await rooms.getByRole("link", { name: "审计" }).click();
  await page.waitForURL(/admin\/audit$/);
  assert.equal(await rooms.locator("[aria-current]").textContent(), "审计");
});

journey("boundaries are loaded, compared on the map, put in force and taken back", "desk", async (visitor, page) => {
  await visitor.signIn("系统管理员");
  await page.goto("/console/admin/boundaries");
  const file = page.getByLabel("边界文件（GeoJSON）");
  const outlines = JSON.parse(readFileSync(join(pack, "areas.geojson"), "utf8"));
  const geojson = (value) => ({
    name: "new.geojson",
    mimeType: "application/geo+json",
    buffer: Buffer.from(JSON.stringify(value)),
  });
  await file.setInputFiles(geojson({ type: "FeatureCollection", features: [] }));
  await page.getByRole("button", { name: "检查并载入" }).click();
  await page.locator(".trouble").waitFor();
  await visitor.picture("admin-boundaries-refused");

  outlines.name = "改界后的边界";
  const county = outlines.features.find(({ properties }) => properties.code === "410324");
  const hole = [
    [111.5, 33.75],
    [111.5, 33.85],
    [111.62, 33.85],
    [111.62, 33.75],
    [111.5, 33.75],
  ];
  county.geometry.coordinates[0].push(hole);
  await file.setInputFiles(geojson(outlines));
  await page.getByRole("button", { name: "检查并载入" }).click();
  await page.waitForURL(/done=boundaries_loaded/);
  assert.ok(await page.getByText("栾川县 → 范围之外").isVisible());
  assert.equal(await page.locator("svg.overlay path.moved").count(), 2);
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("admin-boundary-set");
  await page.getByRole("button", { name: "启用" }).click();
  await page.getByText("已启用。").waitFor();
  await page.goto("/console/admin/boundaries");
  await page.locator("tr", { hasText: "曾用" }).getByRole("link").click();
  await page.getByRole("button", { name: "恢复使用" }).click();
  await page.getByText("已启用。").waitFor();
});

journey("a person is looked up and signed out", "phone", async (visitor, page) => {
  await visitor.signIn("系统管理员");
  await page.goto("/console/admin/people?role=operator");
  await page.locator("tbody a").first().click();
  await page.getByRole("heading", { name: "登录的设备" }).waitFor();
  assert.match(await page.locator(".facts").first().textContent(), /\*\*\*\*/);
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("admin-person");
  await page.locator("#link > summary").click();
  await page.getByRole("button", { name: "生成链接" }).click();
  await page.getByText("只能使用一次").waitFor();
  await visitor.picture("admin-person-link");
});

journey("history is checked in the background while one watches", "desk", async (visitor, page) => {
  await visitor.signIn("系统管理员");
  await page.goto("/console/admin/audit");
  await page.getByRole("button", { name: "核验全部记录" }).click();
  await page.getByText("完整，没有发现改动").first().waitFor();
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("admin-audit-done");
});

journey("a site and a unit are shown", "desk", async (visitor, page) => {
  await visitor.signIn("系统管理员");
  await page.goto("/console/admin/sites");
  await page.locator("tbody a").first().click();
  await page.getByRole("heading", { name: "群众留言" }).waitFor();
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("admin-site");
  await page.goto("/console/admin/units?kind=county_government");
  await page.locator("tbody a").first().click();
  await page.getByRole("heading", { name: "派单目录中的条目" }).waitFor();
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("admin-unit");
});

journey("the rules in force are those that forms quote, with their source", "desk", async (visitor, page) => {
  await visitor.signIn("系统管理员");
  await page.goto("/console/admin/policy");
  await page.getByText("policy.toml").first().waitFor();
  const rule = (key) => page.locator("tr", { has: page.locator(`code:text-is("${key}")`) }).locator("strong");
  const value = async (key) => Number.parseInt(await rule(key).textContent(), 10);
  const minutes = await value("supervision.urge_min_interval_minutes");
  const days = await value("supervision.order_due_working_days");
  const hours = await value("clocks.response_hours");
  for (const number of [minutes, days, hours]) assert.ok(number > 0);
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("policy", ALL_SIZES);

  const order = await report(stage.demo.base, "工地夜里还在施工，吵得睡不着。", "夜间施工噪声");
  await visitor.signIn("市级");
  await page.goto(`/console/orders/${order.number}`);
  await page.locator("#urges summary").click();
  await page.getByText(`同一工单 ${minutes} 分钟内不能重复催办`).waitFor();
  await page.locator("#supervision_orders summary").click();
  await page.locator("#supervision_orders", { hasText: `${days} 个工作日` }).waitFor();
  const given = new Date(order.deadlines.find(({ kind }) => kind === "response").due_at) - new Date(order.created_at);
  assert.equal(Math.round(given / 3_600_000), hours, "the clock runs by the rule that is shown");
});

journey("the state of the system is read part by part, and again after some work", "desk", async (visitor, page) => {
  await visitor.signIn("系统管理员");
  await page.goto("/console/admin/status");
  const groups = ["数据和存储", "后台任务", "微信消息", "定时维护", "文书和照片"];
  assert.deepEqual(await page.locator(".policy h2").allTextContents(), groups);
  for (const name of groups) {
    const group = page.locator("section", { has: page.getByRole("heading", { name }) });
    assert.ok((await group.locator("tr .state").count()) > 0, name);
  }
  // What is not well says what to do; nothing of a fresh demo is broken.
  const unwell = page.locator("tr", { has: page.locator(".state.attention, .state.trouble-state") });
  for (const row of await unwell.all()) assert.ok((await row.locator(".why").textContent()).length > 5);
  assert.equal(await page.locator(".state.trouble-state").count(), 0);
  assert.deepEqual(await visitor.serious(), []);
  await visitor.picture("status", ALL_SIZES);
  // A report is work for all lanes; a moment later nothing of it is late.
  await report(stage.demo.base, "路灯不亮，夜里看不清路。", "夜间施工噪声");
  await page.getByRole("link", { name: "刷新" }).click();
  const jobs = page.locator("section", { has: page.getByRole("heading", { name: "后台任务" }) });
  await jobs.locator(".state.well").first().waitFor();
  assert.equal(await jobs.locator(".state.trouble-state").count(), 0);
});

for (const size of ["wall", "wall4k"]) {
  journey(
    `the wall fills ${SIZES[size].width}×${SIZES[size].height} and nothing has to be scrolled`,
    size,
    async (visitor, page) => {
      await visitor.signIn("市级");
      await page.goto("/console/overview?wall=1");
      await page.locator("[data-live]", { hasText: "实时" }).waitFor();
      const over = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - innerWidth,
        high: document.documentElement.scrollHeight - innerHeight,
      }));
      assert.deepEqual(over, { wide: 0, high: 0 });
      assert.deepEqual(await visitor.serious(), []);
      await page.screenshot({ path: visitor.file(`overview-${size}`) });
    },
  );
}

journey("the one screen on a tablet", "tablet", async (visitor, page) => {
  await visitor.signIn("市级");
  await page.goto("/console/overview");
  await page.locator("[data-live]", { hasText: "实时" }).waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} px wider than the screen`);
  assert.deepEqual(await visitor.serious(), []);
  await page.screenshot({ path: visitor.file("overview-tablet"), fullPage: true });
});
