// Runs the compiled mini-program in one browser page. What only a phone can do is answered by `window.phone`.
import * as adapter from 'glass-easel-miniprogram-adapter'
import * as glassEasel from 'glass-easel'
import { defineBuiltIns, builtInTags } from './built-ins.mjs'
import { Phone } from './phone.mjs'
import { makeWx } from './wx.mjs'
import { Router } from './router.mjs'

const phone = new Phone()
window.phone = phone
window.addEventListener('error', (event) => {
  phone.errors.push(String(event.error?.stack ?? event.message))
  phone.app?.().onError?.(String(event.error?.stack ?? event.message))
})
window.addEventListener('unhandledrejection', (event) => {
  phone.errors.push(describe(event.reason))
  phone.app?.().onUnhandledRejection?.({ reason: describe(event.reason), promise: event.promise })
})

const describe = (reason) => String(reason?.stack ?? reason?.errMsg ?? reason)
let codeSpace
let templates

export function start(config, runApp, runUnits) {
  templates = config.templates
  const environment = new adapter.MiniProgramEnv()
  codeSpace = environment.createCodeSpace('', true)
  defineBuiltIns(codeSpace.getComponentSpace())
  const backend = environment.associateBackend(webBackend())

  let app = {}
  window.App = (options) => {
    app = options
  }
  window.getApp = () => app
  const makeRoot = (unit) => backend.createRoot('mp-root', codeSpace, unit)
  const router = new Router({ config, makeRoot, configOf: (page) => codeSpace.getComponentStaticConfig(page), phone })
  phone.router = router
  phone.app = () => app
  window.getCurrentPages = () => router.pages()
  window.wx = makeWx({ router, app: config.app, phone })
  window.requirePlugin = (name) => requirePlugin(name, phone)
  runApp()
  runUnits()
  const launch = phone.launchOptions(config.pages[0])
  app.onLaunch?.(launch)
  app.onShow?.(launch)
  router.launch(launch)
}

/** WeChat's speech recognition, as far as it is used; `answers.speech` is what it understands. Absent unless a test adds it. */
function requirePlugin(name, phone) {
  if (name !== 'WechatSI' || phone.answers.speech === undefined) throw new Error(`plugin ${name} is not declared`)
  const manager = {
    start: (options) => phone.calls.push({ name: 'startRecognition', options }),
    stop: () => setTimeout(() => (phone.answers.speech === '' ? manager.onError({ msg: 'nothing' }) : manager.onStop({ result: phone.answers.speech }))),
  }
  return { getRecordRecognitionManager: () => manager }
}

export function define(unit, json, scope, run) {
  codeSpace.addComponentStaticConfig(unit, json)
  codeSpace.addCompiledTemplate(unit, { groupList: templates, content: templates[unit] })
  codeSpace.addStyleSheet(unit, undefined, scope || undefined)
  codeSpace.componentEnv(unit, (environment) => {
    const outer = [window.Page, window.Component, window.Behavior]
    window.Page = (options) => environment.Page(options)
    window.Component = (options) => environment.Component(options)
    window.Behavior = (options) => environment.Behavior(options)
    try {
      run()
    } catch (error) {
      phone.errors.push(`${unit}: ${describe(error)}`)
    }
    ;[window.Page, window.Component, window.Behavior] = outer
  })
}

function webBackend() {
  const backend = new glassEasel.CurrentWindowBackendContext()
  // The element of <view> is <wx-view>, as in WeChat's own web view.
  backend.document = {
    createElement: (tag) => document.createElement(builtInTags.includes(tag) ? `wx-${tag}` : tag),
    createTextNode: (text) => document.createTextNode(text),
    createDocumentFragment: () => document.createDocumentFragment(),
  }
  // The browser's own input and change must not reach bind:input: the built-in tags fire those themselves.
  const listen = backend.setListenerStats.bind(backend)
  backend.setListenerStats = (element, type, capture, stats) => {
    if (/^(touch|transition|animation)/.test(type)) listen(element, type, capture, stats)
  }
  backend.onEvent((target, type, detail, options) => {
    const event = new glassEasel.Event(type, detail, options)
    phone.tapping = type === 'tap'
    try {
      glassEasel.Event.dispatchEvent(target, event)
    } finally {
      phone.tapping = false
    }
    return event.defaultPrevented() ? glassEasel.EventBubbleStatus.NoDefault : glassEasel.EventBubbleStatus.Normal
  })
  return backend
}
