import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { beforeAll, expect, inject, it } from 'vitest'
import { createRenderingActivities } from '../../activities/media/render.ts'
import { createFfmpeg } from '../../media/ffmpeg.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import type { Job } from '../support/media/converting-worker.ts'
import { ffmpeg } from '../support/media/films.ts'
import { databaseUrl } from '../support/servers/template-database.ts'
import { upload } from '../support/uploading.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
}, 60_000)

/** A video that takes some seconds to convert, since its colors are 4:2:2. */
const film = async (): Promise<Buffer> => {
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-killed-'))
  const path = join(folder, 'film.mp4')
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv422p10le']
  await ffmpeg(['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=30:d=15', ...codec, path])
  const bytes = await readFile(path)
  await rm(folder, { recursive: true })
  return bytes
}

/** The numbers of all processes whose command line has these words. */
const processesWith = async (words: string): Promise<string[]> => {
  const found: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    // an empty text: it ended meanwhile
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.includes(words)) found.push(pid)
  }
  return found
}

it('a worker process killed in the middle of a conversion takes ffmpeg with it, and the next one makes the file', {
  timeout: 240_000,
}, async () => {
  const { sql, mediaStore, config } = test.deps
  const id = await upload(test, 'film.mp4', await film())
  const scratch = await mediaStore.scratch()
  const row = async () => {
    const [found] = await sql<{ conversion: string | null; share: number; storeKey: string }[]>`
      select conversion, conversion_share as share, store_key from media where id = ${id}`
    return found!
  }
  const stored = async () => {
    const keys: string[] = []
    for await (const key of mediaStore.list()) if (!key.includes('.')) keys.push(key)
    return keys.sort()
  }
  const before = await stored()
  const [{ name }] = (await sql`select current_database() as name`) as unknown as [{ name: string }]
  const program = fileURLToPath(import.meta.resolve('../support/media/converting-worker.ts'))
  const job: Job = {
    url: databaseUrl(inject('postgresUrl'), name),
    store: pathToFileURL(dirname(scratch)).href,
    ffmpeg: config.media.ffmpeg,
    mediaId: id,
  }
  const worker = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), program], {
    env: { ...process.env, JOB: JSON.stringify(job) },
  })
  const ended = once(worker, 'exit')
  await expect
    .poll(async () => (await row()).share, { timeout: 120_000, interval: 50 })
    .toBeGreaterThan(0)
  const written = (await readdir(scratch)).find((file) => file.endsWith('.out'))!
  expect(await processesWith(written)).not.toEqual([])
  worker.kill('SIGKILL')
  expect(await ended).toEqual([null, 'SIGKILL'])
  await expect.poll(() => processesWith(written), { timeout: 20_000 }).toEqual([])
  expect([(await row()).conversion, await stored()]).toEqual(['waiting', before])

  const { makeRendition } = createRenderingActivities({
    ...{ sql, mediaStore, ffmpeg: createFfmpeg(config.media.ffmpeg) },
    ...{ log: pino({ level: 'silent' }), now: Date.now, minFreeBytes: 0 },
  })
  await new MockActivityEnvironment().run(makeRendition, { mediaId: id })
  const made = await row()
  expect(made.conversion).toBeNull()
  expect(await stored()).toEqual([...before, made.storeKey].sort())
  // What the killed one left is what the daily sweep of the scratch folder removes.
  expect((await readdir(scratch)).filter((file) => file.endsWith('.out'))).toEqual([written])
})
