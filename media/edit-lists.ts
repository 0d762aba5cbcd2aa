import { open } from 'node:fs/promises'
import { walkBoxes } from './boxes.ts'

/** The start or the end of a track may lose this much: the encoder's own padding is shorter. */
const slackSeconds = 0.1

/**
 * Whether the edit lists of an MP4 or MOV file cut away, repeat or slow down a part of a picture or
 * sound track. Without its list, such a track would show what a person has cut away. Throws
 * MediaRefused if the file is not whole.
 */
export const isCutByEditList = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const boxes = await walkBoxes(file, (await file.stat()).size)
    const index = boxes.find(({ type }) => type === 'moov')!
    const bytes = Buffer.alloc(index.size - index.headerSize)
    await file.read(bytes, 0, bytes.length, index.start + index.headerSize)
    const movieTicks = ticksOf(childOf(bytes, ['mvhd']))
    return childrenOf(bytes, 'trak').some((track) => isCut(track, movieTicks))
  } finally {
    await file.close()
  }
}

const isCut = (track: Buffer, movieTicks: number): boolean => {
  const media = childOf(track, ['mdia', 'mdhd'])
  const kind = childOf(track, ['mdia', 'hdlr'])?.toString('latin1', 8, 12)
  const list = childOf(track, ['edts', 'elst'])
  if (!list || !media || (kind !== 'vide' && kind !== 'soun')) return false
  const parts = partsOf(list).filter(({ start }) => start !== -1)
  const [part] = parts
  if (!part) return false
  if (parts.length > 1 || part.rate !== 1) return true
  const ticks = ticksOf(media)
  if ((part.start - firstOffset(track)) / ticks > slackSeconds) return true
  const mediaSeconds = durationOf(media) / ticks
  const shownSeconds = part.length / movieTicks
  const isOpen = part.length === 0 || mediaSeconds === 0 // of a file in fragments
  return !isOpen && mediaSeconds - part.start / ticks - shownSeconds > slackSeconds
}

/** `length` in ticks of the movie, `start` in ticks of the track: -1 for a delay. */
const partsOf = (list: Buffer): { length: number; start: number; rate: number }[] => {
  const [isLong, size] = list[0] === 1 ? [true, 20] : [false, 12]
  const count = Math.min(list.length < 8 ? 0 : list.readUInt32BE(4), Math.floor(list.length / size))
  return Array.from({ length: count }, (_, index) => 8 + index * size)
    .filter((at) => at + size <= list.length)
    .map((at) => ({
      length: isLong ? Number(list.readBigUInt64BE(at)) : list.readUInt32BE(at),
      start: isLong ? Number(list.readBigInt64BE(at + 8)) : list.readInt32BE(at + 4),
      rate: list.readInt32BE(at + size - 4) / 65_536,
    }))
}

/** How long after its decoding the first frame is shown, in ticks. A list takes this away. */
const firstOffset = (track: Buffer): number => {
  const offsets = childOf(track, ['mdia', 'minf', 'stbl', 'ctts'])
  return offsets && offsets.length >= 16 ? offsets.readInt32BE(12) : 0
}

/** The ticks per second of an `mvhd` or `mdhd` box. */
const ticksOf = (header: Buffer | undefined): number => {
  const at = header?.[0] === 1 ? 20 : 12
  return header && header.length >= at + 4 ? header.readUInt32BE(at) || 1 : 1
}

const durationOf = (header: Buffer): number => {
  if (header[0] === 1) return header.length >= 32 ? Number(header.readBigUInt64BE(24)) : 0
  return header.length >= 20 ? header.readUInt32BE(16) : 0
}

const childOf = (box: Buffer, [type, ...rest]: string[]): Buffer | undefined => {
  const child = type ? childrenOf(box, type)[0] : undefined
  return child && rest.length > 0 ? childOf(child, rest) : child
}

/** The contents of the boxes of this type that are directly in another box. */
const childrenOf = (box: Buffer, type: string): Buffer[] => {
  const found: Buffer[] = []
  for (let at = 0; at + 8 <= box.length; ) {
    const size = box.readUInt32BE(at)
    if (size < 8 || at + size > box.length) break
    if (box.toString('latin1', at + 4, at + 8) === type) found.push(box.subarray(at + 8, at + size))
    at += size
  }
  return found
}
