import { beforeAll, describe, expect, it } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { connectAll, type PlatformName, photoForm, postIdIn } from '../support/posts.ts'

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

type Answer = { status: number; location: string | null }
const send = (path: string, fields: Record<string, string> = {}) =>
  test.cast.manager.post(path, fields)
const scheduled = async (time = '2099-11-26T10:00') => {
  const form = photoForm({
    channels: [channels.facebook],
    media: [],
    text: crypto.randomUUID(),
    time,
  })
  const answer = await test.cast.manager.post(base, new URLSearchParams(form))
  const postId = postIdIn(answer.location)
  return { postId, path: `${base}/${postId}` }
}
const draft = async (fields: Record<string, string> = {}) => {
  const answer = await send(base, { text: 'A thought', act: 'save', ...fields })
  const postId = postIdIn(answer.location)
  return { postId, path: `${base}/${postId}` }
}
/** Presses Undo on the page after an action. */
const undo = async (after: Answer) => {
  const html = (await test.cast.manager.get(after.location ?? '')).text
  const form = html.match(/<form method="post" action="([^"]*\/undo)">[\s\S]*?<\/form>/)
  const value = (name: string) =>
    form?.[0].match(new RegExp(`name="${name}" value="([^"]*)"`))?.[1]?.replaceAll('&amp;', '&') ??
    ''
  const answer = await send(form?.[1] ?? '', { did: value('did'), back: value('back') })
  return { ...answer, page: (await test.cast.manager.get(answer.location ?? '')).text }
}
const rowOf = async (postId: string) => {
  const [row] = await test.sql<
    { dueAt: Date | null; state: string; target: string | null; targetDueAt: Date | null }[]
  >`
    select p.due_at, p.state, t.state as target, t.due_at as target_due_at from posts p left join targets t on t.post_id = p.id where p.id = ${postId}`
  return row
}

describe('Undo', () => {
  it('after a drag: the post is back at its time, on the calendar where it was dragged', async () => {
    const { postId, path } = await scheduled()
    const moved = await send(`${path}/move`, {
      time: '2099-12-01T09:15',
      back: '/w/northside/calendar?view=month&at=2099-11-01',
    })
    const undone = await undo(moved)
    expect(undone.location).toMatch(/^\/w\/northside\/calendar\?view=month&at=2099-11-01&did=/)
    expect(undone.page).toContain('Moved back, scheduled for Thu 26 Nov 2099 10:00: Facebook.')
    const dueAt = new Date('2099-11-26T09:00:00Z')
    expect(await rowOf(postId)).toMatchObject({ dueAt, targetDueAt: dueAt, target: 'scheduled' })
  })

  it('after moving a draft that had no time: it has no time again', async () => {
    const { postId, path } = await draft()
    const undone = await undo(await send(`${path}/move`, { time: '2099-12-01T09:15' }))
    expect(undone.page).toContain('Moved back. The draft has no time.')
    expect(await rowOf(postId)).toMatchObject({ dueAt: null, state: 'draft' })
  })

  it('after a cancel: it is scheduled again at its time, and its workflow is notified', async () => {
    const { postId, path } = await scheduled()
    const before = test.signaled.length
    const undone = await undo(await send(`${path}/cancel`))
    expect(undone.page).toContain('Scheduled again: Facebook.')
    expect(await rowOf(postId)).toMatchObject({
      target: 'scheduled',
      targetDueAt: new Date('2099-11-26T09:00:00Z'),
    })
    expect(test.signaled.length - before).toBe(2)
  })

  it('after a dismissal: it needs attention again', async () => {
    const { postId, path } = await scheduled()
    const [target] = await test.sql<
      { id: string }[]
    >`update targets set state = 'failed' where post_id = ${postId} returning id`
    const undone = await undo(
      await send(`${path}/targets/${target!.id}/leave`, { back: '/w/northside/today' }),
    )
    expect(undone.location).toMatch(/^\/w\/northside\/today\?did=/)
    expect(
      await test.sql`select from targets where id = ${target!.id} and finished_at is null`,
    ).toHaveLength(1)
  })

  it('after deleting a draft: it is back with its time; until then no page shows it', async () => {
    const { postId, path } = await draft({ time: '2099-12-24T08:00' })
    const deleted = await send(`${path}/discard`)
    expect((await test.cast.manager.get(path)).status).toBe(404)
    expect((await test.cast.manager.get('/w/northside/calendar?at=2099-12')).text).not.toContain(
      `id="post-${postId}"`,
    )
    const undone = await undo(deleted)
    expect(undone.page).toContain('Draft restored.')
    expect(await rowOf(postId)).toMatchObject({
      state: 'draft',
      dueAt: new Date('2099-12-24T07:00:00Z'),
    })
    expect((await test.cast.manager.get(path)).status).toBe(200)
  })
})

/** Presses Undo in the message on the page after a redirect. */
const undoSaid = async (who: TestApp['cast']['admin'], after: Answer) => {
  const html = (await who.get(after.location ?? '')).text
  const action =
    html.match(/<form method="post" action="([^"]*)"><button data-undo/)?.[1] ?? 'there is no Undo'
  return await who.post(action)
}

describe('Undo outside of posts', () => {
  const people = '/w/northside/people'
  const invite = async () => {
    const { text } = await test.cast.admin.post(`${people}/invitations`, { role: 'manager' })
    const [row] = await test.sql<
      { id: string }[]
    >`select id from invitations order by created_at desc, id desc limit 1`
    return { id: row!.id, link: text.match(/\/invitations\/[\w-]+/)?.[0] ?? '' }
  }
  const works = async (link: string) => (await test.cast.stranger.get(link)).status === 200

  it('after an invitation was revoked: its link works again, for the admin who revoked it', async () => {
    const { id, link } = await invite()
    const revoked = await test.cast.admin.post(`${people}/invitations/${id}/revoke`)
    expect(await works(link)).toBe(false)
    await undoSaid(test.cast.admin, revoked)
    expect(await works(link)).toBe(true)
    expect((await test.cast.admin.get('/w/northside/activity')).text).toContain(
      'restored an invitation',
    )
  })

  it('of a revocation is refused after an hour, and for an admin who did not revoke it', async () => {
    const { id, link } = await invite()
    const other = await test.addPerson('Bea Admin')
    await test.sql`insert into memberships (workspace_id, user_id, role) values (${test.workspaces.northside}, ${other.id}, 'admin')`
    await test.cast.admin.post(`${people}/invitations/${id}/revoke`)
    expect((await other.post(`${people}/invitations/${id}/restore`)).status).toBe(404)
    await test.sql`update events set at = at - interval '61 minutes' where name = 'invitation.revoked' and subject_id = ${id}`
    expect((await test.cast.admin.post(`${people}/invitations/${id}/restore`)).status).toBe(404)
    expect(await works(link)).toBe(false)
  })

  it('of a revocation never revives the link of somebody who is no longer an admin', async () => {
    const { id, link } = await invite()
    const other = await test.addPerson('Cem Admin')
    await test.sql`insert into memberships (workspace_id, user_id, role) values (${test.workspaces.northside}, ${other.id}, 'admin')`
    await other.post(`${people}/invitations/${id}/revoke`)
    await test.sql`update memberships set role = 'manager' where user_id = ${test.cast.admin.id}`
    expect((await other.post(`${people}/invitations/${id}/restore`)).status).toBe(404)
    await test.sql`update memberships set role = 'admin' where user_id = ${test.cast.admin.id}`
    expect(await works(link)).toBe(false)
  })

  it('after marking all notifications as read: they are unread again, and nobody else’s are', async () => {
    const add = (userId: string, cause: string, seenAt: Date | null) => test.sql`
      insert into notices (workspace_id, user_id, kind, cause, facts, by_mail, seen_at)
      values (${test.workspaces.northside}, ${userId}, 'failed', ${cause}, '{}', false, ${seenAt})`
    await add(test.cast.manager.id, 'read before', new Date('2026-01-01T00:00:00Z'))
    await add(test.cast.manager.id, 'not read', null)
    const unread = async () =>
      (
        await test.sql`select cause from notices where user_id = ${test.cast.manager.id} and seen_at is null`
      ).map((row) => row.cause)
    const marked = await test.cast.manager.post('/w/northside/notices/seen')
    expect(await unread()).toEqual([])
    await undoSaid(test.cast.manager, marked)
    expect(await unread()).toEqual(['not read'])
  })
})

describe('Undo is refused', () => {
  it('when somebody has changed the post since: their change stays', async () => {
    const { postId, path } = await scheduled()
    const moved = await send(`${path}/move`, { time: '2099-12-01T09:15' })
    await test.cast.admin.post(`${path}/move`, { time: '2099-12-02T09:15' })
    const undone = await undo(moved)
    expect(undone.page).toContain('This couldn’t be undone because the post has changed since.')
    expect((await rowOf(postId))?.dueAt).toEqual(new Date('2099-12-02T08:15:00Z'))
  })

  it('a second time', async () => {
    const { postId, path } = await scheduled()
    const canceled = await send(`${path}/cancel`)
    await undo(canceled)
    await send(`${path}/move`, { time: '2099-12-02T09:15' })
    expect((await undo(canceled)).page).toContain('changed since')
    expect((await rowOf(postId))?.target).toBe('scheduled')
  })

  it('when the original time has passed: nothing is sent late', async () => {
    const { postId, path } = await scheduled()
    const canceled = await send(`${path}/cancel`)
    await test.sql`alter table targets disable trigger targets_version`
    await test.sql`update targets set due_at = now() - interval '1 minute' where post_id = ${postId}`
    await test.sql`alter table targets enable trigger targets_version`
    expect((await undo(canceled)).page).toContain('The old time has passed')
    expect((await rowOf(postId))?.target).toBe('canceled')
  })

  it('for what has been sent in the meantime: it stays published', async () => {
    const { postId, path } = await scheduled()
    const moved = await send(`${path}/move`, { time: '2099-12-01T09:15' })
    await test.sql`update targets set state = 'published' where post_id = ${postId}`
    expect((await undo(moved)).page).toContain('Facebook is already published.')
    expect((await rowOf(postId))?.dueAt).toEqual(new Date('2099-12-01T08:15:00Z'))
  })

  it('for anybody else: only the person who acted can undo, for one hour', async () => {
    const { path } = await scheduled()
    const canceled = await send(`${path}/cancel`)
    const did = canceled.location?.split('did=')[1] ?? ''
    expect((await test.cast.admin.post(`${path}/undo`, { did })).status).toBe(404)
    expect(
      (
        await test.cast.outsider.post(`/w/elsewhere/posts/${postIdIn(canceled.location)}/undo`, {
          did,
        })
      ).status,
    ).toBe(404)
    await test.sql`update events set at = at - interval '61 minutes' where id = ${did}`
    expect((await send(`${path}/undo`, { did })).status).toBe(404)
  })
})

describe('a deleted draft', () => {
  it('does not prevent deleting a file that only it used', async () => {
    const uploaded = await test.cast.manager.request('/w/northside/media/sleeve.jpg', {
      method: 'PUT',
      body: new Uint8Array(await makeJpeg({ width: 400, height: 300 })),
      headers: { Origin: test.deps.config.publicUrl },
    })
    expect(uploaded.status).toBe(201)
    const [file] = await test.sql<{ id: string }[]>`select id from media order by id desc limit 1`
    const media = file!.id
    const { path } = await draft({ media })
    await send(`${path}/discard`)
    expect((await send(`/w/northside/media/${media}/delete`)).status).toBe(303)
  })

  it('cannot be edited, moved or duplicated', async () => {
    const { path } = await draft()
    await send(`${path}/discard`)
    const answers = [
      await send(path, { text: 'x', version: '1', act: 'save' }),
      await send(`${path}/move`, { time: '2099-12-01T09:15' }),
      await send(`${path}/duplicate`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
  })
})
