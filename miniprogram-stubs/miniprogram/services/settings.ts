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

/** The style of every page: the sizes of all letters hang on `--type`. */
export function pageStyle(): string {
  return settings().largeType ? `--type:${LARGE_SCALE};` : '--type:1;'
}
