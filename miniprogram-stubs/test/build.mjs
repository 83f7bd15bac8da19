// Compiles the mini-program for a browser. usage: node test/build.mjs [out dir]; every fault is printed, the first ends it.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from './compile/index.mjs'

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const out = path.resolve(process.argv[2] ?? path.join(project, 'test/.dist'))
const { faults, pages, components } = await compile(project, out)
if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}
console.log(`compiled ${pages} pages and ${components} components into ${path.relative(process.cwd(), out) || '.'}`)
