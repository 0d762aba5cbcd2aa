import { beforeAll, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { connectAll } from '../support/posts.ts'

let test: TestApp
let facebook: string

beforeAll(async () => {
  test = await createTestApp()
  const channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
  facebook = channels.facebook
})

/** A target whose only send had an unclear result. */
const unconfirmed = async () => {
  const workspaceId = test.workspaces.northside
  const ids = await insertTarget(test.deps, {
    workspaceId,
    channelId: facebook,
    platform: 'facebook',
  })
  await test.sql`
    insert into attempts (workspace_id, target_id, number, revision, fingerprint, claimed_at, sent_at, ended_at, outcome)
    values (${workspaceId}, ${ids.targetId}, 1, 1, '', now(), now(), now(), 'unknown')`
  await test.sql`update targets set state = 'unconfirmed', attempt_number = 1, sent_at = now() where id = ${ids.targetId}`
  return { ...ids, at: `/w/northside/posts/${ids.postId}/targets/${ids.targetId}` }
}
const rowOf = async (targetId: string) => {
  const [row] = await test.sql`
    select t.state, t.platform_post_id, t.finished_at, a.outcome, (select count(*)::int from outbox where ref_id = t.id) as told
    from targets t join attempts a on a.target_id = t.id where t.id = ${targetId}`
  return row
}

it('the page of an unconfirmed post asks the question that only a person can answer', async () => {
  const { postId } = await unconfirmed()
  const page = await test.cast.manager.get(`/w/northside/posts/${postId}`)
  for (const words of ['Yes, it’s published', 'No, publish again', 'Dismiss'])
    expect(page.text).toContain(words)
})

it('confirming the post binds it by the URL that people copy, and completes its receipt', async () => {
  const { at, targetId } = await unconfirmed()
  await test.cast.manager.post(`${at}/bind`, {
    post: 'https://www.facebook.com/1067/posts/5001/?ref=share',
  })
  const [channel] = await test.sql`select account_id from channels where id = ${facebook}`
  // Facebook's id of a Page's post contains both ids; its URL contains the second.
  const platformPostId = `${channel?.accountId}_5001`
  expect(await rowOf(targetId)).toMatchObject({
    state: 'published',
    platformPostId,
    outcome: 'found',
    told: 1,
  })
})

it('a post that is bound to one target cannot be bound to another', async () => {
  const first = await unconfirmed()
  const second = await unconfirmed()
  await test.cast.manager.post(`${first.at}/bind`, { post: '7007' })
  const refused = await test.cast.manager.post(`${second.at}/bind`, { post: '7007' })
  expect([refused.status, refused.text]).toEqual([
    409,
    expect.stringContaining('already linked to another post'),
  ])
  expect(await rowOf(second.targetId)).toMatchObject({
    state: 'unconfirmed',
    outcome: 'unknown',
    told: 0,
  })
})

it('sending again retires the URLs of the first attempt before another can start', async () => {
  const { at, targetId } = await unconfirmed()
  const workspaceId = test.workspaces.northside
  const [media] = await test.sql<{ id: string }[]>`
    insert into media (workspace_id, kind, content_type, file_name, size_bytes, sha256, width, height, store_key)
    values (${workspaceId}, 'image', 'image/jpeg', 'a.jpg', 1, '', 1, 1, ${`key-${targetId}`}) returning id`
  const name = `link-of-the-first-attempt-${targetId.slice(-8)}`
  await test.sql`
    insert into media_links (name, media_id, workspace_id, target_id, attempt_number)
    values (${name}, ${media!.id}, ${workspaceId}, ${targetId}, 1)`
  await test.cast.manager.post(`${at}/again`, {})
  expect(await rowOf(targetId)).toMatchObject({ state: 'preparing', outcome: 'absent', told: 1 })
  expect((await test.cast.stranger.get(`/media/${name}`)).status).toBe(410)
})

it('dismissing asks no more questions and sends nothing', async () => {
  const { at, targetId, postId } = await unconfirmed()
  const needs = () => test.cast.manager.get('/w/northside/today')
  expect((await needs()).text).toContain(`/posts/${postId}`)
  await test.cast.manager.post(`${at}/leave`, {})
  expect(await rowOf(targetId)).toMatchObject({
    state: 'unconfirmed',
    finishedAt: expect.any(Date),
    told: 0,
  })
  expect((await test.cast.manager.get(`/w/northside/posts/${postId}`)).text).not.toContain(
    'Dismiss',
  )
})

it('nobody can decide for another workspace, or about a post that is already confirmed', async () => {
  const { at, targetId } = await unconfirmed()
  expect((await test.cast.outsider.post(`${at}/again`, {})).status).toBe(404)
  await test.sql`update targets set state = 'published' where id = ${targetId}`
  await test.cast.manager.post(`${at}/again`, {})
  expect(await rowOf(targetId)).toMatchObject({ state: 'published', told: 0 })
})
