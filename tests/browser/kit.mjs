// The product with its stories played, and a browser that forgives nothing: an error on the browser's console,
// a failed request and a breach of the content security policy each fail the journey they happen in.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const pictures = join(root, "test-output/console");
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Ends a journey that hangs, and a step of one: on a busy machine everything is slow, and nothing here asserts a time. */
const HANGING_JOURNEY_MS = 1_800_000;
const HANGING_STEP_MS = 120_000;
/** What a finger hits, in pixels. */
const TAP_TARGET = 40;
export const SIZES = {
  desk: { width: 1440, height: 900 },
  wall: { width: 1920, height: 1080 },
  wall4k: { width: 3840, height: 2160 },
  tablet: { width: 820, height: 1180 },
  phone: { width: 390, height: 844 },
};

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/** The sizes of the pictures that people compare: a desk, the wall, a phone. */
export const ALL_SIZES = ["desk", "wall", "phone"];

/**
 * Starts the demo, from a copy of the stories played before if there is one, and waits until they are told. With `living` it
 * has the year of orders too, as for everybody who opens it.
 */
export async function startDemo(variables = {}, living = false) {
  const folder = mkdtempSync(join(tmpdir(), "zhitong-console-"));
  const port = await freePort();
  const program = process.env.ZHITONG ?? join(root, "target/debug/zhitong");
  const played = process.env.ZHITONG_PLAYED;
  const isCopy = played && !living && !variables.CITY_PACK && !variables.ZHITONG_CLOCK_START;
  if (isCopy) cpSync(played, join(folder, "data"), { recursive: true });
  const fresh = isCopy ? [] : ["--fresh"];
  const scope = living ? [] : ["--stories-only"];
  const demo = spawn(program, ["demo", ...fresh, ...scope, "--port", String(port)], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ZHITONG_DATA_DIR: join(folder, "data"), ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((done, fail) => {
    let told = "";
    demo.stdout.on("data", (part) => {
      told += part;
      if (told.includes("/console")) done();
    });
    demo.on("exit", () => fail(new Error(`the demo ended:\n${told}`)));
  });
  return {
    base: `http://127.0.0.1:${port}`,
    async stop() {
      demo.removeAllListeners("exit");
      const ended = new Promise((done) => demo.once("exit", done));
      if (demo.exitCode === null && demo.signalCode === null) {
        demo.kill("SIGTERM");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A report by one of the cast's delegates, as the mini-program sends it. */
export async function report(base, description, category) {
  const send = async (path, body, token) => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
    if (token) headers.Authorization = `Bearer ${token}`;
    const answer = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const people = await (await fetch(`${base}/sandbox/people`)).json();
  const delegate = people.find(({ role }) => role === "delegate");
  const session = async () => {
    const { code } = await send("/sandbox/login-codes", { openid: delegate.openid });
    return send("/api/v1/sessions", { code });
  };
  let signedIn = await session();
  if (signedIn.status === "bind_required") {
    const { code } = await send("/sandbox/phone-codes", { phone: delegate.phone });
    signedIn = await send("/api/v1/sessions/bind", { bind_ticket: signedIn.bind_ticket, phone_code: code });
  }
  const location = { longitude: 112.395, latitude: 34.655, datum: "wgs84" };
  return send("/api/v1/orders", { description, location, category }, signedIn.access_token);
}

export async function openBrowser() {
  mkdirSync(pictures, { recursive: true });
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** A person at the console. */
export class Visitor {
  constructor(browser, base) {
    this.browser = browser;
    this.base = base;
    this.troubles = [];
  }

  static async at(browser, base, size = "desk") {
    const visitor = new Visitor(browser, base);
    visitor.context = await browser.newContext({
      baseURL: base,
      viewport: SIZES[size],
      locale: "zh-CN",
      timezoneId: "Asia/Shanghai",
    });
    visitor.context.setDefaultTimeout(HANGING_STEP_MS);
    visitor.page = await visitor.context.newPage();
    visitor.watch(visitor.page);
    return visitor;
  }

  watch(page) {
    page.on("console", (message) => {
      // A page that answers 404 or 422 on purpose is named by the browser as well; the test asserts its status.
      const told = message.type() === "error" && !message.text().startsWith("Failed to load resource");
      if (told) this.troubles.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.troubles.push(`script: ${error.message}`));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText;
      if (why !== "net::ERR_ABORTED") this.troubles.push(`request: ${request.url()} ${why}`);
    });
    page.on("response", (answer) => {
      if (answer.status() >= 500) this.troubles.push(`${answer.status()} ${answer.url()}`);
    });
  }

  /** Signs in as one of the sandbox's cast, by a word on their button, whoever was signed in before. */
  async signIn(word) {
    await this.context.clearCookies();
    await this.page.goto("/console/login");
    const suggested = this.page.locator(".people button", { hasText: word }).first();
    if (await suggested.count()) {
      await suggested.click();
    } else {
      await this.page.locator("details > summary").click();
      const person = this.page.locator("#person option", { hasText: word }).first();
      await this.page.locator("#person").selectOption(await person.getAttribute("value"));
      await this.page.getByRole("button", { name: "登录", exact: true }).click();
    }
    await this.page.waitForURL(/\/console\/(?!login)/);
    return this;
  }

  /** Where a picture of this name goes. */
  file(name) {
    return join(pictures, `${name}.png`);
  }

  /** A picture of the whole page in each size. */
  async picture(name, sizes = ["desk", "phone"]) {
    const now = this.page.viewportSize();
    for (const size of sizes) {
      await this.page.setViewportSize(SIZES[size]);
      await this.page.waitForLoadState("networkidle");
      const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) this.troubles.push(`${name} (${size}) is ${wide} px wider than the screen`);
      if (size === "phone") for (const small of await this.smallTargets()) this.troubles.push(`${name}: ${small}`);
      await this.page.screenshot({ path: this.file(`${name}-${size}`), fullPage: true });
    }
    await this.page.setViewportSize(now);
  }

  /** Buttons and things that open which a finger would miss: lower than 40 px. */
  smallTargets() {
    return this.page.evaluate((least) => {
      const found = [];
      for (const one of document.querySelectorAll("button, a.button, summary")) {
        const { width, height } = one.getBoundingClientRect();
        if (width > 0 && height > 0 && height < least - 0.5)
          found.push(`“${one.textContent.trim().slice(0, 12)}” is ${height.toFixed(0)} px high`);
      }
      return found;
    }, TAP_TARGET);
  }

  /** Returns axe's serious findings on this page; in a context of its own, because axe itself breaks the page's policy. */
  async serious() {
    const context = await this.browser.newContext({
      bypassCSP: true,
      viewport: this.page.viewportSize(),
      storageState: await this.context.storageState(),
      locale: "zh-CN",
    });
    const page = await context.newPage();
    await page.goto(this.page.url());
    await page.addScriptTag({ content: axe.source });
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    await context.close();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map(({ html }) => html)
            .join(" | ")
            .slice(0, 400)}`,
      );
  }

  close() {
    return this.context.close();
  }
}

/**
 * The demo and a browser for all journeys of one file. `journey(name, size, walk)` is a test that walks as one visitor
 * and has to end without troubles. `demo` and `browser` are there once a journey runs.
 */
export function openStage(variables, living = false) {
  const stage = {};
  before(async () => {
    stage.demo = await startDemo(typeof variables === "function" ? await variables() : variables, living);
    stage.browser = await openBrowser();
  });
  after(async () => {
    await stage.browser?.close();
    await stage.demo?.stop();
  });
  stage.journey = (name, size, walk) =>
    test(name, { timeout: HANGING_JOURNEY_MS }, async () => {
      const visitor = await Visitor.at(stage.browser, stage.demo.base, size);
      try {
        await walk(visitor, visitor.page);
        assert.deepEqual(visitor.troubles, []);
      } finally {
        await visitor.close();
      }
    });
  return stage;
}
