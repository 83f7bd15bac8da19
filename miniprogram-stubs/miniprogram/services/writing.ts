import { toast } from './page'
import { errorMessage } from './problem'

const MIN_CHARS = 2

interface WritingPage {
  text: string
  data: { busy: boolean }
  setData(values: { busy?: boolean; fault?: string }): void
}

interface Writing {
  /** Shown where nothing was written. */
  missing: string
  /** Shown when it was sent. */
  done: string
  send: (text: string) => Promise<void>
}

/** Sends what was written on a page, once. A refusal stays beside the field, with the text. */
export async function sendWritten(page: WritingPage, { missing, done, send }: Writing): Promise<void> {
  const text = page.text.trim()
  if (text.length < MIN_CHARS) {
    page.setData({ fault: missing })
    return
  }
  if (page.data.busy) return
  page.setData({ busy: true, fault: '' })
  try {
    await send(text)
    toast(done)
  } catch (error) {
    page.setData({ fault: errorMessage(error) })
  } finally {
    page.setData({ busy: false })
  }
}
