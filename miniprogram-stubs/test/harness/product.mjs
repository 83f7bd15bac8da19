// The real server in sandbox mode, on SQLite, in a folder of its own; it can be stopped and started again.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

const START_SECONDS = 60
/** Opens the fictional view of WeChat's reviewers. */
export const REVIEW_CODE = 'review-2026'

export class Product {
  #child

  constructor(binary) {
    this.binary = binary
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'zhitong-phone.'))
    this.log = path.join(this.folder, 'product.log')
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`
  }

  async start() {
    this.port ??= await freePort()
    const log = fs.openSync(this.log, 'a')
    const first = fs.existsSync(path.join(this.folder, 'data')) ? [] : ['--fresh']
    this.#child = spawn(this.binary, ['demo', '--no-stories', ...first, '--port', String(this.port)], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, HOME: this.folder, RUST_LOG: 'info', WECHAT_REVIEW_CODE: REVIEW_CODE },
      stdio: ['ignore', log, log],
    })
    fs.closeSync(log)
    const until = Date.now() + START_SECONDS * 1000
    while (!(await this.#ready())) {
      if (this.#child.exitCode !== null || Date.now() > until) throw new Error(`the product did not start:\n${fs.readFileSync(this.log, 'utf8').slice(-3000)}`)
      await new Promise((resolve) => {
        setTimeout(resolve, 150)
      })
    }
  }
  async #ready() {
    const [ready, people] = await Promise.all(
      ['/readyz', '/sandbox/people'].map((at) =>
        fetch(this.origin + at).then(
          (answer) => answer.ok,
          () => false,
        ),
      ),
    )
    return ready && people
  }

  async stop() {
    const child = this.#child
    if (!child || child.exitCode !== null) return
    const ended = new Promise((resolve) => {
      child.once('exit', resolve)
    })
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(force)
  }

  async remove() {
    await this.stop()
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  /** Lines that must not be in the log. */
  faults() {
    return fs
      .readFileSync(this.log, 'utf8')
      .split('\n')
      .filter((line) => /panicked at|\bERROR\b/.test(line))
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
