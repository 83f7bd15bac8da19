// The people of the sandbox, and what they do outside of the mini-program: the same API, called directly.
import assert from 'node:assert/strict'
import crypto from 'node:crypto'

/** Hours of the city's clock, with room to its quiet hours (`[notices]` in `policy.toml`). */
const MORNING = 9
const EVENING = 20
/** The nightly search is over by then. */
const AFTER_THE_SEARCH = 3
const WAIT_MS = 20_000

export class People {
  constructor(origin) {
    this.origin = origin
  }

  async all() {
    return (this.people ??= (await call(this.origin, 'GET', '/sandbox/people')).body)
  }
  /** The first person who matches, e.g. { role: 'handler', unit: '涧西区人民政府' }; a name alone is ambiguous. */
  async find(wanted) {
    const person = (await this.all()).find((one) => Object.entries(wanted).every(([key, value]) => one[key] === value))
    assert.ok(person, `nobody in the sandbox is ${JSON.stringify(wanted)}`)
    return person
  }
  async signIn(wanted) {
    const person = await this.find(wanted)
    const { code } = await this.sandbox('/sandbox/login-codes', { openid: person.openid })
    let { body } = await call(this.origin, 'POST', '/api/v1/sessions', { body: { code } })
    if (body.status === 'bind_required') {
      const phone = await this.sandbox('/sandbox/phone-codes', { openid: person.openid, phone: person.phone })
      body = (await call(this.origin, 'POST', '/api/v1/sessions/bind', { body: { bind_ticket: body.bind_ticket, phone_code: phone.code } })).body
    }
    return new Actor(this.origin, body.access_token, person)
  }
  async sandbox(path, body) {
    return (await call(this.origin, 'POST', path, { body })).body
  }
  async advance(hours) {
    await this.sandbox('/sandbox/clock', { advance_seconds: Math.round(hours * 3600) })
  }
  /** Passes the next night, and waits until its search has told what it found. */
  async night() {
    const { now } = (await call(this.origin, 'GET', '/sandbox/clock')).body
    await this.advance(((AFTER_THE_SEARCH - Number(now.slice(11, 13)) + 23) % 24) + 1)
    const supervisor = await this.signIn({ role: 'supervisor', level: 'city' })
    const until = Date.now() + WAIT_MS
    while ((await supervisor.get('/hot-topics')).items.length === 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 200))
  }
  /** Waits for the morning if it is evening or night, for in the city's quiet hours nothing is pushed. */
  async daytime() {
    const { now } = (await call(this.origin, 'GET', '/sandbox/clock')).body
    const hour = Number(now.slice(11, 13))
    if (hour < MORNING || hour >= EVENING) await this.advance((MORNING - hour + 24) % 24)
  }
}

export class Actor {
  constructor(origin, token, person) {
    Object.assign(this, { origin, token, person })
  }
  async get(path) {
    return (await call(this.origin, 'GET', `/api/v1${path}`, { token: this.token })).body
  }
  async post(path, body, headers = {}) {
    return (await call(this.origin, 'POST', `/api/v1${path}`, { token: this.token, body, headers })).body
  }
  order(number) {
    return this.get(`/orders/${number}`)
  }
  act(number, move, body = {}) {
    return this.post(`/orders/${number}/${move}`, body)
  }
  submit(body) {
    return this.post('/orders', body, { 'idempotency-key': crypto.randomUUID() })
  }
}

async function call(origin, method, path, { token, body, headers = {} } = {}) {
  const answer = await fetch(origin + path, {
    method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${method} ${path} answers ${answer.status} ${text}`)
  return { status: answer.status, body: text ? JSON.parse(text) : undefined }
}
