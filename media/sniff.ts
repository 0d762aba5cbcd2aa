import { open } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'
import type { Demuxer } from './clean-video.ts'
import { isAnimated } from './image.ts'
import { MediaRefused } from './refusal.ts'
import { stillDemuxer } from './still.ts'

export type SniffedType = { kind: 'image' } | { kind: 'video'; demuxer: Demuxer }

const images = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'])
const animations: Record<string, Demuxer> = { 'image/gif': 'gif', 'image/webp': 'webp_anim' }
const demuxers: Record<string, Demuxer> = {
  'video/mp4': 'mov',
  'video/x-m4v': 'mov',
  'video/quicktime': 'mov',
  'video/3gpp': 'mov',
  'video/3gpp2': 'mov',
  'video/webm': 'matroska',
  'video/matroska': 'matroska',
  'video/x-matroska': 'matroska',
  'video/vnd.avi': 'avi',
  'video/mp2t': 'mpegts',
}

/**
 * Detects the type of a file by its content alone. An animated GIF or WebP is a video. Throws MediaRefused,
 * also if the file name promises the other kind. promise: D3
 */
export const sniffType = async (path: string, fileName: string): Promise<SniffedType> => {
  const found = await fileTypeFromFile(path)
  const sniffed = await typeOf(path, found?.mime)
  if (!sniffed) throw await explain(path, found?.mime, fileName)
  const promised = promisedKind(fileName)
  if (promised && promised !== sniffed.kind)
    throw new MediaRefused(
      'misnamed',
      `“${fileName}” is ${promised === 'image' ? 'a video with the name of a picture' : 'a picture with the name of a video'}. Give it the right file extension and upload it again.`,
    )
  return sniffed
}

const typeOf = async (path: string, mime: string | undefined): Promise<SniffedType | null> => {
  if (mime === undefined) return null
  const animation = Object.hasOwn(animations, mime) ? animations[mime] : undefined
  if (animation && (await isAnimated(path))) return { kind: 'video', demuxer: animation }
  if (images.has(mime) || stillDemuxer(mime)) return { kind: 'image' }
  const demuxer = Object.hasOwn(demuxers, mime) ? demuxers[mime] : undefined
  return demuxer ? { kind: 'video', demuxer } : null
}

/** The demuxer of a file that was accepted as a video. */
export const demuxerOf = async (path: string): Promise<Demuxer> => {
  const type = await typeOf(path, (await fileTypeFromFile(path))?.mime)
  if (type?.kind !== 'video') throw new Error('what was taken as a video is none')
  return type.demuxer
}

/** The kind that a file name promises. Null for GIF and WebP, which may be either, and for unknown names. */
const promisedKind = (fileName: string): 'image' | 'video' | null => {
  if (/\.(jpe?g|png|avif|hei[cf]|tiff?|bmp)$/i.test(fileName)) return 'image'
  return /\.(mp4|m4v|mov|webm|mkv|avi|3gp|mts|m2ts|ts)$/i.test(fileName) ? 'video' : null
}

const explain = async (
  path: string,
  mime: string | undefined,
  fileName: string,
): Promise<MediaRefused> => {
  const named = `“${fileName}”`
  if (await holdsSvg(path))
    return new MediaRefused(
      'unsupported',
      `${named} is an SVG drawing, and platforms only accept photos. Export it as JPEG or PNG.`,
    )
  if (mime === undefined)
    return new MediaRefused(
      'not_media',
      `${named} isn’t a picture or a video, despite its name. Choose a JPEG, PNG, WebP, MP4 or MOV file.`,
    )
  if (mime.startsWith('image/'))
    return new MediaRefused(
      'unsupported',
      `${named} is a picture of type ${mime}. Export it as JPEG or PNG.`,
    )
  if (mime.startsWith('video/') || mime.startsWith('application/vnd.rn-'))
    return new MediaRefused(
      'unsupported',
      `${named} is a video of type ${mime}. Export it as MP4 (H.264), which every platform accepts.`,
    )
  return new MediaRefused(
    'not_media',
    `${named} isn’t a picture or a video: its content is ${mime}. Choose a JPEG, PNG, WebP, MP4 or MOV file.`,
  )
}

const holdsSvg = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    return /<svg[\s>]|<!doctype svg/i.test(
      buffer.toString('utf8', 0, bytesRead).replaceAll('\0', ''),
    )
  } finally {
    await file.close()
  }
}
