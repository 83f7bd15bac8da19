// Refusals of camera, album and location as WeChat words them, and the way to the settings page that lifts them.
import { CANCELLED, PERMISSION, Problem, refusal } from './problem'

export interface Subject {
  /** 相机 */
  name: string
  /** What the person can do without it. */
  otherwise: string
}

const PRIVACY_REFUSED = [103, 104]

/** Translates the failure of a `wx.*` call that needs a permission. */
export function permissionProblem(error: unknown, subject: Subject): Problem {
  const { errMsg = '', errno } = error as { errMsg?: string; errno?: number }
  if (/cancel/i.test(errMsg)) return refusal(CANCELLED, '没有选择。')
  if (errno !== undefined && PRIVACY_REFUSED.includes(errno))
    return refusal('privacy', `您没有同意隐私保护指引，不能使用${subject.name}。可以再点一次并选择同意。`)
  if (/system permission|SWITCHOFF/i.test(errMsg))
    return refusal('system_permission', `手机没有允许微信使用${subject.name}。请到手机的“设置 → 微信”里打开，${subject.otherwise}。`)
  if (/auth/i.test(errMsg)) return refusal(PERMISSION, `没有${subject.name}权限。请点“打开设置”并允许，${subject.otherwise}。`)
  return refusal('unavailable', `没有打开${subject.name}。请稍后再试，${subject.otherwise}。`)
}

/** Opens WeChat's settings of this mini-program; resolves when the person is back. */
export async function openSettings(): Promise<void> {
  await wx.openSetting().catch(() => undefined)
}

/** Says what is missing; where the settings page helps, offers the way there. */
export async function explain(error: unknown): Promise<void> {
  if (!(error instanceof Problem) || error.code === CANCELLED) return
  const helps = error.code === PERMISSION
  const answer = await wx.showModal({
    title: '',
    content: error.message,
    showCancel: helps,
    confirmText: helps ? '打开设置' : '知道了',
    cancelText: '暂不',
  })
  if (helps && answer.confirm) await openSettings()
}
