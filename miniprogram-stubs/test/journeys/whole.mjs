// What all journeys together have to have done; the last of them, by its name.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { it } from 'node:test'
import { drawn } from '../harness/handset.mjs'

const { pages } = JSON.parse(fs.readFileSync(new URL('../../miniprogram/app.json', import.meta.url), 'utf8'))

export default function () {
  it('every page was drawn in light, dark and large type', () => {
    assert.deepEqual(
      pages.filter((page) => !drawn.has(page)),
      [],
      'pages of which no journey draws a picture',
    )
  })
}
