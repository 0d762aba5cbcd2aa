import { type EncodedPacket, EncodedPacketSink, FilePathSource, Input, MP4 } from 'mediabunny'

/**
 * Whether an H.264 MP4 marks a frame as a key frame that is no IDR frame: later frames may need
 * frames from before it ("open GOP"), which Instagram and Facebook refuse. Reads the key frames.
 */
export const hasOpenGops = async (path: string): Promise<boolean> => {
  const input = new Input({ formats: [MP4], source: new FilePathSource(path) })
  try {
    const track = await input.getPrimaryVideoTrack()
    const record = (await track?.getDecoderConfig())?.description
    if (!track || !record) return true
    const lengthBytes = (bytesOf(record)[4]! & 3) + 1
    const sink = new EncodedPacketSink(track)
    let key: EncodedPacket | null = await sink.getFirstPacket()
    for (; key; key = await sink.getNextKeyPacket(key))
      if (!isIdr(bytesOf(key.data), lengthBytes)) return true
    return false
  } finally {
    input.dispose()
  }
}

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
