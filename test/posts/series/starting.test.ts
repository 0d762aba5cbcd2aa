import { describe, expect, it } from 'vitest'
import { extendOne } from '../../../posting/series/extend.ts'
import { postIdIn } from '../../support/posts.ts'
import {
  base,
  clocks,
  daily,
  dayIn,
  type Fields,
  form,
  later,
  posts,
  refOf,
  start,
  test,
  weekdayOf,
  weekly,
} from './northside.ts'

describe('a post that repeats', () => {
  it('is made four weeks ahead at once, as ordinary posts, and says so', async () => {
    const first = await start()
    const days = [1, 8, 15, 22].map((day) => `${dayIn(day)}T18:00`)
    expect(await clocks()).toEqual(days)
    expect((await posts()).every((post) => post.targets[0] === 'scheduled')).toBe(true)
    const page = await test.cast.manager.get(`${base}/posts/${first}`)
    expect(page.text).toMatch(/Repeats every \w+day/)
    expect((await test.cast.manager.get(`${base}/calendar?view=list`)).text).toContain(
      '<span class="sr-only">Repeats</span>',
    )
    expect((await test.cast.manager.get(`${base}/settings/queue`)).text).toMatch(
      /Crate of the week \d+<\/a>[\s\S]*Repeats every \w+day, at/,
    )
    expect(await extendOne(later(7), await refOf())).toBe(1)
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
