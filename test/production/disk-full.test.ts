import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { connect, type Sql } from '../../db/postgres/connect.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { canWrite } from '../../db/postgres/write-probe.ts'
import { makeJpeg } from '../../local/media/media-files.ts'
import { createPerson } from '../../local/people/person.ts'
import { compose, invite } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { install, untilPage } from '../support/installed.ts'
import { startBarePostgres } from '../support/servers/bare-postgres.ts'

/** Only root can mount a file system. */
const isRoot = process.getuid?.() === 0

/** Mounts a real file system of `megabytes` that nothing else writes to. */
const mountSmallDisk = (megabytes: number): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-small-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  chmodSync(folder, 0o777)
  atTheEnd(async () => {
    execFileSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** Writes until there is no space left. Returns a function that frees it. */
const fill = (folder: string, name: string): (() => void) => {
  const path = join(folder, name)
  const file = openSync(path, 'w')
  for (const size of [2 ** 20, 4096, 1]) {
    const zeros = Buffer.alloc(size)
    try {
      for (;;) writeSync(file, zeros)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
  closeSync(file)
  return () => rmSync(path)
}

/**
 * Inserts meaningless rows until the table can't grow. Otherwise, free space in its pages would
 * allow a few more inserts.
 */
const fillPages = async (sql: Sql): Promise<void> => {
  for (let row = 0; row < 20_000; row += 1) {
    const answer =
      await sql`insert into throttle (key, hits, reset_at) values (${`ballast ${row}`}, 1, now())`.then(
        () => null,
        (error: { code: string }) => error.code,
      )
    if (answer === '53100') return
    expect(answer).toBeNull()
  }
  throw new Error('the disk is not full')
}

it.runIf(isRoot)(
  'with a full disk, pages are shown, changes and uploads are refused with a message, health reports it, and everything continues once there is space',
  { timeout: 240_000 },
  async () => {
    const disk = mountSmallDisk(140)
    mkdirSync(join(disk, 'database'), { mode: 0o777 })
    chmodSync(join(disk, 'database'), 0o777)
    const server = await startBarePostgres('secret', join(disk, 'database'), [
      'max_wal_size=64MB',
      'max_connections=200',
    ])
    const house = await install({
      env: { MEDIA_URL: pathToFileURL(join(disk, 'media')).href },
      pool: async () => {
        const sql = connect({
          url: `postgres://postgres:secret@127.0.0.1:${server.port}/postgres`,
          prepare: true,
          max: 24,
        })
        await migrate(sql)
        return sql
      },
    })
    const { admin, slug } = house
    const invitation = await invite(admin, slug, 'manager')
    const dueAt = new Date(Date.now() + 30_000)
    const post = (text: string, at: Date) =>
      compose(
        admin,
        slug,
        {
          text,
          channel: [house.channel('Northside Records')],
          time: wallTimeOf(at, 'Europe/Zurich'),
        },
        'Schedule',
      )
    const kept = await post('Due while the disk is full', dueAt)
    const draft = await admin.open(`/w/${slug}/posts/new`)

    await house.sql`checkpoint` // removes old log files now, so that none of them frees space later
    const free = [fill(disk, 'ballast')]
    await fillPages(house.sql)
    free.push(fill(disk, 'more ballast'))
    expect(await canWrite(house.sql)).toBe(false)

    const ready = async () => {
      const answer = await admin.request('/health/ready')
      return { status: answer.status, ...((await answer.json()) as object) }
    }
    await expect
      .poll(ready, { timeout: 20_000 })
      .toMatchObject({ status: 503, postgres: true, disk: false })
    const stranger = createPerson(house.url)
    expect((await stranger.open(invitation)).text).toContain('Accept invitation')
    expect((await admin.open(`/w/${slug}/calendar`)).status).toBe(200)
    expect(await uploadPicture(house)).toEqual([507, expect.stringContaining('low on disk space')])
    // Small rows may still fit into existing pages. So such a change is either saved completely or
    // refused completely.
    const form = { name: 'Max', email: 'max@example.com', password: 'a long enough passphrase' }
    const answered = await stranger
      .open(invitation)
      .then((page) => page.press('Accept invitation', form))
    if (answered.status !== 200) expect([answered.status, answered.text]).toEqual(notSaved)
    const time = wallTimeOf(new Date(Date.now() + 3_600_000), 'Europe/Zurich')
    const typed = { text: 'x'.repeat(2_000), channel: [house.channel('Northside Records')], time }
    const scheduled = await draft.press('Schedule', typed)
    if (scheduled.status !== 200) expect([scheduled.status, scheduled.text]).toEqual(notSaved)
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, dueAt.getTime() - Date.now()) + 3_000),
    )

    for (const remove of free) remove()
    expect(await canWrite(house.sql)).toBe(true)
    await untilPage(admin, kept.url, (page) => page.text.includes('published'), 120_000)
    const posts = (await house.control('GET', '/ledger/posts')) as { text?: string }[]
    expect(
      posts.filter((one) => JSON.stringify(one).includes('Due while the disk is full')),
    ).toHaveLength(1)
    expect((await uploadPicture(house))[0]).toBe(201)
    await expect.poll(ready, { timeout: 20_000 }).toMatchObject({ status: 200, disk: true })
    if (answered.status !== 200)
      expect(
        (await stranger.open(invitation).then((page) => page.press('Accept invitation', form)))
          .status,
      ).toBe(200)
    if (scheduled.status !== 200) expect((await draft.press('Schedule', typed)).status).toBe(200)
    expect(await house.sql`select from memberships`).toHaveLength(2)
    expect(await house.sql`select from posts`).toHaveLength(2)
  },
)

const notSaved = [503, expect.stringContaining('out of disk space, so this was not saved')]

const uploadPicture = async ({
  admin,
  slug,
}: Awaited<ReturnType<typeof install>>): Promise<[number, string]> => {
  const body = new Uint8Array(await makeJpeg({ width: 640, height: 640, padBytes: 500_000 }))
  const answer = await admin.request(`/w/${slug}/media/picture.jpg`, { method: 'PUT', body })
  return [answer.status, await answer.text()]
}
