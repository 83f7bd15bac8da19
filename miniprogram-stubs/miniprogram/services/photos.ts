import type { components } from '../api/schema'
import { call, callUpload } from './api'
import { freshId } from './ids'
import { permissionProblem } from './permissions'
import type { Place } from './places'
import { CANCELLED, errorMessage, refusal } from './problem'
import { settings } from './settings'

type PhotoView = components['schemas']['PhotoView']
export type PhotoRole = components['schemas']['PhotoRole']
export type PhotoSource = 'camera' | 'album'
export type UploadState = 'waiting' | 'sending' | 'sent' | 'failed'

/** A photo on its way: on this phone, and once it has an id on the server too. */
export interface Photo {
  /** For lists on the screen. */
  key: string
  path: string
  source: PhotoSource
  /** When the shutter was pressed. Empty for pictures of the album: nobody knows when and where those were taken. */
  takenAt: string
  progress: number
  state: UploadState
  /** The server's id. */
  id?: string
  problem?: string
}

const BYTES_PER_MB = 1024 * 1024
const SUBJECT = {
  camera: { name: '相机', otherwise: '也可以从相册选照片' },
  album: { name: '相册', otherwise: '也可以直接拍照' },
}

export interface ChosenPhotos {
  photos: Photo[]
  /** What to say about those that are too large; empty if none is. */
  tooLarge: string
}

/** Takes or chooses photos; none if the person goes back. Throws a `Problem` when WeChat or the person refuses. */
export async function choosePhotos(room: number, source: PhotoSource, megabytes: number): Promise<ChosenPhotos> {
  const sizeType = [settings().compressPhotos ? ('compressed' as const) : ('original' as const)]
  try {
    const { tempFiles } = await wx.chooseMedia({ count: room, mediaType: ['image'], sourceType: [source], sizeType, camera: 'back' })
    const fitting = tempFiles.filter((file) => file.size <= megabytes * BYTES_PER_MB)
    const takenAt = source === 'camera' ? new Date().toISOString() : ''
    const photos = fitting.map((file) => ({ key: freshId('p'), path: file.tempFilePath, source, takenAt, progress: 0, state: 'waiting' as const }))
    const tooLarge = tempFiles.length - fitting.length
    return { photos, tooLarge: tooLarge === 0 ? '' : `${tooLarge} 张照片超过 ${megabytes} MB，没有加入` }
  } catch (error) {
    const problem = permissionProblem(error, SUBJECT[source])
    if (problem.code === CANCELLED) return { photos: [], tooLarge: '' }
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

/** The picture of a video that is shown until it is played. */
export function uploadPoster(path: string): Promise<PhotoView> {
  return callUpload<PhotoView>({ path: '/api/v1/photos', filePath: path, fields: { role: 'evidence' }, onProgress: () => undefined })
}

export function uploadPhoto(photo: Photo, role: PhotoRole, place: Place | undefined, onProgress: (percent: number) => void): Promise<PhotoView> {
  return callUpload<PhotoView>({ path: '/api/v1/photos', filePath: photo.path, fields: { role, ...photoFields(photo, place) }, onProgress })
}

/** A photo with fresh links to its pictures. */
export function getPhoto(id: string): Promise<PhotoView> {
  return call('get', '/api/v1/photos/{id}', { path: { id } })
}

export interface KeptPhotos {
  photos: Photo[]
  /** What to say when there was no room for all; empty if there was. */
  full: string
}

/** Temporary files go when the mini-program is closed; a draft needs its photos longer. */
export async function keepFiles(photos: Photo[]): Promise<KeptPhotos> {
  const kept = await Promise.all(photos.map(async (photo) => ({ ...photo, path: await keepFile(photo.path) })))
  const isFull = kept.some((photo, at) => photo.path === photos[at]?.path)
  return { photos: kept, full: isFull ? '存储空间已满，照片关闭小程序后不保留，请尽快提交' : '' }
}

/** Keeps a large file, or throws a `Problem` with these words when there is no room. */
export function keepFileOrRefuse(tempFilePath: string, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    wx.getFileSystemManager().saveFile({
      tempFilePath,
      success: ({ savedFilePath }) => resolve(savedFilePath),
      fail: () => reject(refusal('storage_full', words)),
    })
  })
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

/** Sends one photo of a form: `upload` makes the call and returns the photo's id, `change` keeps its state. */
export async function sendPhoto(
  upload: (onProgress: (percent: number) => void) => Promise<string | undefined>,
  change: (part: Partial<Photo>) => void,
): Promise<void> {
  change({ state: 'sending', progress: 0 })
  try {
    const id = await upload((progress) => change({ progress }))
    change({ state: 'sent', ...(id === undefined ? {} : { id }) })
  } catch (error) {
    change({ state: 'failed', problem: errorMessage(error) })
  }
}
