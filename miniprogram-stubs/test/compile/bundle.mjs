// The scripts: each page and component is run inside its own component environment, as WeChat does.
import path from 'node:path'
import esbuild from 'esbuild'

export async function bundle(project, { templates, scopes, outDir }) {
  const run = (unit) => `() => require(${JSON.stringify(project.file(`${unit}.ts`))})`
  const define = ([unit, { json }]) => `define(${JSON.stringify(unit)}, ${JSON.stringify(json)}, ${JSON.stringify(scopes[unit])}, ${run(unit)})`
  const entry = `
    import { start, define } from ${JSON.stringify(path.join(project.runtimeDir, 'index.mjs'))}
    start({ app: ${JSON.stringify(project.app)}, theme: ${JSON.stringify(project.theme)}, pages: ${JSON.stringify(project.pages)}, templates: ${templates} },
      ${run('app')},
      () => { ${[...project.units].reverse().map(define).join('\n')} })`
  try {
    await esbuild.build({
      stdin: { contents: entry, resolveDir: project.runtimeDir, loader: 'js', sourcefile: 'entry.js' },
      bundle: true,
      format: 'iife',
      target: 'es2020',
      sourcemap: 'linked',
      logLevel: 'silent',
      outfile: path.join(outDir, 'app.js'),
      // Its development build; the main entry of the package is the one without checks.
      alias: { 'glass-easel': path.join(project.dir, 'node_modules/glass-easel/dist/glass_easel.dev.all.es.js') },
    })
  } catch (error) {
    for (const message of error.errors ?? [{ text: String(error) }])
      project.fault(`${message.location?.file ?? ''}:${message.location?.line ?? ''} ${message.text}`)
  }
}
