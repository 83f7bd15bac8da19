/** The phone in the hand of a test: who holds it, what he answers when he is asked, and whether it has a network. */
export class Phone {
  calls = []
  errors = []
  #listeners = []
  #offline = false
  /**
   * What the person does when the phone asks. A value is the answer, `null` is a refusal, a list is used up one by one.
   * privacy: 'agree' | 'refuse' · location {latitude, longitude, accuracy} · place {name, address, latitude, longitude} ·
   * photos: addresses of pictures · scan: text of the code · subscribe: 'accept' | 'reject' · choice: index in a menu ·
   * wechatPhone: number that WeChat knows.
   */
  answers = { privacy: 'agree', subscribe: 'accept' }

  constructor() {
    const settings = JSON.parse(localStorage.getItem('phone') ?? '{}')
    this.openid = settings.openid ?? ''
    Object.assign(this.answers, settings.answers)
    this.apiBase = location.origin
  }

  launchOptions(firstPage) {
    const [path, query = ''] = decodeURIComponent(location.hash.slice(1)).split('?')
    return { path: path || firstPage, query: Object.fromEntries(new URLSearchParams(query)), scene: 1001 }
  }

  /** The answer to one question; throws what WeChat says when the person refuses. */
  ask(question) {
    let answer = this.answers[question]
    if (Array.isArray(answer) && question !== 'photos') answer = answer.shift()
    if (answer === undefined || answer === null) throw new Error('cancel')
    return answer
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

  called(name) {
    return this.calls.filter((call) => call.name === name)
  }

  /** Leaves for another app, and comes back. */
  leave() {
    this.router.hide()
    this.app().onHide?.()
  }
  comeBack() {
    this.app().onShow?.(this.launchOptions())
    this.router.show()
  }

  pull() {
    return this.router.top.instance.onPullDownRefresh?.()
  }
}
