import { type Report, getReport } from '../../services/matters'
import { definePage } from '../../services/page'
import { getPhoto } from '../../services/photos'
import { errorMessage } from '../../services/problem'

type Body = NonNullable<Report['body']>
type Block = Body['sections'][number]['blocks'][number]
type Run = Extract<Block, { type: 'paragraph' }>['runs'][number]

interface ShownPhoto {
  key: string
  caption: string
  /** Empty until the links are known, and for good if the photo is gone or not this reader's to see. */
  thumb: string
  large: string
}

/** Cells of a table may say the same, so their place tells them apart. */
interface Cell {
  key: number
  words: string
}

interface ShownBlock {
  key: string
  kind: Block['type']
  words: string
  columns: Cell[]
  rows: { key: number; cells: Cell[] }[]
  photos: ShownPhoto[]
}

interface ShownSection {
  heading: string
  blocks: ShownBlock[]
}

function plain(run: Run): string {
  return run.type === 'number' ? String(run.value) : run.text
}

function toCells(words: string[]): Cell[] {
  return words.map((one, key) => ({ key, words: one }))
}

function toBlock(block: Block, at: number): ShownBlock {
  const empty = { key: String(at), kind: block.type, words: '', columns: [], rows: [], photos: [] }
  switch (block.type) {
    case 'heading':
      return { ...empty, words: block.text }
    case 'paragraph':
      return { ...empty, words: block.runs.map(plain).join('') }
    case 'photos':
      return { ...empty, photos: block.photos.map(({ photo, caption }) => ({ key: photo, caption, thumb: '', large: '' })) }
    // A drawing is in the document; on the phone its caption says what it shows.
    case 'chart':
      return { ...empty, words: block.caption }
    case 'table': {
      const rows = block.rows.slice(0, block.shown ?? block.rows.length)
      return { ...empty, words: block.caption, columns: toCells(block.columns), rows: rows.map((row, key) => ({ key, cells: toCells(row.map(plain)) })) }
    }
  }
}

/** With its links; as it is if the server does not show it. */
async function withLinks(photo: ShownPhoto): Promise<ShownPhoto> {
  try {
    const { thumb, large } = (await getPhoto(photo.key)).urls
    return { ...photo, thumb, large }
  } catch {
    return photo
  }
}

definePage({
  data: { state: 'loading', problem: '', title: '', subtitle: '', issuer: '', sections: [] as ShownSection[], definitions: [] as string[] },
  id: '',
  onLoad(query: Record<string, string | undefined>) {
    this.id = query['id'] ?? ''
    void this.load()
  },
  async load() {
    try {
      const { title, body } = await getReport(this.id)
      if (body == null) {
        this.setData({ state: 'error', problem: '报告还没有生成，请稍后再看。' })
        return
      }
      const sections = body.sections.map(({ heading, blocks }) => ({ heading, blocks: blocks.map(toBlock) }))
      this.setData({ state: 'ready', problem: '', title, subtitle: body.subtitle, issuer: body.issuer ?? '', sections, definitions: body.definitions })
      await this.showPhotos(sections)
    } catch (error) {
      this.setData({ state: 'error', problem: errorMessage(error) })
    }
  },
  /** The words stand there already; each group of photos follows as soon as its links are known. */
  async showPhotos(sections: ShownSection[]) {
    const groups = sections.flatMap(({ blocks }, section) =>
      blocks.map(({ photos }, block) => ({ path: `sections[${section}].blocks[${block}].photos`, photos })),
    )
    const shown = groups
      .filter(({ photos }) => photos.length > 0)
      .map(async ({ path, photos }) => this.setData({ [path]: await Promise.all(photos.map(withLinks)) }))
    await Promise.all(shown)
  },
  enlarge(event: WechatMiniprogram.TouchEvent<WechatMiniprogram.IAnyObject, WechatMiniprogram.IAnyObject, { at: string }>) {
    const photos = this.data.sections.flatMap(({ blocks }) => blocks.flatMap((block) => block.photos))
    void wx.previewImage({ urls: photos.map((photo) => photo.large).filter((url) => url !== ''), current: event.currentTarget.dataset.at })
  },
  async onPullDownRefresh() {
    await this.load()
    void wx.stopPullDownRefresh()
  },
})
