import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { createRenderingActivities } from '../../activities/media/render.ts'
import { tx } from '../../db/postgres/connect.ts'
import { requestRenditions } from '../../db/posts/renditions.ts'
import { listFilesToRemove, markFilesRemoved } from '../../db/privacy/due-files.ts'
import { compose, upload as uploadIn } from '../../local/people/story.ts'
import { createFfmpeg } from '../../media/ffmpeg.ts'
import { type Recipe, wantedRendition } from '../../media/recipes.ts'
import { createDiskStore, type MediaStore } from '../../media/store.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { install, untilPage } from '../support/installed.ts'
import { upload } from '../support/uploading.ts'

const photo = (size: number): Promise<Buffer> =>
  sharp({ create: { width: size, height: size, channels: 3, background: '#c22' } })
    .jpeg()
    .toBuffer()

describe('while a rendition is made', { timeout: 60_000 }, () => {
  let test: TestApp
  beforeAll(async () => {
    test = await createTestApp()
  }, 60_000)

  const recipe: Recipe = { box: { width: 300, height: 300 }, maxBytes: 1_000_000 }
  const crop = { crop: { x: 0, y: 0, width: 0.5, height: 0.5 } }
  const wanted = async (edits: typeof crop | null = null) => {
    const id = await upload(test, 'photo.jpg', await photo(600))
    const source = { id, kind: 'image', width: 600, height: 600, sizeBytes: 5_000 } as const
    const one = wantedRendition({ ...source, edits }, recipe)!
    const ask = () => tx(test.sql, (t) => requestRenditions(t, test.workspaces.northside, [one]))
    await ask()
    return {
      id,
      ask,
      make: (store: Partial<MediaStore> = {}, aheadMs = 0) => make(id, store, aheadMs),
    }
  }
  const make = (mediaId: string, store: Partial<MediaStore>, aheadMs: number) => {
    const { sql, mediaStore, config } = test.deps
    const { makeRendition } = createRenderingActivities({
      sql,
      mediaStore: { ...mediaStore, ...store },
      ffmpeg: createFfmpeg(config.media.ffmpeg),
      log: pino({ level: 'silent' }),
      now: () => Date.now() + aheadMs,
      minFreeBytes: 0,
    })
    return new MockActivityEnvironment().run(makeRendition, { mediaId })
  }
  type Row = { id: string; state: string; storeKey: string | null; sizeBytes: number | null }
  const rowsOf = (mediaId: string) => test.sql<Row[]>`
    select id, state, store_key, size_bytes::float8 as size_bytes from renditions where media_id = ${mediaId}`
  const stored = async () => {
    const keys: string[] = []
    for await (const key of test.deps.mediaStore.list()) keys.push(key)
    return keys.sort()
  }
  /** As retention does it. */
  const purge = async (mediaId: string) => {
    await test.sql`update media set purged_at = now() where id = ${mediaId}`
    const files = (await listFilesToRemove(test.sql, 100)).filter(({ id }) => id === mediaId)
    for (const key of files.flatMap(({ keys }) => keys)) await test.deps.mediaStore.remove(key)
    await markFilesRemoved(test.sql, [mediaId], new Date())
  }

  it('a purge leaves nothing of it, whether it comes before, while or after the file is stored', async () => {
    const before = await stored()
    const { mediaStore } = test.deps
    for (const moment of ['reading', 'storing', 'stored']) {
      const { id, make: makeIt } = await wanted()
      await makeIt({
        size: async (key) => {
          if (moment === 'reading')
            await test.sql`update media set purged_at = now() where id = ${id}`
          return mediaStore.size(key)
        },
        putFile: async (key, path) => {
          expect(moment).not.toBe('reading') // a purged file gets no new name
          if (moment === 'storing') await purge(id)
          await mediaStore.putFile(key, path)
          if (moment === 'stored') await purge(id)
        },
      })
      if (moment === 'reading') await purge(id)
      expect([moment, await rowsOf(id), await stored()]).toEqual([moment, [], before])
    }
  })

  it('two workers store one file between them', async () => {
    const before = (await stored()).length
    const { id, make: makeIt } = await wanted()
    let other: Promise<unknown> | undefined
    const { mediaStore } = test.deps
    await makeIt({
      putFile: async (key, path) => {
        other ??= make(id, {}, 0)
        await other
        await mediaStore.putFile(key, path)
      },
    })
    const [row, ...more] = await rowsOf(id)
    expect([row?.state, more]).toEqual(['ready', []])
    expect(await mediaStore.size(row!.storeKey!)).toBe(row!.sizeBytes)
    expect((await stored()).length - before).toBe(5) // the upload, the library's, its two smaller pictures, this
  })

  it('a disk that is full before or while it is stored leaves nothing behind, and the next try makes it', async () => {
    const { id, make: makeIt } = await wanted()
    const { mediaStore } = test.deps
    const before = await stored()
    const full = { freeBytes: async () => 10_000 }
    await expect(makeIt(full)).rejects.toMatchObject({ type: 'NotYet', nextRetryDelay: 60_000 })
    const noSpace = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    const breaks = {
      putFile: async (key: string, path: string) => {
        await mediaStore.put(key, Readable.from([(await readFile(path)).subarray(0, 100)]))
        throw noSpace
      },
    }
    await expect(makeIt(breaks)).rejects.toThrow('no space left on device')
    expect(await readdir(await mediaStore.scratch())).toEqual([])
    expect((await rowsOf(id)).map(({ state }) => state)).toEqual(['waiting'])
    await makeIt()
    const [row] = await rowsOf(id)
    expect(row?.state).toBe('ready')
    expect(await stored()).toEqual([...before, row!.storeKey].sort())
  })

  const day = 25 * 3_600_000
  it('a worker killed while it removes an unused one leaves neither bytes nor a row', async () => {
    const { id, make: makeIt, ask } = await wanted(crop)
    await makeIt()
    const [made] = await rowsOf(id)
    const killed = async () => {
      throw new Error('killed')
    }
    await test.sql`insert into renditions (workspace_id, media_id, recipe) select workspace_id, media_id, recipe from renditions where media_id = ${id}`
    await expect(makeIt({ remove: killed }, day)).rejects.toThrow('killed')
    const left = (await rowsOf(id)).find((row) => row.id === made!.id)
    expect(left).toMatchObject({ state: 'waiting', storeKey: made!.storeKey })
    await makeIt({}, day)
    expect(await test.deps.mediaStore.size(made!.storeKey!)).toBeNull()
    expect((await rowsOf(id)).some((row) => row.id === made!.id)).toBe(false)
    await ask()
    await makeIt()
    expect((await rowsOf(id)).map(({ state }) => state)).toEqual(['ready', 'ready'])
  })

  it('one that could not be made gets another try when a post asks for it again', async () => {
    const { id, make: makeIt, ask } = await wanted()
    const [row] = await test.sql<{ originalKey: string }[]>`
      select original_key from media where id = ${id}`
    const { mediaStore } = test.deps
    const whole = await buffer(mediaStore.open(row!.originalKey))
    await mediaStore.put(row!.originalKey, Readable.from([whole.subarray(0, 400)]))
    await makeIt()
    expect((await rowsOf(id)).map(({ state }) => state)).toEqual(['failed'])
    await mediaStore.put(row!.originalKey, Readable.from([whole]))
    await ask()
    await makeIt()
    expect((await rowsOf(id)).map(({ state }) => state)).toEqual(['ready'])
  })
})

it('a post whose file could not be made says why, and “Try again” makes it and publishes once', {
  timeout: 150_000,
}, async () => {
  const house = await install()
  const id = await uploadIn(house.admin, house.slug, 'photo.jpg', await photo(2400))
  const store = createDiskStore(house.config.media.url)
  const [row] = await house.sql<{ originalKey: string }[]>`
    select original_key from media where id = ${id}`
  const whole = await buffer(store.open(row!.originalKey))
  await store.put(row!.originalKey, Readable.from([whole.subarray(0, 400)]))
  const fields = { text: 'Twice', channel: house.channel('@northsiderecords'), media: [id] }
  const post = await compose(house.admin, house.slug, fields, 'Publish now')
  const failed = await untilPage(
    house.admin,
    post.url,
    ({ text }) => text.includes('Try again'),
    60_000,
  )
  expect(failed.text).toMatch(/picture.*damaged|can’t be read/)
  expect(await house.ledger.posts()).toEqual([])
  await store.put(row!.originalKey, Readable.from([whole]))
  await failed.press('Try again')
  await untilPage(house.admin, post.url, ({ text }) => text.includes('Confirmed'), 60_000)
  const [published, ...more] = await house.ledger.posts()
  expect(more).toEqual([])
  const [made] = await house.sql<{ storeKey: string }[]>`
    select store_key from renditions where media_id = ${id}`
  const bytes = await buffer(store.open(made!.storeKey))
  expect(published?.media[0]?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
})
