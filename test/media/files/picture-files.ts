import { readFile, writeFile } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import type { MadeFile } from './made-file.ts'

/** A picture with two colors, so that a turn shows. */
const picture = (width = 1080, height = 1080): Sharp => {
  const half = {
    create: { width, height: Math.max(1, height >> 1), channels: 3 as const, background: '#c33' },
  }
  const whole = sharp({ create: { width, height, channels: 3, background: '#33c' } })
  return height > 1 ? whole.composite([{ input: half, left: 0, top: 0 }]) : whole
}

const image = (name: string, made: () => Sharp): MadeFile => ({
  name,
  make: async (path) => writeFile(path, await made().toBuffer()),
})

const bytes = (name: string, made: () => Promise<Buffer>): MadeFile => ({
  name,
  make: async (path) => writeFile(path, await made()),
})

const bmp = (width: number, height: number): Buffer => {
  const row = Math.ceil((width * 3) / 4) * 4
  const file = Buffer.alloc(54 + row * height, 0x80)
  file.write('BM', 0, 'latin1')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(0, 6)
  file.writeUInt32LE(54, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(width, 18)
  file.writeInt32LE(height, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(24, 28)
  file.fill(0, 30, 54)
  return file
}

const deep = (width: number, height: number): Sharp =>
  sharp(Buffer.from(new Uint16Array(width * height * 3).fill(0x9abc).buffer), {
    raw: { width, height, channels: 3 },
  } as never)

/** Pictures as cameras, phones, scanners and drawing programs write them. */
export const pictureFiles: MadeFile[] = [
  image('plain.jpg', () => picture().jpeg()),
  image('progressive.jpg', () => picture().jpeg({ progressive: true })),
  image('gray.jpg', () => picture().grayscale().jpeg()),
  image('cmyk.jpg', () => picture().toColourspace('cmyk').jpeg()),
  image('p3.jpg', () => picture().withIccProfile('p3').jpeg()),
  image('upright-3x4.jpg', () => picture(1080, 1440).jpeg()),
  ...[2, 3, 6, 8].map((orientation) =>
    image(`turned-${orientation}.jpg`, () =>
      picture(1080, 1350).withMetadata({ orientation }).jpeg(),
    ),
  ),
  image('one-pixel.jpg', () => picture(1, 1).jpeg()),
  image('very-wide.jpg', () => picture(4000, 200).jpeg()),
  image('very-tall.jpg', () => picture(200, 4000).jpeg()),
  image('plain.png', () => picture().png()),
  image('alpha.png', () => picture().ensureAlpha(0.4).png()),
  image('palette.png', () => picture().png({ palette: true })),
  image('plain.webp', () => picture().webp()),
  image('alpha.webp', () => picture().ensureAlpha(0.4).webp({ lossless: true })),
  image('plain.avif', () => picture(640, 640).avif({ effort: 0 })),
  image('plain.tiff', () => picture().tiff()),
  image('lzw.tiff', () => picture().tiff({ compression: 'lzw' })),
  image('still.gif', () => picture(640, 640).gif()),
  bytes('deep.png', () => deep(1080, 1080).toColourspace('rgb16').png().toBuffer()),
  bytes('plain.bmp', async () => bmp(641, 640)),
  bytes('photo.heic', () => readFile('test/media/files/photo-3x4.heic')),
  bytes('half.jpg', async () => {
    const whole = await picture().jpeg({ quality: 100 }).toBuffer()
    return whole.subarray(0, whole.length / 2)
  }),
  bytes('text.jpg', async () => Buffer.from('A shopping list: milk, bread\n'.repeat(20))),
  bytes('empty.jpg', async () => Buffer.alloc(0)),
  bytes('drawing.svg', async () =>
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    ),
  ),
]
