import { beforeAll, describe, expect, it } from 'vitest'
import { makeImage, makeVideo } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { origin, put, upload } from '../support/uploading.ts'

const picture = () => makeImage({ width: 64, height: 64 })

describe('a disk with less free space than its minimum', () => {
  let test: TestApp
  let free = 0
  beforeAll(async () => {
    const config = testConfig({ DISK_MIN_FREE_BYTES: '1000000000' })
    test = await createTestApp({ config })
    const { mediaStore } = test.deps
    test.deps.mediaStore = { ...mediaStore, freeBytes: async () => free }
  })

  it('accepts no upload and no frame, says why, and stores nothing', async () => {
    free = 1_000_000_100
    const body = await picture()
    const headers = { Origin: origin, 'Content-Length': String(body.length) }
    const answer = await put(test.cast.manager, 'a.jpg', body, headers)
    expect([answer.status, answer.text]).toEqual([
      507,
      expect.stringContaining('low on disk space'),
    ])
    expect(await test.sql`select from media`).toHaveLength(0)
  })

  it('is reported by /health/ready and /operate, while the process lives and pages are shown', async () => {
    free = 999_999_999
    const ready = await test.cast.stranger.get('/health/ready')
    expect([ready.status, JSON.parse(ready.text)]).toEqual([
      503,
      expect.objectContaining({ ready: false, disk: false, postgres: true }),
    ])
    expect((await test.cast.stranger.get('/health/live')).status).toBe(200)
    expect((await test.cast.operator.get('/operate')).text).toContain('Too little space')
    expect((await test.cast.manager.get('/w/northside/media')).status).toBe(200)
  })

  it('accepts uploads again without a restart once there is space', async () => {
    free = 5_000_000_000
    const video = await upload(
      test,
      'a.mp4',
      await makeVideo({ width: 480, height: 480, durationMs: 1000 }),
    )
    expect(JSON.parse((await test.cast.stranger.get('/health/ready')).text)).toMatchObject({
      ready: true,
      disk: true,
    })
    free = 1_000_000_000
    const body = new Uint8Array(await picture())
    const frame = await test.cast.manager.request(`/w/northside/media/${video}/frame`, {
      method: 'PUT',
      body,
      headers: { Origin: origin },
    })
    expect(frame.status).toBe(507)
  })
})

describe('a workspace’s quota for media', () => {
  const quota = 300_000
  let test: TestApp
  let large: Buffer
  beforeAll(async () => {
    test = await createTestApp({ config: testConfig({ MEDIA_QUOTA_BYTES: String(quota) }) })
    large = await makeVideo({ width: 480, height: 480, durationMs: 1000, fillerBytes: 6_000 })
  })

  const stored = async (): Promise<number> => {
    const [row] =
      await test.sql`select coalesce(sum(size_bytes), 0)::int as bytes from media where workspace_id = ${test.workspaces.northside}`
    return row?.bytes
  }

  it('holds when several files arrive at once', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map((n) => put(test.cast.manager, `${n}.mp4`, large)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 507, 507])
    expect(answers.find(({ status }) => status === 507)?.text).toContain('of its 300 KB for media')
    expect(Math.abs((await stored()) - large.length)).toBeLessThan(1_000)
  })

  it('does not affect another workspace', async () => {
    const body = new Uint8Array(large)
    const init = { method: 'PUT', body, headers: { Origin: origin } }
    expect((await test.cast.outsider.request('/w/elsewhere/media/a.mp4', init)).status).toBe(201)
  })

  it('is enforced in the form without JavaScript too, with the name of the file', async () => {
    const form = new FormData()
    form.append('files', new File([new Uint8Array(large)], 'holiday.mp4'))
    const init = { method: 'POST', body: form, headers: { Origin: origin } }
    const answer = await test.cast.manager.request('/w/northside/media', init)
    expect([answer.status, await answer.text()]).toEqual([
      422,
      expect.stringMatching(/holiday\.mp4[\s\S]*has used/),
    ])
  })

  it('has room again once a file is deleted', async () => {
    const [media] =
      await test.sql`select id from media where workspace_id = ${test.workspaces.northside}`
    await test.cast.manager.post(`/w/northside/media/${media?.id}/delete`, {})
    expect((await put(test.cast.manager, 'again.mp4', large)).status).toBe(201)
  })
})

describe('a database whose disk is full', () => {
  let test: TestApp
  let invitation: string
  beforeAll(async () => {
    test = await createTestApp()
    const made = await test.cast.admin.post('/w/northside/people/invitations', { role: 'manager' })
    invitation = /\/invitations\/[\w-]+/.exec(`${made.text} ${made.location}`)?.[0] ?? ''
    // The error that PostgreSQL raises when a table cannot grow.
    await test.sql`
      create function no_space() returns trigger language plpgsql as $$
      begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$`
    const tables = await test.sql`
      select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not relispartition`
    for (const { relname } of tables)
      await test.sql.unsafe(
        `create trigger no_space before insert or update on ${relname} for each statement execute function no_space()`,
      )
  })

  it('still shows the page of an invitation, although nothing can be counted', async () => {
    const page = await test.cast.stranger.get(invitation)
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Accept invitation')])
  })

  it('still shows pages to people whose session is not fresh', async () => {
    test.clock.moveBy(10 * 60_000)
    for (const path of [
      '/w/northside/calendar',
      '/w/northside/media',
      '/w/northside/posts/new',
      '/account',
    ])
      expect([path, (await test.cast.admin.get(path)).status]).toEqual([path, 200])
  })

  it('refuses changes with an explanation and 503, whether people are signed in or not', async () => {
    const form = { name: 'Max', email: 'max@example.com', password: 'crates of vinyl on a van' }
    const answers = [
      await test.cast.stranger.post(invitation, form),
      await test.cast.stranger.post('/sign-in', {
        email: test.cast.admin.email,
        password: 'wrong',
      }),
      await test.cast.admin.post('/account/name', { name: 'Ada' }),
    ]
    for (const { status, text } of answers)
      expect([status, text]).toEqual([
        503,
        expect.stringContaining('out of disk space, so this was not saved'),
      ])
  })
})
