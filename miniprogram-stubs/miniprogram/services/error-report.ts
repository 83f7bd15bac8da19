import { apiBase } from './config'

const MAX_REPORTS = 5
const MAX_CHARS = 1000

let sent = 0

/** Reports an error that nothing handled. The server keeps no text that could be a person's; a failure is ignored. */
export function reportError(message: string): void {
  if (sent >= MAX_REPORTS) return
  sent += 1
  const page = getCurrentPages().pop() as { route: string } | undefined
  const { version, envVersion } = wx.getAccountInfoSync().miniProgram
  const data = {
    message: message.slice(0, MAX_CHARS),
    page: page?.route ?? '',
    version: version === '' ? envVersion : version,
    base_library: wx.getAppBaseInfo().SDKVersion,
    platform: wx.getDeviceInfo().platform,
  }
  void wx.request({ url: `${apiBase()}/api/v1/client-errors`, method: 'POST', data })
}
