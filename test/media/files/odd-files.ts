import { readFile, writeFile } from 'node:fs/promises'
import { makeVideo } from '../../../local/media/media-files.ts'
import type { MadeFile } from './made-file.ts'

const plain = () => makeVideo({ width: 540, height: 960, durationMs: 3_500 })

/** The name, and the bytes of a good video as something did or didn't change them. */
const changed = (name: string, change: (bytes: Buffer) => Buffer, video = plain): MadeFile => ({
  name,
  make: async (path) => writeFile(path, change(await video())),
})

/** Sets the size of the last box to 0, which means "up to the end of the file". */
function openEnded(bytes: Buffer): Buffer {
  for (let at = 0; at + 8 <= bytes.length; at += bytes.readUInt32BE(at)) {
    if (at + bytes.readUInt32BE(at) < bytes.length) continue
    bytes.writeUInt32BE(0, at)
    return bytes
  }
  throw new Error('The boxes do not end with the file.')
}

/** Containers that are unusual, damaged, or something else than their name says. */
export const oddFiles: MadeFile[] = [
  changed('plain.mp4', (bytes) => bytes),
  changed(
    'index-at-the-end.mp4',
    (bytes) => bytes,
    () => makeVideo({ width: 540, height: 960, durationMs: 3_500, moovFirst: false }),
  ),
  changed('camera-trailer.mp4', (bytes) => Buffer.concat([bytes, Buffer.alloc(3_032, 0x37)])),
  changed('seven-bytes-more.mp4', (bytes) => Buffer.concat([bytes, Buffer.from('trailer')])),
  changed('open-ended.mp4', openEnded),
  changed('half.mp4', (bytes) => bytes.subarray(0, bytes.length / 2)),
  changed('empty.mp4', () => Buffer.alloc(0)),
  changed('zeros.mp4', (bytes) => Buffer.alloc(bytes.length)),
  changed('text.mp4', () => Buffer.from('This is no film at all.\n'.repeat(50))),
  changed('mp4-named.mov', (bytes) => bytes),
  {
    name: 'page.html',
    make: (path) => writeFile(path, '<!doctype html><script>alert(1)</script>'),
  },
  {
    name: 'package.json.jpg',
    make: async (path) => writeFile(path, await readFile('package.json')),
  },
]
