import { explain, permissionProblem } from './permissions'
import { CANCELLED } from './problem'
import { understand } from './scan-codes'
import { toast } from './page'

const SUBJECT = { name: '相机', otherwise: '也可以从相册选二维码图片' }

/** Opens the camera and goes where the code leads. */
export async function scanAndGo(): Promise<void> {
  let text: string
  try {
    const { result, path } = await wx.scanCode({ onlyFromCamera: false, scanType: ['qrCode', 'wxCode'] })
    // A mini-program code of our own gives a path instead of a text.
    text = path || result
  } catch (error) {
    const problem = permissionProblem(error, SUBJECT)
    if (problem.code !== CANCELLED) await explain(problem)
    return
  }
  const scanned = understand(text)
  if (scanned.kind === 'site') await wx.navigateTo({ url: `/pages/site/index?code=${scanned.code}` })
  else if (scanned.kind === 'console') await wx.navigateTo({ url: `/pages/console/index?code=${scanned.code}` })
  else if (scanned.kind === 'order') await wx.navigateTo({ url: `/pages/order/index?number=${scanned.number}` })
  else toast('这不是代表直通的二维码')
}
