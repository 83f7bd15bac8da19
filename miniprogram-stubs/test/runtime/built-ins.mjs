// The built-in tags, each with what the pages use of it.
import { builtInTags } from '../compile/tags.mjs'

export { builtInTags }

const fire = (component, name, detail = {}) => component.triggerEvent(name, detail, { bubbles: false, composed: false })

/** tag → { properties, draw(component, element) → { property: (value) => … } } */
const tags = {
  image: {
    properties: { src: String, mode: String, lazyLoad: Boolean, showMenuByLongpress: Boolean },
    draw(component, element) {
      const picture = element.appendChild(document.createElement('img'))
      picture.alt = ''
      picture.onload = () => fire(component, 'load', { width: picture.naturalWidth, height: picture.naturalHeight })
      picture.onerror = () => fire(component, 'error', { errMsg: 'load fail' })
      return {
        src: (value) => {
          if (value) picture.src = /^(https?:|blob:|data:)/.test(value) ? value : `/files${value}`
          else picture.removeAttribute('src')
        },
        mode: (value) => element.setAttribute('mode', value),
      }
    },
  },
  input: {
    properties: {
      value: String,
      type: String,
      placeholder: String,
      placeholderClass: String,
      placeholderStyle: String,
      maxlength: Number,
      disabled: Boolean,
      focus: Boolean,
      confirmType: String,
    },
    draw: (component, element) => field(component, element, 'input'),
  },
  textarea: {
    properties: {
      value: String,
      placeholder: String,
      placeholderClass: String,
      placeholderStyle: String,
      maxlength: Number,
      disabled: Boolean,
      autoHeight: Boolean,
      focus: Boolean,
      showConfirmBar: Boolean,
      cursorSpacing: Number,
    },
    draw: (component, element) => field(component, element, 'textarea'),
  },
  switch: {
    properties: { checked: Boolean, disabled: Boolean, color: String },
    draw(component, element) {
      const box = element.appendChild(document.createElement('input'))
      box.type = 'checkbox'
      box.onchange = () => fire(component, 'change', { value: box.checked })
      return {
        checked: (value) => {
          box.checked = value
        },
        disabled: (value) => {
          box.disabled = value
        },
        color: (value) => {
          if (value) element.style.setProperty('--switch', value)
        },
      }
    },
  },
  button: {
    properties: { type: String, size: String, openType: String, disabled: Boolean, loading: Boolean, plain: Boolean, hoverClass: String },
    draw(component, element) {
      const flag = (name) => (value) => {
        if (value) element.dataset[name] = ''
        else delete element.dataset[name]
      }
      element.addEventListener('click', () => {
        if (!component.data.disabled) void window.wx.openByButton(component.data.openType, (name, detail) => fire(component, name, detail))
      })
      // A disabled button does not hear the finger.
      element.addEventListener(
        'touchstart',
        (event) => {
          if (component.data.disabled) event.stopPropagation()
        },
        true,
      )
      return { disabled: flag('disabled'), loading: flag('loading'), size: (value) => value && element.setAttribute('size', value) }
    },
  },
  picker: {
    properties: { mode: { type: String, value: 'selector' }, range: Array, rangeKey: String, value: null, disabled: Boolean, start: String, end: String },
    draw(component, element) {
      const kind = component.data.mode === 'selector' ? 'select' : 'input'
      const control = element.appendChild(document.createElement(kind))
      if (kind === 'input') control.type = component.data.mode
      const options = () => {
        if (kind === 'input') return
        control.replaceChildren(
          ...(component.data.range ?? []).map((item, index) => new Option(component.data.rangeKey ? item[component.data.rangeKey] : item, String(index))),
        )
        control.value = String(component.data.value ?? 0)
      }
      control.onchange = () => fire(component, 'change', { value: control.value })
      return {
        range: options,
        rangeKey: options,
        value: (value) => {
          if (value !== null && value !== undefined) control.value = String(value)
        },
      }
    },
  },
  map: {
    properties: { latitude: Number, longitude: Number, scale: Number, markers: Array, enableScroll: Boolean, enableZoom: Boolean },
    draw(component, element) {
      const text = element.appendChild(document.createElement('span'))
      const show = () => {
        const { latitude, longitude, markers } = component.data
        text.textContent = `地图 ${latitude?.toFixed(4)}, ${longitude?.toFixed(4)} · ${markers?.length ?? 0}`
      }
      return { latitude: show, longitude: show, markers: show }
    },
  },
  video: {
    properties: { src: String, poster: String, controls: Boolean, objectFit: String },
    draw(component, element) {
      const player = element.appendChild(document.createElement('video'))
      player.preload = 'none'
      const set = (name) => (value) => {
        if (value) player[name] = value
        else player.removeAttribute(name)
      }
      return { src: set('src'), poster: set('poster'), controls: (value) => (player.controls = Boolean(value)) }
    },
  },
  navigator: {
    properties: { url: String, openType: { type: String, value: 'navigate' }, hoverClass: String },
    draw(component, element) {
      element.addEventListener('click', () => {
        const go = { navigate: 'navigateTo', redirect: 'redirectTo', switchTab: 'switchTab', reLaunch: 'reLaunch' }[component.data.openType]
        void window.wx[go]({ url: component.data.url })
      })
      return {}
    },
  },
  'scroll-view': {
    properties: { scrollX: Boolean, scrollY: Boolean, enhanced: Boolean, showScrollbar: Boolean, scrollIntoView: String },
    draw: () => ({}),
  },
  progress: {
    properties: { percent: Number, strokeWidth: Number, activeColor: String, backgroundColor: String },
    draw(component, element) {
      const bar = element.appendChild(document.createElement('progress'))
      bar.max = 100
      return {
        percent: (value) => {
          bar.value = value ?? 0
        },
      }
    },
  },
  'page-meta': {
    properties: { pageStyle: String },
    draw(component, element) {
      return {
        pageStyle: (value) =>
          queueMicrotask(() => {
            const page = element.closest('.mp-page')
            if (page) page.style.cssText = `background-color:${page.style.backgroundColor};${value ?? ''}`
          }),
      }
    },
  },
  label: {
    properties: { for: String },
    draw(component, element) {
      element.addEventListener('click', (event) => {
        if (!event.target.closest('input')) element.querySelector('input')?.click()
      })
      return {}
    },
  },
  view: { properties: { hoverClass: String, hoverStayTime: Number }, draw: () => ({}) },
  text: { properties: { userSelect: Boolean, decode: Boolean }, draw: () => ({}) },
}

function field(component, element, tag) {
  const control = element.appendChild(document.createElement(tag))
  control.oninput = () => fire(component, 'input', { value: control.value, cursor: control.selectionStart })
  control.onfocus = () => fire(component, 'focus', { value: control.value, height: 0 })
  control.onblur = () => fire(component, 'blur', { value: control.value })
  control.onkeydown = (event) => {
    if (event.key === 'Enter' && tag === 'input') fire(component, 'confirm', { value: control.value })
  }
  const grow = () => {
    if (component.data.autoHeight) {
      element.style.height = 'auto'
      control.style.height = 'auto'
      control.style.height = `${control.scrollHeight}px`
    }
  }
  return {
    // A value that the page sets while the person types arrives late and moves the cursor to the end, even if it is the same.
    value: (value) => {
      const text = value ?? ''
      if (control.value !== text) control.value = text
      if (document.activeElement === control) control.setSelectionRange(text.length, text.length)
      grow()
    },
    placeholder: (value) => {
      control.placeholder = value ?? ''
    },
    maxlength: (value) => {
      if (value > 0) control.maxLength = value
    },
    disabled: (value) => {
      control.disabled = value
    },
    type: (value) => {
      if (value === 'number' || value === 'digit') control.inputMode = 'numeric'
    },
  }
}

export function defineBuiltIns(space) {
  for (const tag of builtInTags) {
    const { properties, draw } = tags[tag] ?? { properties: {}, draw: () => ({}) }
    const all = { hidden: Boolean, ariaRole: String, ariaLabel: String, ...properties }
    const definition = space.defineComponent({
      is: `wx://built-in/${tag}`,
      properties: all,
      observers: Object.fromEntries(
        Object.keys(all).map((name) => [
          name,
          function (value) {
            this.__draw?.[name]?.(value)
          },
        ]),
      ),
      lifetimes: {
        attached() {
          const element = this.getBackendElement()
          const attribute = (name) => (value) => {
            if (value) element.setAttribute(name, value)
          }
          this.__draw = {
            ariaRole: attribute('role'),
            ariaLabel: attribute('aria-label'),
            hidden: (value) => {
              element.hidden = Boolean(value)
            },
            ...draw(this, element),
          }
          for (const [name, set] of Object.entries(this.__draw))
            if (this.data[name] !== undefined && (name !== 'hidden' || this.data[name])) set(this.data[name])
        },
      },
    })
    space.setGlobalUsingComponent(tag, definition)
  }
}
