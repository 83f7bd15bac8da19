// What belongs to the mini-program: its pages, and the components that they reach.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export class Project {
  constructor(dir) {
    this.dir = dir
    this.runtimeDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../runtime')
    this.faults = []
    const config = readJson(path.join(dir, 'project.config.json'))
    this.root = path.join(dir, config.miniprogramRoot ?? '.')
    this.app = readJson(this.file('app.json'))
    this.theme = this.app.themeLocation ? readJson(this.file(this.app.themeLocation)) : {}
    this.pages = [...this.app.pages, ...(this.app.subPackages ?? []).flatMap((s) => s.pages.map((page) => `${s.root}/${page}`))]
    /** Path without suffix → { json, isPage }, in the order they were found. */
    this.units = new Map()
  }

  file(relative) {
    return path.join(this.root, relative)
  }
  has(relative) {
    return fs.existsSync(this.file(relative))
  }
  read(relative) {
    return fs.readFileSync(this.file(relative), 'utf8')
  }
  fault(text) {
    this.faults.push(text)
  }

  walk() {
    for (const [, name] of JSON.stringify(this.app).matchAll(/"@(\w+)"/g))
      for (const theme of ['light', 'dark']) if (this.theme[theme]?.[name] === undefined) this.fault(`app.json: @${name} is not in the ${theme} theme`)
    for (const page of this.pages) this.#visit(page, true, 'app.json')
    for (const tab of this.app.tabBar?.list ?? []) {
      if (!this.pages.includes(tab.pagePath)) this.fault(`app.json: tab ${tab.pagePath} is not a page`)
      for (const icon of [tab.iconPath, tab.selectedIconPath].filter(Boolean)) if (!this.has(icon)) this.fault(`app.json: ${icon} not found`)
    }
  }

  #visit(unit, isPage, usedBy) {
    if (this.units.has(unit)) return
    for (const suffix of ['.ts', '.wxml', '.json']) if (!this.has(unit + suffix)) return this.fault(`${usedBy}: ${unit}${suffix} not found`)
    const json = readJson(this.file(`${unit}.json`))
    if (!isPage && json.component !== true) this.fault(`${unit}.json does not say "component": true`)
    this.units.set(unit, { json, isPage })
    const using = {}
    for (const [tag, reference] of Object.entries({ ...this.app.usingComponents, ...json.usingComponents })) {
      const target = this.#component(reference, unit)
      if (target === undefined) {
        this.fault(`${unit}.json: component ${tag} at ${reference} not found`)
        continue
      }
      using[tag] = `/${target}`
      this.#visit(target, false, `${unit}.json`)
    }
    json.usingComponents = using
  }

  #component(reference, from) {
    const target = reference.startsWith('/') ? reference.slice(1) : path.posix.join(path.posix.dirname(from), reference)
    return [target, `${target}/index`].find((candidate) => this.has(`${candidate}.json`))
  }
}

export function readJson(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'))
}
