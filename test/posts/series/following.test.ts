import { describe, expect, it } from 'vitest'
import { extendOne } from '../../../posting/series/extend.ts'
import {
  base,
  clocks,
  dayIn,
  form,
  later,
  posts,
  type Row,
  refOf,
  start,
  test,
  zone,
} from './northside.ts'

describe('an occurrence', () => {
  it('has the labels of those before it, and gets those of an edit of all that follow', async () => {
    const [, weekly] = await test.sql<{ id: string }[]>`
      insert into labels (workspace_id, name, name_key, color)
      select ${test.workspaces.northside}, name, name, 'red' from unnest(array['monthly', 'weekly']) as name
      returning id`
    const labeled = async () =>
      (
        await test.sql<{ count: number }[]>`
        select count(l.label_id)::int from posts p left join post_labels l on l.post_id = p.id
        group by p.id, p.occurrence_on order by p.occurrence_on`
      ).map(({ count }) => count)
    await start()
    expect(await labeled()).toEqual([0, 0, 0, 0])
    const [, second] = await posts()
    const body = form(
      [
        ['label', weekly!.id],
        ['scope', 'following'],
        ['version', String(second!.version)],
      ],
      { date: second!.on },
    )
    await test.cast.manager.post(`${base}/posts/${second!.id}`, body)
    expect(await labeled()).toEqual([0, 1, 1, 1])
    await extendOne(later(7), await refOf())
    expect(await labeled()).toEqual([0, 1, 1, 1, 1])
  })

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
    await extendOne(later(7), await refOf())
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
    await extendOne(later(7), await refOf())
    expect((await clocks()).at(-1)).toBe(`${dayIn(30)}T07:15`)
    expect(await test.sql`select 1 from series where ended_at is null`).toHaveLength(1)
  })

  it('is canceled alone and not made again, or with all that follow, which ends the series', async () => {
    await start()
    const [, second, third] = await posts()
    const cancel = (post: Row | undefined, scope: string) =>
      test.cast.manager.post(`${base}/posts/${post?.id}/cancel`, { scope })
    await cancel(second, 'this')
    await extendOne(later(1), await refOf())
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
