// The journeys, one after the other on one server. Only some: node --test --test-name-pattern="offline" test/journeys.test.mjs
import fs from 'node:fs'
import assert from 'node:assert/strict'
import { after, afterEach, before, describe } from 'node:test'
import { Stage } from './harness/stage.mjs'

const stage = { now: undefined }
const parts = fs
  .readdirSync(new URL('./journeys/', import.meta.url))
  .filter((name) => name.endsWith('.mjs'))
  .sort()

describe('the mini-program', { timeout: 600_000 }, async () => {
  before(async () => {
    stage.now = await Stage.set()
  })
  afterEach(async () => {
    await stage.now?.putAway()
  })
  after(async () => {
    const faults = stage.now?.product.faults() ?? []
    await stage.now?.strike()
    assert.deepEqual(faults, [], 'the server logged errors')
  })
  for (const part of parts) (await import(`./journeys/${part}`)).default(() => stage.now)
})
