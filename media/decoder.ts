import { fileTypeFromBuffer, fileTypeFromFile } from 'file-type'
import sharp, { type Sharp as Picture } from 'sharp'
import { MediaRefused } from './refusal.ts'

// The only file that imports sharp, as test/house.test.ts checks. So every picture is opened the
// same way: by its content, with limits on pixels and time, and never with a loader for drawings or
// documents.

export type { Picture }
export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/avif' | 'image/gif'

/** Of a JPEG that isn't progressive and a PNG that isn't interlaced: they are shrunk while they are decoded. */
export const maxPixels = 200_000_000
/** Of all others: they need 3 bytes of memory for each pixel, or more. */
export const maxPixelsInMemory = 64_000_000
export const decodeSeconds = 20

// Block every loader, then allow the five that we use. SVG, PDF, TIFF and others stay blocked,
// whatever the content claims to be.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map((loader) => `VipsForeignLoad${loader}`),
})
sharp.concurrency(1)
sharp.cache(false)

/**
 * Opens a picture for decoding, with limits on pixels and on time. Throws MediaRefused if its
 * content is not one of `allowed`. Call it again for each decoding.
 */
export const openPicture = async (
  source: string | Buffer,
  allowed: readonly PictureType[],
): Promise<Picture> => {
  const found = await (typeof source === 'string'
    ? fileTypeFromFile(source)
    : fileTypeFromBuffer(source))
  if (!allowed.some((type) => type === found?.mime))
    throw new MediaRefused(
      'not_media',
      `This file is not a picture of the type ${namesOf(allowed)}.`,
    )
  const {
    format,
    isProgressive,
    width = 0,
    height = 0,
  } = await sharp(source, { limitInputPixels: false }).metadata()
  const isShrunk = (format === 'jpeg' || format === 'png') && !isProgressive
  const limit = isShrunk ? maxPixels : maxPixelsInMemory
  if (width * height > limit) throw tooManyPixels(limit)
  const limits = { limitInputPixels: limit, failOn: 'error', sequentialRead: true } as const
  return sharp(source, limits).timeout({ seconds: decodeSeconds })
}

/** For a picture that has more pixels than `limit`. */
export const tooManyPixels = (limit: number): MediaRefused =>
  new MediaRefused(
    'too_many_pixels',
    `This picture has more than ${limit / 1_000_000} million pixels. Export it as a smaller JPEG, then upload it.`,
  )

/** A picture from raw pixels that we have drawn or decoded: 3 bytes per pixel. */
export const fromPixels = (pixels: Uint8Array, width: number, height: number): Picture =>
  sharp(pixels, { raw: { width, height, channels: 3 } })

const namesOf = (types: readonly PictureType[]): string => {
  const names = types.map((type) => type.slice('image/'.length).toUpperCase())
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
