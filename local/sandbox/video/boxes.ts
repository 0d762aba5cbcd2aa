import { type FileHandle, open } from 'node:fs/promises'

/** What the boxes of an MP4 or MOV say. For other files, neither is true. */
export type BoxFacts = {
  /** The index precedes the media data, as platforms require. */
  moovFirst: boolean
  /** An edit list skips, delays or repeats a part of a track. */
  edited: boolean
}

type Box = { type: string; start: number; end: number }

export async function readBoxes(path: string): Promise<BoxFacts> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const boxes = await boxesIn(file, 0, size)
    const [index, data] = ['moov', 'mdat'].map((wanted) =>
      boxes.findIndex(({ type }) => type === wanted),
    )
    const isFirst =
      index !== undefined && index >= 0 && (data === undefined || data < 0 || index < data)
    const movie = boxes[index ?? -1]
    return { moovFirst: isFirst, edited: movie !== undefined && (await hasEdits(file, movie)) }
  } finally {
    await file.close()
  }
}

/** The boxes between two positions. A size of 0 means up to the end. */
async function boxesIn(file: FileHandle, from: number, to: number): Promise<Box[]> {
  const boxes: Box[] = []
  const header = Buffer.alloc(16)
  for (let at = from; at + 8 <= to; ) {
    await file.read(header, 0, 16, at)
    const told = header.readUInt32BE(0)
    const [bytes, headerBytes] =
      told === 1 ? [Number(header.readBigUInt64BE(8)), 16] : [told === 0 ? to - at : told, 8]
    if (bytes < headerBytes) break
    boxes.push({
      type: header.toString('latin1', 4, 8),
      start: at + headerBytes,
      end: Math.min(at + bytes, to),
    })
    at += bytes
  }
  return boxes
}

async function hasEdits(file: FileHandle, movie: Box): Promise<boolean> {
  for (const track of await childrenOf(file, movie, 'trak')) {
    for (const edits of await childrenOf(file, track, 'edts')) {
      for (const list of await childrenOf(file, edits, 'elst'))
        if (await changesTrack(file, list)) return true
    }
  }
  return false
}

const childrenOf = async (file: FileHandle, { start, end }: Box, wanted: string): Promise<Box[]> =>
  (await boxesIn(file, start, end)).filter(({ type }) => type === wanted)

/** ISO 14496-12, 8.6.6. One entry that plays all from the start at normal speed changes nothing. */
async function changesTrack(file: FileHandle, list: Box): Promise<boolean> {
  const bytes = Buffer.alloc(Math.min(list.end - list.start, 64))
  await file.read(bytes, 0, bytes.length, list.start)
  const isLong = bytes[0] === 1
  const entries = bytes.readUInt32BE(4)
  if (entries === 0) return false
  if (entries > 1) return true
  const mediaTime = isLong ? Number(bytes.readBigInt64BE(16)) : bytes.readInt32BE(12)
  const rate = bytes.readInt32BE(isLong ? 24 : 16)
  return mediaTime !== 0 || rate !== 0x10000
}
