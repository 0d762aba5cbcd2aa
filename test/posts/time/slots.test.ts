import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { slotTimes } from '../../../web/posts/when/slots.ts'
import { readClock } from '../../../web/time/clock.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { connectAll, type PlatformName } from '../../support/posts.ts'

describe('a typed time of day', () => {
  it.each([
    ['6', '06:00'],
    ['18:00', '18:00'],
    ['6:30pm', '18:30'],
    [' 6 PM ', '18:00'],
    ['12am', '00:00'],
    ['12:15 p.m.', '12:15'],
    ['9.05', '09:05'],
    ['0:00', '00:00'],
    ['18:00:30', '18:00:30'],
    ['6:00:00 pm', '18:00'],
  ])('%s means %s', (typed, time) => expect(readClock(typed)).toBe(time))

  it.each([
    ['6', '18:00'],
    ['6:30', '18:30'],
    ['12', '12:00'],
    ['7', '07:00'],
    ['11:15', '11:15'],
    ['6 am', '06:00'],
    ['06:00', '06:00'],
    ['0:30', '00:30'],
    ['18', '18:00'],
  ])('%s means %s to a person whose clock has 12 hours', (typed, time) =>
    expect(readClock(typed, 12)).toBe(time),
  )

  it.each(['', 'noon', '25', '24:00', '6:75', '13pm', '0am', '6:3', '18:00:60', '1'.repeat(50)])(
    '“%s” is not one',
    (typed) => expect(readClock(typed)).toBeNull(),
  )
})

describe('weekly slots when the clocks change', () => {
  const slot = (weekday: number, wallTime: string) => ({
    id: `${weekday} ${wallTime}`,
    channelId: 'a',
    weekday,
    wallTime,
  })
  const first = (count: number, slots: ReturnType<typeof slot>[], after: string, zone: string) => {
    const found: string[] = []
    for (const at of slotTimes(slots, zone, Date.parse(after))) {
      found.push(at.toISOString())
      if (found.length === count) break
    }
    return found
  }

  it('come at the same clock time before and after', () => {
    expect(first(2, [slot(1, '18:00')], '2026-10-19T17:00:00Z', 'Europe/Zurich')).toEqual([
      '2026-10-26T17:00:00.000Z',
      '2026-11-02T17:00:00.000Z',
    ])
    expect(first(2, [slot(1, '18:00')], '2026-10-15T17:00:00Z', 'Europe/Zurich')).toEqual([
      '2026-10-19T16:00:00.000Z',
      '2026-10-26T17:00:00.000Z',
    ])
  })

  it('come an hour later on the day that skips them, and once where that is another slot', () => {
    const slots = [slot(7, '02:30'), slot(7, '03:30')]
    expect(first(2, slots, '2026-03-28T12:00:00Z', 'Europe/Zurich')).toEqual([
      '2026-03-29T01:30:00.000Z',
      '2026-04-05T00:30:00.000Z',
    ])
  })

  it('come once, the first time, on the day that has them twice', () => {
    expect(first(2, [slot(7, '02:30')], '2026-10-24T12:00:00Z', 'Europe/Zurich')).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-11-01T01:30:00.000Z',
    ])
  })

  it('come on the next day where clocks skip midnight', () => {
    // In Beirut, March 29, 2026 begins at 1:00.
    expect(first(1, [slot(7, '00:00')], '2026-03-28T12:00:00Z', 'Asia/Beirut')).toEqual([
      '2026-03-28T22:00:00.000Z',
    ])
  })
})

let test: TestApp
let channels: Record<PlatformName, string>
const page = '/w/northside/settings/queue'
beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})
beforeEach(() => test.sql`delete from slots`)

type Typed = { channels: string[]; days: number[]; time: string }
const add = ({ channels, days, time }: Typed, who = test.cast.manager) =>
  who.post(
    page,
    new URLSearchParams([
      ...channels.map((id): [string, string] => ['channel', id]),
      ...days.map((day): [string, string] => ['day', String(day)]),
      ['time', time],
    ]),
  )
const stored = () =>
  test.sql`select channel_id, weekday, wall_time::text from slots order by weekday, channel_id`

describe('the page of slots', () => {
  it('adds each time on each day for each account, once', async () => {
    const typed = { channels: [channels.facebook], days: [1, 5], time: '6:30pm' }
    expect((await add(typed)).location).toBe(`${page}?said=slots-added`)
    expect((await add(typed)).status).toBe(303)
    expect(await stored()).toEqual([
      { channelId: channels.facebook, weekday: 1, wallTime: '18:30:00' },
      { channelId: channels.facebook, weekday: 5, wallTime: '18:30:00' },
    ])
    const { text } = await test.cast.manager.get(page)
    expect(text).toContain('The queue is empty. The next post you add goes out ')
    const events = await test.sql`select facts from events where name = 'slot.added'`
    expect(events).toEqual([{ facts: { count: 2 } }])
  })

  it('comes back with what was typed and what is wrong', async () => {
    const typed = { channels: [channels.tiktok], days: [3], time: 'noonish' }
    const answer = await add(typed)
    expect([answer.status, answer.text.includes('value="noonish"')]).toEqual([422, true])
    expect(answer.text).toContain('Enter a time such as 18:00 or 6:30pm.')
    expect((await add({ ...typed, time: '9', days: [] })).text).toContain(
      'Choose at least one day.',
    )
    expect((await add({ ...typed, time: '9', channels: [] })).text).toContain(
      'Choose at least one account.',
    )
    expect(await stored()).toEqual([])
  })

  it('has at most 60 slots a week for an account', async () => {
    await test.sql`
      insert into slots (workspace_id, channel_id, weekday, wall_time)
      select ${test.workspaces.northside}, ${channels.facebook}, 1, make_time(n / 60, n % 60, 0) from generate_series(1, 60) n`
    const answer = await add({ channels: [channels.facebook], days: [2], time: '10' })
    expect([answer.status, answer.text.includes('can have 60 slots a week')]).toEqual([422, true])
    expect(await stored()).toHaveLength(60)
  })

  it('never touches accounts and slots of another workspace', async () => {
    const { outsider } = test.cast
    const foreign = await add({ channels: [channels.facebook], days: [1], time: '10' })
    expect(foreign.status).toBe(303)
    const [slot] = await test.sql`select id from slots`
    const elsewhere = '/w/elsewhere/settings/queue'
    expect((await outsider.post(`${elsewhere}/${slot?.id}/delete`)).status).toBe(404)
    const given = new URLSearchParams([
      ['channel', channels.facebook],
      ['day', '2'],
      ['time', '10'],
    ])
    expect((await outsider.post(elsewhere, given)).status).toBe(422)
    expect(await stored()).toHaveLength(1)
    expect((await test.cast.manager.post(`${page}/${slot?.id}/delete`)).status).toBe(303)
    expect(await stored()).toEqual([])
  })
})
