// A phone with the mini-program on it, held by one person: a browser of its own, taps, and what must always hold.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { faintWords } from './contrast.mjs'

export const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
]
const SCREEN = { width: 375, height: 740 }
const TALLEST_PX = 4_000
const WAIT_MS = 8_000
/** The smallest thing that a finger can hit, by the guidelines for older users. */
const FINGER_PX = 44
/** Paths of the pages that were drawn in light, dark and large type, by all handsets of a run. */
export const drawn = new Set()
/** What 大字版 makes of `--type`. */
const LARGE_TYPE = '1.3'

export class Handset {
  static async open(given) {
    const handset = new Handset()
    try {
      await handset.start(given)
      return handset
    } catch (error) {
      await handset.close()
      throw error
    }
  }

  async start({ origin, openid, answers = {}, at = '', large = false, dark = false, fontScale = 1 }) {
    this.origin = origin
    this.isPlain = !large && !dark && fontScale === 1
    this.profile = fs.mkdtempSync(path.join(os.tmpdir(), 'zhitong-browser.'))
    this.context = await chromium.launchPersistentContext(this.profile, {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      headless: true,
      args: FLAGS,
      viewport: SCREEN,
      deviceScaleFactor: 2,
      hasTouch: true,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      colorScheme: dark ? 'dark' : 'light',
    })
    this.page = this.context.pages()[0] ?? (await this.context.newPage())
    this.page.setDefaultTimeout(WAIT_MS)
    this.faults = []
    this.expected = []
    this.page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.faults.push(`${message.text()} (${message.location().url})`)
    })
    this.page.on('pageerror', (error) => this.faults.push(String(error.stack ?? error)))
    // A page of the same origin that runs nothing, to lay the settings down before the mini-program starts.
    await this.page.goto(`${origin}/files/sitemap.json`)
    await this.page.evaluate(
      ([phone, storage]) => {
        localStorage.clear()
        localStorage.setItem('phone', JSON.stringify(phone))
        for (const [key, value] of Object.entries(storage)) localStorage.setItem(`mp:${key}`, JSON.stringify(value))
      },
      [
        { openid, answers, theme: dark ? 'dark' : 'light', fontScale },
        { api_base: origin, ...(large ? { settings: { largeType: true } } : {}) },
      ],
    )
    await this.restart(at)
  }

  /** Closes the mini-program and opens it again, at a page or at the first one. */
  async restart(at = '') {
    await this.page.goto('about:blank')
    await this.page.goto(`${this.origin}/index.html#${encodeURIComponent(at)}`)
    await this.page.waitForFunction(() => document.querySelector('.mp-page:not([hidden])'))
  }

  /** The page on top. */
  get screen() {
    return this.page.locator('.mp-page:not([hidden])')
  }
  text(words) {
    return this.screen.getByText(words)
  }
  async sees(words, timeout = WAIT_MS) {
    await this.screen
      .getByText(words)
      .first()
      .waitFor({ timeout })
      .catch(async () => {
        throw new Error(`“${words}” is not on the screen, which reads:\n${await this.screen.innerText()}\n${this.faults.join('\n')}\n${await this.errors()}`)
      })
  }
  /** Words that are not there, or go away soon: a page shows what it had until its answer comes. */
  async seesNot(words, timeout = WAIT_MS) {
    await this.gone(this.screen.getByText(words), `“${words}” is on the screen`, timeout)
  }
  async gone(locator, complaint, timeout = WAIT_MS) {
    const end = Date.now() + timeout
    while ((await locator.count()) > 0 && Date.now() < end) await this.page.waitForTimeout(50)
    assert.equal(await locator.count(), 0, complaint)
  }
  async tap(words) {
    const target = typeof words === 'string' ? this.screen.getByText(words, { exact: true }).last() : words
    await target.scrollIntoViewIfNeeded()
    await target.click()
  }
  async tab(name) {
    await this.page.locator('#tabbar').getByText(name, { exact: true }).click()
  }
  async back() {
    await this.page.locator('#back').click()
  }
  async dialog(button) {
    await this.page.locator('#ui .dialog button', { hasText: button }).click()
  }
  async write(placeholder, words) {
    await this.screen.getByPlaceholder(placeholder).fill(words)
  }
  /** Picks the choice with these words in the picker on the screen. */
  async choose(words) {
    const picker = this.screen.locator('wx-picker select').first()
    await picker.locator('option', { hasText: words }).first().waitFor({ state: 'attached' })
    const value = await picker.locator('option', { hasText: words }).first().getAttribute('value')
    // A select that shows the value already fires nothing.
    await picker.evaluate((element, chosen) => {
      element.value = chosen
      element.dispatchEvent(new Event('change'))
    }, value)
  }
  async settle() {
    await this.page.waitForLoadState('networkidle')
    await this.page.waitForTimeout(120)
  }

  async set(answers) {
    await this.page.evaluate((given) => {
      Object.assign(window.phone.answers, given)
    }, answers)
  }
  /** Leaves for another app for so many seconds, and comes back. */
  async leave(seconds) {
    await this.page.evaluate((given) => window.phone.leave(given), seconds)
  }
  async comeBack() {
    await this.page.evaluate(() => window.phone.comeBack())
  }
  /** Runs a function in the page, with the mini-program's `window.phone` at hand. */
  async run(action, given) {
    return this.page.evaluate(action, given)
  }
  async savedFiles() {
    return this.page.evaluate(() => Object.keys(window.phone.savedFiles()))
  }
  async offline(value) {
    await this.page.evaluate((given) => {
      window.phone.offline = given
    }, value)
  }
  async pull() {
    await this.page.evaluate(() => window.phone.pull())
  }
  async go(url) {
    await this.page.evaluate((given) => window.wx.navigateTo({ url: given }), url)
  }
  async calls(name) {
    return this.page.evaluate((given) => window.phone.called(given).map((call) => JSON.parse(JSON.stringify(call.options))), name)
  }
  async stored(key) {
    return this.page.evaluate((given) => window.wx.getStorageSync(given), key)
  }
  async errors() {
    return (await this.page.evaluate(() => window.phone.errors)).join('\n')
  }

  /** A failing request is reported by the browser; the test says which ones it brings about. */
  expect(pattern) {
    this.expected.push(pattern)
  }

  async shot(folder, name) {
    await this.settle()
    fs.mkdirSync(folder, { recursive: true })
    await this.picture(folder, name)
    if (!this.isPlain) return
    await this.inDark(() => this.picture(folder, `${name}-dark`))
    await this.inLargeType(() => this.picture(folder, `${name}-large`))
    const page = await this.page.evaluate(() => window.getCurrentPages().at(-1).route)
    drawn.add(page)
  }

  /** Checks the page as it looks now, and draws the whole of it, however long: the window is made as high as what is in it. */
  async picture(folder, name) {
    await this.fits(name)
    await this.reads(name)
    const height = await this.page.evaluate(() => {
      const page = document.querySelector('.mp-page:not([hidden])')
      return innerHeight - page.clientHeight + page.scrollHeight
    })
    await this.page.setViewportSize({ ...SCREEN, height: Math.min(Math.max(height, SCREEN.height), TALLEST_PX) })
    await this.page.screenshot({ path: path.join(folder, `${name}.png`) })
    await this.page.setViewportSize(SCREEN)
  }

  async inDark(run) {
    await this.page.emulateMedia({ colorScheme: 'dark' })
    await this.page.evaluate(() => window.phone.setTheme('dark'))
    await run()
    await this.page.emulateMedia({ colorScheme: 'light' })
    await this.page.evaluate(() => window.phone.setTheme('light'))
  }

  /** The style of the page as the setting 大字版 writes it. */
  async inLargeType(run) {
    const before = await this.page.evaluate((scale) => {
      const { style } = document.querySelector('.mp-page:not([hidden])')
      const before = style.getPropertyValue('--type')
      style.setProperty('--type', scale)
      return before
    }, LARGE_TYPE)
    await run()
    await this.page.evaluate((before) => document.querySelector('.mp-page:not([hidden])').style.setProperty('--type', before), before)
  }

  /** Every word stands out from what is behind it (WCAG 2.1, 1.4.3): 4.5 to 1, large words 3 to 1. */
  async reads(name) {
    assert.deepEqual(await this.page.evaluate(faintWords), [], name)
  }

  /** Nothing runs out of the screen sideways, and everything to tap is large enough. */
  async fits(name) {
    const faults = await this.page.evaluate((least) => {
      const page = document.querySelector('.mp-page:not([hidden])')
      const found = []
      if (page.scrollWidth > page.clientWidth) found.push(`the page is ${page.scrollWidth} px wide on a screen of ${page.clientWidth} px`)
      for (const element of page.querySelectorAll('*')) {
        // A label's whole row works the switch in it.
        const box = (element.localName === 'wx-switch' ? (element.closest('wx-label') ?? element) : element).getBoundingClientRect()
        if (box.width === 0 || box.height === 0) continue
        const words = element.textContent.trim().slice(0, 20)
        if (box.right > page.clientWidth + 1 && !element.closest('wx-scroll-view'))
          found.push(`<${element.localName} class="${element.className}"> “${words}” ends at ${Math.round(box.right)} px`)
        // "style": "v2" gives 184 px to every button whose class does not beat it.
        const isButton = element.localName === 'wx-button'
        if (isButton && Math.abs(box.width - 184) < 0.1) found.push(`“${words}” has the width that WeChat gives to every button`)
        const parent = getComputedStyle(element.parentElement)
        if (isButton && parent.display === 'block' && /(^|[ -])button( |$)/.test(element.className) && !/(^|-)retry( |$)/.test(element.className)) {
          const room = element.parentElement.clientWidth - Number.parseFloat(parent.paddingLeft) - Number.parseFloat(parent.paddingRight)
          if (box.width < room - 1) found.push(`“${words}” is ${Math.round(box.width)} px wide and has room for ${Math.round(room)} px`)
        }
        if (element.matches('wx-button, wx-switch, wx-picker, wx-input, wx-navigator') && (box.height < least - 0.5 || box.width < least - 0.5)) {
          found.push(`<${element.localName} class="${element.className}"> “${words}” is ${Math.round(box.width)} × ${Math.round(box.height)} px`)
        }
      }
      return found
    }, FINGER_PX)
    assert.deepEqual(faults, [], name)
  }

  async assertClean() {
    const errors = [...this.faults, ...(await this.page.evaluate(() => window.phone.errors))]
    assert.deepEqual(
      errors.filter((text) => !this.expected.some((pattern) => pattern.test(text))),
      [],
    )
  }

  async close() {
    await this.context?.close()
    if (this.profile) fs.rmSync(this.profile, { recursive: true, force: true })
  }
}
