import { open } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'
import { MediaRefused } from './media-refusal.ts'

export type SniffedType =
  | { kind: 'image'; contentType: 'image/jpeg' }
  | { kind: 'video'; contentType: 'video/mp4' | 'video/quicktime' }

const images = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'])
const mp4 = new Set(['video/mp4', 'video/x-m4v'])

/**
 * Decides what a file is by its bytes alone; images get the type they will have once re-encoded. Throws MediaRefused, also
 * when the name promises the other kind. promise: D3
 */
export const sniffType = async (path: string, fileName: string): Promise<SniffedType> => {
  const found = await fileTypeFromFile(path)
  const sniffed = typeOf(found?.mime)
  if (!sniffed) throw await explain(path, found?.mime, fileName)
  const promised = promisedKind(fileName)
  if (promised && promised !== sniffed.kind)
    throw new MediaRefused(
      'misnamed',
      `“${fileName}” is ${promised === 'image' ? 'a video under the name of a picture' : 'a picture under the name of a video'}. Give it its right ending and upload it again.`,
    )
  return sniffed
}

const typeOf = (mime: string | undefined): SniffedType | null => {
  if (mime === undefined) return null
  if (images.has(mime)) return { kind: 'image', contentType: 'image/jpeg' }
  if (mp4.has(mime)) return { kind: 'video', contentType: 'video/mp4' }
  return mime === 'video/quicktime' ? { kind: 'video', contentType: 'video/quicktime' } : null
}

const promisedKind = (fileName: string): 'image' | 'video' | null => {
  if (/\.(jpe?g|png|webp|avif|gif)$/i.test(fileName)) return 'image'
  return /\.(mp4|m4v|mov)$/i.test(fileName) ? 'video' : null
}

const explain = async (path: string, mime: string | undefined, fileName: string): Promise<MediaRefused> => {
  const named = `“${fileName}”`
  if (await holdsSvg(path))
    return new MediaRefused('unsupported', `${named} is an SVG drawing; the platforms take photos. Export it as JPEG or PNG.`)
  if (mime === undefined)
    return new MediaRefused(
      'not_media',
      `${named} is neither a picture nor a video, whatever its name says. Choose a JPEG, PNG, WebP, MP4 or MOV file.`,
    )
  if (/^image\/hei[cf]/.test(mime))
    return new MediaRefused('unsupported', `${named} is a HEIC picture, which cannot be read here. Export it as JPEG.`)
  if (mime.startsWith('image/'))
    return new MediaRefused('unsupported', `${named} is a picture of the kind ${mime}. Export it as JPEG or PNG.`)
  if (mime.startsWith('video/') || mime.startsWith('application/vnd.rn-'))
    return new MediaRefused(
      'unsupported',
      `${named} is a video of the kind ${mime}. Export it as MP4 (H.264), which every platform takes.`,
    )
  return new MediaRefused(
    'not_media',
    `${named} is neither a picture nor a video: its content is ${mime}. Choose a JPEG, PNG, WebP, MP4 or MOV file.`,
  )
}

const holdsSvg = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    return /<svg[\s>]|<!doctype svg/i.test(buffer.toString('utf8', 0, bytesRead).replaceAll('\0', ''))
  } finally {
    await file.close()
  }
}
