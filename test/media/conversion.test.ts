import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { beginConversion, completeConversion, nameConverted } from '../../db/posts/conversions.ts'
import { listStoredKeys } from '../../db/posts/stored-keys.ts'
import { listFilesToRemove } from '../../db/privacy/due-files.ts'
import { listFilesToExport } from '../../db/privacy/export-rows.ts'
import { compose, upload } from '../../local/people/story.ts'
import { createFfmpeg, type Ffmpeg } from '../../media/ffmpeg.ts'
import { areWellSpaced, readKeyFrames } from '../../media/key-frames.ts'
import { encodingOf, probe } from '../../media/probe.ts'
import { isStandard, makeStandard, planStandard } from '../../media/standard-video.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'
import { readTags, tellingTags } from '../support/media/exiftool.ts'
import { films, makeFilm, phoneFilm } from '../support/media/films.ts'
import { upload as uploadTo } from '../support/uploading.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-films-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('with workers', () => {
  let house: Installed
  beforeAll(async () => {
    house = await install()
  }, 90_000)

  type Row = {
    conversion: string | null
    problem: string | null
    storeKey: string
    width: number
    height: number
    fps: number
  }
  const rowOf = async (id: string): Promise<Row> => {
    const [row] = await house.sql<Row[]>`
      select conversion, conversion_problem as problem, store_key, width, height, fps from media where id = ${id}`
    return row!
  }
  const served = async (id: string): Promise<string> => {
    const path = join(folder, `${id}.mp4`)
    const answer = await house.admin.request(`/w/${house.slug}/media/${id}/file`, {})
    expect(answer.status).toBe(200)
    await writeFile(path, Buffer.from(await answer.arrayBuffer()))
    return path
  }
  const isMade = (id: string) =>
    expect
      .poll(async () => (await rowOf(id)).conversion, { timeout: 120_000, interval: 300 })
      .toBeNull()

  it.each(Object.keys(films))(
    '%s becomes a video that every platform accepts',
    { timeout: 180_000 },
    async (name) => {
      const id = await upload(house.admin, house.slug, name, await makeFilm(folder, name))
      expect((await rowOf(id)).conversion).toBe('waiting')
      await isMade(id)
      const path = await served(id)
      const video = await probe(createFfmpeg(house.config.media.ffmpeg), path, 'mov')
      expect(isStandard(video), JSON.stringify(video)).toBe(true)
      expect(video.durationMs).toBeGreaterThan(3_000)
      const { width, height, fps } = await rowOf(id)
      expect([width, height]).toEqual([video.width, video.height])
      const [{ encoding }] =
        (await house.sql`select encoding from media where id = ${id}`) as unknown as [
          { encoding: unknown },
        ]
      expect(encoding).toMatchObject({ pixelFormat: 'yuv420p', isInterlaced: false })
      const { isOpen, ...keyFrames } = await readKeyFrames(path)
      expect([isOpen, areWellSpaced(keyFrames)]).toEqual([false, true])
      expect(encoding).toEqual(encodingOf(video, keyFrames))
      expect(fps).toBeCloseTo(video.fps, 0)
      expect(tellingTags(await readTags(path))).toEqual({})
      expect((await readFile(path)).indexOf('moov')).toBeLessThan(
        (await readFile(path)).indexOf('mdat'),
      )
    },
  )

  it('an upright HDR phone video is published on all three without any choices, even if posted before its conversion', {
    timeout: 180_000,
  }, async () => {
    const id = await upload(
      house.admin,
      house.slug,
      'IMG_0001.MOV',
      await readFile(await phoneFilm(folder)),
    )
    expect(await rowOf(id)).toMatchObject({ conversion: 'waiting', width: 540, height: 960 })
    const tile = await house.admin.open(`/w/${house.slug}/media/${id}`)
    expect(tile.text).toContain('Converting: about a minute')
    const names = ['FacebookNorthside Records', '@northsiderecords', '@northside.records']
    const channels = names.map((name) => house.channel(name))
    const tiktok = channels[2]!
    const choices = {
      [`${tiktok}.privacy_level`]: 'PUBLIC_TO_EVERYONE',
      [`${tiktok}.consent`]: 'on',
    }
    const text = 'Filmed on the way to the shop'
    const post = await compose(
      house.admin,
      house.slug,
      { text, channel: channels, media: [id], ...choices },
      'Publish now',
    )
    await untilPage(
      house.admin,
      post.url,
      (page) => page.text.split('Confirmed').length > 3,
      150_000,
    )
    expect((await house.ledger.posts()).filter((one) => one.text === text)).toHaveLength(3)
    const path = await served(id)
    expect(tellingTags(await readTags(path))).toEqual({})
    expect(await probe(createFfmpeg(house.config.media.ffmpeg), path, 'mov')).toMatchObject({
      ...{
        codec: 'h264',
        pixelFormat: 'yuv420p',
        width: 540,
        height: 960,
        isTurned: false,
        isHdr: false,
      },
      audio: { codec: 'aac', rate: 48_000, channels: 2 },
    })
  })
})

describe('a video that cannot be converted', () => {
  it('is reported under Media and refused in the composer before anything is scheduled', {
    timeout: 120_000,
  }, async () => {
    const house = await install()
    const bytes = await readFile(await phoneFilm(folder))
    const data = bytes.indexOf('mdat') + 4
    bytes.fill(0, data + 200, data + bytes.readUInt32BE(data - 8) - 8)
    const id = await upload(house.admin, house.slug, 'broken.mov', bytes)
    const at = `/w/${house.slug}/media/${id}`
    const words = 'This video can’t be read. It’s damaged or in a rare format.'
    await untilPage(house.admin, at, (page) => page.text.includes(words), 60_000)
    const fields = { text: 'Broken', channel: house.channel('@northsiderecords'), media: [id] }
    const refused = await compose(house.admin, house.slug, fields, 'Publish now')
    expect(refused.text).toContain(words)
    expect(await house.ledger.posts()).toEqual([])
  })
})

describe('until the video is converted', { timeout: 60_000 }, () => {
  let test: TestApp
  let bytes: Buffer
  beforeAll(async () => {
    ;[test, bytes] = await Promise.all([createTestApp(), makeFilm(folder, 'mirrorless.mp4')])
  }, 60_000)

  const take = async () => {
    const id = await uploadTo(test, 'mirrorless.mp4', bytes)
    const [row] = await test.sql<
      {
        storeKey: string
        originalKey: string
        thumbnailKey: string
        mediumKey: string
        originalBytes: number
      }[]
    >`
      select store_key, original_key, thumbnail_key, medium_key, original_bytes::int from media where id = ${id}`
    return { id, row: row! }
  }

  it('the upload is kept unchanged and is not served to anybody', async () => {
    const { id, row } = await take()
    expect(row.originalBytes).toBe(bytes.length)
    expect(await test.deps.mediaStore.size(row.originalKey)).toBe(bytes.length)
    expect(await test.deps.mediaStore.size(row.storeKey)).toBeNull()
    expect((await test.cast.manager.get(`/w/northside/media/${id}/file`)).status).toBe(404)
    for (const key of [row.originalKey, row.storeKey])
      expect((await test.cast.stranger.get(`/media/${key}`)).status).toBe(404)
    const page = await test.cast.manager.get(`/w/northside/media/${id}`)
    expect(page.text).toContain('Converting: about a minute')
    expect(await test.sql`select kind, ref_id from outbox where ref_id = ${id}`).toMatchObject([
      { kind: 'media', refId: id },
    ])
  })

  it('a purge removes the upload too', async () => {
    const { id, row } = await take()
    await test.sql`update media set purged_at = now() where id = ${id}`
    const files = (await listFilesToRemove(test.sql, 10)).find((one) => one.id === id)
    expect(files?.keys.sort()).toEqual(
      [row.storeKey, row.thumbnailKey, row.mediumKey, row.originalKey].sort(),
    )
    expect(await beginConversion(test.sql, id, new Date())).toBeNull()
  })

  it('a file that is finished after its row was purged is not recorded', async () => {
    const { id, row } = await take()
    const encoding = {
      kilobits: 900,
      pixelFormat: 'yuv420p',
      isInterlaced: false,
      audioRate: 48_000,
      audioChannels: 2,
    }
    const facts = {
      width: 640,
      height: 360,
      durationMs: 4_000,
      videoCodec: 'avc',
      audioCodec: 'aac',
      fps: 30,
      encoding,
    }
    const made = {
      ...facts,
      contentType: 'video/mp4',
      sizeBytes: 1_000,
      sha256: Buffer.alloc(32),
      storeKey: row.storeKey,
    }
    await test.sql`update media set purged_at = now() where id = ${id}`
    expect(await nameConverted(test.sql, id, 'n'.repeat(32))).toBeNull()
    expect(await completeConversion(test.sql, id, made)).toBe(false)
  })

  it('a backup and an export include the upload, and deleting it removes all of its files', async () => {
    const { id, row } = await take()
    const keys = await listStoredKeys(test.sql)
    expect([keys.includes(row.originalKey), keys.includes(row.storeKey)]).toEqual([true, false])
    const exported = await listFilesToExport(test.sql, test.cast.manager.id)
    expect(exported.find((file) => file.storeKey === row.originalKey)?.name).toMatch(
      /-as-it-came-mirrorless\.mp4$/,
    )
    expect((await test.cast.manager.post(`/w/northside/media/${id}/delete`)).status).toBe(303)
    for (const key of [row.originalKey, row.storeKey, row.thumbnailKey])
      expect(await test.deps.mediaStore.size(key)).toBeNull()
  })
})

describe('a video whose header gives a different length than it has', { timeout: 60_000 }, () => {
  const ffmpeg = () => createFfmpeg(testConfig().media.ffmpeg)
  /** A video with this total length in its header, or this frame length in its index. */
  const saying = async (name: string, box: 'mvhd' | 'stts', length: number): Promise<string> => {
    const bytes = Buffer.from(await makeFilm(folder, 'mirrorless.mp4'))
    bytes.writeUInt32BE(length, bytes.indexOf(box) + (box === 'mvhd' ? 20 : 16))
    const path = join(folder, name)
    await writeFile(path, bytes)
    return path
  }

  it('is sized by its real length, so that it uses no more space than it was given', async () => {
    const video = await probe(ffmpeg(), await saying('short.mp4', 'mvhd', 40), 'mov')
    expect(video.durationMs).toBeGreaterThan(3_000)
    const asked: (number | undefined)[] = []
    const notes: Ffmpeg = async (_args, limits) => {
      asked.push(limits?.outputBytes)
      return { log: '' }
    }
    await makeStandard(notes, { from: 'a', demuxer: 'mov', to: 'b', video })
    expect(asked[0]).toBeLessThan(1.1 * planStandard(video, 'mov').sizeBytes + 2 ** 25)
  })

  it('is refused with the reason when its length exceeds what any platform accepts', async () => {
    await expect(probe(ffmpeg(), await saying('long.mp4', 'stts', 2 ** 28), 'mov')).rejects.toThrow(
      'This video is longer than 4 hours, which no platform accepts.',
    )
  })
})
