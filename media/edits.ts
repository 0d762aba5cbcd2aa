import { z } from 'zod'

/**
 * What a person changed about a file in one post. The original stays unchanged. In this order: a
 * picture is turned upright by its own marks, rotated, then cropped.
 */
export type Edits = {
  /** Fractions from 0 to 1 of the rotated picture, with 0, 0 at its left top. */
  crop?: { x: number; y: number; width: number; height: number } | undefined
  /** Degrees clockwise. */
  rotate?: 0 | 90 | 180 | 270 | undefined
  /** Milliseconds from the start of the video. */
  trim?: { startMs: number; endMs: number } | undefined
}

type Facts = {
  kind: 'image' | 'video'
  width: number
  height: number
  durationMs: number | null
  sizeBytes: number
}

/** The longest text that `readEdits` parses, in characters. */
export const editsMaxCharacters = 300
/** The smallest edge of what a crop keeps, in pixels. */
export const cropMinPixels = 64
/** The shortest part of a video that can be kept, in milliseconds. */
export const trimMinMs = 1_000
const longestMs = 4 * 3_600_000
const smallestShare = 0.001
/** Fractions are kept to a millionth, so that equal crops are equal texts. */
const steps = 1_000_000

const share = z
  .number()
  .min(0)
  .max(1)
  .transform((value) => Math.round(value * steps) / steps)
const size = share.pipe(z.number().min(smallestShare))
const inside = (start: number, length: number): boolean => start + length <= 1 + 2 / steps
const ms = z.number().int().min(0).max(longestMs)

const schema = z.strictObject({
  crop: z
    .strictObject({ x: share, y: share, width: size, height: size })
    .refine(({ x, y, width, height }) => inside(x, width) && inside(y, height))
    .optional(),
  rotate: z.literal([0, 90, 180, 270]).optional(),
  trim: z
    .strictObject({ startMs: ms, endMs: ms })
    .refine(({ startMs, endMs }) => endMs - startMs >= trimMinMs)
    .optional(),
})

/**
 * Reads the text that `canonicalEdits` writes. `null`: no edits, also for an empty text and for
 * edits that change nothing. `invalid`: anything that it could not have written.
 */
export const readEdits = (text: string): Edits | null | 'invalid' => {
  if (text === '') return null
  if (text.length > editsMaxCharacters) return 'invalid'
  const parsed = schema.safeParse(jsonOf(text))
  return parsed.success ? withoutNothing(parsed.data) : 'invalid'
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // which no schema takes
  }
}

/** Leaves out what changes nothing. Null if nothing is left. */
const withoutNothing = ({ crop, rotate, trim }: Edits): Edits | null => {
  const kept: Edits = {
    ...(crop && !isWhole(crop) ? { crop } : {}),
    ...(rotate ? { rotate } : {}),
    ...(trim ? { trim } : {}),
  }
  return Object.keys(kept).length > 0 ? kept : null
}

const isWhole = ({ x, y, width, height }: NonNullable<Edits['crop']>): boolean =>
  x === 0 && y === 0 && width === 1 && height === 1

/** The same text for the same edits, to store, compare and hash. Empty if there are none. */
export const canonicalEdits = (edits: Edits | null): string => {
  const kept = edits && withoutNothing(edits)
  if (!kept) return ''
  const { crop, rotate, trim } = kept
  return JSON.stringify({
    ...(crop ? { crop: { x: crop.x, y: crop.y, width: crop.width, height: crop.height } } : {}),
    ...(rotate ? { rotate } : {}),
    ...(trim ? { trim: { startMs: trim.startMs, endMs: trim.endMs } } : {}),
  })
}

/** The size in pixels after the rotation, before the crop. */
export const rotatedSize = (
  { width, height }: Pick<Facts, 'width' | 'height'>,
  edits: Edits | null,
): { width: number; height: number } =>
  edits?.rotate === 90 || edits?.rotate === 270
    ? { width: height, height: width }
    : { width, height }

/**
 * The part of the rotated picture that is kept, in whole pixels. Of a video, all four are even,
 * as its colors need.
 */
export const keptPart = (
  media: Pick<Facts, 'kind' | 'width' | 'height'>,
  edits: Edits | null,
): { left: number; top: number; width: number; height: number } => {
  const whole = rotatedSize(media, edits)
  if (!edits?.crop) return { left: 0, top: 0, ...whole }
  const step = media.kind === 'video' ? 2 : 1
  const { x, y, width, height } = edits.crop
  const across = pixels(x, width, whole.width, step)
  const down = pixels(y, height, whole.height, step)
  return { left: across.from, top: down.from, width: across.kept, height: down.kept }
}

/** Start and length in pixels, multiples of `step`, within `edge`. */
const pixels = (
  start: number,
  length: number,
  edge: number,
  step: number,
): { from: number; kept: number } => {
  const most = Math.max(step, Math.floor(edge / step) * step)
  const kept = Math.min(most, Math.max(step, Math.round((length * edge) / step) * step))
  const from = Math.min(most - kept, Math.max(0, Math.round((start * edge) / step) * step))
  return { from, kept }
}

/** The part of the video that is kept. Null for a picture, and if it isn't trimmed. */
export const keptTime = (
  { durationMs }: Pick<Facts, 'durationMs'>,
  edits: Edits | null,
): { startMs: number; endMs: number } | null => {
  if (durationMs === null || !edits?.trim) return null
  const endMs = Math.min(edits.trim.endMs, durationMs)
  return { startMs: Math.min(edits.trim.startMs, endMs), endMs }
}

/**
 * The facts of the file that the edits make, for the rules of platforms. Its size in bytes is an
 * estimate: a trimmed video has its share of the bytes.
 */
export const factsAfterEdits = <Media extends Facts>(media: Media, edits: Edits | null): Media => {
  if (!edits) return media
  const { width, height } = keptPart(media, edits)
  const time = keptTime(media, edits)
  if (!time || !media.durationMs) return { ...media, width, height }
  const durationMs = time.endMs - time.startMs
  return {
    ...media,
    width,
    height,
    durationMs,
    sizeBytes: Math.ceil((media.sizeBytes * durationMs) / media.durationMs),
  }
}

/** Why these edits don't fit this file, for the person who made them. Null if they do. */
export const editsFault = (
  media: Pick<Facts, 'kind' | 'width' | 'height' | 'durationMs'>,
  edits: Edits | null,
): string | null => {
  if (!edits) return null
  const { width, height } = keptPart(media, edits)
  if (edits.crop && Math.min(width, height) < Math.min(cropMinPixels, media.width, media.height))
    return `The crop is ${width} × ${height} pixels. Choose a larger part, at least ${cropMinPixels} pixels each way.`
  if (!edits.trim) return null
  if (media.durationMs === null) return 'A picture can’t be trimmed.'
  const { startMs, endMs } = edits.trim
  if (endMs > media.durationMs || endMs - startMs < trimMinMs)
    return 'Choose a start and an end within the video, at least 1 second apart.'
  return null
}
