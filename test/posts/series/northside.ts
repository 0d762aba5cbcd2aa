import { Temporal } from 'temporal-polyfill'
import { beforeAll, beforeEach, expect } from 'vitest'
import { addDays } from '../../../web/time/days.ts'
import { wallTimeOf } from '../../../web/time/wall-time.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { connectTextAccounts, type PlatformName, postIdIn } from '../../support/posts.ts'

export const zone = 'Europe/Zurich'
const dayMs = 86_400_000
export const base = '/w/northside'
export let test: TestApp
export let channels: Record<PlatformName, string>
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
  await test.sql`delete from series_media`
  await test.sql`delete from series`
  await test.sql`delete from notices`
})

/** A day from today on, in the zone of the workspace. */
export const dayIn = (days: number): string =>
  addDays(wallTimeOf(new Date(test.deps.now()), zone).slice(0, 10), days)
export const weekdayOf = (date: string): string => String(Temporal.PlainDate.from(date).dayOfWeek)

export type Fields = [string, string][]
export const daily: Fields = [
  ['repeat', 'weeks'],
  ['repeat_every', '1'],
  ...[1, 2, 3, 4, 5, 6, 7].map((day): [string, string] => ['repeat_on', `${day}`]),
]
export const weekly: Fields = [
  ['repeat', 'weeks'],
  ['repeat_every', '1'],
]
let texts = 0
export const form = (more: Fields, { date = dayIn(1), clock = '18:00' } = {}): URLSearchParams =>
  new URLSearchParams([
    ['text', `Crate of the week ${++texts}`],
    ['channel', channels.facebook],
    ['date', date],
    ['clock', clock],
    ['act', 'schedule'],
    ...more,
  ])
export const start = async (more: Fields = weekly, at = {}): Promise<string> => {
  const answer = await test.cast.manager.post(`${base}/posts`, form(more, at))
  expect([answer.status, answer.text.match(/<li data-rule[\s\S]*?<\/li>/)?.[0]]).toEqual([
    303,
    undefined,
  ])
  return postIdIn(answer.location)
}
export type Row = {
  id: string
  on: string
  state: string
  text: string
  dueAt: Date
  seriesId: string
  targets: string[]
  version: number
}
export const posts = () => test.sql<Row[]>`
  select p.id, p.occurrence_on::text as on, p.state, p.text, p.due_at, p.series_id, p.version,
    array(select t.state from targets t where t.post_id = p.id order by t.channel_id) as targets
  from posts p where p.state <> 'discarded' order by p.due_at`
export const clocks = async () => (await posts()).map((post) => wallTimeOf(post.dueAt, zone))
export const refOf = async () => {
  const [row] = await test.sql<{ id: string }[]>`select id from series where ended_at is null`
  return { workspaceId: test.workspaces.northside, seriesId: row?.id ?? '' }
}
/** As the worker would extend it some days later. */
export const later = (days: number, deps = test.deps) => ({
  ...deps,
  now: () => test.deps.now() + days * dayMs,
})
export const notices = () => test.sql<{ kind: string; channelId: string | null }[]>`
  select distinct kind, channel_id from notices`
