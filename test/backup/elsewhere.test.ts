import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { restoreBackup } from '../../commands/backup/restore.ts'
import { takeBackup } from '../../commands/backup/take.ts'
import { makeImage } from '../../local/media/media-files.ts'
import { createPerson } from '../../local/people/person.ts'
import { compose, password, upload } from '../../local/people/story.ts'
import { createDiskStore } from '../../media/store.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'
import { startProduct } from '../support/programs/product.ts'

let house: Installed
beforeAll(async () => {
  house = await install({ worker: false })
}, 120_000)

const inSeconds = (seconds: number): Date =>
  new Date(Math.ceil(Date.now() / 1_000 + seconds) * 1_000)
const withText = async (text: string) =>
  (await house.ledger.posts()).filter((post) => post.text === text)

it("after a backup, a loss and a restore on another server, scheduled posts are published once and published posts aren't published again", {
  timeout: 180_000,
}, async () => {
  const { admin, slug, config } = house
  const folder = join(await mkdtemp(join(tmpdir(), 'cratesocial-backup-')), 'backup')
  atTheEnd(() => rm(join(folder, '..'), { recursive: true, force: true }))
  const worker = await house.startWorker()
  const schedule = (text: string, dueAt: Date, more = {}) =>
    compose(
      admin,
      slug,
      {
        text,
        channel: house.channel('Northside Records'),
        time: wallTimeOf(dueAt, 'Europe/Zurich'),
        ...more,
      },
      'Schedule',
    )

  const past = await schedule('It went out before', inSeconds(3))
  await untilPage(admin, past.url, (page) => page.text.includes('published'), 60_000)
  const media = await upload(
    admin,
    slug,
    'sleeve.jpg',
    await makeImage({ width: 800, height: 600 }),
  )
  const future = await schedule('It is to come, with its picture', inSeconds(3_600), { media })
  const deps = {
    sql: house.sql,
    mediaStore: createDiskStore(config.media.url),
    vaultKeys: config.vaultKeys,
    now: Date.now,
  }
  await takeBackup(deps, { folder, withMedia: true })

  await worker.stop()
  await house.sql`drop schema public cascade`
  await rm(fileURLToPath(config.media.url), { recursive: true, force: true })

  const other = await startProduct({ worker: false, sandbox: house.sandbox })
  const there = { ...deps, sql: other.sql, mediaStore: createDiskStore(other.config.media.url) }
  expect(await restoreBackup(there, folder)).toMatchObject({ heldBack: 0, media: 4 })
  await other.startWorker()

  const again = createPerson(other.url)
  await again
    .open('/sign-in')
    .then((page) => page.press('Sign in', { email: 'ada@example.com', password }))
  const path = new URL(future.url).pathname
  const waiting = await again.open(path)
  expect(waiting.text).toContain('It is to come')
  await waiting
    .follow('Reschedule')
    .then((move) => move.press('Move', { time: wallTimeOf(inSeconds(8), 'Europe/Zurich') }))
  await untilPage(again, path, (page) => page.text.includes('published'), 90_000)
  expect(await withText('It is to come, with its picture')).toMatchObject([
    { media: [{ contentType: 'image/jpeg' }] },
  ])
  expect(await withText('It went out before')).toHaveLength(1)
})
