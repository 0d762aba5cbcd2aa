import { randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../../support/app.ts'
import {
  addMedia,
  connectAll,
  type PlatformName,
  photoForm,
  postIdIn,
} from '../../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
let source: string
const base = '/w/northside/posts'

beforeAll(async () => {
  test = await createTestApp()
  const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  channels = await connectAll(test.deps, who)
})
beforeEach(async () => {
  await test.sql`delete from posts`
  const media = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
  const fields = photoForm({ channels: [channels.facebook, channels.instagram], media: [media] })
  source = postIdIn((await test.cast.manager.post(base, new URLSearchParams(fields))).location)
})

type Dates = [date: string, clock: string][]
const copy = (dates: Dates, as: string, key: string = randomUUID(), who = test.cast.manager) =>
  who.post(
    `${base}/${source}/duplicate-to`,
    new URLSearchParams([
      ['key', key],
      ['as', as],
      ...dates.flatMap(([date, clock]): [string, string][] => [
        ['date', date],
        ['clock', clock],
      ]),
    ]),
  )
const copies = () =>
  test.sql`
    select p.state, p.wall_time, (select count(*)::int from targets t where t.post_id = p.id) as targets,
      (select count(*)::int from post_media m where m.post_id = p.id) as files
    from posts p where p.id <> ${source} order by p.due_at`

describe('duplicate to several dates', () => {
  const dates: Dates = [
    ['2099-12-03', '18:00'],
    ['2099-12-10', '6pm'],
    ['', ''],
  ]

  it('makes an ordinary post for each, with its files, accounts and time, once', async () => {
    const key = randomUUID()
    const answer = await copy(dates, 'scheduled', key)
    expect(answer.location).toBe('/w/northside/calendar?at=2099-12-03&said=copies-scheduled')
    const made = ['2099-12-03T18:00', '2099-12-10T18:00'].map((wallTime) => ({
      state: 'scheduled',
      wallTime,
      targets: 2,
      files: 1,
    }))
    expect(await copies()).toEqual(made)
    expect((await copy(dates, 'scheduled', key)).status).toBe(303)
    expect(await copies()).toEqual(made)
    const queued = await test.sql`
      select from outbox o join targets t on t.id = o.ref_id where t.post_id <> ${source}`
    expect(queued).toHaveLength(4)
  })

  it('makes drafts that nothing is sent of', async () => {
    expect((await copy(dates, 'draft')).status).toBe(303)
    expect((await copies()).map(({ state, targets }) => [state, targets])).toEqual([
      ['draft', 0],
      ['draft', 0],
    ])
  })

  it('makes none if one can’t be made, and says which', async () => {
    const again: Dates = [...dates.slice(0, 2), ['2099-12-10', '19:00']]
    const answer = await copy(again, 'scheduled')
    expect(answer.status).toBe(422)
    expect(answer.text).toMatch(/id="error-3">The same post goes out on the same account/)
    expect(answer.text).toContain('value="6pm"')
    const past = await copy(
      [
        ['2099-12-03', '18:00'],
        ['2001-01-01', '10:00'],
      ],
      'scheduled',
    )
    expect(past.text).toMatch(/id="error-2">This time has passed/)
    const typo = await copy([['2099-12-03', 'noonish']], 'draft')
    expect(typo.text).toContain('Enter a time such as 18:00 or 6:30pm.')
    expect((await copy([], 'draft')).text).toContain('Choose at least one day.')
    expect(await copies()).toEqual([])
  })

  it('is refused in another workspace', async () => {
    const path = `/w/elsewhere/posts/${source}/duplicate-to`
    expect((await test.cast.outsider.get(path)).status).toBe(404)
    const fields = { date: '2099-12-03', clock: '18:00' }
    expect((await test.cast.outsider.post(path, fields)).status).toBe(404)
    expect(await copies()).toEqual([])
  })
})
