// wx.* for a browser: promise or callbacks, the same error texts. A function that is not here is undefined, so a
// page that calls it fails loudly.

/** Each function both ways: with callbacks it returns nothing, without it returns a promise. */
function bothWays(name, run, phone) {
  return (options = {}) => {
    phone.calls.push({ name, options })
    const { tapping } = phone
    const result = phone
      .awake()
      .then(() => run(options, { tapping }))
      .finally(() => phone.awake())
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
  return Object.assign(wx, storage(phone), environment(router, phone), uploads(phone), {
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
      const stop = new AbortController()
      const finished = phone.onInterrupt(() => stop.abort(new Error('interrupted')))
      try {
        const answer = await fetch(url, { method, headers, body, signal: AbortSignal.any([stop.signal, AbortSignal.timeout(timeout)]) })
        const text = await answer.text()
        return { statusCode: answer.status, header: Object.fromEntries(answer.headers), data: parsed(text), cookies: [] }
      } finally {
        finished()
      }
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
      let over = false
      const finished = phone.onInterrupt(() => fail('interrupted'))
      const finish = (report) => {
        if (over) return
        over = true
        finished()
        void phone.awake().then(() => {
          report()
          options.complete?.()
        })
      }
      const fail = (why) => finish(() => options.fail?.({ errMsg: `uploadFile:fail ${why}` }))
      const progress = (event) => ({
        progress: Math.round((event.loaded / event.total) * 100),
        totalBytesSent: event.loaded,
        totalBytesExpectedToSend: event.total,
      })
      const send = async () => {
        await phone.awake()
        if (phone.offline) return fail(DISCONNECTED)
        const file = await fetch(options.filePath).catch(() => undefined)
        if (!file?.ok) return fail("file doesn't exist")
        const form = new FormData()
        for (const [name, value] of Object.entries(options.formData ?? {})) form.append(name, value)
        form.append(options.name, await file.blob(), 'tmp_photo')
        if (phone.uploadMs > 0) await new Promise((resolve) => setTimeout(resolve, phone.uploadMs))
        if (over) return
        request.open('POST', options.url)
        for (const [name, value] of Object.entries(options.header ?? {})) request.setRequestHeader(name, value)
        if (options.timeout) request.timeout = options.timeout
        request.upload.onprogress = (event) => listeners.forEach((listen) => listen(progress(event)))
        request.onload = () => finish(() => options.success?.({ statusCode: request.status, data: request.responseText, errMsg: 'uploadFile:ok' }))
        request.onerror = () => fail('net::ERR_CONNECTION_REFUSED')
        request.ontimeout = () => fail('timeout')
        request.onabort = () => fail('abort')
        request.send(form)
      }
      void send()
      return {
        onProgressUpdate: (listener) => listeners.push(listener),
        abort: () => {
          fail('abort')
          request.abort()
        },
      }
    },
  }
}

function device(app, phone) {
  const declared = (name) => {
    if (!(app.requiredPrivateInfos ?? []).includes(name)) throw new Error('the api need to be declared in the requiredPrivateInfos field in app.json')
    agreed()
  }
  const agreed = () => {
    if (phone.answers.privacy !== 'agree') throw Object.assign(new Error('privacy permission is not authorized'), { errno: 104 })
  }
  return {
    async login() {
      if (phone.offline) throw new Error(DISCONNECTED)
      if (phone.answers.login === 'fail') throw new Error('login failed')
      return sandbox('/sandbox/login-codes', { openid: phone.openid })
    },
    getLocation() {
      declared('getLocation')
      phone.permit('location')
      return { speed: 0, altitude: 0, verticalAccuracy: 0, horizontalAccuracy: 0, ...phone.ask('location') }
    },
    chooseLocation() {
      declared('chooseLocation')
      phone.permit('location')
      return phone.ask('place')
    },
    async chooseMedia({ count = 9, mediaType = ['image', 'video'], sourceType = ['album', 'camera'], maxDuration = 10 }) {
      agreed()
      if (maxDuration < 3 || maxDuration > 60) throw new Error('parameter error: maxDuration should be between 3 and 60')
      if (sourceType.includes('camera')) phone.permit('camera')
      if (mediaType.includes('video')) return chosenVideo(phone)
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
    async getImageInfo({ src }) {
      const picture = await createImageBitmap(await (await fetch(src)).blob())
      return { width: picture.width, height: picture.height, path: src, orientation: 'up', type: 'jpeg' }
    },
    async canvasToTempFilePath({ canvas, quality }) {
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
      return { tempFilePath: URL.createObjectURL(blob) }
    },
    scanCode: () => {
      phone.permit('camera')
      return { scanType: 'QR_CODE', charSet: 'UTF-8', result: phone.ask('scan') }
    },
    requestSubscribeMessage({ tmplIds }, { tapping }) {
      if (!tapping) throw new Error('can only be invoked by user TAP gesture.')
      if (tmplIds.length > 5) throw Object.assign(new Error('tmplIds count exceed limit'), { errno: 20003 })
      return Object.fromEntries(tmplIds.map((id) => [id, phone.ask('subscribe')]))
    },
    openLocation({ latitude, longitude }) {
      if (typeof latitude !== 'number' || typeof longitude !== 'number') throw new Error('parameter error: latitude and longitude should be Number')
    },
    makePhoneCall: () => ({}),
    saveImageToPhotosAlbum() {
      agreed()
      phone.permit('album')
    },
    setClipboardData: () => ({}),
    openPrivacyContract: () => ({}),
    getPrivacySetting: () => ({ needAuthorization: phone.answers.privacy !== 'agree', privacyContractName: '《代表直通用户隐私保护指引》' }),
    openSetting: () => phone.openSetting(),
    getSetting: () => ({ authSetting: phone.authSetting() }),
    vibrateShort: () => ({}),
  }
}

/** A video with the picture that WeChat makes of it; one of the album may be longer than `maxDuration`. */
async function chosenVideo(phone) {
  const { address, poster, duration } = phone.ask('video')
  const [video, picture] = await Promise.all([address, poster].map(async (file) => (await fetch(file)).blob()))
  const tempFile = { size: video.size, duration, width: 1280, height: 720, fileType: 'video' }
  return { type: 'video', tempFiles: [{ ...tempFile, tempFilePath: URL.createObjectURL(video), thumbTempFilePath: URL.createObjectURL(picture) }] }
}

/** Files that outlive the app: kept by the test's server, under an address as opaque as WeChat's own. */
function files(phone) {
  const run = {
    async saveFile({ tempFilePath }) {
      const picture = await (await fetch(tempFilePath)).blob()
      const savedFilePath = `${location.origin}/saved/${crypto.randomUUID()}`
      phone.keepFile(savedFilePath, picture.size)
      await fetch(savedFilePath, { method: 'PUT', body: picture })
      return { savedFilePath }
    },
    async removeSavedFile({ filePath }) {
      phone.dropFile(filePath)
      await fetch(filePath, { method: 'DELETE' })
    },
    getSavedFileList: () => ({ fileList: Object.entries(phone.savedFiles()).map(([filePath, size]) => ({ filePath, size, createTime: 0 })) }),
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

function storage(phone) {
  const PREFIX = 'mp:'
  const read = (key) => {
    const text = localStorage.getItem(PREFIX + key)
    return text === null ? '' : JSON.parse(text)
  }
  const total = () =>
    Object.entries(localStorage)
      .filter(([key]) => key.startsWith(PREFIX))
      .reduce((sum, [, text]) => sum + text.length, 0)
  return {
    getStorageSync: read,
    setStorageSync(key, data) {
      const text = JSON.stringify(data)
      phone.calls.push({ name: 'setStorageSync', options: { key } })
      if (text.length > phone.limits.storageKey) throw new Error('setStorageSync:fail entry size limit reached')
      if (total() + text.length > phone.limits.storage) throw new Error('setStorageSync:fail exceed storage max size 10Mb')
      localStorage.setItem(PREFIX + key, text)
    },
    removeStorageSync: (key) => localStorage.removeItem(PREFIX + key),
  }
}

function environment(router, phone) {
  return {
    getAccountInfoSync: () => ({ miniProgram: { appId: 'wx0', envVersion: 'develop', version: '' } }),
    getWindowInfo: () => ({ windowWidth: innerWidth, windowHeight: innerHeight - 44, pixelRatio: devicePixelRatio }),
    getAppBaseInfo: () => ({ SDKVersion: '3.7.0', language: 'zh_CN', theme: phone.theme, fontSizeScaleFactor: phone.fontScale }),
    onThemeChange: (listener) => phone.onTheme(listener),
    createOffscreenCanvas({ width, height }) {
      const canvas = Object.assign(document.createElement('canvas'), { width, height })
      const { fillText } = CanvasRenderingContext2D.prototype
      canvas.createImage = () => new Image()
      canvas.getContext('2d').fillText = function (text, ...where) {
        phone.calls.push({ name: 'fillText', options: { text } })
        return fillText.call(this, text, ...where)
      }
      return canvas
    },
    getUpdateManager: () => ({
      onCheckForUpdate: () => undefined,
      onUpdateReady: (listener) => phone.onUpdate(listener),
      onUpdateFailed: () => undefined,
      applyUpdate: () => phone.calls.push({ name: 'applyUpdate', options: {} }),
    }),
    onError: () => undefined,
    getDeviceInfo: () => ({ platform: 'devtools', brand: 'browser', model: 'browser', system: 'browser' }),
    canIUse: () => true,
    nextTick: (run) => queueMicrotask(run),
    createSelectorQuery: () => router.top.instance.createSelectorQuery(),
  }
}
