import { open } from 'node:fs/promises'
import sharp from 'sharp'
import { judgeVideo, type VideoFacts } from './video/judge-video.ts'

export type ImageFacts = {
  kind: 'image'
  format: string
  width: number
  height: number
  /** The picture can't be decoded completely. */
  broken: boolean
}

/** What a file is, judged only by its bytes. */
export type MediaFacts = ImageFacts | VideoFacts | { kind: 'html' } | { kind: 'unknown' }

const imageTypes: Record<string, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
}
const videoTypes: Record<string, string> = {
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mkv: 'video/x-matroska',
}

export async function judgeMedia(
  path: string,
): Promise<{ contentType: string; facts: MediaFacts }> {
  const head = await readHead(path, 512)
  if (/^\s*<(!doctype html|html)/i.test(head.toString('utf8')))
    return { contentType: 'text/html', facts: { kind: 'html' } }
  const image = await judgeImage(path, head)
  if (image)
    return { contentType: imageTypes[image.format] ?? `image/${image.format}`, facts: image }
  const video = await judgeVideo(path)
  if (video)
    return { contentType: videoTypes[video.container] ?? 'application/octet-stream', facts: video }
  return { contentType: 'application/octet-stream', facts: { kind: 'unknown' } }
}

async function judgeImage(path: string, head: Buffer): Promise<ImageFacts | null> {
  // sharp can't read BMP, so the size is read from the header.
  if (head.length > 26 && head.toString('latin1', 0, 2) === 'BM') {
    return {
      kind: 'image',
      format: 'bmp',
      width: head.readInt32LE(18),
      height: Math.abs(head.readInt32LE(22)),
      broken: false,
    }
  }
  const metadata = await sharp(path)
    .metadata()
    .catch(() => null) // sharp doesn't recognize it as a picture
  if (!metadata?.format || metadata.format === 'svg') return null
  const { width = 0, height = 0, orientation = 1 } = metadata
  const upright = orientation < 5 ? { width, height } : { width: height, height: width }
  return { kind: 'image', format: metadata.format, ...upright, broken: !(await isWhole(path)) }
}

const isWhole = (path: string): Promise<boolean> =>
  sharp(path, { failOn: 'truncated' })
    .resize(8)
    .toBuffer()
    .then(
      () => true,
      () => false,
    )

async function readHead(path: string, sizeBytes: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(sizeBytes), 0, sizeBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
