import { pino } from 'pino'
import { beforeAll, expect, it } from 'vitest'
import { type Change, createLive, type Live } from '../../web/notifications/live.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { addMedia, connectAll } from '../support/posts.ts'

let test: TestApp
let target: { postId: string; targetId: string }
let live: Live

beforeAll(async () => {
  test = await createTestApp()
  live = test.deps.live
  const workspaceId = test.workspaces.northside
  const { facebook } = await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id })
  const inserted = nextChange({ workspaceId })
  target = await insertTarget(test.deps, { workspaceId, channelId: facebook, platform: 'facebook' })
  await inserted.heard // otherwise the first test could receive this instead of its own change
  inserted.stop()
})

const change = () =>
  test.sql`update targets set waiting_for = clock_timestamp()::text where id = ${target.targetId}`
const nextChange = (to: { workspaceId: string; postId?: string }, of: Live = live) => {
  let stop = (): void => undefined
  const heard = new Promise<Change | 'closed' | null>((resolve) => {
    stop = of.subscribe(to, { changed: resolve, closed: () => resolve('closed') })
  })
  return { heard, stop }
}

it('a change of a target reaches subscribers of its post and its workspace, and nobody else', async () => {
  const post = nextChange({ workspaceId: test.workspaces.northside, postId: target.postId })
  const workspace = nextChange({ workspaceId: test.workspaces.northside })
  const others = [
    nextChange({ workspaceId: test.workspaces.elsewhere }),
    nextChange({ workspaceId: test.workspaces.northside, postId: test.workspaces.elsewhere }),
  ]
  let overheard = 0
  for (const other of others) void other.heard.then(() => overheard++)
  await change()
  const [row] = await test.sql<
    { dueAt: Date }[]
  >`select due_at from targets where id = ${target.targetId}`
  const told = { ...target, dueS: [Math.round(row!.dueAt.getTime() / 1_000)] }
  for (const one of [post, workspace]) expect(await one.heard).toEqual(told)
  expect(overheard).toBe(0)
  for (const one of [post, workspace, ...others]) one.stop()
})

it('when the listening connection is killed, all subscribers are told to check again', async () => {
  const own = await createLive(test.sql, pino({ level: 'silent' }))
  const watcher = nextChange({ workspaceId: test.workspaces.northside }, own)
  await test.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()`
  expect(await watcher.heard).toBeNull()
  watcher.stop()
  await own.close()
})

it('the progress of a conversion reaches those who watch the media of its workspace, and nobody else', async () => {
  const id = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id, {
    kind: 'video',
  })
  const heard: Record<string, (string | null)[]> = { northside: [], elsewhere: [] }
  const stops = Object.entries(test.workspaces).map(([slug, workspaceId]) =>
    live.subscribeMedia(workspaceId, {
      changed: (mediaId) => heard[slug]?.push(mediaId),
      closed: () => undefined,
    }),
  )
  await test.sql`update media set original_key = 'an-original', conversion = 'waiting', conversion_share = 0 where id = ${id}`
  await test.sql`update media set file_name = 'renamed.mp4' where id = ${id}`
  await test.sql`update media set conversion_share = 0.5 where id = ${id}`
  await expect.poll(() => heard.northside).toEqual([id, id])
  expect(heard.elsewhere).toEqual([])
  for (const stop of stops) stop()
})

it('a post that moves is announced with the day it leaves and the day it goes to', async () => {
  const watcher = nextChange({ workspaceId: test.workspaces.northside })
  await test.sql`update targets set due_at = '2099-01-02T10:00:00Z' where id = ${target.targetId}`
  await watcher.heard // changes are batched for a moment; this one must not be received below
  watcher.stop()
  const again = nextChange({ workspaceId: test.workspaces.northside })
  await test.sql`update targets set due_at = '2099-01-05T10:00:00Z' where id = ${target.targetId}`
  const change = await again.heard
  expect(change).toMatchObject({
    dueS: [Date.parse('2099-01-05T10:00Z') / 1_000, Date.parse('2099-01-02T10:00Z') / 1_000],
  })
  again.stop()
})

it('closing ends every stream', async () => {
  const own = await createLive(test.sql, pino({ level: 'silent' }))
  const watcher = nextChange({ workspaceId: test.workspaces.northside }, own)
  await own.close()
  expect(await watcher.heard).toBe('closed')
})

it('the page of a post receives changes by server-sent events', async () => {
  const response = await test.cast.manager.request(`/w/northside/posts/${target.postId}/events`, {})
  expect(response.headers.get('Content-Type')).toContain('text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let heard = ''
  const hears = async (...events: string[]) => {
    while ([...heard.matchAll(/^event: /gm)].length < events.length)
      heard += (await reader.read()).value
    expect([...heard.matchAll(/^event: (.*)$/gm)].map(([, event]) => event)).toEqual(events)
  }
  await hears('target-changed', 'ping') // it checks at once: the page may be outdated
  await change()
  await hears('target-changed', 'ping', 'target-changed')
  await reader.cancel()
})

it('many changes at once are sent in one event, with their posts and days', async () => {
  const response = await test.cast.manager.request('/w/northside/calendar/events', {})
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let heard = ''
  while (!heard.includes('event: ping')) heard += (await reader.read()).value
  for (let n = 0; n < 20; n += 1) await change()
  while (!heard.includes(target.postId)) heard += (await reader.read()).value
  const told = [...heard.matchAll(/^event: target-changed\ndata: (.+)$/gm)].map(([, data]) =>
    JSON.parse(data ?? ''),
  )
  expect(told.length).toBeLessThan(5)
  expect(told[0]).toMatchObject({ posts: [target.postId], at: [expect.any(Number)] })
  await reader.cancel()
})

it('the fetched part shows the new state without the rest of the page', async () => {
  await test.sql`update targets set state = 'processing', waiting_for = 'Facebook to finish processing' where id = ${target.targetId}`
  const part = await test.cast.manager.get(`/w/northside/posts/${target.postId}/status`)
  expect(part.text).toMatch(/^\s*<div id="status"/)
  expect(part.text).toContain('Facebook to finish processing')
})

it('workflow details load after the page, which is complete even when Temporal does not respond', async () => {
  const part = await test.cast.manager.get(`/w/northside/posts/${target.postId}/progress`)
  expect(part.text).toContain('Live details are not available right now.')
})

it.each(['failed', 'unconfirmed', 'missed', 'canceled'])(
  'no workflow is queried for a %s post: it ended',
  async (state) => {
    await test.sql`update targets set state = ${state} where id = ${target.targetId}`
    const part = await test.cast.manager.get(`/w/northside/posts/${target.postId}/progress`)
    expect(part.status).toBe(200)
    expect(part.text).not.toContain('The workflows')
  },
)
