import { fileTypeFromBuffer, fileTypeFromFile } from 'file-type'
import sharp, { type Sharp as Picture } from 'sharp'
import { MediaRefused } from './refusal.ts'

// The only file that imports sharp, as test/house.test.ts checks. So every picture is opened the
// same way: by its content, with limits on pixels and time, and never with a loader for drawings or
// documents.

export type { Picture }
export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/avif' | 'image/gif'

export const maxPixels = 64_000_000
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
 * Opens a picture for decoding, with the limits `maxPixels` and `decodeSeconds`. Throws
 * MediaRefused if its content is not one of `allowed`. Call it again for each decoding.
 */
export const openPicture = async (source: string | Buffer, allowed: readonly PictureType[]): Promise<Picture> => {
  const found = await (typeof source === 'string' ? fileTypeFromFile(source) : fileTypeFromBuffer(source))
  if (!allowed.some((type) => type === found?.mime))
    throw new MediaRefused('not_media', `This file is not a picture of the type ${namesOf(allowed)}.`)
  const limits = { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true } as const
  return sharp(source, limits).timeout({ seconds: decodeSeconds })
}

/** A picture from raw pixels that we have drawn: 3 bytes per pixel, no decoding. */
export const fromPixels = (pixels: Uint8Array, width: number, height: number): Picture =>
  sharp(pixels, { raw: { width, height, channels: 3 } })

const namesOf = (types: readonly PictureType[]): string => {
  const names = types.map((type) => type.slice('image/'.length).toUpperCase())
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
