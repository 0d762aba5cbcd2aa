import { open } from 'node:fs/promises'
import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny'
import sharp from 'sharp'

export type ImageFacts = {
  kind: 'image'
  format: string
  width: number
  height: number
  /** The picture can't be decoded completely. */
  broken: boolean
}

export type VideoFacts = {
  kind: 'video'
  /** mp4, mov, webm ... */
  container: string
  /** avc, hevc, vp9, av1 ... Null if unknown. */
  codec: string | null
  audioCodec: string | null
  width: number
  height: number
  durationMs: number
  fps: number
  /** The index precedes the media data, as platforms require. */
  moovFirst: boolean
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

export async function judgeMedia(path: string): Promise<{ contentType: string; facts: MediaFacts }> {
  const head = await readHead(path, 512)
  if (/^\s*<(!doctype html|html)/i.test(head.toString('utf8'))) return { contentType: 'text/html', facts: { kind: 'html' } }
  const image = await judgeImage(path, head)
  if (image) return { contentType: imageTypes[image.format] ?? `image/${image.format}`, facts: image }
  const video = await judgeVideo(path)
  if (video) return { contentType: videoTypes[video.container] ?? 'application/octet-stream', facts: video }
  return { contentType: 'application/octet-stream', facts: { kind: 'unknown' } }
}

async function judgeImage(path: string, head: Buffer): Promise<ImageFacts | null> {
  // sharp can't read BMP, so the size is read from the header.
  if (head.length > 26 && head.toString('latin1', 0, 2) === 'BM') {
    return { kind: 'image', format: 'bmp', width: head.readInt32LE(18), height: Math.abs(head.readInt32LE(22)), broken: false }
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

async function judgeVideo(path: string): Promise<VideoFacts | null> {
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS })
  try {
    const format = await input.getFormat()
    const track = await input.getPrimaryVideoTrack()
    if (!track) return null
    const audio = await input.getPrimaryAudioTrack()
    const stats = await track.computePacketStats(300)
    return {
      kind: 'video',
      container: containerName(format.name),
      codec: await track.getCodec(),
      audioCodec: (await audio?.getCodec()) ?? null,
      width: await track.getDisplayWidth(),
      height: await track.getDisplayHeight(),
      durationMs: Math.round((await input.computeDuration()) * 1000),
      fps: Math.round(stats.averagePacketRate * 100) / 100,
      moovFirst: await hasMoovFirst(path),
    }
  } catch {
    // A file that can't be read as a video is not a video. The caller rejects it.
    return null
  } finally {
    input.dispose()
  }
}

function containerName(format: string): string {
  const names: Record<string, string> = { MP4: 'mp4', 'QuickTime File Format': 'mov', WebM: 'webm', Matroska: 'mkv' }
  return names[format] ?? format.toLowerCase()
}

/** Reads the boxes of an ISO file until it finds the index or the media data. */
async function hasMoovFirst(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const header = Buffer.alloc(16)
    for (let at = 0; at + 8 <= size; ) {
      await file.read(header, 0, 16, at)
      const type = header.toString('latin1', 4, 8)
      if (type === 'moov') return true
      if (type === 'mdat') return false
      const boxBytes = header.readUInt32BE(0)
      at += boxBytes === 1 ? Number(header.readBigUInt64BE(8)) : Math.max(boxBytes, 8)
    }
    return false
  } finally {
    await file.close()
  }
}

async function readHead(path: string, sizeBytes: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(sizeBytes), 0, sizeBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
