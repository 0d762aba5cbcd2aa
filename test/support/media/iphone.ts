import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { ffmpeg } from './films.ts'
import { makeHeic } from './heic.ts'

/** What an iPhone writes lies on its side: left is above when it is shown. */
const half = (width: number, height: number, color: string) => ({
  create: { width, height, channels: 3 as const, background: color },
})

/** An upright photo: 960 × 1280, red above, blue below, with the place and the camera. */
export const iphonePhoto = async (folder: string): Promise<string> => {
  const [lying, path] = [join(folder, 'lying.jpg'), join(folder, 'IMG_0001.HEIC')]
  const exif = {
    IFD0: { Make: 'Apple', Model: 'iPhone 15 Pro', Software: '18.1', Orientation: '6' },
    IFD2: { DateTimeOriginal: '2026:11:30 09:41:00' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '46/1 56/1 0/1' },
  }
  await sharp(half(1280, 960, '#00f'))
    .composite([{ input: half(640, 960, '#f00'), left: 0, top: 0 }])
    .withExif(exif)
    .jpeg()
    .toFile(lying)
  await makeHeic(lying, path)
  await writeFile(path, turnedClockwise(await readFile(path)))
  return path
}

/** An upright video in HDR: 720 × 1280, red above, blue below, with the place and the camera. */
export const iphoneVideo = async (folder: string): Promise<string> => {
  const [lying, path] = [join(folder, 'lying.mov'), join(folder, 'IMG_0002.MOV')]
  const color = (name: string) => ['-f', 'lavfi', '-i', `color=${name}:s=640x720:r=30:d=3.5`]
  const sound = ['-f', 'lavfi', '-i', 'sine=f=440:r=44100:d=3.5']
  const hlg = 'log-level=error:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc'
  const codec = ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p10le']
  await ffmpeg([
    ...[...color('red'), ...color('blue'), ...sound],
    ...['-filter_complex', '[0:v][1:v]hstack', ...codec, '-tag:v', 'hvc1', '-x265-params', hlg],
    ...['-c:a', 'aac', lying],
  ])
  const words = ['location.ISO6709=+46.9480+007.4474/', 'make=Apple', 'model=iPhone 15 Pro']
  await ffmpeg([
    ...['-display_rotation', '-90', '-i', lying, '-c', 'copy'],
    ...words.flatMap((word) => ['-metadata', `com.apple.quicktime.${word}`]),
    ...['-metadata', 'creation_time=2026-11-30T09:41:00Z'],
    ...['-movflags', 'use_metadata_tags', '-f', 'mov', path],
  ])
  return path
}

/**
 * Debian's libheif doesn't turn pictures. Adds the property `irot` to the first item of a HEIC, as
 * iPhones do: they never count on the orientation in EXIF.
 */
const turnedClockwise = (heic: Buffer): Buffer => {
  const irot = Buffer.from([0, 0, 0, 9, ...Buffer.from('irot'), 3]) // 3 × 90° the other way
  const [ipco, ipma] = [placeOf(heic, 'ipco'), placeOf(heic, 'ipma')]
  const endOfProperties = ipco + heic.readUInt32BE(ipco)
  // After the full box's header and the number of items: an item's id, and how many it has.
  const counted = ipma + 18
  const endOfFirst = counted + 1 + heic.readUInt8(counted)
  const grown = Buffer.from(heic)
  grown.writeUInt8(heic.readUInt8(counted) + 1, counted)
  const more = { ipco: irot.length, ipma: 1, iprp: irot.length + 1, meta: irot.length + 1 }
  for (const [box, bytes] of Object.entries(more))
    grown.writeUInt32BE(heic.readUInt32BE(placeOf(heic, box)) + bytes, placeOf(heic, box))
  moveItems(grown, more.meta)
  return Buffer.concat([
    grown.subarray(0, endOfProperties),
    irot,
    grown.subarray(endOfProperties, endOfFirst),
    Buffer.from([0x80 | (boxesIn(heic, ipco + 8, endOfProperties) + 1)]),
    grown.subarray(endOfFirst),
  ])
}

const placeOf = (file: Buffer, box: string): number => file.indexOf(box, 0, 'latin1') - 4

const boxesIn = (file: Buffer, from: number, end: number): number =>
  from < end ? 1 + boxesIn(file, from + file.readUInt32BE(from), end) : 0

/** Adds to where each item is, in the form in which libheif writes that: 18 bytes for each. */
const moveItems = (file: Buffer, by: number): void => {
  const iloc = placeOf(file, 'iloc')
  if (file.readUInt16BE(iloc + 12) !== 0x4440) throw new Error('libheif writes another form')
  for (let item = 0; item < file.readUInt16BE(iloc + 14); item += 1) {
    const offset = iloc + 16 + item * 18 + 4
    file.writeUInt32BE(file.readUInt32BE(offset) + by, offset)
  }
}
