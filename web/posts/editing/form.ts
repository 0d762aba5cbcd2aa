import {
  canonicalEdits,
  type Edits,
  editsFault,
  readEdits,
  rotatedSize,
} from '../../../media/edits.ts'
import { fitted, middle, shapeOf, shapes } from './shapes.ts'
import { readTime, timeText } from './times.ts'

type Media = { kind: 'image' | 'video'; width: number; height: number; durationMs: number | null }
type Crop = NonNullable<Edits['crop']>

/** The fields of the editor as typed: percent of the rotated picture, and times in the video. */
export type EditorFields = {
  /** Degrees clockwise. */
  rotate: string
  shape: string
  /** The shape that the percentages belong to. When another is chosen, they start anew. */
  was: string
  x: string
  y: string
  width: string
  height: string
  start: string
  end: string
  /** The cover frame, as a time in the video that isn't trimmed. Empty: the platforms choose. */
  cover: string
}

export const editorFieldNames = [
  'rotate',
  'shape',
  'was',
  'x',
  'y',
  'width',
  'height',
  'start',
  'end',
  'cover',
] as const
type EditorFaults = Partial<Record<keyof EditorFields, string>>

/** What the fields mean. Faults are sentences beside their field. */
export type ReadEditor = { edits: Edits | null; coverMs: number | null; faults: EditorFaults }

/** The fields for stored edits. `best`: the shape to start with if nothing is cropped yet. */
export const editorFieldsOf = (
  media: Media,
  edits: Edits | null,
  coverMs: number | null,
  best: string | null,
): EditorFields => {
  const isCropped = edits?.crop !== undefined
  const shape = isCropped || best === null ? shapeOf(media, edits) : best
  const ratio = ratioOf(shape)
  const crop =
    edits?.crop ?? (ratio === null ? wholePicture : middle(rotatedSize(media, edits), ratio))
  return {
    rotate: String(edits?.rotate ?? 0),
    shape,
    was: shape,
    ...percentOf(crop),
    start: timeText(edits?.trim?.startMs ?? 0),
    end: media.durationMs === null ? '' : timeText(edits?.trim?.endMs ?? media.durationMs),
    cover: coverMs === null ? '' : timeText(coverMs),
  }
}

/**
 * Reads the fields. With another shape than before, the crop starts in the middle. `coverBefore`: the
 * cover when the editor was opened. It may be outside of a new trim, as it moves with it.
 */
export const readEditor = (
  media: Media,
  typed: EditorFields,
  coverBefore: number | null = null,
): ReadEditor => {
  const faults: EditorFaults = {}
  const rotate = ([0, 90, 180, 270] as const).find((one) => String(one) === typed.rotate) ?? 0
  const crop = cropIn(media, rotate, typed, faults)
  const trim = media.durationMs === null ? null : trimIn(media.durationMs, typed, faults)
  const edits = rounded({ rotate, ...(crop ? { crop } : {}), ...(trim ? { trim } : {}) })
  const fault = Object.keys(faults).length === 0 ? editsFault(media, edits) : null
  if (fault) faults[trim && !crop ? 'end' : 'width'] = fault
  const coverMs =
    typed.cover.trim() === '' || media.durationMs === null ? null : readTime(typed.cover)
  const [from, to] = [trim?.startMs ?? 0, trim?.endMs ?? media.durationMs ?? 0]
  if (
    typed.cover.trim() !== '' &&
    media.durationMs !== null &&
    (coverMs === null || (coverMs !== coverBefore && (coverMs < from || coverMs > to)))
  )
    faults.cover = `The cover is a time between ${timeText(from)} and ${timeText(to)}.`
  return { edits, coverMs, faults }
}

/** As they are stored. Edits that no text can hold are no edits: they are beyond every limit. */
const rounded = (edits: Edits): Edits | null => {
  const read = readEdits(canonicalEdits(edits))
  return read === 'invalid' ? null : read
}

const wholePicture: Crop = { x: 0, y: 0, width: 1, height: 1 }
const ratioOf = (shape: string): number | null =>
  shapes.find(({ name }) => name === shape)?.ratio ?? null

const cropIn = (
  media: Media,
  rotate: Edits['rotate'],
  typed: EditorFields,
  faults: EditorFaults,
): Crop | null => {
  if (typed.shape === 'original') return null
  const size = rotatedSize(media, { rotate })
  const ratio = ratioOf(typed.shape)
  if (ratio !== null && typed.shape !== typed.was) return middle(size, ratio)
  const given = {
    x: percent(typed, 'x', faults),
    y: percent(typed, 'y', faults),
    width: percent(typed, 'width', faults),
    height: ratio === null ? percent(typed, 'height', faults) : 1,
  }
  if (Object.keys(faults).length > 0) return null
  if (ratio !== null) return fitted(size, ratio, given)
  if (given.x + given.width > 1.000001) faults.width = 'Left and width are more than 100% together.'
  if (given.y + given.height > 1.000001)
    faults.height = 'Top and height are more than 100% together.'
  return given
}

/** A share from 0 to 1 of a typed percentage. */
const percent = (
  typed: EditorFields,
  name: 'x' | 'y' | 'width' | 'height',
  faults: EditorFaults,
): number => {
  const text = typed[name].trim().replace(',', '.')
  const value = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) / 100 : Number.NaN
  const isSize = name === 'width' || name === 'height'
  if (value <= 1 && value >= (isSize ? 0.001 : 0)) return value
  faults[name] = isSize
    ? 'Enter a percentage above 0, up to 100.'
    : 'Enter a percentage from 0 to 100.'
  return 0
}

const trimIn = (
  durationMs: number,
  typed: EditorFields,
  faults: EditorFaults,
): Edits['trim'] | null => {
  const startMs = typed.start.trim() === '' ? 0 : readTime(typed.start)
  const endMs = typed.end.trim() === '' ? durationMs : readTime(typed.end)
  if (startMs === null || startMs > durationMs)
    faults.start = `Enter a time such as 0:04.5, up to ${timeText(durationMs)}.`
  if (endMs === null || endMs > durationMs)
    faults.end = `Enter a time such as 0:04.5, up to ${timeText(durationMs)}.`
  if (startMs === null || endMs === null || faults.start || faults.end) return null
  if (startMs === 0 && endMs >= durationMs) return null
  if (endMs - startMs < 1_000) faults.end = 'The end must be at least 1 second after the start.'
  return faults.end ? null : { startMs, endMs }
}

const percentOf = (crop: Crop): Record<'x' | 'y' | 'width' | 'height', string> => {
  const text = (share: number) => String(Math.round(share * 1_000_000) / 10_000)
  return { x: text(crop.x), y: text(crop.y), width: text(crop.width), height: text(crop.height) }
}
