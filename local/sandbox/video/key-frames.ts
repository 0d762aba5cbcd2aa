import { type EncodedPacket, EncodedPacketSink, type InputVideoTrack } from 'mediabunny'

/**
 * Whether every frame that the file marks as a key frame lets a decoder begin there, without frames
 * that need earlier ones ("closed GOP"). Null for codecs that always do so, or cannot be read.
 */
export async function hasClosedGops(
  track: InputVideoTrack,
  codec: string,
  record: Uint8Array | undefined,
): Promise<boolean | null> {
  const isHevc = /^h[ev][vc]1/.test(codec)
  if (!record || !(isHevc || /^avc[13]/.test(codec))) return null
  const lengthBytes = ((record[isHevc ? 21 : 4] ?? 3) & 3) + 1
  const sink = new EncodedPacketSink(track)
  const unitsOf = ({ data }: EncodedPacket) => unitTypes(data, lengthBytes, isHevc)
  // The first picture has nothing before it.
  let key = await next(sink, await sink.getFirstPacket())
  for (; key; key = await next(sink, key)) {
    const units = unitsOf(key)
    if (!isHevc && !units.includes(h264Idr)) return false
    const after = isHevc && units.includes(hevcClean) ? await sink.getNextPacket(key) : null
    if (after && unitsOf(after).some((type) => hevcLeading.includes(type))) return false
  }
  return true
}

/** The complete groups of pictures, in milliseconds. The last one ends with the video. */
export type GopLengths = { shortestMs: number | null; longestMs: number }

/** How long the groups of pictures are: from each key frame to the next, or to the end. */
export async function gopLengths(track: InputVideoTrack): Promise<GopLengths> {
  const sink = new EncodedPacketSink(track)
  const starts: number[] = []
  let key = await sink.getFirstPacket({ metadataOnly: true })
  for (; key; key = await sink.getNextKeyPacket(key, { metadataOnly: true }))
    starts.push(key.timestamp * 1_000)
  const complete = starts.slice(1).map((start, index) => Math.round(start - starts[index]!))
  const last = Math.round((await track.computeDuration()) * 1_000 - (starts.at(-1) ?? 0))
  return {
    shortestMs: complete.length > 0 ? complete.reduce((a, b) => Math.min(a, b)) : null,
    longestMs: complete.reduce((a, b) => Math.max(a, b), last),
  }
}

const h264Idr = 5
/** A clean random access picture, and those that are skipped if a decoder begins with it. */
const hevcClean = 21
const hevcLeading = [8, 9]

const next = async (sink: EncodedPacketSink, packet: EncodedPacket | null) =>
  packet && (await sink.getNextKeyPacket(packet))

/** The types of a sample's NAL units, each of which has its length before it. */
function unitTypes(sample: Uint8Array, lengthBytes: number, isHevc: boolean): number[] {
  const view = Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength)
  const types: number[] = []
  for (let at = 0; at + lengthBytes < view.length; ) {
    const first = view[at + lengthBytes] ?? 0
    types.push(isHevc ? (first >> 1) & 0x3f : first & 0x1f)
    at += lengthBytes + view.readUIntBE(at, lengthBytes)
  }
  return types
}
