import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
} from 'mediabunny'
import sharp from 'sharp'
import { grayStream, levelOf, stillStream } from './h264.ts'

export type ImageOptions = {
  width: number
  height: number
  color?: string
  format?: 'jpeg' | 'png' | 'webp'
  padBytes?: number
}

/** A real image of one color. `padBytes` appends bytes that decoders ignore. */
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
export const makeJpeg = (options: Omit<ImageOptions, 'format'>): Promise<Buffer> =>
  makeImage({ ...options, format: 'jpeg' })

export type VideoOptions = {
  /** Must be even. */
  width: number
  height: number
  fps?: number
  durationMs: number
  /** Adds a `free` box of about that size. */
  padBytes?: number
  /** Adds filler data to each frame, which decoders ignore but which is part of the samples. */
  fillerBytes?: number
  /** Text in a `free` box, to make similar files different. */
  label?: string
  /** False puts the index after the media data, which platforms dislike. */
  moovFirst?: boolean
  /** The container format. */
  container?: 'mp4' | 'mov'
  /** The picture as I420 samples; then the sides must be multiples of 16. Default: gray. */
  still?: Uint8Array
}

/** Facebook wants a key frame every 2 to 5 seconds. */
const keySeconds = 4

/** A real, playable MP4 or MOV with one silent H.264 track that shows a still picture. */
export async function makeVideo(options: VideoOptions): Promise<Buffer> {
  const { width, height, fps = 30, durationMs, padBytes = 0, fillerBytes = 0 } = options
  const { label = '', moovFirst = true, container = 'mp4', still } = options
  const target = new BufferTarget()
  const fastStart = moovFirst ? 'in-memory' : false
  const format =
    container === 'mov' ? new MovOutputFormat({ fastStart }) : new Mp4OutputFormat({ fastStart })
  const output = new Output({ format, target })
  const source = new EncodedVideoPacketSource('avc')
  output.addVideoTrack(source, { frameRate: fps })
  await output.start()
  const stream = still ? stillStream(width, height, still) : grayStream(width, height)
  const frames = Math.round((durationMs / 1000) * fps)
  const keyEvery = Math.floor(keySeconds * fps)
  for (let index = 0; index < frames; index++) {
    const sinceKey = index % keyEvery
    const frame = withLength(sinceKey === 0 ? stream.keyFrame : stream.repeatFrame(sinceKey))
    const data = fillerBytes ? new Uint8Array(Buffer.concat([filler(fillerBytes), frame])) : frame
    const packet = new EncodedPacket(data, sinceKey === 0 ? 'key' : 'delta', index / fps, 1 / fps)
    await source.add(
      packet,
      index === 0 ? { decoderConfig: decoderConfig(width, height, stream) } : undefined,
    )
  }
  await output.finalize()
  return Buffer.concat([
    Buffer.from(target.buffer!),
    ...(label || padBytes ? [freeBox(label, padBytes)] : []),
  ])
}

function decoderConfig(
  width: number,
  height: number,
  { sps, pps }: { sps: Uint8Array; pps: Uint8Array },
) {
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

/** NAL unit type 12: filler data. */
function filler(bytes: number): Buffer {
  return lengthPrefix(
    Buffer.concat([Buffer.from([0x0c]), Buffer.alloc(bytes, 0xff), Buffer.from([0x80])]),
    4,
  )
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
