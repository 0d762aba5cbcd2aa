import { pino } from 'pino'
import { beforeAll, expect, it } from 'vitest'
import { createLive, type Live } from '../../web/live.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { connectAll } from '../support/posts.ts'

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
  await inserted.heard // else the first test could hear of this instead of its own change
  inserted.stop()
})

const change = () => test.sql`update targets set waiting_for = clock_timestamp()::text where id = ${target.targetId}`
const nextChange = (to: { workspaceId: string; postId?: string }, of: Live = live) => {
  let stop = (): void => undefined
  const heard = new Promise<string | null>((resolve) => {
    stop = of.subscribe(to, { changed: resolve, closed: () => resolve('closed') })
  })
  return { heard, stop }
}

it('a change of a target is heard by its post and its workspace, and by nobody else', async () => {
  const post = nextChange({ workspaceId: test.workspaces.northside, postId: target.postId })
  const workspace = nextChange({ workspaceId: test.workspaces.northside })
  const others = [
    nextChange({ workspaceId: test.workspaces.elsewhere }),
    nextChange({ workspaceId: test.workspaces.northside, postId: test.workspaces.elsewhere }),
  ]
  let overheard = 0
  for (const other of others) void other.heard.then(() => overheard++)
  await change()
  expect([await post.heard, await workspace.heard]).toEqual([target.targetId, target.targetId])
  expect(overheard).toBe(0)
  for (const one of [post, workspace, ...others]) one.stop()
})

it('after the listening connection was killed, everybody is told to look again', async () => {
  const own = await createLive(test.sql, pino({ level: 'silent' }))
  const watcher = nextChange({ workspaceId: test.workspaces.northside }, own)
  await test.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()`
  expect(await watcher.heard).toBeNull()
  watcher.stop()
  await own.close()
})

it('closing ends every stream', async () => {
  const own = await createLive(test.sql, pino({ level: 'silent' }))
  const watcher = nextChange({ workspaceId: test.workspaces.northside }, own)
  await own.close()
  expect(await watcher.heard).toBe('closed')
})

it('the page of a post hears of a change by server-sent events', async () => {
  const response = await test.cast.manager.request(`/w/northside/posts/${target.postId}/events`, {})
  expect(response.headers.get('Content-Type')).toContain('text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let heard = ''
  const hears = async (...events: string[]) => {
    while ([...heard.matchAll(/^event: /gm)].length < events.length) heard += (await reader.read()).value
    expect([...heard.matchAll(/^event: (.*)$/gm)].map(([, event]) => event)).toEqual(events)
  }
  await hears('target-changed', 'ping') // it looks at once: something may have changed since the page was made
  await change()
  await hears('target-changed', 'ping', 'target-changed')
  await reader.cancel()
})

it('the part that is fetched then shows the new state without the rest of the page', async () => {
  await test.sql`update targets set state = 'processing', waiting_for = 'Facebook to finish processing' where id = ${target.targetId}`
  const part = await test.cast.manager.get(`/w/northside/posts/${target.postId}/status`)
  expect(part.text).toMatch(/^\s*<div id="status"/)
  expect(part.text).toContain('Facebook to finish processing')
})

it('what the workflow does is loaded after the page, which is complete when Temporal is silent', async () => {
  const part = await test.cast.manager.get(`/w/northside/posts/${target.postId}/progress`)
  expect(part.text).toContain('The workflows do not answer right now.')
})

it.each(['failed', 'unconfirmed', 'missed', 'canceled'])('of a post that is %s no workflow is asked: it ended', async (state) => {
  await test.sql`update targets set state = ${state} where id = ${target.targetId}`
  const part = await test.cast.manager.get(`/w/northside/posts/${target.postId}/progress`)
  expect(part.status).toBe(200)
  expect(part.text).not.toContain('The workflows')
})
