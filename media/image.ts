import sharp, { type Sharp } from 'sharp'
import { MediaRefused } from './media-refusal.ts'

export type ImageFacts = { width: number; height: number; sizeBytes: number }

/** A picture is decoded at most one at a time: 50 million pixels may need 150 MB. */
const maxPixels = 50_000_000
export const maxImageUploadBytes = 60 * 2 ** 20
/** Facebook advises at most 4 MB, Instagram takes 8 MB, TikTok 20 MB. */
const maxStoredBytes = 4_000_000
const thumbnailPixels = 320

sharp.concurrency(1)
sharp.cache(false)

/**
 * Re-encodes the picture at `from` as the JPEG that is sent: upright, sRGB, without EXIF or GPS, transparency on white,
 * at most 1920 by 1080 (or 1080 by 1920), which is the box TikTok allows; Instagram scales to 1440 wide by itself.
 * Throws MediaRefused.
 */
export const makeSendableImage = async (from: string, to: string): Promise<ImageFacts> => {
  const { width = 0, height = 0, pages = 1, autoOrient } = await refusing(() => opened(from).metadata())
  if (width * height > maxPixels) throw tooManyPixels()
  if (pages > 1)
    throw new MediaRefused(
      'unsupported',
      'This is an animated picture, which platforms show as a still. Export it as an MP4 video.',
    )
  const wide = (autoOrient?.width ?? width) > (autoOrient?.height ?? height)
  for (const quality of [88, 80, 70]) {
    const info = await refusing(() => sendable(opened(from), wide).jpeg({ quality, mozjpeg: true }).toFile(to))
    if (info.size <= maxStoredBytes) return { width: info.width, height: info.height, sizeBytes: info.size }
  }
  throw new MediaRefused('too_large', 'This picture stays above 4 MB even when compressed. Export a smaller one.')
}

/** A small WebP for our own pages. */
export const makeThumbnail = async (from: string | Buffer, to: string): Promise<void> => {
  await sharp(from, { limitInputPixels: maxPixels, failOn: 'error' })
    .resize({ width: thumbnailPixels, height: thumbnailPixels, fit: 'inside' })
    .webp({ quality: 78 })
    .toFile(to)
}

const opened = (path: string): Sharp => sharp(path, { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true })

const sendable = (image: Sharp, wide: boolean): Sharp =>
  image
    .timeout({ seconds: 30 })
    .autoOrient()
    .resize({ width: wide ? 1920 : 1080, height: wide ? 1080 : 1920, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')

/** libvips speaks of pixels and premature ends; people get a sentence. */
const refusing = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error && /pixel limit/i.test(error.message)) throw tooManyPixels()
    throw new MediaRefused(
      'damaged',
      'This picture is damaged or incomplete. Export or copy it again, then upload the whole file.',
    )
  }
}

const tooManyPixels = () =>
  new MediaRefused('too_many_pixels', 'This picture has more than 50 million pixels. Export it at 4000 pixels wide or less.')

let lastImage: Promise<unknown> = Promise.resolve()

/** Decoding a picture may need 150 MB: never two at once in one process. */
export const oneAtATime = <T>(work: () => Promise<T>): Promise<T> => {
  const mine = lastImage.then(work, work)
  lastImage = mine.catch(() => undefined)
  return mine
}
