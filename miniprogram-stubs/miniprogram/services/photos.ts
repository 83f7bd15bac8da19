import type { components } from '../api/schema'
import { callUpload } from './api'
import { freshId } from './ids'
import { permissionProblem } from './permissions'
import type { Place } from './places'
import { CANCELLED } from './problem'
import { settings } from './settings'

type PhotoView = components['schemas']['PhotoView']
export type PhotoRole = components['schemas']['PhotoRole']
export type PhotoSource = 'camera' | 'album'

/** A photo on its way: on this phone, and once it has an id on the server too. */
export interface Photo {
  /** For lists on the screen. */
  key: string
  path: string
  source: PhotoSource
  /** When the shutter was pressed. Empty for pictures of the album: nobody knows when and where those were taken. */
  takenAt: string
  progress: number
  state: 'waiting' | 'sending' | 'sent' | 'failed'
  /** The server's id. */
  id?: string
  problem?: string
}

export const MAX_PHOTOS = 9
const MAX_BYTES = 10 * 1024 * 1024
const SUBJECT = {
  camera: { name: '相机', otherwise: '也可以从相册选照片' },
  album: { name: '相册', otherwise: '也可以直接拍照' },
}

export interface ChosenPhotos {
  photos: Photo[]
  tooLarge: number
}

/** Takes or chooses photos; none if the person goes back. Throws a `Problem` when WeChat or the person refuses. */
export async function choosePhotos(room: number, source: PhotoSource): Promise<ChosenPhotos> {
  const sizeType = [settings().compressPhotos ? ('compressed' as const) : ('original' as const)]
  try {
    const { tempFiles } = await wx.chooseMedia({ count: room, mediaType: ['image'], sourceType: [source], sizeType, camera: 'back' })
    const fitting = tempFiles.filter((file) => file.size <= MAX_BYTES)
    const takenAt = source === 'camera' ? new Date().toISOString() : ''
    const photos = fitting.map((file) => ({ key: freshId('p'), path: file.tempFilePath, source, takenAt, progress: 0, state: 'waiting' as const }))
    return { photos, tooLarge: tempFiles.length - fitting.length }
  } catch (error) {
    const problem = permissionProblem(error, SUBJECT[source])
    if (problem.code === CANCELLED) return { photos: [], tooLarge: 0 }
    throw problem
  }
}

/** Phones strip place and time out of pictures, so both go along as fields, but only for a shot of the camera. */
export function photoFields(photo: Photo, place: Place | undefined): Record<string, string> {
  const fields: Record<string, string> = { source: photo.source }
  if (photo.takenAt === '') return fields
  fields['taken_at'] = photo.takenAt
  if (place !== undefined) {
    fields['longitude'] = String(place.point.longitude)
    fields['latitude'] = String(place.point.latitude)
    fields['datum'] = place.point.datum
  }
  return fields
}

export function uploadPhoto(photo: Photo, role: PhotoRole, place: Place | undefined, onProgress: (percent: number) => void): Promise<PhotoView> {
  return callUpload<PhotoView>({ path: '/api/v1/photos', filePath: photo.path, fields: { role, ...photoFields(photo, place) }, onProgress })
}

/** Temporary files go when the mini-program is closed; a draft needs its photos longer. */
export async function keepFiles(photos: Photo[]): Promise<Photo[]> {
  return Promise.all(photos.map(async (photo) => ({ ...photo, path: await keepFile(photo.path) })))
}

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

/** Removes saved files that no draft refers to, e.g. after a crash between saving and noting. */
export function dropOtherFiles(needed: Set<string>): void {
  wx.getFileSystemManager().getSavedFileList({
    success: ({ fileList }) => {
      for (const { filePath } of fileList) if (!needed.has(filePath)) dropFile(filePath)
    },
  })
}
