import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDiskStore } from '../../media/store.ts'
import { type Installed, install } from '../support/installed.ts'
import { readTagsOf, tellingTags } from '../support/media/exiftool.ts'
import { readStreamsOf } from '../support/media/other-ffprobe.ts'
import {
  checkRows,
  noRateLimits,
  type Row,
  surprises,
  tableOf,
  takeThrough,
} from './files/take-through.ts'
import { videoFiles } from './files/videos/all.ts'

// Nothing that can be uploaded fails at its scheduled time: it is published, or refused before.
// `npm run test:files` takes all videos, those of a folder if MEDIA_FILES names one, or a part of
// all if it is 1/3.

let house: Installed
const rows: Row[] = []
let files: Awaited<ReturnType<typeof videoFiles>>
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-served-'))
  files = await videoFiles(process.env.MEDIA_FILES)
  house = await install()
  await house.control('PATCH', '/settings', noRateLimits)
  await takeThrough(house, files, rows)
}, 7_200_000)
afterAll(async () => {
  process.stdout.write(`${tableOf(rows)}\n`)
  await rm(folder, { recursive: true })
})

it('every video is published on all platforms, or refused beforehand with words', () => {
  checkRows(rows)
  expect(surprises(rows, files)).toEqual([])
})

it('what was published is on the platforms once', async () => {
  const published = rows
    .flatMap(({ outcomes }) => Object.values(outcomes))
    .filter((words) => words.startsWith('published'))
  expect(published.length).toBeGreaterThan(rows.length)
  expect(await house.ledger.posts()).toHaveLength(published.length)
})

describe('every file that was served', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    const store = createDiskStore(house.config.media.url)
    const served = await house.sql<{ key: string; name: string }[]>`
      select store_key as key, file_name as name from media
      union all select r.store_key, m.file_name from renditions r join media m on m.id = r.media_id
      where r.state = 'ready'`
    for (const { key, name } of served)
      await writeFile(join(folder, `${key}-${name}`), await buffer(store.open(key)))
    expect(served.length).toBeGreaterThanOrEqual(
      rows.filter((row) => row.upload === 'taken').length,
    )
  }, 60_000)
  const paths = async () => (await readdir(folder)).map((name) => join(folder, name))

  it('has no place, make, model, serial number, software or date that exiftool finds', async () => {
    const telling = (await readTagsOf(await paths()))
      .map((tags) => [tags.SourceFile, tellingTags(tags)])
      .filter(([, tags]) => Object.keys(tags as object).length > 0)
    expect(telling).toEqual([])
  })

  it('is a plain MP4 or a JPEG for another build of ffprobe, with no words about its origin', async () => {
    for (const path of await paths()) {
      const { format, streams } = await readStreamsOf(path)
      const tags = [format, ...streams].flatMap((part) => Object.entries(part.tags ?? {}))
      const plain = ['major_brand', 'minor_version', 'compatible_brands', 'language']
      const handlers = ['VideoHandler', 'SoundHandler', '[0][0][0][0]']
      expect([
        path,
        tags.filter(([tag, said]) => !plain.includes(tag) && !handlers.includes(said)),
      ]).toEqual([path, []])
      const isPicture = streams.some(({ codec_name }) => codec_name === 'mjpeg')
      const video = { codec_name: 'h264', pix_fmt: 'yuv420p', field_order: 'progressive' }
      if (!isPicture) expect(streams[0], path).toMatchObject(video)
    }
  })
})
