import type { FileHandle } from 'node:fs/promises'
import { MediaRefused } from './media-refusal.ts'

/** One box of an MP4 or MOV file; `start` and `size` in bytes, header included. */
export type Box = { type: string; start: number; size: number; headerSize: number }

/** The index of a two-hour video takes about 8 MB; reading it costs some ten times as much memory. */
export const maxIndexBytes = 8 * 2 ** 20
const maxBoxes = 10_000

/**
 * The top-level boxes of a file of `fileSize` bytes. A file that was cut off still shows complete metadata (web players
 * and probes believe it), so every box must end inside the file, and the last at its very end. Throws MediaRefused.
 */
export const walkBoxes = async (file: FileHandle, fileSize: number): Promise<Box[]> => {
  const boxes: Box[] = []
  let start = 0
  while (start < fileSize) {
    const box = await readHeader(file, start, fileSize)
    boxes.push(box)
    start += box.size
    if (boxes.length > maxBoxes) throw damaged()
  }
  const index = boxes.find((box) => box.type === 'moov')
  if (!index || !boxes.some((box) => box.type === 'mdat')) throw cut()
  if (index.size > maxIndexBytes)
    throw new MediaRefused('unsupported', 'The index of this video is too large to be read. Export it again as MP4.')
  return boxes
}

const readHeader = async (file: FileHandle, start: number, fileSize: number): Promise<Box> => {
  const header = Buffer.alloc(16)
  const { bytesRead } = await file.read(header, 0, 16, start)
  if (bytesRead < 8) throw cut()
  const type = header.toString('latin1', 4, 8)
  if (!/^[ -~\xa9]{4}$/.test(type)) throw damaged()
  const short = header.readUInt32BE(0)
  if (short === 0)
    throw new MediaRefused(
      'unsupported',
      'This video does not say where it ends, as recordings of live streams do. Export it again as MP4.',
    )
  const headerSize = short === 1 ? 16 : 8
  if (bytesRead < headerSize) throw cut()
  const size = short === 1 ? Number(header.readBigUInt64BE(8)) : short
  if (size < headerSize) throw damaged()
  if (start + size > fileSize) throw cut()
  return { type, start, size, headerSize }
}

const cut = () =>
  new MediaRefused('damaged', 'The end of this video is missing. Export or copy it again, then upload the whole file.')
const damaged = () =>
  new MediaRefused('damaged', 'This video is damaged: its parts do not fit together. Export it again, then upload it.')
