interface Settings {
  /** 大字版 */
  largeType: boolean
  /** Photos are sent smaller: quicker, and less of the person's data volume. */
  compressPhotos: boolean
}

const KEPT = 'settings'
const AT_FIRST: Settings = { largeType: false, compressPhotos: true }
const LARGE_SCALE = 1.3

export function settings(): Settings {
  const kept = wx.getStorageSync<Partial<Settings> | ''>(KEPT)
  return kept === '' ? AT_FIRST : { ...AT_FIRST, ...kept }
}

export function changeSettings(change: Partial<Settings>): void {
  wx.setStorageSync(KEPT, { ...settings(), ...change })
}

/** WeChat's own font size is followed up to here; beyond it, pages would break. */
const MAX_SYSTEM_SCALE = 1.3
const MAX_SCALE = 1.6

/** The style of every page: all font sizes are multiples of `--type`. */
export function pageStyle(): string {
  const scaleFactor = wx.getAppBaseInfo().fontSizeScaleFactor || 1
  const system = Math.min(MAX_SYSTEM_SCALE, Math.max(1, scaleFactor))
  const scale = Math.min(MAX_SCALE, system * (settings().largeType ? LARGE_SCALE : 1))
  return `--type:${Number(scale.toFixed(2))};`
}
