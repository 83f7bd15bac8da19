// The journeys, one after the other on one server. Only some: node --test --test-name-pattern="offline" test/journeys.test.mjs
import fs from 'node:fs'
import assert from 'node:assert/strict'
import { after, afterEach, before, describe } from 'node:test'
import { Stage } from './harness/stage.mjs'

/** Ends a run that hangs; each step has a patience of its own. */
const HANGING_MS = 3_600_000
const stage = { now: undefined }
const parts = fs
  .readdirSync(new URL('./journeys/', import.meta.url))
  .filter((name) => name.endsWith('.mjs'))
  .sort()

describe('the mini-program', { timeout: HANGING_MS }, async () => {
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
