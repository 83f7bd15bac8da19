// A native mini-program (WXML, WXSS, TypeScript, JSON) becomes one page for a browser: app.js, app.css, index.html.
// Templates are compiled by WeChat's own compiler (glass-easel), which runs them in the browser too.
import fs from 'node:fs'
import path from 'node:path'
import { Project } from './project.mjs'
import { compileTemplates } from './templates.mjs'
import { compileStyles } from './styles.mjs'
import { bundle } from './bundle.mjs'

export async function compile(projectDir, outDir) {
  const project = new Project(projectDir)
  project.walk()
  const templates = compileTemplates(project)
  const { css, scopes } = compileStyles(project)
  fs.mkdirSync(outDir, { recursive: true })
  if (project.faults.length === 0) await bundle(project, { templates, scopes, outDir })
  fs.writeFileSync(path.join(outDir, 'app.css'), css)
  fs.copyFileSync(path.join(project.runtimeDir, 'index.html'), path.join(outDir, 'index.html'))
  return { faults: project.faults, pages: project.pages.length, components: project.units.size - project.pages.length }
}
