import type { components } from '../api/schema'
import { call } from './api'
import { permissionProblem } from './permissions'
import { CANCELLED, PERMISSION, Problem, errorCode, errorMessage } from './problem'

type Schemas = components['schemas']
export type GivenPoint = Schemas['GivenPoint']

/** A place as the person gave it: where the numbers come from decides what they refer to. */
export interface Place {
  point: GivenPoint
  /** Chosen on the map: its name and address. Empty after a fix. */
  address: string
}

const HIGH_ACCURACY_MS = 4_000

/** The phone's own fix: WGS-84, with its radius. */
export async function currentPlace(): Promise<Place> {
  const fix = await asked(wx.getLocation({ type: 'wgs84', isHighAccuracy: true, highAccuracyExpireTime: HIGH_ACCURACY_MS }))
  const { longitude, latitude, accuracy } = fix
  return { point: { longitude, latitude, datum: 'wgs84', accuracy_m: Math.round(accuracy) }, address: '' }
}

/** A point chosen on WeChat's map, which is GCJ-02. */
export async function chosenPlace(near?: Place): Promise<Place | undefined> {
  const start = near?.point.datum === 'gcj02' ? { longitude: near.point.longitude, latitude: near.point.latitude } : {}
  try {
    const { longitude, latitude, name, address } = await asked(wx.chooseLocation(start))
    return { point: { longitude, latitude, datum: 'gcj02' }, address: [address, name].filter(Boolean).join(' ') }
  } catch (error) {
    if (error instanceof Problem && error.code === CANCELLED) return undefined
    throw error
  }
}

/** Shown in a few words: how good the fix is, and what its numbers are. */
export function precision(place: Place): string {
  const { datum, accuracy_m } = place.point
  if (datum === 'gcj02') return '地图选点'
  return accuracy_m ? `手机定位，误差约 ${Math.round(accuracy_m)} 米` : '手机定位'
}

const SUBJECT = { name: '位置', otherwise: '也可以在地图上选点' }

async function asked<T>(question: Promise<T>): Promise<T> {
  try {
    return await question
  } catch (error) {
    const problem = permissionProblem(error, SUBJECT)
    if (problem.code !== 'unavailable') throw problem
    throw new Problem({ kind: 'refused', code: 'no_fix', words: '没有取到位置。请到开阔处再试，或在地图上选点。' })
  }
}

export type DispatchPreview = Schemas['DispatchPreview']

/** Which unit would get it; nothing is stored. */
export function previewDispatch(place: Place, category: string | undefined, description: string): Promise<DispatchPreview> {
  const body = {
    location: place.point,
    ...(place.address === '' ? {} : { address: place.address }),
    ...(category === undefined ? {} : { category }),
    ...(description === '' ? {} : { description }),
  }
  return call('post', '/api/v1/dispatch/preview', { body })
}

/** Open matters close by that may be the same one. */
export async function nearby(place: Place, category: string): Promise<Schemas['NearbyOrder'][]> {
  const { longitude, latitude, datum } = place.point
  return (await call('get', '/api/v1/orders/nearby', { query: { longitude, latitude, datum, category } })).items
}

/** Why there is no place, in words, and whether the settings help. */
export function placeProblem(error: unknown): { placeProblem: string; placeRefused: boolean } {
  const words = errorCode(error) === CANCELLED ? '还没有选择位置。' : errorMessage(error)
  return { placeProblem: words, placeRefused: errorCode(error) === PERMISSION }
}
