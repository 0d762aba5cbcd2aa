import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { wallTimeOf } from '../../../web/time/wall-time.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { connectTextAccounts, type PlatformName, postIdIn } from '../../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const base = '/w/northside/posts'
const zone = 'Europe/Zurich'

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectTextAccounts(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
    zone,
  })
})
beforeEach(async () => {
  await test.sql`delete from posts`
  await test.sql`delete from slots`
})

/** Every day at these times. */
const slots = (channelId: string, times: string[]) => test.sql`
  insert into slots (workspace_id, channel_id, weekday, wall_time)
  select ${test.workspaces.northside}, ${channelId}, day, at::time
  from generate_series(1, 7) day, unnest(${times}::text[]) at`

let texts = 0
type Fields = [string, string][]
const form = (when: string, accounts: string[], more: Fields = []): URLSearchParams =>
  new URLSearchParams([
    ['text', `Crate of the week ${++texts}`],
    ...accounts.map((id): [string, string] => ['channel', id]),
    ['when', when],
    ['act', 'schedule'],
    ...more,
  ])
const add = async (when: string, accounts: string[], more: Fields = []): Promise<string> => {
  const answer = await test.cast.manager.post(base, form(when, accounts, more))
  expect([answer.status, answer.text.match(/<li data-rule[\s\S]*?<\/li>/)?.[0]]).toEqual([
    303,
    undefined,
  ])
  return postIdIn(answer.location)
}
const targets = (postId: string) =>
  test.sql<{ id: string; channelId: string; dueAt: Date; queued: boolean }[]>`
    select id, channel_id, due_at, queued from targets where post_id = ${postId} order by due_at`
const dueOf = async (postId: string): Promise<number> => (await targets(postId))[0]!.dueAt.getTime()
const clockOf = (atMs: number) => wallTimeOf(new Date(atMs), zone).slice(11)
const cancel = (postId: string) => test.cast.manager.post(`${base}/${postId}/cancel`)

/** Waits until this many transactions wait for the lock of slots. */
const waiting = (count: number) =>
  expect
    .poll(async () => {
      const [row] = await test.sql`
        select count(*)::int as count from pg_locks where locktype = 'advisory' and not granted`
      return row?.count
    })
    .toBe(count)

it('a move holds the slots, so that a post that joins the queue meanwhile sees its new time', async () => {
  await slots(channels.facebook, ['18:00'])
  await add('slot', [channels.facebook])
  const later = await add('slot', [channels.facebook])
  const second = await dueOf(later)
  await test.sql`update targets set due_at = due_at + interval '9 days' where post_id = ${later}`
  let moved: Promise<unknown> | undefined
  let queued: Promise<string> | undefined
  await test.sql.begin(async (t) => {
    await t`select pg_advisory_xact_lock(hashtextextended('slots ' || ${test.workspaces.northside}::text, 0))`
    const fields = { time: wallTimeOf(new Date(second), zone), zone }
    moved = test.cast.manager.post(`${base}/${later}/move`, fields)
    await waiting(1)
    queued = add('slot', [channels.facebook])
    await waiting(2)
  })
  await moved
  expect(await dueOf(later)).toBe(second)
  expect(await dueOf((await queued)!)).toBeGreaterThan(second)
})

describe('the next free slot', () => {
  it('is each account’s own, and the post says all times', async () => {
    await slots(channels.facebook, ['18:00'])
    await slots(channels.instagram, ['18:30'])
    const answer = await test.cast.manager.post(
      base,
      form('slot', [channels.facebook, channels.instagram]),
    )
    const due = await targets(postIdIn(answer.location))
    expect(due.map((one) => [clockOf(one.dueAt.getTime()), one.queued]).sort()).toEqual([
      ['18:00', true],
      ['18:30', true],
    ])
    const [post] = await test.sql`select due_at from posts`
    expect(post?.dueAt).toEqual(due[0]?.dueAt)
    const page = await test.cast.manager.get(answer.location ?? '')
    expect(page.text).toMatch(
      /Scheduled: Facebook · Northside (Records|Events) for [^.]*, Facebook · Northside (Records|Events) for [^.]*\./,
    )
  })

  it('is no slot at which the account has another post, whoever chose its time', async () => {
    await slots(channels.facebook, ['18:00'])
    const first = await dueOf(await add('slot', [channels.facebook]))
    await test.sql`delete from posts`
    const [date = '', clock = ''] = wallTimeOf(new Date(first), zone).split('T')
    await add(
      'pick',
      [channels.facebook],
      [
        ['date', date],
        ['clock', clock],
      ],
    )
    expect(await dueOf(await add('slot', [channels.facebook]))).toBeGreaterThan(first)
  })

  it('fills a gap, while the queue goes after the last post in line', async () => {
    await slots(channels.facebook, ['06:00', '18:00'])
    const posts = [
      await add('queue', [channels.facebook]),
      await add('queue', [channels.facebook]),
      await add('queue', [channels.facebook]),
    ]
    const due = await Promise.all(posts.map(dueOf))
    expect(due).toEqual([...due].sort((a, b) => a - b))
    await cancel(posts[1]!)
    const part = await test.cast.manager.post(`${base}/check`, form('queue', [channels.facebook]))
    expect(part.text).toContain('3rd in line · ')
    expect(await dueOf(await add('queue', [channels.facebook]))).toBeGreaterThan(due[2]!)
    expect(await dueOf(await add('slot', [channels.facebook]))).toBe(due[1])
  })

  it('is never the same for two posts that are added at the same moment', async () => {
    await slots(channels.facebook, ['18:00'])
    const people = [test.cast.manager, test.cast.admin]
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        people[index % 2]!.post(base, form(index < 4 ? 'slot' : 'queue', [channels.facebook])),
      ),
    )
    expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(303))
    const due = await test.sql`select distinct due_at from targets`
    expect(due).toHaveLength(8)
  })

  it('needs slots on every account: the form comes back and says which has none', async () => {
    await slots(channels.facebook, ['18:00'])
    const answer = await test.cast.manager.post(
      base,
      form('queue', [channels.facebook, channels.instagram]),
    )
    expect(answer.status).toBe(422)
    expect(answer.text).toContain(
      'Northside Events on Facebook has no slots. Add slots, or pick a time.',
    )
    expect(await test.sql`select from posts`).toHaveLength(0)
  })
})

describe('a post in the queue', () => {
  it('keeps its slots when its text is edited, and leaves the queue when it is moved', async () => {
    await slots(channels.facebook, ['06:00', '18:00'])
    await slots(channels.instagram, ['07:00', '19:00'])
    const postId = await add('queue', [channels.facebook, channels.instagram])
    const before = await targets(postId)
    const edit = await test.cast.manager.get(`${base}/${postId}/edit`)
    expect(edit.text).toMatch(/value="keep"\s+checked/)
    const version = edit.text.match(/name="version" value="(\d+)"/)?.[1] ?? ''
    const left = edit.text.match(/name="left"\s+value="(\d+)"/)?.[1] ?? ''
    const fields = form(
      'keep',
      [channels.facebook, channels.instagram],
      [
        ['version', version],
        ['left', left],
      ],
    )
    expect((await test.cast.manager.post(`${base}/${postId}`, fields)).status).toBe(303)
    expect(await targets(postId)).toEqual(before)
    await test.cast.manager.post(`${base}/${postId}/move`, { time: '2099-11-26T10:00' })
    expect((await targets(postId)).map((one) => one.queued)).toEqual([false, false])
  })

  it.each(['a new post', 'a draft'])(
    '%s has no times to keep: the form asks for one',
    async (of) => {
      const fields = form('keep', [channels.facebook])
      fields.set('act', 'save')
      const draft =
        of === 'a draft'
          ? `/${postIdIn((await test.cast.manager.post(base, fields)).location)}`
          : ''
      fields.set('version', draft === '' ? '0' : '1')
      fields.set('act', 'schedule')
      const answer = await test.cast.manager.post(`${base}${draft}`, fields)
      expect(answer.status).toBe(422)
      expect(answer.text).toContain('Choose a day and a time, or publish now.')
      expect(await test.sql`select from targets`).toHaveLength(0)
    },
  )

  it('is saved as a choice while it is a draft, and takes the slot when it is scheduled', async () => {
    await slots(channels.facebook, ['18:00'])
    const fields = form('queue', [channels.facebook])
    fields.set('act', 'save')
    const postId = postIdIn((await test.cast.manager.post(base, fields)).location)
    expect(await test.sql`select due_at, slot_choice from posts`).toEqual([
      { dueAt: null, slotChoice: 'queue' },
    ])
    const edit = await test.cast.manager.get(`${base}/${postId}/edit`)
    expect(edit.text).toMatch(/value="queue"\s+checked/)
    expect(edit.text.replace(/<[^>]+>/g, '')).toMatch(/Add to queue · /)
  })
})

describe('a time in two fields', () => {
  it.each([
    ['2099-11-26', '6:30pm', '2099-11-26T18:30'],
    ['2099-11-26', '6', '2099-11-26T06:00'],
  ])('%s %s is %s', async (date, clock, time) => {
    const postId = await add(
      '',
      [channels.facebook],
      [
        ['date', date],
        ['clock', clock],
      ],
    )
    expect(wallTimeOf(new Date(await dueOf(postId)), zone)).toBe(time)
  })

  it('comes back as typed if it is no time', async () => {
    const fields = form(
      'pick',
      [channels.facebook],
      [
        ['date', '2099-11-26'],
        ['clock', 'noonish'],
      ],
    )
    const answer = await test.cast.manager.post(base, fields)
    expect([answer.status, answer.text.includes('value="noonish"')]).toEqual([422, true])
    expect(answer.text).toContain('Enter a time such as 18:00 or 6:30pm.')
  })

  it('too close to another post: one button takes the next time that is far enough', async () => {
    await add('', [channels.facebook], [['time', '2099-11-26T18:10']])
    const fields = form(
      'pick',
      [channels.facebook],
      [
        ['date', '2099-11-26'],
        ['clock', '18:00'],
      ],
    )
    const part = await test.cast.manager.post(`${base}/check`, fields)
    expect(part.text).toContain('value="use:2099-11-26T18:30"')
    fields.set('act', 'use:2099-11-26T18:30')
    const used = await test.cast.manager.post(base, fields)
    expect(used.status).toBe(200)
    expect(used.text).toContain('value="18:30"')
    expect(used.text).not.toContain('value="use:')
  })
})

describe('the month of the picker', () => {
  it('shows days with posts and the free slots of a day, of this workspace only', async () => {
    await slots(channels.facebook, ['09:00', '18:00'])
    await add('', [channels.facebook], [['time', '2099-11-26T18:00']])
    const query = `at=2099-11&day=2099-11-26&zone=${zone}&channel=${channels.facebook}`
    const { text } = await test.cast.manager.get(`${base}/month?${query}`)
    expect(text).toMatch(/Thursday 26 November, 1 post/)
    expect(text.match(/month-dot/g)).toHaveLength(1)
    expect([...text.matchAll(/data-clock="([^"]*)"/g)].map((found) => found[1])).toEqual(['09:00'])
    const foreign = await test.cast.outsider.get(`/w/elsewhere/posts/month?${query}`)
    expect(foreign.text).not.toMatch(/month-dot|data-clock/)
  })
})
