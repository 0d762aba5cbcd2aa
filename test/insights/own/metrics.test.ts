import { parseHTML } from 'linkedom'
import { beforeAll, describe, expect, it } from 'vitest'
import { listNumbersOfPost, listReadingsOfPost } from '../../../db/insights/post-numbers.ts'
import { savePostSnapshots } from '../../../db/insights/snapshots.ts'
import { formats } from '../../../web/time/formats.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { european } from '../../support/european.ts'
import { ago, measuredRows } from '../../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
let post: { postId: string; targetId: string }
const hourMs = 3_600_000

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
  post = await measuredRows(test, channels).measured('instagram', {
    daysAgo: 9,
    readings: [],
    kind: 'reel',
  })
})

const read = async (hours: number, more: Record<string, number>, views = 10) => {
  const takenAt = new Date(ago(9).getTime() + hours * hourMs)
  await test.sql`update measured_targets set next_at = ${takenAt} where target_id = ${post.targetId}`
  await test.sql`select ensure_snapshot_months(${takenAt})`
  const posts = [{ id: post.targetId, dueAt: takenAt, nextAt: null, numbers: { views }, more }]
  await savePostSnapshots(test.sql, {
    channelId: channels.instagram,
    made: 'here',
    takenAt,
    source: 'test',
    summed: ['watch_time'],
    posts,
  })
}
const ref = () => ({ workspaceId: test.workspaces.northside, postId: post.postId })
const stored = async () => {
  const [row] =
    await test.sql`select count(*)::int as rows from snapshots where target_id = ${post.targetId}`
  const [known] = await listNumbersOfPost(test.sql, ref())
  return { rows: row!.rows, more: known!.more, ended: known!.endedMetrics, views: known!.views }
}

describe.sequential('a metric that only some platforms have', () => {
  it('is stored beside the others, and a reading that changes only it has a row of its own', async () => {
    await read(1, { watch_time: 4_200, average_watch_time: 9_007_199_254_740_991 })
    await read(6, { watch_time: 4_200, average_watch_time: 9_007_199_254_740_991 })
    expect((await stored()).rows, 'nothing changed').toBe(1)
    await read(24, { watch_time: 8_400, average_watch_time: 0 })
    expect(await stored()).toEqual({
      rows: 2,
      more: { watch_time: 8_400, average_watch_time: 0 },
      ended: [],
      views: 10,
    })
    expect((await listReadingsOfPost(test.sql, ref())).map(({ more }) => more.watch_time)).toEqual([
      4_200, 4_200, 8_400,
    ])
  })

  it('keeps its last known value when the platform stops giving it, and is marked as ended until it comes back', async () => {
    await read(48, { watch_time: 9_000 })
    const after = {
      more: { watch_time: 9_000, average_watch_time: 0 },
      ended: ['average_watch_time'],
    }
    expect(await stored()).toMatchObject({ rows: 3, ...after })
    await read(72, { watch_time: 9_000 })
    expect(await stored(), 'not given twice is no change').toMatchObject({ rows: 3, ...after })
    await read(96, { watch_time: 9_000, average_watch_time: 0 })
    expect(await stored(), 'given again, with the same value').toMatchObject({ rows: 4, ended: [] })
    expect(
      (await listReadingsOfPost(test.sql, ref())).at(-2)?.more,
      'a reading has only what was given',
    ).toEqual({
      watch_time: 9_000,
    })
  })

  it.each([0.5, -1, '7', null, true, [1], {}, 9_007_199_254_740_992])(
    'cannot be %j in the database',
    async (value) => {
      for (const table of ['snapshots', 'measured_targets']) {
        const write = test.sql`
        update ${test.sql(table)} set more = ${test.sql.json({ watch_time: value })} where target_id = ${post.targetId}`
        await expect(write).rejects.toThrow(`${table}_more_are_numbers`)
      }
      const write = test.sql`
      insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, published_at, more)
      values (${test.workspaces.northside}, ${channels.instagram}, '1', 'reel', '', now(), ${test.sql.json({ watch_time: value })})`
      await expect(write).rejects.toThrow('elsewhere_posts_more_are_numbers')
    },
  )
})

describe.sequential('on pages and in tables', () => {
  const table = async (path: string, role: 'manager' | 'outsider' = 'manager') => {
    const { status, text } = await test.cast[role].get(path)
    const [names = '', ...rows] = text
      .replace(/^\ufeff/, '')
      .trim()
      .split('\r\n')
    const column = (name: string) =>
      rows.map((row) => row.split(',')[names.split(',').indexOf(name)])
    return { status, column }
  }

  it('the page of a reel shows its watch times with their units, and no number of other kinds', async () => {
    await read(120, { watch_time: 11_520_000, average_watch_time: 4_200 })
    const { document } = parseHTML(
      (await test.cast.manager.get(`/w/northside/posts/${post.postId}`)).text,
    )
    const words = (one: { textContent: string | null } | null) =>
      one?.textContent?.replace(/\s+/g, ' ').trim()
    const terms = [...document.querySelectorAll('.numbers dl > div')].map((row) => [
      words(row.querySelector('dt')),
      words(row.querySelector('dd')),
    ])
    expect(terms).toContainEqual(['Average watch time', '4.2 s'])
    expect(terms).toContainEqual(['Total watch time', '3 h 12 min'])
    expect(terms.map(([label]) => label)).not.toContain('Profile visits')
    const head = [...document.querySelectorAll('.numbers thead th')].map(words)
    const last = [...document.querySelectorAll('.numbers tbody tr:last-child > *')].map(words)
    expect(last[head.indexOf('Total watch time')]).toBe('3 h 12 min')
    expect(last).toHaveLength(head.length)
  })

  it.each([
    'posts/:post/numbers.csv',
    'insights.csv?table=posts&range=28d',
    'insights.csv?table=readings&range=28d',
  ])(
    '%s has them in milliseconds, in columns that say so, and empty where they were not given',
    async (path) => {
      const { column } = await table(`/w/northside/${path.replace(':post', post.postId)}`)
      expect(column('watch_time_ms').at(-1)).toBe('11520000')
      expect(column('average_watch_time_ms').at(-1)).toBe('4200')
      expect(new Set(column('profile_visits'))).toEqual(new Set(['']))
      expect(
        (await table(`/w/northside/${path.replace(':post', post.postId)}`, 'outsider')).status,
      ).toBe(404)
    },
  )

  it('one that the platform no longer gives is shown as its last known value, marked as such', async () => {
    await read(144, { watch_time: 11_520_000 })
    const { text } = await test.cast.manager.get(`/w/northside/posts/${post.postId}`)
    expect(text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')).toContain(
      'Average watch time 4.2 s no longer provided',
    )
  })
})

it.each([
  [0, '0 s'],
  [4_200, '4.2 s'],
  [9_949, '9.9 s'],
  [9_950, '10 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [185_000, '3 min 5 s'],
  [3_599_500, '1 h'],
  [11_520_000, '3 h 12 min'],
  [359_970_000, '100 h'],
  [4_334_400_000, '1,204 h'],
])('%d milliseconds of watch time are written as %s', (ms, words) => {
  expect(formats({ zone: 'UTC', dates: european }).timeSpent(ms)).toBe(words)
})
