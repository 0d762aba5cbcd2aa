import { Temporal } from 'temporal-polyfill'
import { beforeAll, expect, it } from 'vitest'
import { dateFormat, isTimeZone } from '../../../text/formatters.ts'
import { calendarDates } from '../../../web/time/dates.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { european } from '../../support/european.ts'
import { connectAll } from '../../support/posts.ts'

let test: TestApp

beforeAll(async () => {
  test = await createTestApp()
  const workspaceId = test.workspaces.northside
  const channels = await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id })
  await test.sql`
    with made as (
      insert into posts (workspace_id, state, text, due_at) select ${workspaceId}, 'scheduled', 'Crate ' || n, now() + interval '1 hour' * n
      from generate_series(1, 40) n returning id, text, due_at)
    insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at)
    select ${workspaceId}, id, ${channels.facebook}, 'facebook', 'text', text, due_at from made`
})

it('opening a page again creates no new formatters, so that page views do not use up native memory', async () => {
  const pages = [
    'calendar',
    'calendar?view=week',
    'calendar?view=list',
    'today',
    'insights',
    'channels',
    'posts/new',
    'notices',
  ]
  const open = async () => {
    for (const page of pages)
      expect((await test.cast.manager.get(`/w/northside/${page}`)).status, page).toBe(200)
  }
  await open()
  expect(await formattersMadeBy(open)).toBe(0)
})

it('the counter notices new formatters, however they are created', async () => {
  const ways: (() => unknown)[] = [
    () => new Intl.NumberFormat('en'),
    () => (5).toLocaleString(),
    () => Temporal.PlainDate.from('2026-11-26').toLocaleString('en'),
  ]
  for (const way of ways) expect(await formattersMadeBy(async () => void way())).toBe(1)
})

it('a formatter is created once for each time zone and format', () => {
  const options = { timeZone: 'Asia/Kathmandu', hour: '2-digit', minute: '2-digit' } as const
  expect(dateFormat(options)).toBe(dateFormat({ ...options }))
  expect(dateFormat(options)).not.toBe(dateFormat({ ...options, timeZone: 'Europe/Zurich' }))
})

it('a time zone is recognized by its name, and an unknown name is refused without an error', () => {
  expect(isTimeZone('Europe/Zurich')).toBe(true)
  expect(isTimeZone('Europe/Atlantis')).toBe(false)
})

it('dates are written the same in every time zone of the server', () => {
  const { longDay, monthAndYear } = calendarDates(european)
  expect(longDay('2026-11-26')).toBe('Thursday 26 November')
  expect(monthAndYear('2026-11-01')).toBe('November 2026')
})

/**
 * How many formatters are created while `work` runs, either with Intl or by a toLocaleString, which
 * creates one each time.
 */
const formattersMadeBy = async (work: () => Promise<void>): Promise<number> => {
  let made = 0
  const undo = ['DateTimeFormat', 'NumberFormat'].map((name) =>
    replace(Intl, name, (original) => counting(original, () => made++)),
  )
  const classes = [
    Number,
    Date,
    Temporal.PlainDate,
    Temporal.PlainDateTime,
    Temporal.ZonedDateTime,
    Temporal.Instant,
  ]
  for (const { prototype } of classes)
    undo.push(replace(prototype, 'toLocaleString', (original) => counting(original, () => made++)))
  await work().finally(() => {
    for (const one of undo) one()
  })
  return made
}

const counting = (original: object, count: () => void): object =>
  new Proxy(original, {
    construct: (target, args) => {
      count()
      return Reflect.construct(target as never, args)
    },
    apply: (target, self, args) => {
      count()
      return Reflect.apply(target as never, self, args)
    },
  })

const replace = (owner: object, name: string, by: (original: object) => object): (() => void) => {
  const original = Reflect.get(owner, name) as object
  Reflect.set(owner, name, by(original))
  return () => Reflect.set(owner, name, original)
}
