import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  compose,
  edit,
  eventsOf,
  facebook,
  nameIn,
  seenIn,
  settle,
  share,
  startSharing,
  stateOf,
  test,
} from './sharing.ts'

/** What a client can see and do by a review link, without an account. */

beforeAll(startSharing)
beforeEach(async () => {
  await test.sql`delete from throttle`
})

describe('a client with a review link', () => {
  it('sees each post as the composer shows it, gives a name once, and approves exactly what was shown', async () => {
    const { postId, media } = await compose('Doors open at seven')
    const other = await compose('Not in the link')
    const path = await share([postId])
    const stranger = test.browser()
    const first = await stranger.get(path)
    expect(first.status).toBe(200)
    expect(first.headers.get('X-Robots-Tag')).toBe('noindex, nofollow')
    expect(first.headers.get('Referrer-Policy')).toBe('same-origin')
    expect(first.text).toContain('Preview for Facebook')
    expect(first.text).toContain('Doors open at seven')
    expect(first.text).not.toContain('Not in the link')
    expect(first.text).not.toContain('>Approve<')
    const empty = await stranger.post(`${path}/name`, { name: ' ' })
    expect([empty.status, empty.text.includes('Enter a name.')]).toEqual([422, true])
    const client = await nameIn(path)
    const page = await client.get(path)
    expect(page.text).toContain('Jonas Keller')
    const seen = seenIn(page.text, postId)
    await edit(postId, media, 'Doors open at eight')
    const late = await client.post(`${path}/posts/${postId}/approve`, { seen })
    expect([late.status, late.text.includes('was changed while you')]).toEqual([409, true])
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting' })
    const now = seenIn(late.text, postId)
    const foreign = { seen: seenIn(late.text, postId) }
    expect((await client.post(`${path}/posts/${other.postId}/approve`, foreign)).location).toBe(
      `${path}?said=client-late`,
    )
    await client.post(`${path}/posts/${postId}/approve`, { seen: now })
    expect(await stateOf(postId)).toMatchObject({ state: 'approved', stage: 'client' })
    expect(await stateOf(other.postId)).toMatchObject({ state: 'waiting' })
    const post = await test.cast.manager.get(`/w/northside/posts/${postId}`)
    expect(post.text).toMatch(/<strong>Jonas Keller<\/strong>\s*approved/)
    const log = await test.cast.admin.get('/w/northside/activity')
    expect(log.text).toMatch(/Jonas Keller[\s\S]{0,200}approved a post/)
    expect(await eventsOf(postId)).toContain('review.approved')
    expect(JSON.stringify(await test.sql`select facts from events`)).not.toContain('Jonas')
    await client.post(`${path}/posts/${postId}/undo`, {
      seen: seenIn((await client.get(path)).text, postId),
    })
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting' })
  })

  it('requests changes with words, and sees the edited post again with what changed', async () => {
    const { postId, media } = await compose('Twenty crates')
    const path = await share([postId])
    const client = await nameIn(path)
    const seen = seenIn((await client.get(path)).text, postId)
    const changes = `${path}/posts/${postId}/changes`
    const empty = await client.post(changes, { seen, words: ' ' })
    expect([empty.status, empty.text.includes('What should change?</p>')]).toEqual([422, true])
    const long = await client.post(changes, { seen, words: 'y'.repeat(2_001) })
    expect([long.status, long.text.includes('y'.repeat(2_001))]).toEqual([422, true])
    await client.post(changes, { seen, words: 'Make it <thirty>.' })
    expect(await stateOf(postId)).toMatchObject({ state: 'changes', round: 1 })
    const notices = await test.cast.manager.get('/w/northside/notices')
    expect(notices.text).toContain('Changes were requested for “Twenty crates”')
    expect((await test.cast.admin.get('/w/northside/reviews')).text).toMatch(
      /Jonas Keller:<\/strong>\s*Make it &lt;thirty&gt;\./,
    )
    await edit(postId, media, 'Thirty crates')
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', round: 2 })
    const { text } = await client.get(path)
    expect(text).toContain('<del>Twenty</del>')
    expect(text).toContain('<ins>Thirty</ins>')
    await client.post(`${path}/approve`, { post: `${postId}:${seenIn(text, postId)}` })
    expect(await stateOf(postId)).toMatchObject({ state: 'approved' })
    expect((await client.get(path)).text).toContain('1 of 1')
  })

  it('of a month sees what is added later, of its accounts and days only, and not what the team still reviews', async () => {
    // Next month begins at another moment in the zone of the workspace, so the test has the same one.
    await test.sql`update workspaces set zone = 'UTC' where slug = 'northside'`
    const next = new Date(test.deps.now())
    next.setUTCDate(1)
    next.setUTCMonth(next.getUTCMonth() + 1)
    const nextMonth = next.toISOString().slice(0, 7)
    const path = await share([], { what: 'next-month', channel: facebook, name: 'The month' })
    const client = await nameIn(path)
    expect((await client.get(path)).text).toContain('Nothing to review right now')
    await compose('On its first morning', `${nextMonth}-01T00:00`)
    await compose('Far away', '2099-01-01T00:00')
    const { text } = await client.get(path)
    expect([text.includes('On its first morning'), text.includes('Far away')]).toEqual([
      true,
      false,
    ])
    await settle({ stages: 'both' })
    const team = await compose('For the team first', `${nextMonth}-02T00:00`)
    expect((await client.get(path)).text).not.toContain('For the team first')
    await test.cast.admin.post(`/w/northside/posts/${team.postId}/review/approve`)
    expect((await client.get(path)).text).toContain('For the team first')
    await settle({})
  })

  it('approves nothing that another client has asked to change meanwhile', async () => {
    const { postId } = await compose('Seen by two')
    const path = await share([postId])
    const [one, other] = [await nameIn(path, 'One'), await nameIn(path, 'Other')]
    const seen = seenIn((await other.get(path)).text, postId)
    await one.post(`${path}/posts/${postId}/changes`, { seen, words: 'Not like this.' })
    const late = await other.post(`${path}/posts/${postId}/approve`, { seen })
    expect([late.status, late.text.includes('Not like this.')]).toEqual([409, true])
    await other.post(`${path}/approve`, { post: `${postId}:${seen}` })
    expect(await stateOf(postId)).toMatchObject({ state: 'changes' })
    await other.post(`${path}/posts/${postId}/approve`, { seen: seenIn(late.text, postId) })
    expect(await stateOf(postId)).toMatchObject({ state: 'approved' })
  })

  it('does not see or approve an edit that the team, which comes first, has not approved', async () => {
    await settle({ stages: 'both' })
    const { postId, media } = await compose('For both')
    const path = await share([postId])
    const client = await nameIn(path)
    await test.cast.admin.post(`/w/northside/posts/${postId}/review/approve`)
    const seen = seenIn((await client.get(path)).text, postId)
    await edit(postId, media, 'Slipped past the team')
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', stage: 'team', round: 3 })
    expect((await client.get(path)).text).not.toContain('Slipped past')
    await client.post(`${path}/posts/${postId}/approve`, { seen })
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting', stage: 'team' })
    await settle({})
  })

  it('does not see or approve what the author changes in a draft before it is sent again', async () => {
    const { postId, media } = await compose('A draft', '2099-11-26T10:00', 'save')
    const path = await share([postId])
    const client = await nameIn(path)
    const asked = `${path}/posts/${postId}/changes`
    await client.post(asked, {
      seen: seenIn((await client.get(path)).text, postId),
      words: 'More.',
    })
    const { text } = await client.get(path)
    expect(text).toContain('Changes requested')
    await edit(postId, media, 'Half of a sente', 'save')
    expect((await client.get(path)).text).not.toContain('Half of a')
    const seen = seenIn(text, postId)
    expect((await client.post(`${path}/posts/${postId}/approve`, { seen })).location).toBe(
      `${path}?said=client-late`,
    )
    await test.cast.manager.post(`/w/northside/posts/${postId}/review/ask`)
    expect((await client.get(path)).text).toContain('Half of a')
  })

  it('is not asked any more where only the team approves, and gets no links', async () => {
    const { postId } = await compose('The team alone')
    const path = await share([postId])
    const client = await nameIn(path)
    const seen = seenIn((await client.get(path)).text, postId)
    await settle({ stages: 'team' })
    expect((await client.get(path)).text).toContain('Nothing to review right now')
    await client.post(`${path}/posts/${postId}/approve`, { seen })
    expect(await stateOf(postId)).toMatchObject({ state: 'waiting' })
    await expect(share([postId])).rejects.toThrow('there is no link')
    await settle({})
  })

  it('gets the files and accounts of its posts and no others', async () => {
    const { postId, media } = await compose('With a picture')
    const other = await compose('Another picture')
    const file = join(await test.deps.mediaStore.scratch(), 'picture')
    for (const id of [media, other.media]) {
      await writeFile(file, 'bytes of a picture')
      await test.deps.mediaStore.putFile(`picture-${id}`, file)
      await test.sql`update media set store_key = ${`picture-${id}`}, size_bytes = 18 where id = ${id}`
    }
    const path = await share([postId], { passphrase: 'twelve crates' })
    const stranger = test.browser()
    expect((await stranger.get(`${path}/media/${media}/file`)).status).toBe(404)
    const client = await nameIn(path, 'Jonas', { passphrase: 'twelve crates' })
    expect(await client.get(`${path}/media/${media}/file`)).toMatchObject({
      status: 200,
      text: 'bytes of a picture',
    })
    expect((await client.get(`${path}/media/${other.media}/file`)).status).toBe(404)
    expect((await client.get(`${path}/accounts/${facebook}/avatar`)).status).toBe(200)
    const channels = await test.sql`select id from channels where id <> ${facebook}`
    for (const { id } of channels)
      expect((await client.get(`${path}/accounts/${id}/avatar`)).status).toBe(404)
  })

  it('needs the passphrase, if there is one, and guesses are limited', async () => {
    const { postId } = await compose('Behind a passphrase')
    const path = await share([postId], { passphrase: 'twelve crates' })
    const stranger = test.browser()
    expect((await stranger.get(path)).text).not.toContain('Behind a passphrase')
    const statuses = []
    for (let guess = 0; guess < 6; guess += 1)
      statuses.push(
        (await stranger.post(`${path}/name`, { name: 'Eve', passphrase: 'thirty' })).status,
      )
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
    const elsewhere = test.browser('198.51.100.9')
    await elsewhere.post(`${path}/name`, { name: 'Jonas', passphrase: 'twelve crates' })
    expect((await elsewhere.get(path)).text).toContain('Behind a passphrase')
  })
})
