import type { Photo } from './photos'
import type { Place } from './places'

const MAX_EDGE_PX = 2560
const FONT_SHARE = 36
const MIN_FONT_PX = 18

/** Fills in the city's text: `{time}` in the phone's own time, `{place}` as it is known. */
export function watermarkWords(template: string, place: string, now: Date): string {
  const two = (number: number) => String(number).padStart(2, '0')
  const time = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}:${two(now.getMinutes())}`
  return template.replace('{time}', time).replace('{place}', place).trim()
}

/** The place in words, or its numbers. */
export function placeOnPhotos(shown: { area: string; placeWords: string; siteName: string }, place: Place | null): string {
  const words = [shown.area, shown.placeWords === '' ? shown.siteName : shown.placeWords].filter(Boolean).join(' ')
  return words !== '' || place === null ? words : `${place.point.longitude.toFixed(5)}, ${place.point.latitude.toFixed(5)}`
}

/** Draws the words on a shot of the camera. Where the phone cannot, the shot stays as it is. */
export async function watermarked(photo: Photo, words: string): Promise<Photo> {
  if (photo.source !== 'camera' || words === '') return photo
  try {
    return { ...photo, path: await draw(photo.path, words) }
  } catch {
    return photo
  }
}

async function draw(path: string, words: string): Promise<string> {
  const { width, height } = await wx.getImageInfo({ src: path })
  const scale = Math.min(1, MAX_EDGE_PX / Math.max(width, height))
  const canvas = wx.createOffscreenCanvas({ type: '2d', width: Math.round(width * scale), height: Math.round(height * scale) })
  const image = canvas.createImage() as unknown as { onload: () => void; onerror: () => void; src: string }
  await new Promise<void>((resolve, reject) => {
    image.onload = () => resolve()
    image.onerror = () => reject(new Error('image'))
    image.src = path
  })
  const context = canvas.getContext('2d') as unknown as CanvasText
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  const size = Math.max(MIN_FONT_PX, Math.round(canvas.width / FONT_SHARE))
  const line = Math.round(size * 1.8)
  context.fillStyle = 'rgba(0, 0, 0, 0.45)'
  context.fillRect(0, canvas.height - line, canvas.width, line)
  context.fillStyle = '#ffffff'
  context.font = `${size}px sans-serif`
  context.textBaseline = 'middle'
  context.fillText(words, size, canvas.height - line / 2, canvas.width - 2 * size)
  const { tempFilePath } = await wx.canvasToTempFilePath({ canvas, fileType: 'jpg', quality: 0.9 })
  return tempFilePath
}

/** What is used of the drawing context; the typings of WeChat leave it open. */
interface CanvasText {
  fillStyle: string
  font: string
  textBaseline: string
  drawImage: (image: unknown, x: number, y: number, width: number, height: number) => void
  fillRect: (x: number, y: number, width: number, height: number) => void
  fillText: (text: string, x: number, y: number, maxWidth: number) => void
}
