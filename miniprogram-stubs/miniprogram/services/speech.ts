// Voice to text by WeChat's own plugin (WechatSI), where the account has added it and `app.json` declares it:
// "plugins": { "WechatSI": { "version": "0.3.5", "provider": "wx069ba97219f66d99" } }

const PLUGIN = 'WechatSI'
const LONGEST_MS = 30_000

interface Manager {
  onStop: (result: { result: string }) => void
  onError: (fault: { msg: string }) => void
  start: (options: { duration: number; lang: string }) => void
  stop: () => void
}

interface Plugin {
  getRecordRecognitionManager: () => Manager
}

let manager: Manager | undefined

function recognition(): Manager | undefined {
  if (manager !== undefined) return manager
  try {
    manager = (requirePlugin(PLUGIN) as Plugin).getRecordRecognitionManager()
  } catch {
    // The account has not added the plugin.
    manager = undefined
  }
  return manager
}

export function hasSpeech(): boolean {
  return recognition() !== undefined
}

/** Listens until `stopListening` or for half a minute, and returns the words; empty when nothing was understood. */
export function listen(): Promise<string> {
  return new Promise((resolve) => {
    const heard = recognition()
    if (heard === undefined) {
      resolve('')
      return
    }
    heard.onStop = ({ result }) => resolve(result)
    heard.onError = () => resolve('')
    heard.start({ duration: LONGEST_MS, lang: 'zh_CN' })
  })
}

export function stopListening(): void {
  recognition()?.stop()
}
