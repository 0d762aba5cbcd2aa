import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insertMembership } from '../../db/people/memberships.ts'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { addMedia, connectAll, photoForm, postIdIn } from '../support/posts.ts'

/** Approval in the web application: settings, buttons, decisions, and what people see. */

let test: TestApp
let facebook: string
let reviewer: Person
beforeAll(async () => {
  test = await createTestApp()
  const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  facebook = (await connectAll(test.deps, who)).facebook
  reviewer = await test.addPerson('Rita Reviewer')
  await insertMembership(test.sql, test.workspaces.northside, reviewer.id, 'manager')
})
const set = (reviewOf: string, reviewStages = 'team', reviewers = [reviewer.id]) =>
  test.cast.admin.post(
    '/w/northside/settings/review',
    new URLSearchParams([
      ['reviewOf', reviewOf],
      ['reviewStages', reviewStages],
      ...reviewers.map((id): [string, string] => ['reviewer', id]),
    ]),
  )
beforeEach(async () => {
  await set('managers')
})

const compose = async (
  who: Person,
  text: string,
  act = 'schedule',
  more: [string, string][] = [],
) => {
  const media = await addMedia(test.deps, test.workspaces.northside, who.id)
  const form = photoForm({ channels: [facebook], media: [media], text, act })
  const answer = await who.post('/w/northside/posts', new URLSearchParams([...form, ...more]))
  return { postId: postIdIn(answer.location), answer, media }
}
const stateOf = async (postId: string) => {
  const [row] = await test.sql`select state, stage, round from reviews where post_id = ${postId}`
  return row
}
const versionOf = async (postId: string): Promise<number> => {
  const [row] = await test.sql<
    { version: number }[]
  >`select version from posts where id = ${postId}`
  return row?.version ?? 0
}
const page = (who: Person, postId: string) => who.get(`/w/northside/posts/${postId}`)
const act = (who: Person, postId: string, name: string, fields: Record<string, string> = {}) =>
  who.post(`/w/northside/posts/${postId}/review/${name}`, fields)

describe('who may publish alone', () => {
  it('a manager sends for approval instead, and an admin schedules', async () => {
    expect((await test.cast.manager.get('/w/northside/posts/new')).text).toContain(
      'Send for approval',
    )
    const own = await test.cast.admin.get('/w/northside/posts/new')
    expect(own.text).not.toContain('Send for approval')
    expect(own.text).toContain('value="ask"')
    const { postId } = await compose(test.cast.manager, 'A manager wrote this')
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', stage: 'team' })
    const alone = await compose(test.cast.admin, 'An admin wrote this')
    expect(await stateOf(alone.postId)).toBeUndefined()
    const asked = await compose(test.cast.admin, 'An admin asks', 'ask')
    expect(await stateOf(asked.postId)).toMatchObject({ state: 'waiting' })
  })

  it('a manager can’t publish now what nobody approved, and what was typed comes back', async () => {
    const media = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
    const form = photoForm({ channels: [facebook], media: [media], text: 'Right now', act: 'now' })
    const refused = await test.cast.manager.post('/w/northside/posts', new URLSearchParams(form))
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('needs approval first')
    expect(refused.text).toContain('Right now')
  })

  it('nobody approves their own edit while somebody else can', async () => {
    const { postId } = await compose(test.cast.manager, 'Mine')
    expect((await act(test.cast.manager, postId, 'approve')).status).toBe(403)
    expect((await act(reviewer, postId, 'approve')).status).toBe(303)
    const own = await compose(reviewer, 'A reviewer wrote this')
    expect((await act(reviewer, own.postId, 'approve')).status).toBe(403)
    expect((await act(test.cast.outsider, postId, 'revoke')).status).toBe(404)
  })
})

describe('a decision', () => {
  it('approves; an edit voids that, shows the difference in words and pictures, and asks again', async () => {
    const { postId, media } = await compose(test.cast.manager, 'Doors open at seven')
    await act(reviewer, postId, 'approve')
    expect(await stateOf(postId)).toMatchObject({ state: 'approved' })
    expect((await page(test.cast.manager, postId)).text).toContain('approved')
    const version = await versionOf(postId)
    const other = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
    await test.cast.manager.post(
      `/w/northside/posts/${postId}`,
      new URLSearchParams([
        ...photoForm({ channels: [facebook], media: [other], text: 'Doors open at eight' }),
        ['version', String(version)],
      ]),
    )
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', round: 2 })
    const seen = await page(reviewer, postId)
    expect(seen.text).toContain('<del>seven</del>')
    expect(seen.text).toContain('<ins>eight</ins>')
    expect(seen.text).toContain(`/media/${media}/thumbnail`)
    expect(seen.text).toMatch(/Added<[\s\S]*Removed</)
  })

  it('asks again after an edit of the alt text in the library, which no post would go out with', async () => {
    const { postId, media } = await compose(test.cast.manager, 'A record in the sun')
    await act(reviewer, postId, 'approve')
    const alt = { alt_text: 'A record on a windowsill' }
    await test.cast.manager.post(`/w/northside/media/${media}/alt-text`, alt)
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', round: 2 })
    await act(reviewer, postId, 'changes', { words: 'Not this picture.' })
    await test.cast.manager.post(`/w/northside/media/${media}/alt-text`, { alt_text: 'Another' })
    expect(await stateOf(postId)).toMatchObject({ state: 'changes', round: 2 })
  })

  it('keeps an approval when only the time changes', async () => {
    const { postId } = await compose(test.cast.manager, 'Moved later')
    await act(reviewer, postId, 'approve')
    await test.cast.manager.post(`/w/northside/posts/${postId}/move`, { time: '2099-11-27T10:00' })
    expect(await stateOf(postId)).toMatchObject({ state: 'approved' })
  })

  it('requests changes with words, which the author reads; without words the form comes back', async () => {
    const { postId } = await compose(test.cast.manager, 'Too long')
    const empty = await act(reviewer, postId, 'changes', { words: ' ' })
    expect([empty.status, empty.text.includes('Say what should change')]).toEqual([422, true])
    const long = await act(reviewer, postId, 'changes', { words: 'x'.repeat(2_001) })
    expect([long.status, long.text.includes('x'.repeat(2_001))]).toEqual([422, true])
    await act(reviewer, postId, 'changes', { words: 'Please shorten <it>.' })
    expect(await stateOf(postId)).toMatchObject({ state: 'changes' })
    expect((await page(test.cast.manager, postId)).text).toContain('Please shorten &lt;it&gt;.')
    const notices = await test.cast.manager.get('/w/northside/notices')
    expect(notices.text).toContain('Changes were requested for “Too long”')
    expect((await act(test.cast.manager, postId, 'ask')).status).toBe(303)
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', round: 2 })
  })

  it('can be taken back, and a stale page decides nothing', async () => {
    const { postId } = await compose(test.cast.manager, 'Approved too early')
    const version = await versionOf(postId)
    await act(reviewer, postId, 'approve')
    await act(reviewer, postId, 'revoke')
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting' })
    await test.sql`update posts set text = 'Another' where id = ${postId}`
    const stale = await act(reviewer, postId, 'approve', { version: String(version) })
    expect([stale.status, stale.text.includes('changed in the meantime')]).toEqual([409, true])
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting' })
    const decided = await test.sql`select from review_decisions where post_id = ${postId}`
    expect(decided).toHaveLength(2)
  })

  it('goes on to the client after the team, where both approve', async () => {
    await set('all', 'both')
    const { postId } = await compose(test.cast.manager, 'Two stages')
    await act(reviewer, postId, 'approve')
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', stage: 'client' })
    expect((await page(reviewer, postId)).text).toContain('Approve for the client')
    await act(test.cast.admin, postId, 'approve')
    expect(await stateOf(postId)).toMatchObject({ state: 'approved', stage: 'client' })
  })

  it('withdraws only what the workspace doesn’t require', async () => {
    const required = await compose(test.cast.manager, 'Required')
    expect((await act(test.cast.admin, required.postId, 'withdraw')).status).toBe(404)
    const asked = await compose(test.cast.admin, 'Only asked', 'ask')
    expect((await act(test.cast.admin, asked.postId, 'withdraw')).status).toBe(303)
    expect(await stateOf(asked.postId)).toBeUndefined()
  })
})

describe('the settings', () => {
  it('ask for approval of what is scheduled already, and keep what was typed if it is refused', async () => {
    await set('off')
    const { postId } = await compose(test.cast.manager, 'Scheduled before')
    expect(await stateOf(postId)).toBeUndefined()
    await set('managers')
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting' })
    const refused = await set('nobody', 'both')
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('Choose which posts need approval.')
    expect(refused.text).toMatch(new RegExp(`value="${reviewer.id}" checked`))
    await set('off')
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting' })
  })

  it('are for admins, and their page says what they do to posts that wait', async () => {
    expect((await test.cast.manager.get('/w/northside/settings/review')).status).toBe(403)
    const { text } = await test.cast.admin.get('/w/northside/settings/review')
    expect(text).toContain('every scheduled post that now needs approval is sent for approval')
  })
})

describe('the Reviews page', () => {
  it('lists posts by state, counts them in the menu, and approves several at once', async () => {
    await test.sql`delete from posts where workspace_id = ${test.workspaces.northside}`
    const made = []
    for (const text of ['First of a month', 'Second of a month', 'Third of a month'])
      made.push(await compose(test.cast.manager, text))
    const { text } = await reviewer.get('/w/northside/reviews')
    expect(text).toContain('First of a month')
    expect(text).toMatch(/Reviews\s*<span class="tally">3/)
    const versions = await test.sql<
      { id: string; version: number }[]
    >`select id, version from posts order by id`
    const done = await reviewer.post(
      '/w/northside/reviews',
      new URLSearchParams([
        ['act', 'approve'],
        ...versions.map(({ id, version }, index): [string, string] => [
          'post',
          `${id}:${index === 0 ? version + 1 : version}`,
        ]),
      ]),
    )
    expect(done.location).toBe('/w/northside/reviews?said=reviews-some')
    const states = await Promise.all(made.map(({ postId }) => stateOf(postId)))
    expect(states.map((one) => one?.state).sort()).toEqual(['approved', 'approved', 'waiting'])
    const foreign = await test.cast.outsider.post(
      '/w/elsewhere/reviews',
      new URLSearchParams([
        ['act', 'approve'],
        ...made.map(({ postId }): [string, string] => ['post', `${postId}:1`]),
      ]),
    )
    expect(foreign.location).toBe('/w/elsewhere/reviews?said=reviews-some')
    expect((await test.cast.outsider.get('/w/elsewhere/reviews')).text).not.toContain('of a month')
  })

  it('lists held posts on Today too, and one click approves and publishes them', async () => {
    const { postId } = await compose(test.cast.manager, 'Nobody looked')
    const held = new Date('2099-11-26T12:00:00Z')
    await test.sql`update reviews set state = 'held', held_at = ${held} where post_id = ${postId}`
    for (const path of ['today', 'reviews'])
      expect((await reviewer.get(`/w/northside/${path}`)).text).toContain('not approved in time')
    const reviews = await reviewer.get('/w/northside/reviews')
    expect(reviews.text).toContain('Approve and publish now')
    await test.sql`update reviews set held_at = now() - interval '1 minute' where post_id = ${postId}`
    await test.sql`update targets set due_at = now() - interval '2 minutes' where post_id = ${postId}`
    await act(reviewer, postId, 'approve', { now: 'yes' })
    const [row] = await test.sql`
      select is_approved(t.post_id, t.channel_id, t.due_at, content_of_target(t.kind, t.text, t.link, t.settings)) as goes
      from targets t where t.post_id = ${postId}`
    expect(row).toEqual({ goes: true })
    expect((await reviewer.get('/w/northside/today')).text).not.toContain('not approved in time')
  })
})
