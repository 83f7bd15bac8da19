// WGS-84 → GCJ-02, which WeChat's maps use. The public formula; good to a few metres, which is enough to show a place.
import type { components } from '../api/schema'

type Point = components['schemas']['GivenPoint']

export interface MapPoint {
  longitude: number
  latitude: number
}

const SEMI_MAJOR_M = 6_378_245
const ECCENTRICITY = 0.00669342162296594323
const { PI, sin, cos, sqrt, abs } = Math
const RADIANS = PI / 180
/** BD-09 differs from GCJ-02 by this much, and by a small wave. */
const BAIDU_LONGITUDE = 0.0065
const BAIDU_LATITUDE = 0.006
const BAIDU_WAVE = (PI * 3000) / 180

/** Returns where a point lies on WeChat's map. */
export function onWeChatMap(point: Point): MapPoint {
  const { longitude, latitude } = point
  if (point.datum === 'gcj02') return { longitude, latitude }
  return point.datum === 'bd09' ? fromBaidu(longitude, latitude) : fromWgs84(longitude, latitude)
}

function fromWgs84(longitude: number, latitude: number): MapPoint {
  const [x, y] = [longitude - 105, latitude - 35]
  const wave = ((20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)) * 2) / 3
  const north =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * sqrt(abs(x)) +
    wave +
    ((20 * sin(PI * y) + 40 * sin((PI * y) / 3)) * 2) / 3 +
    ((160 * sin((PI * y) / 12) + 320 * sin((PI * y) / 30)) * 2) / 3
  const east =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * sqrt(abs(x)) +
    wave +
    ((20 * sin(PI * x) + 40 * sin((PI * x) / 3)) * 2) / 3 +
    ((150 * sin((PI * x) / 12) + 300 * sin((PI * x) / 30)) * 2) / 3
  const magic = 1 - ECCENTRICITY * sin(latitude * RADIANS) ** 2
  return {
    latitude: latitude + north / (((SEMI_MAJOR_M * (1 - ECCENTRICITY)) / (magic * sqrt(magic))) * RADIANS),
    longitude: longitude + east / ((SEMI_MAJOR_M / sqrt(magic)) * cos(latitude * RADIANS) * RADIANS),
  }
}

function fromBaidu(longitude: number, latitude: number): MapPoint {
  const [x, y] = [longitude - BAIDU_LONGITUDE, latitude - BAIDU_LATITUDE]
  const z = sqrt(x * x + y * y) - 0.00002 * sin(BAIDU_WAVE * y)
  const angle = Math.atan2(y, x) - 0.000003 * cos(BAIDU_WAVE * x)
  return { longitude: z * cos(angle), latitude: z * sin(angle) }
}
