import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRenderingActivities } from '../../activities/media/render.ts'
import { createFfmpeg } from '../../media/ffmpeg.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { makeFilm } from '../support/media/films.ts'
import { upload as uploadTo } from '../support/uploading.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-films-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('workers that convert', { timeout: 120_000 }, () => {
  let test: TestApp
  let bytes: Buffer
  beforeAll(async () => {
    ;[test, bytes] = await Promise.all([createTestApp(), makeFilm(folder, 'mirrorless.mp4')])
  }, 60_000)

  /** A worker whose ffmpeg begins when `go` is called. */
  const held = async (name: string) => {
    const [program, sign] = [join(folder, `${name}.sh`), join(folder, `${name}.go`)]
    const { ffmpeg } = test.deps.config.media
    await writeFile(
      program,
      `#!/bin/sh\nuntil [ -e '${sign}' ]; do sleep 0.1; done\nexec '${ffmpeg}' "$@"\n`,
    )
    await chmod(program, 0o755)
    return { ...worker(program), go: () => writeFile(sign, '') }
  }
  const worker = (program = test.deps.config.media.ffmpeg) => {
    const { sql, mediaStore } = test.deps
    const log = pino({ level: 'silent' })
    const activities = createRenderingActivities({
      sql,
      mediaStore,
      ffmpeg: createFfmpeg(program),
      log,
      now: Date.now,
      minFreeBytes: 0,
    })
    return {
      make: (mediaId: string): Promise<void> =>
        new MockActivityEnvironment().run(activities.makeRendition, { mediaId }),
    }
  }
  type Row = {
    conversion: string | null
    beganAt: Date | null
    storeKey: string
    sizeBytes: number
  }
  const rowOf = async (id: string): Promise<Row> => {
    const [row] = await test.sql<Row[]>`
      select conversion, conversion_began_at as began_at, store_key, size_bytes::float8 as size_bytes from media where id = ${id}`
    return row!
  }
  const isBegun = (id: string) =>
    expect.poll(async () => (await rowOf(id)).beganAt, { timeout: 30_000 }).not.toBeNull()

  it('take one video at a time; further ones wait outside, longer the more their workspace has', async () => {
    const slow = await held('one-at-a-time')
    const [first, second, third] = [
      await uploadTo(test, 'first.mp4', bytes),
      await uploadTo(test, 'second.mp4', bytes),
      await uploadTo(test, 'third.mp4', bytes),
    ]
    const making = slow.make(first)
    await isBegun(first)
    const delays: number[] = []
    for (const id of [second, third]) {
      const failure = await slow.make(id).catch((error: unknown) => error)
      expect(failure).toMatchObject({ type: 'NotYet' })
      delays.push(Number((failure as { nextRetryDelay: number }).nextRetryDelay))
    }
    expect(delays[1]).toBeGreaterThan(delays[0]!)
    expect((await rowOf(second)).beganAt).toBeNull()
    await slow.go()
    await making
    expect((await rowOf(first)).conversion).toBeNull()
    await slow.make(second)
    expect((await rowOf(second)).conversion).toBeNull()
  })

  it('keep the first file when two convert the same video, because one seemed dead', async () => {
    const id = await uploadTo(test, 'twice.mp4', bytes)
    const slow = await held('taken-for-dead')
    const late = slow.make(id)
    await isBegun(id)
    await worker().make(id)
    const made = await rowOf(id)
    expect(await test.deps.mediaStore.size(made.storeKey)).toBe(made.sizeBytes)
    await slow.go()
    await late
    expect(await rowOf(id)).toEqual(made)
    expect(await test.deps.mediaStore.size(made.storeKey)).toBe(made.sizeBytes)
  })
})
