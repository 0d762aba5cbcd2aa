import type { FileHandle } from 'node:fs/promises'
import { MediaRefused } from './refusal.ts'

/** A box of an MP4 or MOV file. `start` and `size` are in bytes; `size` includes the header. */
export type Box = { type: string; start: number; size: number; headerSize: number }

/** The index of a two-hour video is about 8 MB. Reading it needs about ten times as much memory. */
export const maxIndexBytes = 8 * 2 ** 20
export const maxBoxes = 10_000

/**
 * The top-level boxes of a file of `fileSize` bytes. A truncated file can still have complete
 * metadata, which players accept, so every box must end inside the file. Data after a complete
 * video that is not a box, as some cameras append it, is left out. Throws MediaRefused.
 */
export const walkBoxes = async (file: FileHandle, fileSize: number): Promise<Box[]> => {
  const boxes: Box[] = []
  let start = 0
  while (start < fileSize) {
    const box = await readHeader(file, start, fileSize)
    if (typeof box === 'string') {
      if (isWhole(boxes) && box !== 'cut') break
      throw box === 'cut' ? cut() : damaged()
    }
    boxes.push(box)
    start += box.size
    if (boxes.length > maxBoxes) throw damaged()
  }
  if (!isWhole(boxes)) throw cut()
  const index = boxes.find((box) => box.type === 'moov')
  if (index && index.size > maxIndexBytes)
    throw new MediaRefused(
      'unsupported',
      'The index of this video is too large to read. Export it again as MP4.',
    )
  return boxes
}

const isWhole = (boxes: Box[]): boolean =>
  ['moov', 'mdat'].every((type) => boxes.some((box) => box.type === type))

/** The box types of a video. If one of them ends beyond the file, the file was truncated. */
const ofVideo = new Set([
  'ftyp',
  'styp',
  'moov',
  'mdat',
  'moof',
  'mfra',
  'sidx',
  'free',
  'skip',
  'wide',
  'udta',
  'meta',
  'uuid',
])

/** A size of 0 means that the box extends to the end of the file. */
const readHeader = async (
  file: FileHandle,
  start: number,
  fileSize: number,
): Promise<Box | 'cut' | 'no box'> => {
  const header = Buffer.alloc(16)
  const { bytesRead } = await file.read(header, 0, 16, start)
  if (bytesRead < 8) return 'no box'
  const type = header.toString('latin1', 4, 8)
  if (!/^[ -~\xa9]{4}$/.test(type)) return 'no box'
  const short = header.readUInt32BE(0)
  if (short === 0)
    return ofVideo.has(type) ? { type, start, size: fileSize - start, headerSize: 8 } : 'no box'
  const headerSize = short === 1 ? 16 : 8
  const size = short === 1 && bytesRead === 16 ? Number(header.readBigUInt64BE(8)) : short
  if (size < headerSize) return ofVideo.has(type) && bytesRead < headerSize ? 'cut' : 'no box'
  if (start + size > fileSize) return ofVideo.has(type) ? 'cut' : 'no box'
  return { type, start, size, headerSize }
}

const cut = () =>
  new MediaRefused(
    'damaged',
    'The end of this video is missing. Export or copy it again, then upload the whole file.',
  )
const damaged = () =>
  new MediaRefused(
    'damaged',
    'This video is damaged: its parts don’t fit together. Export it again, then upload it.',
  )
