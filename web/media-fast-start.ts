import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Box } from './media-boxes.ts'

/**
 * Writes a copy of an MP4 or MOV whose index (`moov`) stands behind the media data with the index in front, as Instagram
 * demands ("moov first"); samples are copied as they are, in constant memory. Returns false, and writes nothing, when the
 * index is in front already or is of a kind whose offsets we do not move (fragments, 4 GB limit).
 */
export const moveIndexToFront = async (from: string, boxes: Box[], to: string): Promise<boolean> => {
  const index = boxes.find((box) => box.type === 'moov')
  const data = boxes.find((box) => box.type === 'mdat')
  if (!index || !data || index.start < data.start || boxes.some((box) => box.type === 'moof')) return false
  if (boxes.some((box) => box.type === 'mdat' && box.start > index.start)) return false
  const moved = await readMovedIndex(from, index)
  if (!moved) return false
  await writeParts(from, to, [
    { start: 0, size: data.start },
    moved,
    { start: data.start, size: index.start - data.start },
    { start: index.start + index.size, size: lastByteOf(boxes) - index.start - index.size },
  ])
  return true
}

type Part = Buffer | { start: number; size: number }

const lastByteOf = (boxes: Box[]): number => boxes.reduce((end, box) => Math.max(end, box.start + box.size), 0)

/** The index with every chunk offset raised by its own size, since it now stands before the data. */
const readMovedIndex = async (path: string, index: Box): Promise<Buffer | null> => {
  const file = await open(path)
  try {
    const bytes = Buffer.alloc(index.size)
    await readFully(file, bytes, index.start)
    const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl'])
    const raise = (start: number, end: number): boolean => {
      for (let at = start; at + 8 <= end; ) {
        const size = bytes.readUInt32BE(at)
        const type = bytes.toString('latin1', at + 4, at + 8)
        if (size < 8 || at + size > end || type === 'cmov' || type === 'mvex') return false
        const content = at === 0 ? index.headerSize : 8
        if (containers.has(type) && !raise(at + content, at + size)) return false
        if (type === 'stco' && !raiseOffsets(bytes, at, size, index.size)) return false
        if (type === 'co64' && !raiseLongOffsets(bytes, at, size, index.size)) return false
        at += size
      }
      return true
    }
    return index.headerSize === 8 && raise(0, bytes.length) ? bytes : null
  } finally {
    await file.close()
  }
}

const raiseOffsets = (bytes: Buffer, at: number, size: number, by: number): boolean => {
  const count = size < 16 ? -1 : bytes.readUInt32BE(at + 12)
  if (count < 0 || 16 + count * 4 > size) return false
  for (let entry = at + 16; entry < at + 16 + count * 4; entry += 4) {
    const offset = bytes.readUInt32BE(entry) + by
    if (offset > 0xffff_ffff) return false
    bytes.writeUInt32BE(offset, entry)
  }
  return true
}

const raiseLongOffsets = (bytes: Buffer, at: number, size: number, by: number): boolean => {
  const count = size < 16 ? -1 : bytes.readUInt32BE(at + 12)
  if (count < 0 || 16 + count * 8 > size) return false
  for (let entry = at + 16; entry < at + 16 + count * 8; entry += 8)
    bytes.writeBigUInt64BE(bytes.readBigUInt64BE(entry) + BigInt(by), entry)
  return true
}

const readFully = async (file: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  let read = 0
  while (read < bytes.length) {
    const { bytesRead } = await file.read(bytes, read, bytes.length - read, position + read)
    if (bytesRead === 0) throw new Error('the file became shorter while it was read')
    read += bytesRead
  }
}

const writeParts = async (from: string, to: string, parts: Part[]): Promise<void> => {
  const source = async function* () {
    for (const part of parts) {
      if (Buffer.isBuffer(part)) yield part
      else if (part.size > 0) yield* createReadStream(from, { start: part.start, end: part.start + part.size - 1 })
    }
  }
  await pipeline(source, createWriteStream(to, { mode: 0o600 }))
}
