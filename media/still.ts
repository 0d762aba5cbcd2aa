import { open } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'
import { maxPixelsInMemory } from './decoder.ts'
import { type Ffmpeg, FfmpegFailed } from './ffmpeg.ts'
import { decodeHeic } from './heic/decode.ts'
import { MediaRefused } from './refusal.ts'

/** Demuxers for pictures that the image library doesn't open: HEIC and HEIF, TIFF, BMP. */
export type StillDemuxer = 'mov' | 'tiff_pipe' | 'bmp_pipe'

/**
 * Converts such a picture to a PNG. Throws MediaRefused. A HEIC that ffmpeg can't read goes through
 * libheif, also if only a part was decoded: a phone's HEIC is a grid of tiles, and older versions of
 * ffmpeg read only the first tile, or none.
 */
const makePng = async (
  ffmpeg: Ffmpeg,
  from: string,
  demuxer: StillDemuxer,
  to: string,
): Promise<void> => {
  const input = [
    '-max_pixels',
    String(maxPixelsInMemory),
    '-f',
    demuxer,
    '-i',
    `file:${from}`,
    '-frames:v',
    '1',
  ]
  const output = [
    '-c:v',
    'png',
    '-compression_level',
    '1',
    '-f',
    'image2',
    '-update',
    '1',
    `file:${to}`,
  ]
  try {
    await ffmpeg([...input, '-vf', 'format=rgb24', ...output], { clockSeconds: 60 })
  } catch (error) {
    if (!(error instanceof FfmpegFailed) || error.why === 'missing' || error.why === 'stopped')
      throw error
    if (/No space left on device/.test(error.log))
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    if (demuxer !== 'mov' || !(await decodeHeic(from, to))) throw unreadable()
    return
  }
  if (demuxer === 'mov' && !(await isWhole(from, to)) && !(await decodeHeic(from, to)))
    throw unreadable()
}

/**
 * The path of a picture that the image library opens: the given one, or a PNG beside it, named
 * `<path>.png`, that the caller removes. Throws MediaRefused.
 */
export const readablePicture = async (ffmpeg: Ffmpeg, path: string): Promise<string> => {
  const demuxer = stillDemuxer((await fileTypeFromFile(path))?.mime ?? '')
  if (!demuxer) return path
  await makePng(ffmpeg, path, demuxer, `${path}.png`)
  return `${path}.png`
}

const demuxers: Record<string, StillDemuxer> = {
  'image/heic': 'mov',
  'image/heif': 'mov',
  'image/tiff': 'tiff_pipe',
  'image/bmp': 'bmp_pipe',
}

/** The demuxer for a picture of this type that the image library doesn't open. Null if it does. */
export const stillDemuxer = (mime: string): StillDemuxer | null =>
  Object.hasOwn(demuxers, mime) ? (demuxers[mime] ?? null) : null

/** Whether the PNG has as many pixels as the largest picture in the HEIC, in any orientation. */
const isWhole = async (heic: string, png: string): Promise<boolean> => {
  const said = await headOf(heic, 2 ** 20)
  let [width, height] = [0, 0]
  for (
    let at = said.indexOf('ispe');
    at >= 0 && at + 16 <= said.length;
    at = said.indexOf('ispe', at + 4)
  ) {
    const [across, down] = [said.readUInt32BE(at + 8), said.readUInt32BE(at + 12)]
    if (across * down > width * height) [width, height] = [across, down]
  }
  const made = await headOf(png, 32)
  return made.readUInt32BE(16) * made.readUInt32BE(20) === width * height
}

const headOf = async (path: string, bytes: number): Promise<Buffer> => {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const unreadable = () =>
  new MediaRefused(
    'unsupported',
    'This picture can’t be read here. Export it as JPEG, then upload it.',
  )
