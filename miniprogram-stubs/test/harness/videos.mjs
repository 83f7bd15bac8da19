// A container as a phone writes it (ISO 14496-12), with its place. Picture and sound are no real ones: nothing decodes them.
import fs from 'node:fs'

export const PLACE = '+34.6623+112.4267/'
const SAMPLE = 64

const numbers = (...all) => {
  const bytes = Buffer.alloc(all.length * 4)
  all.forEach((number, at) => bytes.writeUInt32BE(number, at * 4))
  return bytes
}
const box = (name, ...body) => {
  const content = Buffer.concat(body.map((part) => Buffer.from(part)))
  return Buffer.concat([numbers(content.length + 8), Buffer.from(name, 'latin1'), content])
}

function track(kind, codec, offset, milliseconds) {
  const header = Buffer.alloc(84)
  header.writeUInt32BE(0x10000, 40)
  header.writeUInt32BE(1280 << 16, 76)
  header.writeUInt32BE(720 << 16, 80)
  const tables = [
    box('stsd', numbers(0, 1), box(codec, Buffer.alloc(16))),
    box('stsc', numbers(0, 1, 1, 1, 1)),
    box('stsz', numbers(0, 0, 1, SAMPLE)),
    box('stco', numbers(0, 1, offset)),
  ]
  const handler = Buffer.concat([Buffer.alloc(8), Buffer.from(kind), Buffer.alloc(13)])
  const times = Buffer.concat([numbers(0, 0, 0, 1000, milliseconds), Buffer.alloc(4)])
  return box('trak', box('tkhd', header), box('mdia', box('mdhd', times), box('hdlr', handler), box('minf', box('stbl', ...tables))))
}

/** Writes a video of twelve seconds with so many bytes of content. */
export function writeVideo(file, bytes = 4096) {
  const milliseconds = 12_400
  const type = box('ftyp', 'isom', numbers(512), 'isom')
  const first = type.length + 8
  const times = Buffer.concat([numbers(0, 0, 0, 1000, milliseconds), Buffer.alloc(80)])
  const movie = box(
    'moov',
    box('mvhd', times),
    track('vide', 'avc1', first, milliseconds),
    track('soun', 'mp4a', first + SAMPLE, milliseconds),
    box('udta', box('\u00a9xyz', Buffer.from([0, 18, 0x15, 0xc7]), PLACE)),
  )
  fs.writeFileSync(file, Buffer.concat([type, box('mdat', Buffer.alloc(bytes, 7)), movie]))
}
