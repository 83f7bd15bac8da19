const MEBIBYTE = 1024 * 1024
/** What the system or the person may keep from the mini-program; each is asked for once, then remembered. */
const SCOPES = { location: 'scope.userLocation', camera: 'scope.camera', album: 'scope.writePhotosAlbum' }
/** WeChat stops the scripts of a mini-program so many seconds after it went to the background. */
export const BACKGROUND_SECONDS = 5

/** The phone that a test holds: its owner, their answers to WeChat's questions, its network and its storage. */
export class Phone {
  calls = []
  errors = []
  /** Limits of WeChat; a test may lower them. */
  limits = { savedFiles: 200 * MEBIBYTE, storage: 10 * MEBIBYTE, storageKey: MEBIBYTE }
  /** True while the handlers of a tap run, and not after their first `await`. */
  tapping = false
  /** Milliseconds that each upload takes; 0 is as fast as the network. */
  uploadMs = 0
  updateReady = false
  suspended = false
  #listeners = []
  #updateListeners = []
  #themeListeners = []
  #offline = false
  #waiting = []
  #interrupts = new Set()
  /**
   * The owner's answers. A value is the answer, `null` is a refusal, a list is used up one by one.
   * privacy: 'agree' | 'refuse' · location {latitude, longitude, accuracy} · place {name, address, latitude, longitude} ·
   * photos: addresses of pictures · video {address, poster, duration} · scan: text of the code · subscribe: 'accept' | 'reject' · choice: index in a menu ·
   * wechatPhone: number that WeChat knows · permissions: {location|camera|album: 'deny' | 'system'} ·
   * openSetting: permissions that the owner switches on there · login: 'fail' when WeChat gives no code.
   */
  answers = { privacy: 'agree', subscribe: 'accept' }

  constructor() {
    const settings = JSON.parse(localStorage.getItem('phone') ?? '{}')
    this.openid = settings.openid ?? ''
    this.theme = settings.theme ?? 'light'
    this.fontScale = settings.fontScale ?? 1
    Object.assign(this.answers, settings.answers)
    this.apiBase = location.origin
    this.#suspendTimers()
  }

  launchOptions(firstPage) {
    const [path, query = ''] = decodeURIComponent(location.hash.slice(1)).split('?')
    return { path: path || firstPage, query: Object.fromEntries(new URLSearchParams(query)), scene: 1001 }
  }

  /** Returns the answer to one question, or throws what WeChat says when the person goes back. */
  ask(question) {
    let answer = this.answers[question]
    if (Array.isArray(answer) && question !== 'photos') answer = answer.shift()
    if (answer === undefined || answer === null) throw new Error('cancel')
    return answer
  }

  /** Throws as WeChat words it when a scope is refused; `asked` says whether the person was asked just now. */
  permit(scope) {
    const refusal = this.answers.permissions?.[scope]
    if (refusal === 'system') throw new Error('system permission denied')
    if (refusal !== 'deny') return
    const asked = this.authSetting()[SCOPES[scope]] === false
    this.#remember(scope, false)
    throw new Error(asked ? ':auth denied' : 'auth deny')
  }
  authSetting() {
    return JSON.parse(localStorage.getItem('auth-setting') ?? '{}')
  }
  #remember(scope, granted) {
    localStorage.setItem('auth-setting', JSON.stringify({ ...this.authSetting(), [SCOPES[scope]]: granted }))
  }
  /** The settings page of WeChat: switches on what the test says. */
  openSetting() {
    for (const scope of this.answers.openSetting ?? []) {
      delete this.answers.permissions?.[scope]
      this.#remember(scope, true)
    }
    return { authSetting: this.authSetting() }
  }

  /** Files that outlive the app: address → bytes. */
  savedFiles() {
    return JSON.parse(localStorage.getItem('saved-files') ?? '{}')
  }
  keepFile(address, bytes) {
    const files = this.savedFiles()
    const total = Object.values(files).reduce((sum, size) => sum + size, 0)
    if (total + bytes > this.limits.savedFiles) throw new Error('the maximum size of the file storage limit is exceeded')
    localStorage.setItem('saved-files', JSON.stringify({ ...files, [address]: bytes }))
  }
  dropFile(address) {
    const { [address]: size, ...rest } = this.savedFiles()
    if (size === undefined) throw new Error('file not exist')
    localStorage.setItem('saved-files', JSON.stringify(rest))
  }

  get offline() {
    return this.#offline
  }
  set offline(value) {
    this.#offline = value
    for (const listener of this.#listeners) listener({ isConnected: !value, networkType: value ? 'none' : 'wifi' })
  }
  onNetwork(listener) {
    this.#listeners.push(listener)
  }
  onUpdate(listener) {
    this.#updateListeners.push(listener)
    if (this.updateReady) listener()
  }
  /** A new version has been downloaded. */
  update() {
    this.updateReady = true
    for (const listener of this.#updateListeners) listener()
  }
  onTheme(listener) {
    this.#themeListeners.push(listener)
  }
  setTheme(theme) {
    this.theme = theme
    for (const listener of this.#themeListeners) listener({ theme })
  }

  called(name) {
    return this.calls.filter((call) => call.name === name)
  }

  /** Leaves for another app; after `seconds` WeChat stops the scripts and cuts what is under way. */
  leave(seconds = 0) {
    this.router.hide()
    this.app().onHide?.()
    if (seconds >= BACKGROUND_SECONDS) {
      this.suspended = true
      for (const interrupt of [...this.#interrupts]) interrupt()
    }
  }
  comeBack() {
    this.suspended = false
    for (const run of this.#waiting.splice(0)) run()
    this.app().onShow?.(this.launchOptions())
    this.router.show()
  }
  /** Calls `interrupt` when the mini-program is stopped; returns the function that ends this. */
  onInterrupt(interrupt) {
    this.#interrupts.add(interrupt)
    return () => this.#interrupts.delete(interrupt)
  }
  /** Resolves at once, or when the person is back: scripts that are stopped neither call nor hear an answer. */
  awake() {
    return this.suspended ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve()
  }
  /** Timers that end while the scripts are stopped run when the person comes back. */
  #suspendTimers() {
    const original = window.setTimeout.bind(window)
    window.setTimeout = (run, milliseconds, ...rest) => original(() => (this.suspended ? this.#waiting.push(() => run(...rest)) : run(...rest)), milliseconds)
  }

  pull() {
    return this.router.top.instance.onPullDownRefresh?.()
  }
}
