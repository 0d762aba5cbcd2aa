import { fromPixels } from './decoder.ts'

/**
 * Draws a neutral thumbnail for a video of which no frame is available: the video's shape, a play
 * sign and the length. It is drawn pixel by pixel, because the SVG loader is blocked and a server
 * may have no fonts.
 */
export const makePoster = async (
  video: { width: number; height: number; durationMs: number },
  to: string,
): Promise<void> => {
  const scale = 320 / Math.max(video.width, video.height)
  const width = Math.max(96, Math.round(video.width * scale))
  const height = Math.max(96, Math.round(video.height * scale))
  const layers = [
    playDisc(width, height),
    playSign(width, height),
    clock(video.durationMs, width - 12, height - 12),
  ]
  const pixels = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const white = layers.reduce((sum, layer) => sum + (1 - sum) * layer(x + 0.5, y + 0.5), 0)
      const down = (x / width + y / height) / 2
      for (let c = 0; c < 3; c++) {
        const back = top[c]! + (bottom[c]! - top[c]!) * down
        pixels[(y * width + x) * 3 + c] = Math.round(back + (255 - back) * white)
      }
    }
  }
  await fromPixels(pixels, width, height).webp({ quality: 82 }).toFile(to)
}

/** How much white a layer adds at a point, from 0 to 1. */
type Layer = (x: number, y: number) => number

const top = [0x4b, 0x40, 0x39]
const bottom = [0x24, 0x1e, 0x1a]

/**
 * Antialiased edges: 1 inside, 0 outside, and in between within one pixel. `distance` is negative
 * inside.
 */
const coverage = (distance: number): number => Math.min(1, Math.max(0, 0.5 - distance))

const playDisc =
  (width: number, height: number): Layer =>
  (x, y) =>
    0.14 * coverage(Math.hypot(x - width / 2, y - height / 2) - 22)

/** A triangle. The distance to it is the largest of the distances to its three sides. */
const playSign =
  (width: number, height: number): Layer =>
  (x, y) => {
    const [dx, dy] = [x - (width / 2 - 6), Math.abs(y - height / 2)]
    return 0.92 * coverage(Math.max(-dx, (dx * 10 + dy * 17 - 170) / Math.hypot(10, 17)))
  }

/** The length as hours, minutes and seconds, with its bottom right corner at the given point. */
const clock = (durationMs: number, right: number, bottom: number): Layer => {
  const strokes: Stroke[] = []
  let left = right
  for (const character of [...clockText(durationMs)].reverse()) {
    left -= character === ':' ? 5 : 9
    strokes.push(
      ...strokesOf(character).map(
        ([x1, y1, x2, y2]): Stroke => [left + x1, bottom + y1, left + x2, bottom + y2],
      ),
    )
  }
  return (x, y) => {
    if (x < left - 2 || y < bottom - 12) return 0
    return 0.92 * coverage(Math.min(...strokes.map((stroke) => distanceTo(stroke, x, y))) - 0.8)
  }
}

const clockText = (durationMs: number): string => {
  const seconds = Math.round(durationMs / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** x1, y1, x2, y2. */
type Stroke = [number, number, number, number]

/** The seven segments of a digit, in a box of 6 × 10 above y = 0. */
const bars: Record<string, Stroke> = {
  top: [0, -10, 6, -10],
  middle: [0, -5, 6, -5],
  bottom: [0, 0, 6, 0],
  upperLeft: [0, -10, 0, -5],
  upperRight: [6, -10, 6, -5],
  lowerLeft: [0, -5, 0, 0],
  lowerRight: [6, -5, 6, 0],
}

const lit: Record<string, string> = {
  '0': 'top bottom upperLeft upperRight lowerLeft lowerRight',
  '1': 'upperRight lowerRight',
  '2': 'top middle bottom upperRight lowerLeft',
  '3': 'top middle bottom upperRight lowerRight',
  '4': 'middle upperLeft upperRight lowerRight',
  '5': 'top middle bottom upperLeft lowerRight',
  '6': 'top middle bottom upperLeft lowerLeft lowerRight',
  '7': 'top upperRight lowerRight',
  '8': 'top middle bottom upperLeft upperRight lowerLeft lowerRight',
  '9': 'top middle bottom upperLeft upperRight lowerRight',
}

const strokesOf = (character: string): Stroke[] => {
  if (character === ':') return [-7, -3].map((y): Stroke => [1, y, 1, y])
  return (lit[character] ?? '').split(' ').map((name) => bars[name]!)
}

const distanceTo = ([x1, y1, x2, y2]: Stroke, x: number, y: number): number => {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const along = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)))
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy)
}
