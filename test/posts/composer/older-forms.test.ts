import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../../support/app.ts'
import {
  connectAll,
  type PlatformName,
  photoForm,
  postIdIn,
  tiktokFields,
} from '../../support/posts.ts'
import { type Fields, form, formsOf } from './open-forms.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const base = '/w/northside/posts'
const { scheduled, openForm, dueAt } = formsOf(() => ({ test, channels }))

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})
const versionOf = async (postId: string): Promise<number> =>
  (await test.sql<{ version: number }[]>`select version from posts where id = ${postId}`)[0]!
    .version
const statesOf = async (postId: string): Promise<string[]> =>
  (
    await test.sql<
      { state: string }[]
    >`select state from targets where post_id = ${postId} order by platform`
  ).map((t) => t.state)
const targetId = async (postId: string, platform: PlatformName): Promise<string> =>
  (
    await test.sql<
      { id: string }[]
    >`select id from targets where post_id = ${postId} and platform = ${platform}`
  )[0]!.id

describe('an edit form that is older than the last change', () => {
  it('never revives a canceled post: the response is 409, and it stays canceled', async () => {
    const { postId, media, path } = await scheduled()
    const hidden = await openForm(path)
    await test.cast.manager.post(`${path}/cancel`)
    const typed = photoForm({
      channels: [channels.facebook, channels.instagram],
      media: [media],
      text: 'A typo, corrected',
      act: 'schedule',
    })
    const answer = await test.cast.admin.post(path, form([...hidden, ...typed]))
    expect(answer.status).toBe(409)
    expect(await statesOf(postId)).toEqual(['canceled', 'canceled'])
    expect(answer.text).toContain('Canceled. Nothing was sent.')
    expect(answer.text).toContain('Max Manager')
    expect(answer.text).toMatch(/Schedule again<span[^>]*> · Thu 26 Nov 2099 10:00</)
  })

  it('returns both texts, and the time, accounts, files and platform choices that were typed', async () => {
    const { postId, media, path, text } = await scheduled()
    const hidden = await openForm(path)
    await test.cast.manager.post(`${path}/move`, { time: '2099-12-01T09:15' })
    const typed: Fields = [
      ['text', 'My words & yours'],
      ['variant.tiktok', 'Only for TikTok'],
      ['channel', channels.facebook],
      ['channel', channels.tiktok],
      ...tiktokFields(channels.tiktok),
      ['media', media],
      [`alt.${media}`, 'A crate of records'],
      [`kind.${channels.facebook}`, 'photo'],
      ['time', '2099-11-30T18:45'],
      ['act', 'schedule'],
    ]
    const answer = await test.cast.admin.post(path, form([...hidden, ...typed]))
    expect(answer.status).toBe(409)
    expect(answer.text).toContain(text)
    for (const kept of [
      'My words &amp; yours',
      '>Only for TikTok</textarea>',
      'value="2099-11-30"',
      'value="18:45"',
      'value="A crate of records"',
    ])
      expect(answer.text).toContain(kept)
    expect(answer.text).toContain('<option value="photo" selected>')
    expect(answer.text).toContain('<option value="SELF_ONLY" selected>')
    for (const channel of [channels.facebook, channels.tiktok])
      expect(answer.text).toMatch(new RegExp(`name="channel" value="${channel}"[^>]*checked`))
    expect(answer.text).not.toMatch(
      new RegExp(`name="channel" value="${channels.instagram}"[^>]*checked`),
    )
    expect(await dueAt(postId)).toBe('2099-12-01T08:15:00.000Z')

    const again = answer.text.match(/name="version" value="(\d+)"/)?.[1] ?? ''
    const saved = await test.cast.admin.post(
      path,
      form([...typed, ['version', again], ['left', '0'], ['zone', 'Europe/Zurich']]),
    )
    expect(saved.status).toBe(303)
    expect(await dueAt(postId)).toBe('2099-11-30T17:45:00.000Z')
  })

  it('is refused once an account has received the post, since its text there can no longer change', async () => {
    const { postId, media, path, text } = await scheduled()
    const hidden = await openForm(path)
    await test.sql`update targets set state = 'published', published_at = now() where id = ${await targetId(postId, 'facebook')}`
    const typed = photoForm({
      channels: [channels.facebook, channels.instagram],
      media: [media],
      text: 'Too late for one of two',
    })
    const answer = await test.cast.admin.post(path, form([...hidden, ...typed]))
    expect(answer.status).toBe(409)
    const again: Fields = [...(await openForm(path)), ...typed]
    expect((await test.cast.admin.post(path, form(again))).status).toBe(303)
    const texts = await test.sql<
      { text: string }[]
    >`select text from targets where post_id = ${postId} order by platform`
    expect(texts.map((row) => row.text)).toEqual([text, 'Too late for one of two'])
  })

  it('still works while the post is only being prepared', async () => {
    const { postId, media, path } = await scheduled()
    const hidden = await openForm(path)
    await test.sql`update targets set state = 'ready', handles_revision = revision where post_id = ${postId}`
    const typed = photoForm({
      channels: [channels.facebook],
      media: [media],
      text: 'Nothing has left yet',
    })
    expect((await test.cast.admin.post(path, form([...hidden, ...typed]))).status).toBe(303)
  })

  it('does not reschedule an account that was canceled on its own', async () => {
    const { postId, media, path } = await scheduled()
    await test.cast.manager.post(`${path}/targets/${await targetId(postId, 'instagram')}/cancel`)
    const page = (await test.cast.admin.get(`${path}/edit`)).text
    expect(page).toMatch(new RegExp(`name="channel" value="${channels.facebook}"[^>]*checked`))
    expect(page).not.toMatch(new RegExp(`name="channel" value="${channels.instagram}"[^>]*checked`))
    const typed = photoForm({
      channels: [channels.facebook],
      media: [media],
      text: 'Without Instagram',
    })
    await test.cast.admin.post(path, form([...(await openForm(path)), ...typed]))
    expect(await statesOf(postId)).toEqual(['scheduled', 'canceled'])
  })
})

describe('any other form of a post that is older than the last change', () => {
  const acts: [string, Fields, RegExp][] = [
    ['cancel', [], /You asked to cancel it\./],
    ['now', [], /You asked to publish it now\./],
    ['move', [['time', '2099-12-24T08:00']], /value="2099-12-24T08:00"/],
  ]
  it.each(acts)('%s: 409, nothing is done, and the input is kept', async (act, fields, kept) => {
    const { postId, path } = await scheduled()
    const version = await versionOf(postId)
    await test.cast.manager.post(`${path}/move`, { time: '2099-12-01T09:15' })
    const answer = await test.cast.admin.post(
      `${path}/${act}`,
      form([...fields, ['version', `${version}`]]),
    )
    expect(answer.status).toBe(409)
    expect(answer.text).toMatch(kept)
    expect(answer.text).toContain('Rescheduled for Tue 1 Dec 2099 09:15')
    expect([await dueAt(postId), await statesOf(postId)]).toEqual([
      '2099-12-01T08:15:00.000Z',
      ['scheduled', 'scheduled'],
    ])

    const newer = answer.text.match(/name="version" value="(\d+)"/)?.[1] ?? ''
    expect(Number(newer)).toBe(await versionOf(postId))
    expect(
      (await test.cast.admin.post(`${path}/${act}`, form([...fields, ['version', newer]]))).status,
    ).toBe(303)
  })

  const decisions: [string, string, Fields][] = [
    ['cancel', 'scheduled', []],
    ['retry', 'failed', []],
    ['leave', 'failed', []],
    ['again', 'unconfirmed', []],
    ['bind', 'unconfirmed', [['post', 'https://facebook.com/1/posts/2']]],
  ]
  it.each(decisions)('%s of one account: 409, and nothing is done', async (act, state, fields) => {
    const { postId, path } = await scheduled()
    const id = await targetId(postId, 'facebook')
    await test.sql`update targets set state = ${state} where id = ${id}`
    const version = await versionOf(postId)
    await test.cast.manager.post(`${path}/targets/${await targetId(postId, 'instagram')}/cancel`)
    const answer = await test.cast.admin.post(
      `${path}/targets/${id}/${act}`,
      form([...fields, ['version', `${version}`]]),
    )
    expect(answer.status).toBe(409)
    expect((await statesOf(postId))[0]).toBe(state)
    for (const [name, value] of fields)
      expect(answer.text).toContain(`name="${name}" value="${value}"`)
  })

  it('deleting a draft that somebody else edited: 409, and the draft is kept', async () => {
    const saved = await test.cast.manager.post(
      base,
      form([
        ['text', 'A thought'],
        ['act', 'save'],
      ]),
    )
    const path = `${base}/${postIdIn(saved.location)}`
    await test.cast.manager.post(
      path,
      form([
        ['text', 'A better thought'],
        ['version', '1'],
        ['act', 'save'],
      ]),
    )
    const answer = await test.cast.admin.post(`${path}/discard`, { version: '1' })
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('A better thought')])
    expect((await test.cast.admin.get(path)).status).toBe(200)
  })

  it('resuming after a pause: 409, publishing stays paused, and every choice is kept', async () => {
    const { postId, path } = await scheduled()
    // From earlier tests.
    await test.sql`update targets set state = 'published' where due_at <= now()`
    await test.sql`update targets set due_at = now() - interval '1 minute' where post_id = ${postId}`
    await test.cast.admin.post('/w/northside/pause')
    const page = (await test.cast.admin.get('/w/northside/pause')).text
    const version = page.match(new RegExp(`name="version.${postId}" value="(\\d+)"`))?.[1] ?? ''
    await test.sql`update targets set text = 'Other words', revision = revision + 1 where post_id = ${postId}`
    const chosen: Fields = [
      [`do.${postId}`, 'move'],
      [`time.${postId}`, '2099-12-24T08:00'],
      ['zone', 'Asia/Tokyo'],
    ]
    const answer = await test.cast.admin.post(
      '/w/northside/pause/end',
      form([...chosen, [`version.${postId}`, version]]),
    )
    expect([answer.status, answer.text]).toEqual([
      409,
      expect.stringContaining('value="2099-12-24T08:00"'),
    ])
    expect(answer.text).toMatch(/value="move" checked/)
    const newer =
      answer.text.match(new RegExp(`name="version.${postId}" value="(\\d+)"`))?.[1] ?? ''
    const resumed = await test.cast.admin.post(
      '/w/northside/pause/end',
      form([...chosen, [`version.${postId}`, newer]]),
    )
    expect(resumed.status).toBe(303)
    expect(await dueAt(postId)).toBe('2099-12-23T23:00:00.000Z') // 08:00 in the zone that the form showed
    await test.cast.manager.post(`${path}/cancel`)
  })
})
