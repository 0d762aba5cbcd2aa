import {
  fromPixels,
  maxPixels,
  maxPixelsInMemory,
  openPicture,
  type Picture,
  type PictureType,
  tooManyPixels,
} from './decoder.ts'
import { isDiskFull } from './disk-full.ts'
import { type Edits, keptPart } from './edits.ts'
import { libraryRecipe, planPicture, type Recipe } from './recipes.ts'
import { MediaRefused } from './refusal.ts'

export type ImageFacts = { width: number; height: number; sizeBytes: number }

export const maxImageUploadBytes = 120 * 2 ** 20
const thumbnailPixels = 320
/** For previews. Taller pictures are narrower. */
const mediumPixels = { width: 1080, height: 1920 }
/** Tried one after another until the file is small enough. */
const qualities = [90, 85, 78, 70, 60, 50]

const uploadTypes: PictureType[] = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/gif',
]

/**
 * Makes the JPEG of a recipe from the picture at `from`: upright, edited, sRGB, without EXIF or GPS
 * data, transparency on white. Throws MediaRefused.
 */
export const makePicture = async (
  from: string,
  to: string,
  recipe: Recipe = libraryRecipe,
  edits: Edits | null = null,
): Promise<ImageFacts> => {
  const size = await sizeOf(from)
  const { picture, canvas } = planPicture(keptPart({ kind: 'image', ...size }, edits), recipe)
  const open = edits
    ? await edited(from, size, edits, picture)
    : async () => upright(await openPicture(from, uploadTypes), picture)
  for (const quality of qualities) {
    const info = await refusing(async () =>
      onCanvas(await open(), picture, canvas)
        .jpeg({ quality, mozjpeg: true })
        .toFile(to),
    )
    if (info.size <= recipe.maxBytes)
      return { width: info.width, height: info.height, sizeBytes: info.size }
  }
  throw new MediaRefused(
    'too_large',
    `This picture is larger than ${recipe.maxBytes / 1_000_000} MB even when compressed. Export a smaller one.`,
  )
}

/** The size of a picture when it is upright. Throws MediaRefused if it is animated. */
const sizeOf = async (path: string): Promise<{ width: number; height: number }> => {
  const { width, height, pages = 1, autoOrient } = await metadataOf(path, uploadTypes)
  if (pages > 1)
    throw new MediaRefused(
      'unsupported',
      'This is an animated picture, which platforms show as a still. Export it as an MP4 video.',
    )
  return { width: autoOrient?.width ?? width, height: autoOrient?.height ?? height }
}

const metadataOf = (path: string, types: PictureType[]) =>
  refusing(async () => (await openPicture(path, types)).metadata())

/** Whether a GIF or WebP has more than one frame. Throws MediaRefused. */
export const isAnimated = async (path: string): Promise<boolean> =>
  ((await metadataOf(path, ['image/gif', 'image/webp'])).pages ?? 1) > 1

type WebpSize = { width: number; height: number; withoutEnlargement?: boolean; quality: number }

/** The files that our own pages show: a WebP that fits into the size. They throw MediaRefused. */
const makeWebp =
  ({ quality, ...size }: WebpSize) =>
  async (from: string | Buffer, to: string, types = uploadTypes): Promise<void> => {
    await refusing(async () =>
      (await openPicture(from, types))
        .resize({ ...size, fit: 'inside' })
        .webp({ quality })
        .toFile(to),
    )
  }

/** The small picture of lists. */
export const makeThumbnail = makeWebp({
  width: thumbnailPixels,
  height: thumbnailPixels,
  quality: 78,
})

/** The picture that previews show. Never larger than the file. */
export const makeMedium = makeWebp({ ...mediumPixels, withoutEnlargement: true, quality: 80 })

/** Twice the size in which a report shows a logo. */
const logoPixels = { width: 480, height: 160 }
/** A PNG from an uploaded picture, which keeps what is transparent. Throws MediaRefused. */
export const makeLogo = (picture: Buffer): Promise<Buffer> =>
  refusing(async () =>
    (await openPicture(picture, uploadTypes))
      .autoOrient()
      .resize({ ...logoPixels, fit: 'inside', withoutEnlargement: true })
      .png({ compressionLevel: 9 })
      .toBuffer(),
  )

const mailPixels = 144

/** Makes a small square JPEG from a thumbnail, with the edits of its post. Throws MediaRefused. */
export const makeMailPicture = (
  thumbnail: Buffer,
  kind: 'image' | 'video',
  edits: Edits | null,
): Promise<Buffer> =>
  refusing(async () => {
    const { width, height } = await (await openPicture(thumbnail, ['image/webp'])).metadata()
    return (await openPicture(thumbnail, ['image/webp']))
      .rotate(edits?.rotate ?? 0)
      .extract(keptPart({ kind, width, height }, edits))
      .resize({ width: mailPixels, height: mailPixels, fit: 'cover' })
      .flatten({ background: '#fff' })
      .jpeg({ quality: 80, mozjpeg: true })
      .toBuffer()
  })

type Size = { width: number; height: number }

const upright = (image: Picture, { width, height }: Size): Picture =>
  image
    .autoOrient()
    .resize({ width, height, fit: 'fill' })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')

/**
 * Rotates and crops a picture that was scaled down first, as far as its part still has the pixels of
 * `picture`: only scaling runs while decoding, and the whole of a large picture needs much memory.
 */
const edited = async (
  from: string,
  size: Size,
  edits: Edits,
  picture: Size,
): Promise<() => Promise<Picture>> => {
  const part = keptPart({ kind: 'image', ...size }, edits)
  const inMemory = Math.sqrt(maxPixelsInMemory / (size.width * size.height))
  const scale = Math.min(
    1,
    inMemory,
    Math.max(picture.width / part.width, picture.height / part.height),
  )
  const scaled = { width: Math.ceil(size.width * scale), height: Math.ceil(size.height * scale) }
  const pixels = await refusing(async () =>
    upright(await openPicture(from, uploadTypes), scaled)
      .raw()
      .toBuffer(),
  )
  const kept = keptPart({ kind: 'image', ...scaled }, edits)
  return async () =>
    fromPixels(pixels, scaled.width, scaled.height)
      .rotate(edits.rotate ?? 0)
      .extract(kept)
      .resize({ ...picture, fit: 'fill' })
}

const onCanvas = (image: Picture, { width, height }: Size, canvas: Size): Picture => {
  const [across, down] = [canvas.width - width, canvas.height - height]
  if (across === 0 && down === 0) return image
  const [left, top] = [Math.floor(across / 2), Math.floor(down / 2)]
  return image.extend({ left, right: across - left, top, bottom: down - top, background: '#fff' })
}

/** Converts errors of the image library to a MediaRefused with a message for the person. */
const refusing = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MediaRefused || isDiskFull(error)) throw error
    const message = error instanceof Error ? error.message : ''
    if (/pixel limit/i.test(message)) throw tooManyPixels(maxPixels)
    if (/^timeout/i.test(message))
      throw new MediaRefused(
        'unsupported',
        'This picture took too long to read. Export it again as JPEG, then upload it.',
      )
    throw new MediaRefused(
      'damaged',
      'This picture is damaged or incomplete. Export or copy it again, then upload the whole file.',
    )
  }
}
