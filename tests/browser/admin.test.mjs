// The rooms of administration and the one screen in its sizes, in a real browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openStage, SIZES } from "./kit.mjs";

const pack = resolve(dirname(fileURLToPath(import.meta.url)), "../../api/city/luoyang");
const stage = openStage(180_000);
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
  ["/audit", "审计"],
];

journey("an admin goes through every room, on a desk and on a phone", "desk", async (visitor, page) => {
  await visitor.signIn("系统管理员");
  for (const [path, title] of ROOMS) {
    await page.goto(`/console/admin${path}`);
    assert.match(await page.getByRole("heading", { level: 1 }).textContent(), new RegExp(title));
    assert.deepEqual(await visitor.serious(), [], path);
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
  const geojson = (value) => ({ name: "new.geojson", mimeType: "application/geo+json", buffer: Buffer.from(JSON.stringify(value)) });
  await file.setInputFiles(geojson({ type: "FeatureCollection", features: [] }));
  await page.getByRole("button", { name: "检查并载入" }).click();
  await page.locator(".trouble").waitFor();
  await visitor.picture("admin-boundaries-refused");

  outlines.name = "改界后的边界";
  const county = outlines.features.find(({ properties }) => properties.code === "410324");
  const hole = [[111.5, 33.75], [111.5, 33.85], [111.62, 33.85], [111.62, 33.75], [111.5, 33.75]];
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
  await page.getByText("完整，没有发现改动").first().waitFor({ timeout: 20_000 });
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

for (const size of ["wall", "wall4k"]) {
  journey(`the wall fills ${SIZES[size].width}×${SIZES[size].height} and nothing has to be scrolled`, size, async (visitor, page) => {
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
  });
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
