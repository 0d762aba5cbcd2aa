import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { addMedia, connectAll, type PlatformName, photoForm, postIdIn } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const base = '/w/northside/posts'

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})

const send = (path: string, fields: [string, string][] = []) =>
  test.cast.manager.post(path, new URLSearchParams(fields))
/** Schedules a photo on Facebook and Instagram, then sets the targets' states. */
const scheduled = async (states: Partial<Record<PlatformName, string>> = {}) => {
  const media = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
  const answer = await send(
    base,
    photoForm({ channels: [channels.facebook, channels.instagram], media: [media] }),
  )
  const postId = postIdIn(answer.location)
  for (const [platform, state] of Object.entries(states))
    await test.sql`update targets set state = ${state} where post_id = ${postId} and platform = ${platform}`
  return { postId, media, path: `${base}/${postId}` }
}
const statesOf = async (postId: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await test.sql`select platform, state from targets where post_id = ${postId} order by platform`
    ).map((t) => [t.platform, t.state]),
  )
const targetId = async (postId: string, platform: PlatformName): Promise<string> => {
  const [row] = await test.sql<
    { id: string }[]
  >`select id from targets where post_id = ${postId} and platform = ${platform}`
  return row?.id ?? ''
}
/** The page that a response redirects to. */
const pageAfter = async (answer: { status: number; location: string | null }) => {
  expect(answer.status).toBe(303)
  return (await test.cast.manager.get(answer.location ?? '')).text
}

describe('cancel', () => {
  it('before anything was sent: canceled, nothing was sent', async () => {
    const { postId, path } = await scheduled()
    expect(await pageAfter(await send(`${path}/cancel`))).toContain('Canceled. Nothing was sent.')
    expect(await statesOf(postId)).toEqual({ facebook: 'canceled', instagram: 'canceled' })
  })

  it('when part of it is published: says what is published and what is canceled', async () => {
    const { postId, path } = await scheduled({ instagram: 'published' })
    const page = await pageAfter(await send(`${path}/cancel`))
    expect(page).toContain(
      'Facebook: canceled. Nothing was sent there. Instagram is already published.',
    )
    expect(await statesOf(postId)).toEqual({ facebook: 'canceled', instagram: 'published' })
  })

  it('when all of it is published: nothing was canceled', async () => {
    const { path } = await scheduled({ facebook: 'sending', instagram: 'published' })
    expect(await pageAfter(await send(`${path}/cancel`))).toContain(
      'Nothing was canceled. Facebook is being sent right now. Instagram is already published.',
    )
  })

  it('of one account does not affect the others', async () => {
    const { postId, path } = await scheduled()
    await send(`${path}/targets/${await targetId(postId, 'instagram')}/cancel`)
    expect(await statesOf(postId)).toEqual({ facebook: 'scheduled', instagram: 'canceled' })
  })
})

describe('reschedule and publish now', () => {
  it('moves what has not been sent, and the post with it', async () => {
    const { postId, path } = await scheduled()
    const page = await pageAfter(await send(`${path}/move`, [['time', '2099-12-01T09:15']]))
    expect(page).toContain('Rescheduled for Tue 1 Dec 2099 09:15: Facebook and Instagram.')
    const [post] = await test.sql`select due_at from posts where id = ${postId}`
    expect(post?.dueAt).toEqual(new Date('2099-12-01T08:15:00Z'))
  })

  it('keeps a published post at its place on the calendar', async () => {
    const { postId, path } = await scheduled({ facebook: 'published', instagram: 'published' })
    const page = await pageAfter(await send(`${path}/move`, [['time', '2099-12-01T09:15']]))
    expect(page).toContain('Facebook is already published. Instagram is already published.')
    const [post] = await test.sql`select due_at from posts where id = ${postId}`
    expect(post?.dueAt).toEqual(new Date('2099-11-26T09:00:00Z'))
  })

  it.each([
    ['2099-03-29T02:30', 'does not exist on 29 March 2099'],
    ['2099-10-25T02:30', 'happens twice on 25 October 2099'],
    ['2020-01-01T10:00', 'This time has passed.'],
    ['', 'Choose a day and a time.'],
  ])('refuses a move to %j with the reason', async (time, words) => {
    const { postId, path } = await scheduled()
    const answer = await send(`${path}/move`, [['time', time]])
    expect(answer.status).toBe(422)
    expect(answer.text).toContain(words)
    const [post] = await test.sql`select due_at from posts where id = ${postId}`
    expect(post?.dueAt).toEqual(new Date('2099-11-26T09:00:00Z'))
  })

  it('returns to the calendar it came from, never to another site', async () => {
    const { path } = await scheduled()
    const back = await send(`${path}/move`, [
      ['time', '2099-12-01T09:15'],
      ['back', '/w/northside/calendar?view=week'],
    ])
    expect(back.location).toMatch(/^\/w\/northside\/calendar\?view=week&did=/)
    const away = await send(`${path}/move`, [
      ['time', '2099-12-02T09:15'],
      ['back', '//evil.example/'],
    ])
    expect(away.location).toMatch(/^\/w\/northside\/posts\//)
  })

  it('publishes everything that has not been sent', async () => {
    const { path, postId } = await scheduled({ facebook: 'published' })
    const page = await pageAfter(await send(`${path}/now`))
    expect(page).toContain('Publishing now: Instagram. Facebook is already published.')
    expect(await statesOf(postId)).toEqual({ facebook: 'published', instagram: 'scheduled' })
  })
})

describe('retry', () => {
  it('sends only the failed account again', async () => {
    const { postId, path } = await scheduled({ facebook: 'published', instagram: 'failed' })
    const before = test.signaled.length
    const page = await pageAfter(
      await send(`${path}/targets/${await targetId(postId, 'instagram')}/retry`),
    )
    expect(page).toContain('Instagram: publishing again now.')
    expect(await statesOf(postId)).toEqual({ facebook: 'published', instagram: 'scheduled' })
    expect(test.signaled.slice(before)).toEqual([await targetId(postId, 'instagram')])
  })

  it('never sends again what may already be published', async () => {
    const { postId, path } = await scheduled({ instagram: 'unconfirmed' })
    const page = await pageAfter(
      await send(`${path}/targets/${await targetId(postId, 'instagram')}/retry`),
    )
    expect(page).toContain('Instagram may already be published: check there first.')
    expect((await statesOf(postId)).instagram).toBe('unconfirmed')
  })

  it('cannot find the target of another post', async () => {
    const [mine, other] = [
      await scheduled({ instagram: 'failed' }),
      await scheduled({ instagram: 'failed' }),
    ]
    const answer = await send(
      `${mine.path}/targets/${await targetId(other.postId, 'instagram')}/retry`,
    )
    expect(answer.status).toBe(404)
    expect((await statesOf(other.postId)).instagram).toBe('failed')
  })
})

describe('editing a scheduled post', () => {
  it('changes unsent accounts, drops those no longer chosen, and leaves the sent one as published', async () => {
    const { postId, path, media } = await scheduled({ facebook: 'published' })
    const edit = await test.cast.manager.get(`${path}/edit`)
    expect(edit.text).toContain('its files can’t change')
    const version = edit.text.match(/name="version" value="(\d+)"/)?.[1] ?? ''
    const form = photoForm({ channels: [channels.instagram], media: [media], text: 'Corrected' })
    const page = await pageAfter(await send(path, [...form, ['version', version]]))
    expect(page).toContain('Scheduled for Thu 26 Nov 2099 10:00: Instagram.')
    const texts =
      await test.sql`select platform, text, state from targets where post_id = ${postId} order by platform`
    expect(texts.map((t) => [t.platform, t.text, t.state])).toEqual([
      ['facebook', 'Twenty crates, twenty per cent.', 'published'],
      ['instagram', 'Corrected', 'scheduled'],
    ])
  })

  it('cannot change the files once anything is published, whatever the form says', async () => {
    const { postId, path, media } = await scheduled({ facebook: 'published' })
    const other = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
    await send(path, [
      ...photoForm({ channels: [channels.instagram], media: [other] }),
      ['version', '1'],
    ])
    const rows = await test.sql`select media_id from post_media where post_id = ${postId}`
    expect(rows.map((row) => row.mediaId)).toEqual([media])
  })
})

describe('the page of a post', () => {
  it('shows the receipt: time chosen, time sent with milliseconds, confirmation and link', async () => {
    const { postId, path } = await scheduled()
    const id = await targetId(postId, 'facebook')
    await test.sql`
      update targets set state = 'published', due_at = '2026-11-20T17:00:00Z', sent_at = '2026-11-20T17:00:00.214Z', attempt_number = 1,
        published_at = '2026-11-20T17:00:01Z', confirmed_by = 'post id in the answer', permalink = 'https://www.facebook.com/1067/posts/5001'
      where id = ${id}`
    await test.sql`
      insert into attempts (workspace_id, target_id, number, revision, fingerprint, claimed_at, sent_at, outcome)
      values (${test.workspaces.northside}, ${id}, 1, 1, '\\x00', '2026-11-20T17:00:00Z', '2026-11-20T17:00:00.214Z', 'accepted')`
    const { text } = await test.cast.manager.get(path)
    expect(text).toContain('Fri 20 Nov')
    expect(text).toContain('18:00:00.214 · Accepted by Facebook')
    expect(text).toContain('18:00:01 · post id in the answer')
    expect(text).toContain('<a href="https://www.facebook.com/1067/posts/5001"')
  })

  it('shows an unknown outcome as unknown, and what happens in the meantime', async () => {
    const { postId, path } = await scheduled({ instagram: 'unconfirmed' })
    const id = await targetId(postId, 'instagram')
    await test.sql`
      insert into attempts (workspace_id, target_id, number, revision, fingerprint, claimed_at, sent_at, outcome, proof)
      values (${test.workspaces.northside}, ${id}, 1, 1, '\\x00', now(), now(), 'unknown', 'container says PUBLISHED')`
    const { text } = await test.cast.manager.get(path)
    expect(text).toContain('The connection broke before an answer')
    expect(text).toContain('container says PUBLISHED')
    expect(text).toContain('Nothing is sent again until this is certain')
    expect(text).not.toContain(`targets/${id}/retry`)
  })

  it('shows what the platform said, and an unsafe link as text', async () => {
    const { postId, path } = await scheduled({ facebook: 'failed' })
    const problem = {
      kind: 'rejected',
      code: '36003',
      subcode: '2207009',
      words: 'The picture is wider than 1.91:1.',
      traceId: 'AbC',
      retryAfterMs: null,
    }
    await test.sql`update targets set problem = ${test.sql.json(problem)} where post_id = ${postId} and platform = 'facebook'`
    await test.sql`update targets set state = 'published', permalink = 'javascript:alert(1)' where post_id = ${postId} and platform = 'instagram'`
    const { text } = await test.cast.manager.get(path)
    expect(text).toContain('Facebook said')
    expect(text).toContain('The picture is wider than 1.91:1.')
    expect(text).toContain('code 36003/2207009 · trace AbC')
    expect(text).not.toContain('href="javascript:')
  })

  it('is the same for managers and admins, and does not exist for others', async () => {
    const { path, postId } = await scheduled()
    expect((await test.cast.admin.get(path)).status).toBe(200)
    expect((await test.cast.outsider.get(path)).status).toBe(404)
    expect((await test.cast.outsider.get(`/w/elsewhere/posts/${postId}`)).status).toBe(404)
    expect((await test.cast.outsider.post(`/w/elsewhere/posts/${postId}/cancel`)).status).toBe(404)
    expect(await statesOf(postId)).toEqual({ facebook: 'scheduled', instagram: 'scheduled' })
  })

  it('keeps a history of who did what', async () => {
    const { path, postId } = await scheduled()
    await send(`${path}/move`, [['time', '2099-12-01T09:15']])
    await send(`${path}/cancel`)
    const events =
      await test.sql`select name, user_id, facts::text from events where subject_id = ${postId} order by id`
    expect(events.map((event) => event.name)).toEqual([
      'post.scheduled',
      'post.moved',
      'post.canceled',
    ])
    expect(events.every((event) => event.userId === test.cast.manager.id)).toBe(true)
    expect(events.map((event) => event.facts).join()).not.toContain('Northside Records')
    expect((await test.cast.manager.get(path)).text).toContain('Max Manager')
  })
})
