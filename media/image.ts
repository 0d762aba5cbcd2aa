import { maxPixels, openPicture, type Picture, type PictureType } from './decoder.ts'
import { isDiskFull } from './disk-full.ts'
import { MediaRefused } from './refusal.ts'

export type ImageFacts = { width: number; height: number; sizeBytes: number }

export const maxImageUploadBytes = 60 * 2 ** 20
/** Facebook recommends at most 4 MB, Instagram accepts 8 MB, TikTok 20 MB. */
const maxStoredBytes = 4_000_000
const thumbnailPixels = 320

const uploadTypes: PictureType[] = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif']

/**
 * Re-encodes the picture at `from` as the JPEG for publishing: upright, sRGB, without EXIF or GPS
 * data, transparency on white, and at most 1920 × 1080 or 1080 × 1920, which is TikTok's limit.
 * Instagram scales down to a width of 1440. Throws MediaRefused.
 */
export const makeSendableImage = async (from: string, to: string): Promise<ImageFacts> => {
  const {
    width = 0,
    height = 0,
    pages = 1,
    autoOrient,
  } = await refusing(async () => (await openPicture(from, uploadTypes)).metadata())
  if (width * height > maxPixels) throw tooManyPixels()
  if (pages > 1)
    throw new MediaRefused(
      'unsupported',
      'This is an animated picture, which platforms show as a still. Export it as an MP4 video.',
    )
  const wide = (autoOrient?.width ?? width) > (autoOrient?.height ?? height)
  for (const quality of [88, 80, 70]) {
    const info = await refusing(async () =>
      sendable(await openPicture(from, uploadTypes), wide)
        .jpeg({ quality, mozjpeg: true })
        .toFile(to),
    )
    if (info.size <= maxStoredBytes) return { width: info.width, height: info.height, sizeBytes: info.size }
  }
  throw new MediaRefused('too_large', 'This picture is larger than 4 MB even when compressed. Export a smaller one.')
}

/** Whether a GIF has more than one frame. Throws MediaRefused. */
export const isAnimated = async (path: string): Promise<boolean> => {
  const { pages = 1 } = await refusing(async () => (await openPicture(path, ['image/gif'])).metadata())
  return pages > 1
}

/** Makes a small WebP for our own pages. Throws MediaRefused. */
export const makeThumbnail = async (from: string | Buffer, to: string, types = uploadTypes): Promise<void> => {
  const picture = await openPicture(from, types)
  await refusing(() =>
    picture.resize({ width: thumbnailPixels, height: thumbnailPixels, fit: 'inside' }).webp({ quality: 78 }).toFile(to),
  )
}

const sendable = (image: Picture, wide: boolean): Picture =>
  image
    .autoOrient()
    .resize({ width: wide ? 1920 : 1080, height: wide ? 1080 : 1920, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')

/** Converts errors of the image library to a MediaRefused with a message for the person. */
const refusing = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MediaRefused || isDiskFull(error)) throw error
    const message = error instanceof Error ? error.message : ''
    if (/pixel limit/i.test(message)) throw tooManyPixels()
    if (/^timeout/i.test(message))
      throw new MediaRefused('unsupported', 'This picture took too long to read. Export it again as JPEG, then upload it.')
    throw new MediaRefused(
      'damaged',
      'This picture is damaged or incomplete. Export or copy it again, then upload the whole file.',
    )
  }
}

const tooManyPixels = () =>
  new MediaRefused('too_many_pixels', 'This picture has more than 64 million pixels. Export it at 4000 pixels wide or less.')
