// WXML: syntax, imports, unknown tags, and handlers or components that a page names but does not have.
import { createRequire } from 'node:module'
import { builtInTags } from './tags.mjs'

const { TmplGroup } = createRequire(import.meta.url)('glass-easel-template-compiler')
const LANGUAGE_TAGS = ['block', 'template', 'import', 'include', 'wxs', 'slot']

/** The compiled templates, as the text of a JavaScript expression. */
export function compileTemplates(project) {
  const group = TmplGroup.newDev()
  const seen = new Set()
  const add = (unit, usedBy) => {
    if (seen.has(unit)) return
    seen.add(unit)
    if (!project.has(`${unit}.wxml`)) return project.fault(`${usedBy}: ${unit}.wxml not found`)
    const source = project.read(`${unit}.wxml`)
    for (const warning of group.addTmpl(unit, source) ?? []) {
      project.fault(`${unit}.wxml:${warning.startLine}:${warning.startColumn} ${warning.message}`)
    }
    for (const script of group.getScriptDependencies(unit)) project.fault(`${unit}.wxml: ${script}: WXS is not used here, compute in the page`)
    for (const dependency of group.getDirectDependencies(unit)) add(dependency, unit)
  }
  for (const [unit, { json }] of project.units) {
    add(unit, unit)
    if (project.has(`${unit}.wxml`)) checkNames(project, unit, json)
  }
  return group.getTmplGenObjectGroups()
}

const TAPPABLE = /<([a-z][\w-]*)((?:"[^"]*"|[^">])*\b(?:bind|catch):?tap=(?:"[^"]*"|[^">])*)>/g
const SPEAKING_TAGS = ['button', 'navigator', 'switch', 'label']

/** A screen reader has to say what a tap does: other tags than buttons need a role, pictures and fields a label. */
function checkAccessibility(project, unit, source) {
  for (const [, tag, attributes] of source.matchAll(TAPPABLE)) {
    if (!SPEAKING_TAGS.includes(tag) && !/aria-role=/.test(attributes)) project.fault(`${unit}.wxml: a <${tag}> that can be tapped has no aria-role`)
    if (tag === 'image' && !/aria-label=/.test(attributes)) project.fault(`${unit}.wxml: an <image> that can be tapped has no aria-label`)
  }
  for (const [, tag, attributes] of source.matchAll(/<(input|textarea)\b((?:"[^"]*"|[^">])*)>/g))
    if (!/aria-label=/.test(attributes)) project.fault(`${unit}.wxml: a <${tag}> has no aria-label`)
  // A button that is named by its label has to say more than a sign.
  for (const [, attributes, words] of source.matchAll(/<button\b((?:"[^"]*"|[^">])*)>([^<]*)<\/button>/g))
    if (words.trim() === '' && !/aria-label=/.test(attributes)) project.fault(`${unit}.wxml: a <button> without words has no aria-label`)
}

function checkNames(project, unit, json) {
  const source = project.read(`${unit}.wxml`).replace(/<!--[\s\S]*?-->/g, '')
  checkAccessibility(project, unit, source)
  const known = new Set([...builtInTags, ...LANGUAGE_TAGS, ...Object.keys(json.usingComponents)])
  const used = new Set([...source.matchAll(/<([a-z][\w-]*)/g)].map((match) => match[1]))
  for (const tag of used) if (!known.has(tag)) project.fault(`${unit}.wxml: <${tag}> is neither built in nor a component named in ${unit}.json`)
  for (const tag of Object.keys(json.usingComponents)) if (!used.has(tag)) project.fault(`${unit}.json: component ${tag} is not used`)
  const script = project.read(`${unit}.ts`)
  for (const [, handler] of source.matchAll(/(?:bind|catch)[:a-z]+="(\w+)"/g)) {
    if (!new RegExp(`\\b${handler}\\s*(\\(|:|,)`).test(script)) project.fault(`${unit}.wxml: handler ${handler} is not in ${unit}.ts`)
  }
}
