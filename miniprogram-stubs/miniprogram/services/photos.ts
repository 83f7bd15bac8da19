import type { components } from '../api/schema'
import { callUpload } from './api'
import { freshId } from './ids'
import type { Place } from './places'
import { settings } from './settings'

type PhotoView = components['schemas']['PhotoView']
export type PhotoRole = components['schemas']['PhotoRole']

/** A photo on its way: on this phone, and once it has an id on the server too. */
export interface Photo {
  /** For lists on the screen. */
  key: string
  path: string
  takenAt: string
  progress: number
  state: 'waiting' | 'sending' | 'sent' | 'failed'
  /** The server's id. */
  id?: string
  problem?: string
}

export const MAX_PHOTOS = 9
const MAX_BYTES = 10 * 1024 * 1024

/** Camera or album, as the person likes. Nothing when he goes back without choosing. */
export async function choosePhotos(room: number, source: ('camera' | 'album')[]): Promise<{ photos: Photo[]; tooLarge: number }> {
  const chosen = await wx
    .chooseMedia({ count: room, mediaType: ['image'], sourceType: source, sizeType: [settings().compressPhotos ? 'compressed' : 'original'] })
    .catch(() => ({ tempFiles: [] }))
  const fitting = chosen.tempFiles.filter((file) => file.size <= MAX_BYTES)
  const takenAt = new Date().toISOString()
  const photos = await Promise.all(
    fitting.map(async (file) => ({ key: freshId('p'), path: await keepFile(file.tempFilePath), takenAt, progress: 0, state: 'waiting' as const })),
  )
  return { photos, tooLarge: chosen.tempFiles.length - fitting.length }
}

/** Uploads one photo. Phones strip the place and time out of pictures, so both go along as fields. */
export function uploadPhoto(photo: Photo, role: PhotoRole, place: Place | undefined, onProgress: (percent: number) => void): Promise<PhotoView> {
  const fields: Record<string, string> = { role, taken_at: photo.takenAt }
  if (place !== undefined) {
    fields['longitude'] = String(place.point.longitude)
    fields['latitude'] = String(place.point.latitude)
    fields['datum'] = place.point.datum
  }
  return callUpload<PhotoView>({ path: '/api/v1/photos', filePath: photo.path, fields, onProgress })
}

/** Temporary files go when the mini-program is closed; a draft needs its photos longer. */
function keepFile(tempFilePath: string): Promise<string> {
  return new Promise((resolve) => {
    wx.getFileSystemManager().saveFile({
      tempFilePath,
      success: ({ savedFilePath }) => resolve(savedFilePath),
      // No room left: the temporary file still serves as long as the mini-program is open.
      fail: () => resolve(tempFilePath),
    })
  })
}

export function dropFile(path: string): void {
  wx.getFileSystemManager().removeSavedFile({
    filePath: path,
    fail: () => {
      // Not a saved file, or gone already.
    },
  })
}
