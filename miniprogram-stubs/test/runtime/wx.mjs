// wx.* for a browser: promise or callbacks, the same error texts. A function that is not here is undefined, so a
// page that calls it fails loudly.

/** Each function both ways: with callbacks it returns nothing, without it returns a promise. */
function bothWays(name, run, phone) {
  return (options = {}) => {
    phone.calls.push({ name, options })
    const result = Promise.resolve()
      .then(() => run(options))
      .then(
        (value) => ({ errMsg: `${name}:ok`, ...value }),
        (error) => {
          throw Object.assign(new Error(`${name}:fail`), { errMsg: `${name}:fail ${error?.message ?? error}`, errno: error?.errno })
        },
      )
    if (!options.success && !options.fail && !options.complete) return result
    result
      .then(
        (value) => options.success?.(value),
        (error) => options.fail?.(error),
      )
      .finally(() => options.complete?.())
    return undefined
  }
}

export function makeWx({ router, app, phone }) {
  const functions = { ...network(phone), ...device(app, phone), ...navigation(router), ...dialogs(phone) }
  const wx = Object.fromEntries(Object.entries(functions).map(([name, run]) => [name, bothWays(name, run, phone)]))
  return Object.assign(wx, storage(), environment(router), uploads(phone), {
    getFileSystemManager: () => files(phone),
    onNetworkStatusChange: (listener) => phone.onNetwork(listener),
    openByButton: (openType, fire) => openByButton(openType, fire, phone),
  })
}

const DISCONNECTED = 'net::ERR_INTERNET_DISCONNECTED'

function network(phone) {
  return {
    async request({ url, method = 'GET', data, header = {}, timeout = 60_000 }) {
      if (phone.offline) throw new Error(DISCONNECTED)
      if (['PATCH'].includes(method)) throw new Error('invalid method')
      const body = data === undefined ? undefined : typeof data === 'string' ? data : JSON.stringify(data)
      const headers = { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...header }
      const answer = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(timeout) })
      const text = await answer.text()
      return { statusCode: answer.status, header: Object.fromEntries(answer.headers), data: parsed(text), cookies: [] }
    },
    getNetworkType: () => ({ networkType: phone.offline ? 'none' : 'wifi' }),
  }
}

const parsed = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** uploadFile gives back a task at once, with progress on the way. */
function uploads(phone) {
  return {
    uploadFile(options) {
      phone.calls.push({ name: 'uploadFile', options })
      const request = new XMLHttpRequest()
      const listeners = []
      const fail = (why) => {
        options.fail?.({ errMsg: `uploadFile:fail ${why}` })
        options.complete?.()
      }
      const send = async () => {
        if (phone.offline) return fail(DISCONNECTED)
        const form = new FormData()
        for (const [name, value] of Object.entries(options.formData ?? {})) form.append(name, value)
        form.append(options.name, await (await fetch(options.filePath)).blob(), 'tmp_photo')
        request.open('POST', options.url)
        for (const [name, value] of Object.entries(options.header ?? {})) request.setRequestHeader(name, value)
        request.upload.onprogress = (event) =>
          listeners.forEach((listen) =>
            listen({ progress: Math.round((event.loaded / event.total) * 100), totalBytesSent: event.loaded, totalBytesExpectedToSend: event.total }),
          )
        request.onload = () => {
          options.success?.({ statusCode: request.status, data: request.responseText, errMsg: 'uploadFile:ok' })
          options.complete?.()
        }
        request.onerror = () => fail('net::ERR_CONNECTION_REFUSED')
        request.onabort = () => fail('abort')
        request.send(form)
      }
      void send()
      return { onProgressUpdate: (listener) => listeners.push(listener), abort: () => request.abort() }
    },
  }
}

function device(app, phone) {
  const declared = (name) => {
    if (!(app.requiredPrivateInfos ?? []).includes(name)) throw new Error('the api need to be declared in the requiredPrivateInfos field in app.json')
    if (phone.answers.privacy !== 'agree') throw Object.assign(new Error('privacy permission is not authorized'), { errno: 104 })
  }
  return {
    async login() {
      if (phone.offline) throw new Error(DISCONNECTED)
      return sandbox('/sandbox/login-codes', { openid: phone.openid })
    },
    getLocation() {
      declared('getLocation')
      return { speed: 0, altitude: 0, verticalAccuracy: 0, horizontalAccuracy: 0, ...phone.ask('location') }
    },
    chooseLocation() {
      declared('chooseLocation')
      return phone.ask('place')
    },
    async chooseMedia({ count = 9 }) {
      const files = await Promise.all(
        phone
          .ask('photos')
          .slice(0, count)
          .map(async (address) => {
            const picture = await (await fetch(address)).blob()
            return { tempFilePath: URL.createObjectURL(picture), size: picture.size, fileType: 'image' }
          }),
      )
      return { type: 'image', tempFiles: files }
    },
    previewImage: () => ({}),
    scanCode: () => ({ scanType: 'QR_CODE', charSet: 'UTF-8', result: phone.ask('scan') }),
    requestSubscribeMessage: ({ tmplIds }) => Object.fromEntries(tmplIds.map((id) => [id, phone.ask('subscribe')])),
    openLocation: () => ({}),
    makePhoneCall: () => ({}),
    setClipboardData: () => ({}),
    openPrivacyContract: () => ({}),
    getPrivacySetting: () => ({ needAuthorization: phone.answers.privacy !== 'agree', privacyContractName: '《代表直通用户隐私保护指引》' }),
    openSetting: () => ({ authSetting: {} }),
    getSetting: () => ({ authSetting: {} }),
    vibrateShort: () => ({}),
  }
}

/** Files that outlive the app: kept by the test's server, under an address as opaque as WeChat's own. */
function files(phone) {
  const run = {
    async saveFile({ tempFilePath }) {
      const picture = await (await fetch(tempFilePath)).blob()
      const savedFilePath = `${location.origin}/saved/${crypto.randomUUID()}`
      await fetch(savedFilePath, { method: 'PUT', body: picture })
      return { savedFilePath }
    },
    async removeSavedFile({ filePath }) {
      await fetch(filePath, { method: 'DELETE' })
    },
  }
  return Object.fromEntries(Object.entries(run).map(([name, action]) => [name, bothWays(name, action, phone)]))
}

async function sandbox(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}`)
  return answer.json()
}

async function openByButton(openType, fire, phone) {
  const kinds = (openType ?? '').split('|')
  if (kinds.includes('agreePrivacyAuthorization')) {
    phone.answers.privacy = 'agree'
    fire('agreeprivacyauthorization')
  }
  if (kinds.includes('getPhoneNumber')) {
    if (!phone.answers.wechatPhone) return fire('getphonenumber', { errMsg: 'getPhoneNumber:fail user deny' })
    const { code } = await sandbox('/sandbox/phone-codes', { openid: phone.openid, phone: phone.answers.wechatPhone })
    fire('getphonenumber', { errMsg: 'getPhoneNumber:ok', code })
  }
}

function navigation(router) {
  return {
    navigateTo: ({ url }) => router.navigate(url),
    redirectTo: ({ url }) => router.redirect(url),
    reLaunch: ({ url }) => router.relaunch(url),
    switchTab: ({ url }) => router.switchTab(url),
    navigateBack: ({ delta = 1 }) => router.back(delta),
    setNavigationBarTitle: ({ title }) => router.setTitle(title),
    startPullDownRefresh: () => router.top.instance.onPullDownRefresh?.(),
    stopPullDownRefresh: () => ({}),
    pageScrollTo: ({ selector, scrollTop = 0 }) => {
      const page = router.top.element
      if (selector) page.querySelector(selector)?.scrollIntoView()
      else page.scrollTop = scrollTop
    },
    setTabBarBadge: ({ index, text }) => {
      router.badges[index] = text
      router.drawFrame()
    },
    removeTabBarBadge: ({ index }) => {
      delete router.badges[index]
      router.drawFrame()
    },
  }
}

function dialogs(phone) {
  const ui = document.getElementById('ui')
  const toast = (text, milliseconds) => {
    ui.querySelector('.toast')?.remove()
    const box = ui.appendChild(Object.assign(document.createElement('div'), { className: 'toast', textContent: text }))
    if (milliseconds) setTimeout(() => box.remove(), milliseconds)
  }
  const dialog = (kind, { title = '', content = '' }, choices) =>
    new Promise((resolve) => {
      const mask = ui.appendChild(Object.assign(document.createElement('div'), { className: `mask ${kind}` }))
      const box = mask.appendChild(Object.assign(document.createElement('div'), { className: 'dialog' }))
      if (title) box.append(Object.assign(document.createElement('h3'), { textContent: title }))
      if (content) box.append(Object.assign(document.createElement('p'), { textContent: content }))
      for (const [text, value] of choices) {
        const button = box.appendChild(Object.assign(document.createElement('button'), { textContent: text }))
        button.onclick = () => {
          mask.remove()
          resolve(value)
        }
      }
    })
  return {
    showToast: ({ title, duration = 1500 }) => toast(title, duration),
    hideToast: () => ui.querySelector('.toast')?.remove(),
    showLoading: ({ title }) => toast(title, 0),
    hideLoading: () => ui.querySelector('.toast')?.remove(),
    showModal: async ({ title, content, cancelText = '取消', confirmText = '确定', showCancel = true }) => {
      const confirm = await dialog('', { title, content }, [...(showCancel ? [[cancelText, false]] : []), [confirmText, true]])
      return { confirm, cancel: !confirm }
    },
    showActionSheet: async ({ itemList }) => {
      if (phone.answers.choice !== undefined) return { tapIndex: phone.ask('choice') }
      const tapIndex = await dialog('sheet', {}, [...itemList.map((item, index) => [item, index]), ['取消', -1]])
      if (tapIndex < 0) throw new Error('cancel')
      return { tapIndex }
    },
  }
}

function storage() {
  const PREFIX = 'mp:'
  const read = (key) => {
    const text = localStorage.getItem(PREFIX + key)
    return text === null ? '' : JSON.parse(text)
  }
  return {
    getStorageSync: read,
    setStorageSync: (key, data) => localStorage.setItem(PREFIX + key, JSON.stringify(data)),
    removeStorageSync: (key) => localStorage.removeItem(PREFIX + key),
  }
}

function environment(router) {
  return {
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wx0', envVersion: 'develop', version: '' } }),
    getWindowInfo: () => ({ windowWidth: innerWidth, windowHeight: innerHeight - 44, pixelRatio: devicePixelRatio }),
    getDeviceInfo: () => ({ platform: 'devtools', brand: 'browser', model: 'browser', system: 'browser' }),
    canIUse: () => true,
    nextTick: (run) => queueMicrotask(run),
    createSelectorQuery: () => router.top.instance.createSelectorQuery(),
  }
}
