// WXSS becomes CSS: rpx, @import, the element names, and the walls between pages and components.
import fs from 'node:fs'
import path from 'node:path'
import postcss from 'postcss'
import selectorParser from 'postcss-selector-parser'
import { builtInTags } from './tags.mjs'

export function compileStyles(project) {
  let css = fs.readFileSync(path.join(project.runtimeDir, 'base.css'), 'utf8')
  css += sheet(project, 'app', {})
  const scopes = {}
  for (const [unit, { json, isPage }] of project.units) {
    const isolated = (json.styleIsolation ?? (isPage ? 'shared' : 'isolated')) === 'isolated'
    scopes[unit] = isolated ? `c${Object.keys(scopes).length.toString(36)}` : ''
    css += `\n/* ${unit} */\n` + sheet(project, unit, isPage ? { page: unit } : { prefix: scopes[unit] })
  }
  return { css, scopes }
}

function sheet(project, unit, { prefix = '', page = '' }) {
  if (!project.has(`${unit}.wxss`)) return ''
  const css = withImports(project, project.file(`${unit}.wxss`), [])
  css.walkRules((rule) => {
    if (rule.parent?.type === 'atrule' && rule.parent.name.endsWith('keyframes')) return
    rule.selector = selectorParser((selector) => rename(selector, prefix)).processSync(rule.selector)
  })
  css.walkDecls((declaration) => {
    declaration.value = pixels(declaration.value)
  })
  // In WeChat every page is a web view of its own: its sheet reaches nobody else.
  return page ? `@scope ([data-page="${page}"]) {\n${css.toString().replace(/\.mp-page\b/g, ':scope')}\n}` : css.toString()
}

function withImports(project, file, above) {
  let css
  try {
    css = postcss.parse(fs.readFileSync(file, 'utf8'), { from: file })
  } catch (error) {
    project.fault(String(error.message))
    return postcss.root()
  }
  css.walkAtRules('import', (rule) => {
    const reference = rule.params.replace(/^['"]|['"]$/g, '')
    const target = reference.startsWith('/') ? project.file(reference) : path.join(path.dirname(file), reference)
    if (!fs.existsSync(target) || above.includes(target)) {
      project.fault(`${path.relative(project.root, file)}: @import ${reference} not found, or in a circle`)
      rule.remove()
    } else {
      rule.replaceWith(withImports(project, target, [...above, file]).nodes)
    }
  })
  return css
}

function rename(selector, prefix) {
  selector.walkTags((tag) => {
    if (tag.value === 'page') tag.replaceWith(selectorParser.className({ value: 'mp-page' }))
    else if (builtInTags.includes(tag.value)) tag.value = `wx-${tag.value}`
  })
  if (prefix === '') return
  selector.walkClasses((name) => {
    name.value = `${prefix}--${name.value}`
  })
  selector.walkPseudos((pseudo) => {
    if (pseudo.value === ':host') pseudo.replaceWith(selectorParser.attribute({ attribute: 'wx-host', operator: '=', value: prefix, quoteMark: '"', raws: {} }))
  })
}

const pixels = (value) => value.replace(/(-?\d*\.?\d+)rpx\b/g, (_, number) => `calc(var(--rpx) * ${number})`)
