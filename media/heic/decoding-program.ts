import { readFile, writeFile } from 'node:fs/promises'
import heic from 'heic-decode'
import { fromPixels, maxPixelsInMemory } from '../decoder.ts'
import { withColorProfile } from './color-profile.ts'

// A program of its own, started by decode.ts: reads the HEIC of the first path with libheif, and
// writes it as a PNG to the second.

const [from = '', to = ''] = process.argv.slice(2)
const buffer = await readFile(from)
const [first] = await heic.all({ buffer })
if (!first || first.width * first.height > maxPixelsInMemory) process.exit(1)
const { data } = await first.decode()
const pixels = first.width * first.height
const rgb = new Uint8Array(3 * pixels)
for (let pixel = 0; pixel < pixels; pixel += 1)
  rgb.set(data.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel)
const picture = fromPixels(rgb, first.width, first.height).png({ compressionLevel: 1 })
await writeFile(to, withColorProfile(await picture.toBuffer(), buffer))
