import { beforeAll, describe, expect, it } from 'vitest'
import { insertMembership } from '../../db/people/memberships.ts'
import { tx } from '../../db/postgres/connect.ts'
import { lockPost } from '../../db/posts/post-locks.ts'
import { deletePerson } from '../../db/privacy/erasure.ts'
import { readMentions, withNames } from '../../text/mentions.ts'
import { commentMaxCharacters } from '../../web/posts/discussion/acts.ts'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { addMedia, connectAll, photoForm, postIdIn } from '../support/posts.ts'

/** Comments of members beside a post. */

let test: TestApp
let cleo: Person
let postId: string
let media: string
beforeAll(async () => {
  test = await createTestApp()
  const workspaceId = test.workspaces.northside
  const { facebook } = await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id })
  cleo = await test.addPerson('Cleo Marti')
  await insertMembership(test.sql, workspaceId, cleo.id, 'manager')
  media = await addMedia(test.deps, workspaceId, test.cast.manager.id)
  const form = photoForm({ channels: [facebook], media: [media], text: 'Doors open at seven' })
  const made = await test.cast.manager.post('/w/northside/posts', new URLSearchParams(form))
  postId = postIdIn(made.location)
})
const at = () => `/w/northside/posts/${postId}`
const say = (who: Person, text: string, more: Record<string, string> = {}) =>
  who.post(`${at()}/comments`, { text, ...more })
const act = (who: Person, id: string, name: string) =>
  who.post(`${at()}/comments/${id}/${name}`, {})
const newest = async () => {
  const [row] = await test.sql<{ id: string; text: string; resolvedAt: Date | null }[]>`
    select id, text, resolved_at from discussion_comments where post_id = ${postId} order by id desc limit 1`
  return row!
}
const noticesOf = async (who: Person) => (await who.get('/w/northside/notices')).text

describe('a name after an @', () => {
  const people = [
    { userId: 'a', name: 'Anna', email: 'anna@example.com' },
    { userId: 'b', name: 'Anna Berg', email: 'berg@example.com' },
    { userId: 'c', name: 'Cleo Marti', email: 'cleo@example.com' },
    { userId: 'd', name: 'Kim Lee', email: 'kim1@example.com' },
    { userId: 'e', name: 'Kim Lee', email: 'kim2@example.com' },
  ]
  it('names the longest match, by name, first name or email address, whatever its case', () => {
    const read = (typed: string) => readMentions(typed, people).userIds
    expect(read('@anna berg, @Anna: ask @CLEO (not @Cleox or me@cleo)')).toEqual(['b', 'a', 'c'])
    expect(read('@Kim Lee or @kim2@example.com')).toEqual(['e'])
    expect(read('@ @@ @nobody')).toEqual([])
  })

  it('is kept as a reference', () => {
    const { text, userIds } = readMentions('@Cleo, see \ufffc@Anna', people)
    expect(userIds).toEqual(['c', 'a'])
    expect(withNames(text, ['Cleo Rossi', null])).toBe('@Cleo Rossi, see @former member')
  })
})

describe('a comment on a post', () => {
  it('is shown with its picture, notifies whom it mentions and whose post it is, and shows a new name', async () => {
    expect((await say(test.cast.admin, '@Cleo is <this> sharp?', { media })).status).toBe(303)
    expect(await noticesOf(cleo)).toContain('mentioned you in a comment on “Doors open at seven”')
    expect(await noticesOf(test.cast.manager)).toContain('commented on “Doors open at seven”')
    expect(await noticesOf(test.cast.admin)).not.toContain('commented on')
    await test.sql`update users set name = 'Cleo Rossi' where id = ${cleo.id}`
    const page = await cleo.get(at())
    expect(page.text).toMatch(/@Cleo Rossi<\/span> is &lt;this&gt; sharp\?/)
    expect(page.text).toContain('About photo 1</p>')
    expect(page.text).toContain('1 new')
    const [unread] = await test.sql`
      select from notices where user_id = ${cleo.id} and comment_id is not null and seen_at is null`
    expect(unread).toBeUndefined() // read with the page
    expect((await newest()).text).not.toContain('Cleo')
    const events = await test.sql`select name, facts from events where name like 'discussion.%'`
    expect(events).toEqual([{ name: 'discussion.added', facts: {} }])
  })

  it('comes back with what was typed when it is empty, too long or about another file', async () => {
    for (const nothing of [' ', ' \ufffc ']) expect((await say(cleo, nothing)).status).toBe(422)
    const long = await say(cleo, 'x'.repeat(commentMaxCharacters + 1))
    expect([long.status, long.text.includes('x'.repeat(commentMaxCharacters + 1))]).toEqual([
      422,
      true,
    ])
    const other = await addMedia(test.deps, test.workspaces.northside, cleo.id)
    const foreign = await say(cleo, 'Kept words', { media: other })
    expect([foreign.status, foreign.text.includes('Kept words')]).toEqual([422, true])
  })

  it('is added once for each form, and nobody can send a flood', async () => {
    const key = crypto.randomUUID()
    await say(cleo, 'Twice', { key })
    await say(cleo, 'Twice', { key })
    const rows = await test.sql`select from discussion_comments where text = 'Twice'`
    expect(rows).toHaveLength(1)
    const flooder = await test.addPerson('Flo Oder')
    await insertMembership(test.sql, test.workspaces.northside, flooder.id, 'manager')
    const answers = []
    for (let nth = 0; nth < 41; nth += 1) answers.push((await say(flooder, `No. ${nth}`)).status)
    expect([answers.at(-2), answers.at(-1)]).toEqual([303, 429])
  })

  it('is resolved and reopened, also by a reply, which notifies who wrote before', async () => {
    await say(cleo, 'Which sleeve?')
    const { id } = await newest()
    await act(test.cast.manager, id, 'resolve')
    expect((await newest()).resolvedAt).not.toBeNull()
    expect((await test.cast.admin.get(at())).text).toContain('1 resolved comment<')
    await say(test.cast.admin, 'The clean one', { answers: id })
    const [thread] = await test.sql`select resolved_at from discussion_comments where id = ${id}`
    expect(thread!.resolvedAt).toBeNull()
    expect(await noticesOf(cleo)).toContain('The clean one')
    const reply = await newest()
    expect((await say(cleo, 'A reply to a reply', { answers: reply.id })).status).toBe(422)
  })

  it('is deleted by its author or an admin only, and stays without words where others replied', async () => {
    const [thread] = await test.sql<{ id: string; reply: string }[]>`
      select answers as id, id as reply from discussion_comments where answers is not null`
    expect((await act(test.cast.manager, thread!.id, 'delete')).status).toBe(403)
    expect((await act(test.cast.outsider, thread!.id, 'delete')).status).toBe(404)
    expect((await act(cleo, thread!.id, 'delete')).status).toBe(303)
    const page = await cleo.get(at())
    expect(page.text).toContain('This comment was deleted.')
    expect(page.text).not.toContain('Which sleeve?')
    expect((await act(test.cast.admin, thread!.reply, 'delete')).status).toBe(303)
    const left = await test.sql`select from discussion_comments where id = ${thread!.id}`
    expect(left).toEqual([])
  })

  it('stays in its place for a reply that was being written while it is deleted', async () => {
    await say(cleo, 'Deleted while others type')
    const { id } = await newest()
    const { deleting } = await tx(test.sql, async (t) => {
      await lockPost(t, { workspaceId: test.workspaces.northside, postId })
      await t`
        insert into discussion_comments (workspace_id, post_id, user_id, answers, text)
        values (${test.workspaces.northside}, ${postId}, ${test.cast.admin.id}, ${id}, 'An answer')`
      const deleting = act(cleo, id, 'delete')
      await expect
        .poll(async () => (await t`select from pg_locks where not granted`).count)
        .toBeGreaterThan(0)
      return { deleting }
    })
    expect((await deleting).status).toBe(303)
    const texts = await test.sql`
      select text from discussion_comments where id = ${id} or answers = ${id} order by id`
    expect(texts).toEqual([{ text: '' }, { text: 'An answer' }])
  })

  it('goes with the account of its author, and what others answered stays', async () => {
    const gone = await test.addPerson('Gene Gone')
    await insertMembership(test.sql, test.workspaces.northside, gone.id, 'manager')
    await say(gone, 'Words of Gene, @Cleo')
    const { id } = await newest()
    await say(cleo, '@Gene Gone, an answer', { answers: id })
    await say(gone, 'A reply of Gene', { answers: id })
    await say(gone, 'Alone and of Gene')
    await tx(test.sql, (t) => deletePerson(t, gone.id))
    const page = (await cleo.get(at())).text
    expect(page).toContain('This comment was deleted.')
    expect(page).toMatch(/@former member<\/span>, an answer/)
    expect(page).not.toMatch(/Gene|of Gene/)
    const kept = await test.sql`
      select text, user_id from discussion_comments where id = ${id} or answers = ${id} order by id`
    expect(kept).toEqual([
      { text: '', userId: null },
      { text: '\ufffc, an answer', userId: cleo.id },
    ])
  })
})
