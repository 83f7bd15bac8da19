/** Where the server is, for each version that WeChat tells apart. Release and trial: your own domain, as registered in the WeChat console. */
const ADDRESSES = {
  develop: 'http://127.0.0.1:8080',
  trial: 'https://zhitong.example.gov.cn',
  release: 'https://zhitong.example.gov.cn',
} as const

const OVERRIDE = 'api_base'

export function isDevelopVersion(): boolean {
  return wx.getAccountInfoSync().miniProgram.envVersion === 'develop'
}

/** Without a slash at its end. In the development version it can be changed on the settings page. */
export function apiBase(): string {
  const version = wx.getAccountInfoSync().miniProgram.envVersion
  if (version === 'develop') {
    const chosen: unknown = wx.getStorageSync(OVERRIDE)
    if (typeof chosen === 'string' && chosen !== '') return chosen
  }
  return ADDRESSES[version]
}

export function chooseApiBase(address: string): void {
  wx.setStorageSync(OVERRIDE, address.trim().replace(/\/+$/, ''))
}
