import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDeliveringActivities } from '../../activities/webhooks/delivering.ts'
import { createReceivers } from '../../activities/webhooks/receiver.ts'
import { deactivate } from '../../db/people/deactivation.ts'
import { deleteMembership, insertMembership } from '../../db/people/memberships.ts'
import { setRole } from '../../web/people/members.ts'
import { addEndpoint, type NewEndpoint } from '../../web/webhooks/acts.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { connectAll } from '../support/posts.ts'

type Got = { path: string; headers: IncomingHttpHeaders; body: string }
let test: TestApp
let at: string
let account: string
const got: Got[] = []
/** What the receiver answers, by its path. */
const answers: Record<string, [number, Record<string, string>?]> = {}
/** The time, which tests move. */
let nowMs = Date.now()

beforeAll(async () => {
  test = await createTestApp({ config: testConfig({ WEBHOOK_PRIVATE_ADDRESSES: '127.0.0.1' }) })
  const server = createServer(async (request, answer) => {
    let body = ''
    for await (const part of request) body += part
    const path = request.url ?? ''
    got.push({ path, headers: request.headers, body })
    const [status, headers = {}] = answers[path] ?? [200]
    answer.writeHead(status, headers).end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  atTheEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
  account = (await connectAll(test.deps, northside())).facebook
})

// A workspace has room for ten.
afterEach(() => test.sql`delete from webhook_endpoints`)

const northside = () => ({ workspaceId: test.workspaces.northside, userId: test.cast.admin.id })
const activities = () =>
  createDeliveringActivities({
    ...test.deps,
    publicUrl: 'https://social.example',
    receivers: createReceivers(['127.0.0.1']),
    now: () => nowMs,
  })
const add = async (path: string, more: Partial<NewEndpoint> = {}, who = northside()) => {
  const one: NewEndpoint = { url: `${at}${path}`, format: 'standard', events: ['post.published'] }
  return (await addEndpoint(test.deps, who, { ...one, ...more }, null))!
}
const deliver = (id: string) => activities().deliverWebhooks({ endpointId: id })
const calls = (path: string) => got.filter((one) => one.path === path)
const messagesOf = (endpointId: string) => test.sql`
  select id, event, state, outcome, tries, next_at from webhook_messages where endpoint_id = ${endpointId} order by id`

/** A post on one account, in its last state before the outcome. */
const insertTarget = async (): Promise<{ postId: string; targetId: string }> => {
  const { workspaceId, userId } = northside()
  const [post] = await test.sql<{ id: string }[]>`
    insert into posts (workspace_id, created_by, text) values (${workspaceId}, ${userId}, 'Needle down at the shop') returning id`
  const [target] = await test.sql<{ id: string }[]>`
    insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state)
    values (${workspaceId}, ${post!.id}, ${account}, 'facebook', 'text', 'Needle down at the shop', now(), 'sending') returning id`
  return { postId: post!.id, targetId: target!.id }
}
const publish = async ({ targetId }: { targetId: string }) => {
  await test.sql`
    update targets set state = 'published', published_at = now(), permalink = 'https://facebook.example/1' where id = ${targetId}`
}

describe('an event', () => {
  it('is one message for each endpoint that wants it, and is undone with its transaction', async () => {
    const [wants, other] = [await add('/wants'), await add('/other', { events: ['review.held'] })]
    const target = await insertTarget()
    await expect(
      test.sql.begin(async (t) => {
        await t`update targets set state = 'published' where id = ${target.targetId}`
        throw new Error('lost')
      }),
    ).rejects.toThrow('lost')
    expect(await messagesOf(wants.id)).toEqual([])
    await publish(target)
    expect(await messagesOf(wants.id)).toMatchObject([{ event: 'post.published', tries: 0 }])
    expect(await messagesOf(other.id)).toEqual([])
    const told = await test.sql`select from outbox where kind = 'webhook' and ref_id = ${wants.id}`
    expect(told).toHaveLength(1)
  })

  it('holds up no outcome of a post, and is left out, while its endpoint or account is deleted', async () => {
    const { id } = await add('/leaving', { events: ['post.published', 'account.needs_reconnect'] })
    const { targetId } = await insertTarget()
    const [other] = await test.sql<{ id: string; grantId: string }[]>`
      select id, grant_id from channels where id <> ${account} and state = 'connected' order by id limit 1`
    const kept = test.sql.begin(async (t) => {
      await t`delete from channels where id = ${other!.id}`
      await test.sql`update grants set state = 'reauthorize' where id = ${other!.grantId}`
      throw new Error('kept')
    })
    await expect(kept).rejects.toThrow('kept')
    await test.sql`update grants set state = 'active' where id = ${other!.grantId}`
    expect(await messagesOf(id)).toEqual([])
    await test.sql.begin(async (t) => {
      await t`delete from webhook_endpoints where id = ${id}`
      await publish({ targetId })
    })
    const [after] = await test.sql`select state from targets where id = ${targetId}`
    expect(after).toEqual({ state: 'published' })
  })

  it('arrives signed, with ids, states, times and links, and no text or name', async () => {
    const { id, secret } = await add('/signed')
    const target = await insertTarget()
    await publish(target)
    nowMs = Date.now() + 1_000
    expect((await deliver(id)).isOpen).toBe(false)
    const [call] = calls('/signed')
    const payload = new Webhook(secret).verify(call!.body, call!.headers as Record<string, string>)
    expect(payload).toEqual({
      type: 'post.published',
      id: call!.headers['webhook-id'],
      timestamp: expect.any(String),
      data: {
        ...{ workspaceId: northside().workspaceId, ...target, accountId: account },
        ...{ platform: 'facebook', state: 'published', permalink: 'https://facebook.example/1' },
        dueAt: expect.any(String),
        publishedAt: expect.any(String),
        url: `https://social.example/w/northside/posts/${target.postId}`,
      },
    })
    expect(call!.body).not.toContain('Needle')
    expect(() => new Webhook(secret).verify(`${call!.body} `, call!.headers as never)).toThrow()
  })

  it('tells what a failed post, one that was missed, a review and a lost account need', async () => {
    const events = [
      'post.failed',
      'post.needs_attention',
      'review.requested',
      'review.approved',
      'review.changes_requested',
      'review.held',
      'account.needs_reconnect',
    ] as const
    const { id } = await add('/all', { events: [...events] })
    const [failed, missed] = [await insertTarget(), await insertTarget()]
    await test.sql`update targets set state = 'failed' where id = ${failed.targetId}`
    await test.sql`update targets set state = 'missed' where id = ${missed.targetId}`
    await test.sql`insert into reviews (post_id, workspace_id, stage) values (${failed.postId}, ${northside().workspaceId}, 'team')`
    for (const state of ['changes', 'edited', 'held'])
      await test.sql`update reviews set state = ${state} where post_id = ${failed.postId}`
    await test.sql`update reviews set state = 'approved', content = '{}' where post_id = ${failed.postId}`
    await test.sql`update channels set state = 'reconnect' where id = ${account}`
    await test.sql`update channels set state = 'connected' where id = ${account}`
    const told = (await messagesOf(id)).map(({ event }) => event).sort()
    expect(told).toEqual([...events].sort())
  })
})

describe('a message that does not arrive', () => {
  it('is tried again with the same id and growing pauses, and ends with its endpoint after three days', async () => {
    const { id } = await add('/down')
    answers['/down'] = [500]
    await publish(await insertTarget())
    nowMs = Date.now() + 1_000
    const pauses: number[] = []
    for (let tries = 1; tries <= 10; tries += 1) {
      const { isOpen, nextAt } = await deliver(id)
      expect(isOpen).toBe(tries < 10)
      pauses.push(nextAt - nowMs)
      nowMs = nextAt
    }
    expect(calls('/down')).toHaveLength(10)
    expect(new Set(calls('/down').map((call) => call.headers['webhook-id'])).size).toBe(1)
    const tail = pauses.slice(0, 9)
    expect(tail.every((pause, index) => index === 0 || pause > tail[index - 1]!)).toBe(true)
    expect(tail.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(72 * 3_600_000)
    expect(await messagesOf(id)).toMatchObject([{ outcome: 'failed', tries: 10 }])
    const [endpoint] = await test.sql`select disabled_by from webhook_endpoints where id = ${id}`
    expect(endpoint).toEqual({ disabledBy: 'failures' })
    const [notice] =
      await test.sql`select facts from notices where kind = 'webhook' and facts ->> 'endpointId' = ${id}`
    expect(notice).toMatchObject({ facts: { by: 'failures' } })
    nowMs = Date.now()
  })

  it('waits as long as the receiver asks, and no longer than a day', async () => {
    const { id } = await add('/busy')
    await publish(await insertTarget())
    nowMs = Date.now() + 1_000
    answers['/busy'] = [429, { 'retry-after': '120' }]
    const first = await deliver(id)
    expect(first.nextAt - nowMs).toBe(120_000)
    nowMs = first.nextAt
    answers['/busy'] = [503, { 'retry-after': '9999999' }]
    const second = await deliver(id)
    expect(second.nextAt - nowMs).toBe(86_400_000)
    nowMs = Date.now()
  })

  it('turns its endpoint off at once if the receiver is gone', async () => {
    const { id } = await add('/gone')
    answers['/gone'] = [410]
    const targets = await Promise.all(Array.from({ length: 10 }, insertTarget))
    for (const target of targets) await publish(target)
    nowMs = Date.now() + 1_000
    expect((await deliver(id)).isOpen).toBe(false)
    expect(calls('/gone')).toHaveLength(10)
    const [endpoint] = await test.sql`select disabled_by from webhook_endpoints where id = ${id}`
    expect(endpoint).toEqual({ disabledBy: 'receiver' })
    await publish(await insertTarget())
    expect(await messagesOf(id)).toHaveLength(10)
  })
})

describe('the pages', () => {
  const path = '/w/northside/settings/developers/webhooks'
  it('add an endpoint, show its secret once, send tests and change the secret with both valid', async () => {
    const { admin } = test.cast
    const typed = { url: `${at}/page`, format: 'standard', event: 'post.failed' }
    const made = await admin.post(path, typed)
    const secret = /whsec_[A-Za-z0-9+/=]{44}/.exec(made.text)?.[0] ?? ''
    const [, id = ''] = /webhooks\/([0-9a-f-]{36})\/check/.exec(made.text) ?? []
    expect((await admin.get(`${path}/${id}`)).text).not.toContain('whsec_')
    for (let presses = 0; presses < 3; presses += 1)
      expect((await admin.post(`${path}/${id}/check`)).status).toBe(303)
    expect(await messagesOf(id)).toHaveLength(1)
    const rotated = await admin.post(`${path}/${id}/change`)
    const fresh = /whsec_[A-Za-z0-9+/=]{44}/.exec(rotated.text)?.[0] ?? ''
    nowMs = test.deps.now() + 1_000
    await deliver(id)
    const [call] = calls('/page')
    for (const one of [secret, fresh])
      expect(new Webhook(one).verify(call!.body, call!.headers as never)).toMatchObject({
        type: 'endpoint.test',
      })
    const log = await admin.get(`${path}/${id}`)
    expect(log.text).toContain('endpoint.test')
    const [, message = ''] = /messages\/([0-9a-f-]{36})\/again/.exec(log.text) ?? []
    expect((await admin.post(`${path}/${id}/messages/${message}/again`)).status).toBe(303)
    nowMs += 25 * 3_600_000
    await deliver(id)
    const again = calls('/page')[1]!
    expect(again.headers['webhook-id']).toBe(message)
    expect(again.headers['webhook-signature']?.toString().split(' ')).toHaveLength(1)
    nowMs = Date.now()
  })

  it('return a wrong form with everything typed', async () => {
    const { admin } = test.cast
    const wrong = await admin.post(path, { url: 'ftp://shop.example/x', format: 'slack' })
    expect(wrong.status).toBe(422)
    for (const words of ['ftp://shop.example/x', 'Choose at least one event', 'has to begin with'])
      expect(wrong.text).toContain(words)
  })

  it('send chats a sentence with a link, and show no address that lets others write there', async () => {
    for (const format of ['slack', 'discord', 'teams'] as const) {
      const { id } = await add(`/chat/services/a-long-secret-path-${format}`, { format })
      const target = await insertTarget()
      await publish(target)
      nowMs = Date.now() + 1_000
      await deliver(id)
      const [call] = calls(`/chat/services/a-long-secret-path-${format}`)
      expect(call!.body).toContain('A post was published on Facebook.')
      expect(call!.body).toContain(`https://social.example/w/northside/posts/${target.postId}`)
      expect(call!.body).not.toContain('Needle')
      expect(call!.headers['webhook-signature']).toBeUndefined()
      expect((await test.cast.admin.get(`${path}/${id}`)).text).not.toContain('secret-path')
    }
  })
})

describe('an endpoint', () => {
  it.each(['leaves', 'is deactivated', 'becomes a manager'])(
    'ends when the person who added it %s',
    async (how) => {
      const person = await test.addPerson(`Lea Who ${how}`)
      const who = { workspaceId: test.workspaces.northside, userId: person.id }
      await insertMembership(test.sql, who.workspaceId, person.id, 'admin')
      const { id } = await add('/mine', {}, who)
      if (how === 'leaves') await deleteMembership(test.sql, who.workspaceId, person.id)
      if (how === 'is deactivated') await deactivate(test.sql, person.id, 'admin', new Date())
      if (how === 'becomes a manager') {
        const act = { ...who, byId: test.cast.admin.id, now: new Date() }
        expect(await setRole(test.sql, act, 'manager')).toBe('done')
      }
      expect(await test.sql`select from webhook_endpoints where id = ${id}`).toHaveLength(0)
    },
  )
})
