import type { components } from '../api/schema'
import { callUpload } from './api'
import { freshId } from './ids'
import type { VideoLimits } from './limits'
import type { Order } from './orders'
import { permissionProblem } from './permissions'
import { type UploadState, keepFileOrRefuse } from './photos'
import { CANCELLED, refusal } from './problem'
import { settings } from './settings'

/** A short video on its way: on this phone, and once it has an id on the server too. */
export interface Video {
  /** For the screen. */
  key: string
  path: string
  /** A picture of it; empty where the phone made none. */
  poster: string
  seconds: number
  progress: number
  state: UploadState
  /** The server's id of the poster. */
  posterId?: string
  /** The server's id. */
  id?: string
  problem?: string
}

/** A video of an order, as the page shows it. */
export interface ShownVideo {
  /** Empty while the reader may not play it. */
  url: string
  poster: string
  words: string
}

const BYTES_PER_MB = 1024 * 1024
const TIMEOUT_MS = 180_000
const REVIEW: Record<components['schemas']['ContentCheck'], string> = {
  pass: '已通过审核',
  risky: '审核未通过，不予展示',
  pending: '等待人工审核',
  review: '等待人工审核',
  unavailable: '等待人工审核',
}
const CAMERA = { name: '相机', otherwise: '也可以改用照片说明' }

/** Shoots or chooses one video; `undefined` if the person goes back. Throws a `Problem` when it does not fit or is refused. */
export async function chooseVideo(limits: VideoLimits): Promise<Video | undefined> {
  const file = await askForVideo(limits)
  if (file === undefined) return undefined
  const seconds = Math.round(file.duration)
  if (seconds > limits.seconds) throw refusal('video_too_long', `视频有 ${seconds} 秒，最长 ${limits.seconds} 秒。请剪短或重新拍摄。`)
  if (file.size > limits.megabytes * BYTES_PER_MB)
    throw refusal('video_too_large', `视频超过 ${limits.megabytes} MB，没有加入。请拍短一些，或在设置里打开“压缩”。`)
  return { key: freshId('v'), path: file.tempFilePath, poster: file.thumbTempFilePath, seconds, progress: 0, state: 'waiting' }
}

async function askForVideo(limits: VideoLimits): Promise<WechatMiniprogram.MediaFile | undefined> {
  const sizeType = [settings().compressPhotos ? ('compressed' as const) : ('original' as const)]
  try {
    const { tempFiles } = await wx.chooseMedia({
      count: 1,
      mediaType: ['video'],
      sourceType: ['camera', 'album'],
      maxDuration: limits.seconds,
      sizeType,
      camera: 'back',
    })
    return tempFiles[0]
  } catch (error) {
    const problem = permissionProblem(error, CAMERA)
    if (problem.code === CANCELLED) return undefined
    throw problem
  }
}

/** Keeps the files beyond the closing of the mini-program. Throws a `Problem` when there is no room for them. */
export async function keepVideo(video: Video): Promise<Video> {
  const full = '手机上小程序的存储空间不够，没有加入视频。请先删除不用的草稿，或拍短一些。'
  const path = await keepFileOrRefuse(video.path, full)
  const poster = video.poster === '' ? '' : await keepFileOrRefuse(video.poster, full)
  return { ...video, path, poster }
}

/** The files of a video on this phone. */
export function filesOf(video: Video | null): string[] {
  return video === null ? [] : [video.path, video.poster].filter((path) => path !== '')
}

export function uploadVideo(video: Video, onProgress: (percent: number) => void): Promise<{ id: string }> {
  const fields: Record<string, string> = video.posterId === undefined ? {} : { poster_id: video.posterId }
  return callUpload<{ id: string }>({ path: '/api/v1/videos', filePath: video.path, fields, timeout: TIMEOUT_MS, onProgress })
}

/** What the order's page shows of its video. */
export function videoOf(order: Order): ShownVideo | null {
  const { video } = order
  if (!video) return null
  const seconds = Math.max(1, Math.round(video.duration_ms / 1000))
  return { url: video.url ?? '', poster: video.poster?.large ?? '', words: `短视频 ${seconds} 秒 · ${REVIEW[video.review]}` }
}
