import { type EncodedPacket, EncodedPacketSink, FilePathSource, Input, MP4 } from 'mediabunny'

/** The shortest time between two key frames, null if there is one; and the longest, also up to the end. */
export type KeyFrames = { shortestMs: number | null; longestMs: number }

/**
 * How far apart the key frames of an H.264 MP4 are. `isOpen`: it marks a frame as a key frame that
 * is no IDR frame, so later frames may need frames from before it ("open GOP"), which Instagram and
 * Facebook refuse. Reads the key frames.
 */
export const readKeyFrames = async (path: string): Promise<KeyFrames & { isOpen: boolean }> => {
  const input = new Input({ formats: [MP4], source: new FilePathSource(path) })
  try {
    const track = await input.getPrimaryVideoTrack()
    if (!track) return { isOpen: true, shortestMs: null, longestMs: 0 }
    const record = (await track.getDecoderConfig())?.description
    const lengthBytes = record ? (bytesOf(record)[4]! & 3) + 1 : null
    const sink = new EncodedPacketSink(track)
    const times: number[] = []
    let isOpen = lengthBytes === null
    let key: EncodedPacket | null = await sink.getFirstPacket()
    for (; key; key = await sink.getNextKeyPacket(key)) {
      times.push(key.timestamp)
      isOpen ||= !isIdr(bytesOf(key.data), lengthBytes ?? 4)
    }
    return { isOpen, ...distances(times, await track.computeDuration()) }
  } finally {
    input.dispose()
  }
}

/** `times` and `end` in seconds. */
const distances = (times: number[], end: number): KeyFrames => {
  let [shortest, longest] = [Number.POSITIVE_INFINITY, 0]
  for (const [index, time] of times.entries()) {
    const next = times[index + 1]
    if (next !== undefined) shortest = Math.min(shortest, next - time)
    longest = Math.max(longest, (next ?? end) - time)
  }
  return {
    shortestMs: times.length > 1 ? Math.round(shortest * 1000) : null,
    longestMs: Math.round(longest * 1000),
  }
}

/**
 * Whether key frames are as far apart as Facebook wants it for reels, which is right for all others
 * too: 2 to 5 seconds, give or take a frame.
 */
export const areWellSpaced = ({ shortestMs, longestMs }: KeyFrames): boolean =>
  (shortestMs ?? 2_000) >= 1_958 && longestMs <= 5_042

const bytesOf = (data: ArrayBufferLike | ArrayBufferView): Buffer =>
  ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data)

const idrUnit = 5

/** Whether a sample has an IDR slice. Each of its units has its length before it. */
const isIdr = (sample: Buffer, lengthBytes: number): boolean => {
  for (let at = 0; at + lengthBytes < sample.length; ) {
    if ((sample[at + lengthBytes]! & 0x1f) === idrUnit) return true
    at += lengthBytes + sample.readUIntBE(at, lengthBytes)
  }
  return false
}
