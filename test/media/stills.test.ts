import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFfmpeg } from '../../media/ffmpeg.ts'
import { MediaRefused } from '../../media/refusal.ts'
import { readablePicture } from '../../media/still.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { ffmpeg } from '../support/media/films.ts'
import { makeHeic } from '../support/media/heic.ts'
import { bytesOf, put, rowOf, upload } from '../support/uploading.ts'

let test: TestApp
let folder: string
beforeAll(async () => {
  test = await createTestApp()
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-stills-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Red at the top, blue at the bottom. */
const flag = async (): Promise<string> => {
  const path = join(folder, 'flag.png')
  const blue = await sharp({ create: { width: 600, height: 400, channels: 3, background: '#00f' } })
    .png()
    .toBuffer()
  const red = sharp({ create: { width: 600, height: 800, channels: 3, background: '#f00' } })
  await red
    .composite([{ input: blue, top: 400, left: 0 }])
    .png()
    .toFile(path)
  return path
}

const heic = async (): Promise<string> => {
  const path = join(folder, 'photo.heic')
  await makeHeic(await flag(), path)
  return path
}

const converted = (name: string) => async (): Promise<string> => {
  const path = join(folder, name)
  await ffmpeg(['-i', await flag(), path])
  return path
}

it.each([
  ['photo.heic', heic],
  ['scan.tiff', converted('scan.tiff')],
  ['old.bmp', converted('old.bmp')],
] as const)(
  '%s is accepted as a JPEG: same size, same colors, right way up',
  { timeout: 60_000 },
  async (name, make) => {
    const id = await upload(test, name, await readFile(await make()))
    expect(await rowOf(test, id)).toMatchObject({
      kind: 'image',
      contentType: 'image/jpeg',
      width: 600,
      height: 800,
    })
    const picture = await sharp(await bytesOf(test, id))
      .raw()
      .toBuffer()
    const colorAt = (y: number) => [
      ...picture.subarray((y * 600 + 300) * 3, (y * 600 + 300) * 3 + 3),
    ]
    const isNear = (found: number[], wanted: number[]) =>
      found.every((value, index) => Math.abs(value - wanted[index]!) < 16)
    expect(isNear(colorAt(100), [255, 0, 0]), String(colorAt(100))).toBe(true)
    expect(isNear(colorAt(700), [0, 0, 255]), String(colorAt(700))).toBe(true)
  },
)

it('a HEIC that can only be read in part is refused, not cut', { timeout: 60_000 }, async () => {
  const bytes = await readFile(await heic())
  const at = bytes.indexOf('ispe')
  bytes.writeUInt32BE(1_200, at + 8)
  const answer = await put(test.cast.manager, 'tiles.heic', bytes)
  expect([answer.status, answer.text]).toEqual([
    422,
    'This picture can’t be read here. Export it as JPEG, then upload it.',
  ])
})

it('a HEIC that this ffmpeg can’t read, as Debian’s 5.1, is read with libheif', {
  timeout: 60_000,
}, async () => {
  const program = join(folder, 'old-ffmpeg.sh')
  await writeFile(program, '#!/bin/sh\necho "moov atom not found" >&2\nexit 1\n')
  await chmod(program, 0o755)
  const path = await readablePicture(createFfmpeg(program), await heic())
  const picture = sharp(path)
  expect(await picture.metadata()).toMatchObject({ format: 'png', width: 600, height: 800 })
  const { dominant } = await sharp(await picture.extract(upper).toBuffer()).stats()
  expect([dominant.r > 230, dominant.b < 30]).toEqual([true, true])

  await writeFile(join(folder, 'broken.heic'), (await readFile(await heic())).subarray(0, 500))
  await expect(
    readablePicture(createFfmpeg(program), join(folder, 'broken.heic')),
  ).rejects.toBeInstanceOf(MediaRefused)
})

const upper = { left: 0, top: 0, width: 600, height: 300 }
