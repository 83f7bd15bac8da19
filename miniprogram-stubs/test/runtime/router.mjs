/** The stack of pages, the tabs (which stay alive), the title bar and the tab bar. */
export class Router {
  #tabs = new Map()

  constructor({ config, makeRoot, configOf, phone }) {
    Object.assign(this, { config, makeRoot, configOf, phone })
    this.stack = []
    this.badges = {}
    document.getElementById('back').addEventListener('click', () => this.back(1))
    phone.onTheme(() => this.#repaint())
  }

  get top() {
    return this.stack[this.stack.length - 1]
  }
  get #tabList() {
    return this.config.app.tabBar?.list ?? []
  }
  #isTab(path) {
    return this.#tabList.some((tab) => tab.pagePath === path)
  }
  pages() {
    return this.stack.map((page) => page.instance)
  }

  launch({ path, query }) {
    this.#push(this.#make(path, query))
  }

  navigate(url) {
    const { path, query } = this.#resolve(url)
    if (this.#isTab(path)) throw new Error('can not navigateTo a tabbar page')
    if (this.stack.length >= 10) throw new Error('webview count limit exceed')
    this.hide()
    this.#push(this.#make(path, query))
  }
  redirect(url) {
    const { path, query } = this.#resolve(url)
    if (this.#isTab(path)) throw new Error('can not redirectTo a tabbar page')
    this.#close(this.stack.pop())
    this.#push(this.#make(path, query))
  }
  relaunch(url) {
    const { path, query } = this.#resolve(url)
    for (const page of new Set([...this.stack, ...this.#tabs.values()])) this.#close(page)
    this.stack = []
    this.#tabs.clear()
    this.#push(this.#make(path, query))
  }
  switchTab(url) {
    const { path } = this.#resolve(url)
    if (!this.#isTab(path)) throw new Error('can not switch to no-tabBar page')
    if (this.top?.path === path) return
    this.hide()
    for (const page of this.stack.splice(0)) if (!this.#isTab(page.path)) this.#close(page)
    const kept = this.#tabs.get(path)
    this.#push(kept ?? this.#make(path, {}))
  }
  back(delta) {
    if (this.stack.length <= 1) throw new Error('cannot navigate back at first page')
    for (let i = 0; i < delta && this.stack.length > 1; i += 1) this.#close(this.stack.pop())
    this.show()
  }

  hide() {
    const page = this.top
    if (!page) return
    page.instance.onHide?.()
    page.root.getComponent().triggerPageLifetime('hide', [])
    page.element.hidden = true
  }
  show() {
    const page = this.top
    page.element.hidden = false
    page.instance.onShow?.()
    page.root.getComponent().triggerPageLifetime('show', [])
    this.drawFrame()
  }

  #resolve(url) {
    const [raw, search = ''] = url.split('?')
    const path = raw.startsWith('/') ? raw.slice(1) : new URL(raw, `http://x/${this.top?.path ?? ''}`).pathname.slice(1)
    if (!this.config.pages.includes(path)) throw new Error(`page "${path}" is not found`)
    const query = {}
    // WeChat hands the values over as they stand in the address, still encoded.
    for (const pair of search.split('&').filter(Boolean)) {
      const at = pair.indexOf('=')
      query[at < 0 ? pair : pair.slice(0, at)] = at < 0 ? '' : pair.slice(at + 1)
    }
    return { path, query }
  }

  #make(path, query) {
    const element = document.createElement('div')
    element.className = 'mp-page'
    element.dataset.page = path
    const place = element.appendChild(document.createElement('span'))
    document.getElementById('stack').append(element)
    const root = this.makeRoot(`/${path}`)
    const instance = root.get()
    const settings = { ...this.config.app.window, ...this.configOf(path) }
    this.#paint(element, settings)
    const page = { path, element, root, instance, settings, fresh: true, query }
    instance.route = path
    instance.options = query
    element.addEventListener('scroll', () => {
      const near = element.scrollTop + element.clientHeight >= element.scrollHeight - (settings.onReachBottomDistance ?? 50)
      if (near && !page.wasNear) instance.onReachBottom?.()
      page.wasNear = near
    })
    root.attach(element, place)
    if (this.#isTab(path)) this.#tabs.set(path, page)
    return page
  }
  #push(page) {
    this.stack.push(page)
    const fresh = page.fresh
    page.fresh = false
    if (fresh) page.instance.onLoad?.(page.query)
    // onLoad may already have gone elsewhere.
    if (this.top !== page) return
    this.show()
    if (fresh) requestAnimationFrame(() => page.instance.onReady?.())
  }
  #close(page) {
    page.instance.onUnload?.()
    page.element.remove()
    page.root.release()
    this.#tabs.delete(page.path)
  }

  setTitle(text) {
    this.top.settings.navigationBarTitleText = text
    this.drawFrame()
  }
  /** A value of app.json or a page's JSON; `@name` is looked up in theme.json. */
  #themed(value) {
    return value?.startsWith('@') ? this.config.theme[this.phone.theme][value.slice(1)] : value
  }
  #paint(element, settings) {
    element.style.backgroundColor = this.#themed(settings.backgroundColor) ?? '#fff'
  }
  /** The theme of the phone has changed: the colours of `theme.json` follow. */
  #repaint() {
    for (const { element, settings } of new Set([...this.stack, ...this.#tabs.values()])) this.#paint(element, settings)
    this.drawFrame()
  }
  drawFrame() {
    const { settings, path } = this.top
    document.title = settings.navigationBarTitleText ?? ''
    document.getElementById('title').textContent = document.title
    const nav = document.getElementById('nav')
    nav.style.background = this.#themed(settings.navigationBarBackgroundColor) ?? '#000'
    nav.style.color = this.#themed(settings.navigationBarTextStyle) === 'black' ? '#000' : '#fff'
    document.getElementById('back').hidden = this.stack.length < 2
    const bar = document.getElementById('tabbar')
    bar.hidden = !this.#isTab(path)
    bar.style.background = this.#themed(this.config.app.tabBar?.backgroundColor) ?? '#fff'
    bar.replaceChildren(...this.#tabList.map((tab, index) => this.#tab(tab, index)))
  }
  #tab(tab, index) {
    const { color, selectedColor } = this.config.app.tabBar
    const chosen = tab.pagePath === this.top.path
    const button = document.createElement('button')
    button.style.color = this.#themed(chosen ? selectedColor : color)
    if (tab.iconPath) button.append(Object.assign(document.createElement('img'), { src: `/files/${chosen ? tab.selectedIconPath : tab.iconPath}`, alt: '' }))
    button.append(Object.assign(document.createElement('span'), { textContent: tab.text }))
    if (this.badges[index]) button.append(Object.assign(document.createElement('span'), { className: 'badge', textContent: this.badges[index] }))
    button.addEventListener('click', () => this.switchTab(`/${tab.pagePath}`))
    return button
  }
}
