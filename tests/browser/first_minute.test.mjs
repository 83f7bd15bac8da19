// The first minute of a newcomer: the people whom the sign-in page suggests open every page of their navigation, and their
// inbox, in the living city. No page shows a dash for a figure, each fills its screen, and only two pages say that there is nothing.
import assert from "node:assert/strict";
import { SIZES, openStage } from "./kit.mjs";

/** The least share of the first screen that the text of a page has to reach down to. */
const LEAST_FILLED = 0.45;
/** Pages that are empty in the living city, each for one person: an administrator is told of nothing, a county has no report. */
const EMPTY = ["/console/inbox", "/console/insight/reports"];
const stage = openStage({}, true);
const { journey } = stage;

/** Measures a page: how far down its text reaches, its cells that hold a dash, and its boxes that say there is nothing. */
const measure = (page) =>
  page.evaluate(() => {
    const shown = [...document.querySelectorAll("main *")].filter((one) => one.getClientRects().length > 0);
    const ends = shown.filter((one) => one.children.length === 0 && one.textContent.trim());
    const bottoms = ends.map((one) => one.getBoundingClientRect().bottom);
    return {
      filled: Math.max(0, ...bottoms) / innerHeight,
      dashes: ends.map((one) => one.textContent.trim()).filter((text) => text === "—" || text === "NaN").length,
      empty: shown.filter((one) => one.matches(".empty")).length,
    };
  });

async function mustLookAlive(visitor, page, path, who) {
  const answer = await page.goto(path);
  if (answer.status() !== 200) visitor.troubles.push(`${who} ${path} answers ${answer.status()}`);
  const measured = await measure(page);
  const { filled, dashes, empty } = measured;
  if (dashes > 0) visitor.troubles.push(`${who} ${path} shows ${dashes} dashes for figures`);
  if (filled < LEAST_FILLED) visitor.troubles.push(`${who} ${path} fills ${(filled * 100).toFixed()} % of the screen`);
  return empty > 0;
}

journey("the people whom the sign-in page suggests find no dead page", "desk", async (visitor, page) => {
  await page.goto("/console/login");
  const people = await page.locator(".people button").count();
  assert.ok(people >= 3, `${people} people are suggested`);
  for (const one of await page.locator(".people button .waiting").allTextContents()) assert.match(one, /\d/);
  const empty = [];
  for (let nth = 0; nth < people; nth++) {
    await visitor.context.clearCookies();
    await page.goto("/console/login");
    await page.locator(".people button").nth(nth).click();
    await page.waitForURL(/\/console\/(?!login)/);
    const links = await page.locator(".nav a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    assert.ok(links.length > 0);
    const landing = new URL(page.url()).pathname;
    const who = await page.locator(".me a[href='/console/sessions']").textContent();
    for (const path of new Set([landing, ...links, "/console/inbox"])) {
      if (await mustLookAlive(visitor, page, path, who)) empty.push(path);
    }
    await page.goto("/console");
    await visitor.picture(`first-minute-${nth}`, ["desk", "phone"]);
  }
  assert.deepEqual(empty.sort(), EMPTY);
});

journey("the wall shows the living city", "wall", async (visitor, page) => {
  await visitor.signIn("市级");
  assert.equal(await mustLookAlive(visitor, page, "/console/overview", "the wall"), false);
  assert.equal(await page.evaluate(() => innerWidth), SIZES.wall.width);
  await visitor.picture("first-minute-wall", ["wall"]);
});
