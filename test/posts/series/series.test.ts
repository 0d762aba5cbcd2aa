import { randomBytes } from 'node:crypto'
import { Temporal } from 'temporal-polyfill'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweep } from '../../../activities/privacy/retention.ts'
import { ensureSnapshotMonths } from '../../../db/insights/snapshots.ts'
import { rules } from '../../../db/privacy/retention.ts'
import { extendSeries } from '../../../posting/series/extend.ts'
import { addDays } from '../../../web/time/days.ts'
import { wallTimeOf } from '../../../web/time/wall-time.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { addMedia, connectAll, type PlatformName, postIdIn } from '../../support/posts.ts'

const zone = 'Europe/Zurich'
const dayMs = 86_400_000
const base = '/w/northside'
let test: TestApp
let channels: Record<PlatformName, string>
beforeAll(async () => {
  test = await createTestApp()
  await test.sql`update workspaces set zone = ${zone}`
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
  // A second account that takes a text without files.
  await test.sql`update channels set platform = 'facebook', name = 'Northside Events' where id = ${channels.instagram}`
})
beforeEach(async () => {
  await test.sql`delete from posts`
  await test.sql`delete from series_media`
  await test.sql`delete from series`
  await test.sql`delete from notices`
})

/** A day from today on, in the zone of the workspace. */
const dayIn = (days: number): string =>
  addDays(wallTimeOf(new Date(test.deps.now()), zone).slice(0, 10), days)
const weekdayOf = (date: string): string => String(Temporal.PlainDate.from(date).dayOfWeek)

type Fields = [string, string][]
const daily: Fields = [
  ['repeat', 'weeks'],
  ['repeat_every', '1'],
  ...[1, 2, 3, 4, 5, 6, 7].map((day): [string, string] => ['repeat_on', `${day}`]),
]
const weekly: Fields = [
  ['repeat', 'weeks'],
  ['repeat_every', '1'],
]
let texts = 0
const form = (more: Fields, { date = dayIn(1), clock = '18:00' } = {}): URLSearchParams =>
  new URLSearchParams([
    ['text', `Crate of the week ${++texts}`],
    ['channel', channels.facebook],
    ['date', date],
    ['clock', clock],
    ['act', 'schedule'],
    ...more,
  ])
const start = async (more: Fields = weekly, at = {}): Promise<string> => {
  const answer = await test.cast.manager.post(`${base}/posts`, form(more, at))
  expect([answer.status, answer.text.match(/<li data-rule[\s\S]*?<\/li>/)?.[0]]).toEqual([
    303,
    undefined,
  ])
  return postIdIn(answer.location)
}
type Row = {
  id: string
  on: string
  state: string
  text: string
  dueAt: Date
  seriesId: string
  targets: string[]
  version: number
}
const posts = () => test.sql<Row[]>`
  select p.id, p.occurrence_on::text as on, p.state, p.text, p.due_at, p.series_id, p.version,
    array(select t.state from targets t where t.post_id = p.id order by t.channel_id) as targets
  from posts p where p.state <> 'discarded' order by p.due_at`
const clocks = async () => (await posts()).map((post) => wallTimeOf(post.dueAt, zone))
const refOf = async () => {
  const [row] = await test.sql<{ id: string }[]>`select id from series where ended_at is null`
  return { workspaceId: test.workspaces.northside, seriesId: row?.id ?? '' }
}
/** As the worker would extend it some days later. */
const later = (days: number, deps = test.deps) => ({
  ...deps,
  now: () => test.deps.now() + days * dayMs,
})
const notices = () => test.sql<{ kind: string; channelId: string | null }[]>`
  select distinct kind, channel_id from notices`

describe('a post that repeats', () => {
  it('is made four weeks ahead at once, as ordinary posts, and says so', async () => {
    const first = await start()
    const days = [1, 8, 15, 22].map((day) => `${dayIn(day)}T18:00`)
    expect(await clocks()).toEqual(days)
    expect((await posts()).every((post) => post.targets[0] === 'scheduled')).toBe(true)
    const page = await test.cast.manager.get(`${base}/posts/${first}`)
    expect(page.text).toMatch(/Repeats every \w+day/)
    expect((await test.cast.manager.get(`${base}/settings/queue`)).text).toMatch(
      /Crate of the week \d+<\/a>[\s\S]*Repeats every \w+day, at/,
    )
    expect(await extendSeries(later(7), await refOf())).toBe(1)
    expect((await clocks()).at(-1)).toBe(`${dayIn(29)}T18:00`)
  })

  it('stops at its end date or after its number of posts', async () => {
    await start([...daily, ['repeat_end', 'count'], ['repeat_count', '3']])
    expect((await posts()).map((post) => post.on)).toEqual([1, 2, 3].map(dayIn))
    const ended = await test.sql`select text, choices from series where ended_at is not null`
    expect(ended).toEqual([{ text: '', choices: {} }])
    await test.sql`delete from posts`
    await start([...daily, ['repeat_end', 'date'], ['repeat_until', dayIn(2)]])
    expect(await posts()).toHaveLength(2)
  })

  it.each<[string, Fields, RegExp]>([
    [
      'a number that isn’t one',
      [
        ['repeat', 'weeks'],
        ['repeat_every', '0'],
      ],
      /Repeat every 1 to 12 weeks/,
    ],
    ['no end day', [...weekly, ['repeat_end', 'date']], /Choose the day on which it ends/],
    [
      'too many posts',
      [...weekly, ['repeat_end', 'count'], ['repeat_count', '201']],
      /Repeat 1 to 200 times/,
    ],
    ['no single time', [...weekly, ['when', 'slot']], /one time for all accounts/],
    ['publishing now', [...weekly, ['act', 'now']], /A post that repeats needs a time/],
  ])('comes back with what is wrong: %s', async (_title, more, words) => {
    const fields = form([]).toString()
    const body = new URLSearchParams(fields)
    for (const [name, value] of more)
      name === 'act' ? body.set(name, value) : body.append(name, value)
    const answer = await test.cast.manager.post(`${base}/posts`, body)
    expect([answer.status, await posts()]).toEqual([422, []])
    expect(answer.text).toMatch(words)
    expect(answer.text).toContain('value="weeks" selected')
  })

  it('needs a first post on one of its days', async () => {
    const other = weekdayOf(dayIn(2))
    const answer = await test.cast.manager.post(
      `${base}/posts`,
      form([...weekly, ['repeat_on', other]]),
    )
    expect([answer.status, /Check \w+day too, or pick another day/.test(answer.text)]).toEqual([
      422,
      true,
    ])
  })

  it('is remembered by a draft, and made only when that is scheduled', async () => {
    const body = form(daily)
    body.set('act', 'save')
    const postId = postIdIn((await test.cast.manager.post(`${base}/posts`, body)).location)
    expect((await posts()).map((post) => post.seriesId)).toEqual([null])
    const page = await test.cast.manager.get(`${base}/posts/${postId}/edit`)
    expect(page.text).toContain('value="weeks" selected')
  })
})

describe('however often and wherever a series is extended', () => {
  it('no post is made twice and none is left out, also if connections end in the middle', {
    timeout: 90_000,
  }, async () => {
    await start([...daily, ['repeat_end', 'count'], ['repeat_count', '45']])
    const ref = await refOf()
    for (const days of [4, 8, 12]) {
      const running = Array.from({ length: 4 }, () =>
        extendSeries(later(days), ref).catch((error: unknown) => {
          expect(String(error)).toMatch(/terminat|closed|CONNECTION/i)
          return 0
        }),
      )
      // Kills whatever runs now: sessions of this database that hold a transaction.
      await test.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state like '%transaction%'`.catch(
        () => undefined,
      )
      await Promise.all(running)
    }
    await extendSeries(later(12), ref)
    const on = (await posts()).map((post) => post.on)
    expect(on).toEqual(Array.from({ length: on.length }, (_, index) => dayIn(index + 1)))
    expect(on).toHaveLength(40)
    await extendSeries(later(20), ref)
    expect(await posts()).toHaveLength(45)
    const doubled = test.sql`update posts set occurrence_on = ${dayIn(1)} where occurrence_on = ${dayIn(2)}`
    await expect(doubled).rejects.toThrow(/posts_once/)
  })

  it('an account that was disconnected is left out, with one notice', async () => {
    await start([...daily, ['channel', channels.instagram]])
    await test.sql`update channels set state = 'disconnected', token_sealed = null where id = ${channels.instagram}`
    await extendSeries(later(3), await refOf())
    expect((await posts()).slice(-3).map((post) => post.targets)).toEqual(
      Array(3).fill(['scheduled']),
    )
    expect(await notices()).toEqual([{ kind: 'canceled', channelId: channels.instagram }])
    const { text } = await test.cast.manager.get(`${base}/notices`)
    expect(text).toMatch(/A post that repeats goes out without\s+Northside Events/)
  })

  it('what breaks a rule by now becomes a draft with its time, and a person is told', async () => {
    await start(daily)
    await test.sql`update series set text = ''`
    await extendSeries(later(1), await refOf())
    const [last] = (await posts()).slice(-1)
    expect([last?.state, last?.targets, wallTimeOf(last!.dueAt, zone)]).toEqual([
      'draft',
      [],
      `${dayIn(29)}T18:00`,
    ])
    expect((await notices()).map(({ kind }) => kind)).toEqual(['failed'])
  })

  it('goes on when the person who made it is gone', async () => {
    const leaver = await test.addPerson('Lea Leaver')
    await start(daily)
    await test.sql`update series set created_by = ${leaver.id}`
    await test.sql`delete from users where id = ${leaver.id}`
    expect(await extendSeries(later(1), await refOf())).toBe(1)
    expect((await test.sql`select 1 from posts where created_by is null`).length).toBe(1)
  })
})

describe('an occurrence', () => {
  const edit = async (post: Row, scope: string, text: string, clock = '18:00', on = post.on) => {
    const body = form(
      [
        ['scope', scope],
        ['version', String(post.version)],
      ],
      { date: on, clock },
    )
    body.set('text', text)
    const answer = await test.cast.manager.post(`${base}/posts/${post.id}`, body)
    expect(answer.status).toBe(303)
    return (await test.cast.manager.get(answer.location ?? '')).text
  }

  it('is edited alone, and later changes of the others leave it as it is', async () => {
    await start()
    const before = await posts()
    await edit(before[2]!, 'this', 'Only this one')
    const page = await edit(before[1]!, 'following', 'From here on', '19:30')
    expect((await posts()).map(({ text }) => text)).toEqual([
      before[0]?.text,
      'From here on',
      'Only this one',
      'From here on',
    ])
    expect(page).toMatch(/Also changed: 1 following post\. 1 following post was changed alone/)
    expect((await clocks()).map((clock) => clock.slice(11))).toEqual([
      '18:00',
      '19:30',
      '18:00',
      '19:30',
    ])
    await extendSeries(later(7), await refOf())
    expect((await posts()).at(-1)).toMatchObject({ text: 'From here on', on: dayIn(29) })
  })

  it('is moved with the following ones by as many days, and the series goes on there', async () => {
    await start()
    const before = await posts()
    const moved = await test.cast.manager.post(`${base}/posts/${before[1]!.id}/move`, {
      time: `${dayIn(9)}T07:15`,
      zone,
      scope: 'following',
    })
    expect(moved.status).toBe(303)
    expect(await clocks()).toEqual([
      `${dayIn(1)}T18:00`,
      ...[9, 16, 23].map((day) => `${dayIn(day)}T07:15`),
    ])
    await extendSeries(later(7), await refOf())
    expect((await clocks()).at(-1)).toBe(`${dayIn(30)}T07:15`)
    expect(await test.sql`select 1 from series where ended_at is null`).toHaveLength(1)
  })

  it('is canceled alone and not made again, or with all that follow, which ends the series', async () => {
    await start()
    const [, second, third] = await posts()
    const cancel = (post: Row | undefined, scope: string) =>
      test.cast.manager.post(`${base}/posts/${post?.id}/cancel`, { scope })
    await cancel(second, 'this')
    await extendSeries(later(1), await refOf())
    expect(await posts()).toHaveLength(5)
    await cancel(third, 'following')
    expect((await posts()).map((post) => post.targets[0])).toEqual([
      'scheduled',
      ...Array(4).fill('canceled'),
    ])
    expect((await refOf()).seriesId).toBe('')
  })

  it('saved by two people at once with the following ones changes the series once', async () => {
    await start()
    const [post] = await posts()
    const answers = await Promise.all(
      [test.cast.manager, test.cast.admin].map((person, index) => {
        const body = form(
          [
            ['scope', 'following'],
            ['version', '1'],
          ],
          { date: post!.on },
        )
        body.set('text', `Version ${index}`)
        return person.post(`${base}/posts/${post!.id}`, body)
      }),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 409])
    expect(new Set((await posts()).map(({ text }) => text)).size).toBe(1)
    expect(await test.sql`select 1 from series where ended_at is null`).toHaveLength(1)
  })
})

describe('a series', () => {
  it('is stopped on its page, which asks about the posts that were made', async () => {
    await start()
    const { seriesId } = await refOf()
    const path = `${base}/series/${seriesId}`
    expect((await test.cast.manager.get(path)).text).toContain('4 posts are already scheduled.')
    const unasked = await test.cast.manager.post(`${path}/stop`)
    expect([unasked.status, unasked.text.includes('Choose what happens')]).toEqual([422, true])
    expect((await test.cast.outsider.post(`${path}/stop`, { posts: 'cancel' })).status).toBe(404)
    expect(
      (await test.cast.outsider.post(`/w/elsewhere/series/${seriesId}/stop`, { posts: 'cancel' }))
        .status,
    ).toBe(404)
    expect((await posts()).map((post) => post.targets[0])).toEqual(Array(4).fill('scheduled'))
    expect((await test.cast.manager.post(`${path}/stop`, { posts: 'cancel' })).status).toBe(303)
    expect((await posts()).map((post) => post.targets[0])).toEqual(Array(4).fill('canceled'))
    expect(
      await extendSeries(later(20), { workspaceId: test.workspaces.northside, seriesId }),
    ).toBe(0)
  })

  it('promise R4: keeps its files as long as it runs', async () => {
    const { deps, sql, workspaces, cast } = test
    const mediaId = await addMedia(deps, workspaces.northside, cast.manager.id)
    await start([...weekly, ['media', mediaId]])
    const key = randomBytes(24).toString('base64url')
    await sql`update media set store_key = ${key} where id = ${mediaId}`
    await sql`delete from posts`
    await sql`update media set uploaded_at = now() - interval '200 days'`
    await ensureSnapshotMonths(sql, new Date())
    const rule = rules.find((one) => one.name === 'media')!
    const sweepNow = () => sweep({ ...deps, client: undefined as never }, rule)
    await sweepNow()
    const purged = () => sql`select 1 from media where id = ${mediaId} and purged_at is not null`
    expect(await purged()).toHaveLength(0)
    const refused = await cast.manager.post(`${base}/media/${mediaId}/delete`)
    expect([refused.status, refused.text.includes('repeats with it')]).toEqual([409, true])
    const { seriesId } = await refOf()
    await cast.manager.post(`${base}/series/${seriesId}/stop`, { posts: 'keep' })
    await sweepNow()
    expect(await purged()).toHaveLength(1)
  })

  it('is one of at most 50 that run', async () => {
    await start()
    await test.sql`
      insert into series (workspace_id, rule, starts_on, wall_time, zone, made_on)
      select workspace_id, rule, starts_on, wall_time, zone, made_on from series, generate_series(1, 49)`
    const answer = await test.cast.manager.post(`${base}/posts`, form(weekly, { clock: '9:00' }))
    expect([answer.status, answer.text.includes('50 posts already repeat')]).toEqual([422, true])
  })
})
