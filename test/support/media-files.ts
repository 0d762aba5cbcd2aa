import { BufferTarget, EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output } from 'mediabunny'
import sharp from 'sharp'
import { grayStream, levelOf, stillStream } from './h264.ts'

export type ImageOptions = { width: number; height: number; color?: string; format?: 'jpeg' | 'png' | 'webp'; padBytes?: number }

/** A real image of one colour. `padBytes` appends bytes that decoders ignore. */
export async function makeImage({
  width,
  height,
  color = '#3b6ea5',
  format = 'jpeg',
  padBytes = 0,
}: ImageOptions): Promise<Buffer> {
  const image = await sharp({ create: { width, height, channels: 3, background: color } })
    .toFormat(format)
    .toBuffer()
  return Buffer.concat([image, Buffer.alloc(padBytes)])
}

/** A real JPEG; see `makeImage`. */
export const makeJpeg = (options: Omit<ImageOptions, 'format'>): Promise<Buffer> => makeImage({ ...options, format: 'jpeg' })

export type VideoOptions = {
  /** Even numbers. */
  width: number
  height: number
  fps?: number
  durationMs: number
  /** Grows the file by a `free` box of about that size. */
  padBytes?: number
  /** Written into a `free` box: makes files differ that are otherwise alike. */
  label?: string
  /** false puts the index behind the media data, as platforms dislike. */
  moovFirst?: boolean
  /** What it shows, as I420 samples; sides must then be multiples of 16. Absent: grey. */
  still?: Uint8Array
}

/** A real, playable MP4 with one silent H.264 track: a picture that stands still. */
export async function makeVideo(options: VideoOptions): Promise<Buffer> {
  const { width, height, fps = 30, durationMs, padBytes = 0, label = '', moovFirst = true, still } = options
  const target = new BufferTarget()
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: moovFirst ? 'in-memory' : false }), target })
  const source = new EncodedVideoPacketSource('avc')
  output.addVideoTrack(source, { frameRate: fps })
  await output.start()
  const stream = still ? stillStream(width, height, still) : grayStream(width, height)
  const frames = Math.round((durationMs / 1000) * fps)
  for (let index = 0; index < frames; index++) {
    const data = withLength(index === 0 ? stream.keyFrame : stream.repeatFrame(index))
    const packet = new EncodedPacket(data, index === 0 ? 'key' : 'delta', index / fps, 1 / fps)
    await source.add(packet, index === 0 ? { decoderConfig: decoderConfig(width, height, stream) } : undefined)
  }
  await output.finalize()
  return Buffer.concat([Buffer.from(target.buffer!), ...(label || padBytes ? [freeBox(label, padBytes)] : [])])
}

function decoderConfig(width: number, height: number, { sps, pps }: { sps: Uint8Array; pps: Uint8Array }) {
  const level = levelOf(width, height)
  const description = Buffer.concat([
    Buffer.from([1, 66, 0xc0, level, 0xff, 0xe1]),
    lengthPrefix(sps, 2),
    Buffer.from([1]),
    lengthPrefix(pps, 2),
  ])
  return {
    codec: `avc1.42c0${level.toString(16)}`,
    codedWidth: width,
    codedHeight: height,
    description: new Uint8Array(description),
  }
}

const withLength = (unit: Uint8Array): Uint8Array => new Uint8Array(lengthPrefix(unit, 4))

function lengthPrefix(unit: Uint8Array, lengthBytes: 2 | 4): Buffer {
  const prefix = Buffer.alloc(lengthBytes)
  prefix.writeUIntBE(unit.length, 0, lengthBytes)
  return Buffer.concat([prefix, unit])
}

function freeBox(label: string, padBytes: number): Buffer {
  const text = Buffer.from(label, 'utf8')
  const box = Buffer.alloc(8 + text.length + padBytes)
  box.writeUInt32BE(box.length, 0)
  box.write('free', 4, 'latin1')
  text.copy(box, 8)
  return box
}
