import { copyFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { MadeFile } from '../made-file.ts'
import { containerFiles } from './containers.ts'
import { pictureOddities, trackOddities } from './oddities.ts'

const made = [...containerFiles, ...pictureOddities, ...trackOddities]

/** One of each sort: what is copied, converted, and refused. */
const few = new Set([
  ...['h264-aac.mp4', 'hevc-hvc1.mp4', 'av1.mp4', 'motion-jpeg.mov', 'prores-422.mov'],
  ...['h264.m4v', 'h263-amr.3gp', 'vp9-opus.webm', 'h264-flac.mkv', 'mpeg4-mp3.avi'],
  ...['h264-ac3.mts', 'sticker.webp', 'windows.wmv', 'sound-only.mp4', 'half.mkv'],
  ...['screen-idle-then-60.mp4', '120-frames.mp4', 'iphone-upright-hdr.mov', 'turned-270.mov'],
  ...['h264-422-10-bit.mp4', 'odd-sides.mp4', 'tiny.mp4', 'panorama.mp4', 'interlaced.mp4'],
  ...['5.1.mp4', '96-khz.mp4', 'alac.mp4', 'no-sound.mp4', 'declared-but-empty-sound.mp4'],
  ...['one-key-frame-in-7-seconds.mp4', 'open-gops.mp4', 'fragments.mp4', 'two-seconds.mp4'],
])

/**
 * `which`: nothing for a few, `all`, a part of all such as `2/3`, or a folder whose files are taken
 * besides all.
 */
export async function videoFiles(which: string | undefined): Promise<MadeFile[]> {
  if (which === undefined) return made.filter(({ name }) => few.has(name))
  if (which === 'all') return made
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(which) ?? []
  if (part && parts) {
    const startOf = (number: number) => Math.round((made.length * number) / Number(parts))
    return made.slice(startOf(Number(part) - 1), startOf(Number(part)))
  }
  const names = (await readdir(which)).filter((name) => !name.endsWith('.md'))
  const given = names.map(
    (name): MadeFile => ({ name, make: (path) => copyFile(join(which, name), path) }),
  )
  return [...given, ...made]
}
