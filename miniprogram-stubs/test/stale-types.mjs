// The types of the API are generated from the server's document; a committed copy that differs is stale.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const document = path.resolve(project, process.argv[2] ?? '../docs/openapi.json')
const written = fs.readFileSync(path.join(project, 'miniprogram/api/schema.d.ts'), 'utf8')
const wanted = astToString(await openapiTS(JSON.parse(fs.readFileSync(document, 'utf8'))))
const body = (text) => text.replace(/^\/\*\*[\s\S]*?\*\/\s*/, '').trim()
if (body(written) !== body(wanted)) {
  console.error('miniprogram/api/schema.d.ts is not what docs/openapi.json says; run: npm run api')
  process.exit(1)
}
console.log('the types of the API are those of docs/openapi.json')
