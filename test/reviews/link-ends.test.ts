import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deactivate } from '../../db/people/deactivation.ts'
import { insertMembership } from '../../db/people/memberships.ts'
import { tx } from '../../db/postgres/connect.ts'
import { cutoffOf, deleteDueRows } from '../../db/privacy/due-rows.ts'
import { rules } from '../../db/privacy/retention.ts'
import type { Person } from '../support/app.ts'
import {
  compose,
  edit,
  eventsOf,
  idOf,
  links,
  nameIn,
  seenIn,
  settle,
  share,
  startSharing,
  stateOf,
  test,
} from './sharing.ts'

/** Who makes review links, and when they end. */

beforeAll(startSharing)
beforeEach(async () => {
  await test.sql`delete from throttle`
})

describe('a review link', () => {
  it('looks the same when it was guessed, expired or revoked', async () => {
    const { postId } = await compose('Soon gone')
    const [revoked, expired] = [await share([postId]), await share([postId])]
    await test.sql`update review_links set created_at = now() - interval '2 days', expires_at = now() - interval '1 day' where id = ${await idOf(expired)}`
    const [row] =
      await test.sql`select id from review_links where ended_at is null and expires_at > now() order by created_at desc limit 1`
    expect((await test.cast.manager.post(`${links}/${row?.id}/revoke`)).status).toBe(403)
    expect(
      (await test.cast.outsider.post(`/w/elsewhere/reviews/links/${row?.id}/revoke`)).status,
    ).toBe(404)
    expect((await test.cast.admin.post(`${links}/${row?.id}/revoke`)).status).toBe(303)
    const guessed = `/review/${'x'.repeat(43)}`
    const answers = await Promise.all(
      [guessed, '/review/short', expired, revoked].map(async (path) => {
        const { status, text, headers } = await test.browser().get(path)
        headers.delete('Date')
        return { status, text, headers: [...headers].filter(([name]) => name !== 'x-request-id') }
      }),
    )
    expect(answers[0]?.status).toBe(404)
    for (const answer of answers) expect(answer).toEqual(answers[0])
    const posted = await test.browser().post(`${revoked}/posts/${postId}/approve`, { seen: 'x' })
    expect([posted.status, posted.text]).toEqual([404, answers[0]?.text])
  })

  it('counts and logs each view, and is listed without its code', async () => {
    const { postId } = await compose('Looked at')
    const path = await share([postId], { name: 'Twice opened' })
    const id = await idOf(path)
    await test.browser().get(path)
    await test.browser().get(path)
    const { text } = await test.cast.manager.get(links)
    expect(text).toMatch(/Twice opened[\s\S]*opened 2 times/)
    expect(text).not.toContain(path)
    expect(await eventsOf(id)).toEqual([
      'review_link.made',
      'review_link.opened',
      'review_link.opened',
    ])
  })

  it('is made only by those who may approve, and what was typed comes back', async () => {
    const { postId } = await compose('Who may share')
    expect((await test.cast.manager.post(links, { what: 'month', weeks: '2' })).status).toBe(403)
    const refused = await test.cast.admin.post(links, {
      ...{ what: 'posts', post: postId, weeks: '3', name: 'Typed name', passphrase: 'short' },
    })
    expect(refused.status).toBe(422)
    for (const words of ['Typed name', 'value="short"', 'Choose how long', 'at least 8 characters'])
      expect(refused.text).toContain(words)
    const gone = { what: 'month', weeks: '2', channel: crypto.randomUUID() }
    const account = await test.cast.admin.post(links, gone)
    expect([account.status, account.text.includes('isn’t connected any more')]).toEqual([422, true])
  })

  it('decides nothing once it is revoked, also if the decision waited for its post', async () => {
    const { postId } = await compose('Revoked meanwhile')
    const path = await share([postId])
    const client = await nameIn(path)
    const seen = seenIn((await client.get(path)).text, postId)
    const late = await tx(test.sql, async (t) => {
      await t`select from posts where id = ${postId} for update`
      const approving = client.post(`${path}/posts/${postId}/approve`, { seen })
      await expect
        .poll(async () => (await t`select from pg_locks where not granted`).count)
        .toBeGreaterThan(0)
      await test.cast.admin.post(`${links}/${await idOf(path)}/revoke`)
      return { approving }
    })
    expect((await late.approving).location).toContain('client-late')
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting' })
  })

  it('ends with the rights of its maker, and does not come back', async () => {
    const { postId } = await compose('Handed out')
    const ends: Record<string, (maker: Person) => Promise<unknown>> = {
      'is no reviewer any more': () => settle({}),
      'is removed': (maker) => test.cast.admin.post(`/w/northside/people/${maker.id}/remove`),
      'closes the account': async (maker) => {
        await deactivate(test.sql, maker.id, 'person', new Date(test.deps.now()))
        await test.sql`update users set deactivated_at = null, deactivated_by = null where id = ${maker.id}`
      },
    }
    for (const [title, end] of Object.entries(ends)) {
      const maker = await test.addPerson(`Maker who ${title}`)
      await insertMembership(test.sql, test.workspaces.northside, maker.id, 'manager')
      await settle({ reviewers: [maker.id] })
      const path = await share([postId], {}, maker)
      expect([title, (await test.browser().get(path)).status]).toEqual([title, 200])
      await end(maker)
      expect([title, (await test.browser().get(path)).status]).toEqual([title, 404])
      await test.sql`insert into memberships (workspace_id, user_id, role) values (${test.workspaces.northside}, ${maker.id}, 'manager') on conflict do nothing`
      await settle({ reviewers: [maker.id] })
      expect([title, (await test.browser().get(path)).status]).toEqual([title, 404])
    }
    await settle({})
  })

  it('has cookies that are worth nothing at another link, and end with their link', async () => {
    const { postId } = await compose('Two links')
    const [one, other] = [
      await share([postId], { passphrase: 'twelve crates' }),
      await share([postId], { passphrase: 'twelve crates' }),
    ]
    const client = await nameIn(one, 'Jonas', { passphrase: 'twelve crates' })
    expect((await client.get(one)).text).toContain('Two links')
    expect((await client.get(other)).text).not.toContain('Two links')
    const set = (
      await test.browser().request(`${one}/name`, {
        method: 'POST',
        body: new URLSearchParams({ name: 'Jonas', passphrase: 'twelve crates' }),
        headers: { Origin: test.deps.config.publicUrl },
      })
    ).headers.get('Set-Cookie')
    expect(set).toMatch(
      new RegExp(
        `^__Secure-review=[\\w-]{43}; Max-Age=\\d+; Path=${one}; HttpOnly; Secure; SameSite=Lax$`,
      ),
    )
  })

  it('and the names of its clients are deleted after its end, and the decisions stay', async () => {
    const { postId } = await compose('Kept decision')
    const path = await share([postId])
    const client = await nameIn(path, 'Clara Client')
    const id = await idOf(path)
    await client.post(`${path}/posts/${postId}/approve`, {
      seen: seenIn((await client.get(path)).text, postId),
    })
    await test.sql`update review_links set ended_at = now() - interval '31 days' where id = ${id}`
    const rule = rules.find(({ name }) => name === 'review_links')!
    const cutoff = await cutoffOf(test.sql, rule, new Date(test.deps.now()))
    await deleteDueRows(test.sql, rule, cutoff, 100)
    expect(await test.sql`select from client_reviewers where name = 'Clara Client'`).toHaveLength(0)
    const { text } = await test.cast.admin.get(`/w/northside/posts/${postId}`)
    expect(text).toMatch(/<strong>The client<\/strong>\s*approved/)
  })
})

describe('changing who approves', () => {
  it('asks the team about what only the client was asked, and again the client without the team', async () => {
    const { postId, media } = await compose('Asked of the client')
    const approved = await compose('Approved by the client', '2099-11-26T11:00')
    const path = await share([postId, approved.postId])
    const client = await nameIn(path)
    const seen = seenIn((await client.get(path)).text, approved.postId)
    await client.post(`${path}/posts/${approved.postId}/approve`, { seen })
    await settle({ stages: 'both' })
    expect(await stateOf(postId)).toEqual({ state: 'waiting', stage: 'team', round: 2 })
    expect(await stateOf(approved.postId)).toMatchObject({ state: 'approved', stage: 'client' })
    expect((await client.get(path)).text).not.toContain('Asked of the client')
    await settle({ stages: 'client' })
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', stage: 'client' })
    await settle({ stages: 'team' })
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', stage: 'team' })
    await settle({ stages: 'both' })
    await test.cast.admin.post(`/w/northside/posts/${postId}/review/approve`)
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', stage: 'client' })
    await settle({ stages: 'both', reviewers: [test.cast.manager.id] })
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', stage: 'client' })
    await edit(postId, media, 'Another text', 'save')
    await settle({ stages: 'both' })
    expect(await stateOf(postId)).toMatchObject({ stage: 'team' })
    await settle({})
  })
})
