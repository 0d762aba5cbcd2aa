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

describe('duplicate and discard', () => {
  it('duplicate makes a new draft with the same content, files and accounts', async () => {
    const { postId, path, media } = await scheduled()
    const answer = await send(`${path}/duplicate`)
    const copy = postIdIn(answer.location)
    expect(copy).not.toBe(postId)
    const edit = await test.cast.manager.get(answer.location ?? '')
    expect(edit.text).toContain('Twenty crates, twenty per cent.')
    expect(edit.text).toContain(`name="media" value="${media}"`)
    expect(edit.text.match(/name="channel"[^>]*checked/g)).toHaveLength(2)
    const [row] = await test.sql`select state, due_at, created_by from posts where id = ${copy}`
    expect(row).toEqual({ state: 'draft', dueAt: null, createdBy: test.cast.manager.id })
  })

  it('discard deletes a draft, but not a scheduled post', async () => {
    const draft = postIdIn(
      (
        await send(base, [
          ['text', 'Away'],
          ['act', 'save'],
        ])
      ).location,
    )
    expect((await send(`${base}/${draft}/discard`)).location).toMatch(
      /^\/w\/northside\/calendar\?did=/,
    )
    expect((await test.cast.manager.get(`${base}/${draft}`)).status).toBe(404)
    const { path } = await scheduled()
    expect((await send(`${path}/discard`)).status).toBe(404)
    expect((await test.cast.manager.get(path)).status).toBe(200)
  })
})
