import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../../support/app.ts'
import {
  addMedia,
  connectAll,
  type PlatformName,
  photoForm,
  postIdIn,
  tiktokFields,
} from '../../support/posts.ts'

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

const file = (facts: Parameters<typeof addMedia>[3] = {}) =>
  addMedia(test.deps, test.workspaces.northside, test.cast.manager.id, facts)
const compose = (fields: [string, string][], path = base) =>
  test.cast.manager.post(path, new URLSearchParams(fields))
const targetsOf = (postId: string) =>
  test.sql<
    {
      platform: string
      kind: string
      text: string
      state: string
      settings: Record<string, unknown>
      dueAt: Date
    }[]
  >`
    select platform, kind, text, state, settings, due_at from targets where post_id = ${postId} order by platform`
const inForm = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`name="${name}"[^>]*value="([^"]*)"`, 'g'))].map(
    (match) => match[1] ?? '',
  )

describe('a draft', () => {
  it('promise D3: is saved as is, however unfinished, and opens again unchanged', async () => {
    const media = await file()
    const saved = await compose([
      ['text', 'Half a thought'],
      ['variant.tiktok', 'Half a tok'],
      ['link', 'https://northside.example/shop'],
      ['channel', channels.tiktok],
      [`${channels.tiktok}.privacy_level`, 'MUTUAL_FOLLOW_FRIENDS'],
      ['media', media],
      [`alt.${media}`, 'a crate'],
      ['time', '2099-10-25T02:30'],
      ['fold', 'later'],
      ['act', 'save'],
    ])
    const page = await test.cast.manager.get(saved.location ?? '')
    expect(page.text).toContain('Saved as a draft.')
    const edit = await test.cast.manager.get(`${base}/${postIdIn(saved.location)}/edit`)
    for (const kept of [
      'Half a thought',
      'Half a tok',
      'value="https://northside.example/shop"',
      'value="2099-10-25"',
      'value="02:30"',
      'value="a crate"',
    ])
      expect(edit.text).toContain(kept)
    expect(edit.text).toContain('<option value="MUTUAL_FOLLOW_FRIENDS" selected>')
    expect(edit.text).toMatch(/value="later"[^>]*checked/)
    expect(await targetsOf(postIdIn(saved.location))).toEqual([])
  })

  it('cannot be saved from an older version: both texts are shown', async () => {
    const saved = await compose([
      ['text', 'First'],
      ['act', 'save'],
    ])
    const path = `${base}/${postIdIn(saved.location)}`
    expect(
      (
        await compose(
          [
            ['text', 'From the left'],
            ['variant.facebook', 'For Facebook from the left'],
            ['version', '1'],
            ['act', 'save'],
          ],
          path,
        )
      ).status,
    ).toBe(303)
    const conflict = await compose(
      [
        ['text', 'From the right'],
        ['version', '1'],
        ['act', 'save'],
      ],
      path,
    )
    expect(conflict.status).toBe(409)
    expect(conflict.text).toContain('From the left')
    expect(conflict.text).toContain('For Facebook from the left')
    expect(conflict.text).toContain('From the right')
    expect((await test.cast.manager.get(path)).text).not.toContain('From the right')
  })
})

describe('rules before scheduling', () => {
  it('an error names the platform, item and rule: promise D7', async () => {
    const answer = await compose(
      photoForm({
        channels: [channels.instagram],
        media: [await file(), await file({ sizeBytes: 9_000_000 })],
      }),
    )
    expect(answer.status).toBe(422)
    expect(answer.text).toMatch(/<li data-rule="[a-z_]+">Instagram, picture 2: [^<]+<\/li>/)
    expect(answer.text, 'the platform is named once').not.toMatch(
      /<li data-rule="[a-z_]+">(?:<a [^>]*>)?(Instagram)[^:<]*: \1:/,
    )
  })

  it('TikTok without a visibility and without consent is refused', async () => {
    const answer = await compose(photoForm({ channels: [channels.tiktok], media: [await file()] }))
    expect(answer.status).toBe(422)
    const link = `<a href="#${channels.tiktok}.privacy_level">TikTok: Choose who can see the post.</a>`
    expect(answer.text).toContain(`<li data-rule="privacy_missing">${link}</li>`)
    expect(answer.text).toContain('data-rule="consent_missing"')
  })

  it('everything typed is kept', async () => {
    const [a, b] = [await file(), await file()]
    const answer = await compose([
      ...photoForm({
        channels: [channels.facebook, channels.tiktok],
        media: [b, a],
        text: 'Kept & <safe>',
      }),
      ['variant.facebook', 'Its own'],
      [`alt.${a}`, 'kept too'],
      [`${channels.tiktok}.photo_title`, 'A title'],
      [`kind.${channels.facebook}`, 'photos'],
    ])
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('Kept &amp; &lt;safe&gt;')
    expect(answer.text).toContain('>Its own</textarea>')
    expect(answer.text).toContain('value="A title"')
    expect(answer.text).toContain('<option value="photos" selected>')
    expect(answer.text).toContain('value="kept too"')
    expect(inForm(answer.text, 'media')).toEqual([b, a])
    expect(answer.text.match(/name="channel"[^>]*checked/g)).toHaveLength(2)
  })

  it('an account and a future time are required', async () => {
    expect(
      (
        await compose([
          ['text', 'x'],
          ['act', 'now'],
        ])
      ).text,
    ).toContain('Choose at least one connected account.')
    const text = photoForm({ channels: [channels.facebook], media: [], time: '' })
    expect((await compose(text)).text).toContain('Choose a day and a time, or publish now.')
    const past = photoForm({ channels: [channels.facebook], media: [], time: '2020-01-01T10:00' })
    expect((await compose(past)).text).toContain('This time has passed.')
  })

  it('a time that the clocks skip is refused with the reason; for one that happens twice, we ask which is meant', async () => {
    const gap = await compose(
      photoForm({ channels: [channels.facebook], media: [], time: '2099-03-29T02:30' }),
    )
    expect(gap.status).toBe(422)
    expect(gap.text).toContain('02:30 does not exist on 29 March 2099 in Europe/Zurich')
    const twice = photoForm({ channels: [channels.facebook], media: [], time: '2099-10-25T02:30' })
    const asked = await compose(twice)
    expect(asked.status).toBe(422)
    expect(asked.text).toContain('02:30 happens twice on 25 October 2099')
    expect(inForm(asked.text, 'fold')).toEqual(['earlier', 'later'])
    const done = await compose([...twice, ['fold', 'later']])
    expect((await targetsOf(postIdIn(done.location)))[0]?.dueAt).toEqual(
      new Date('2099-10-25T01:30:00Z'),
    )
  })
})

describe('scheduling', () => {
  it('promise U1, D3: creates one target per account with its own text, kind and settings, and notifies their workflows', async () => {
    const media = await file()
    const before = test.signaled.length
    const answer = await compose([
      ...photoForm({ channels: Object.values(channels), media: [media] }),
      ['variant.instagram', 'Only for Instagram'],
      ...tiktokFields(channels.tiktok),
    ])
    expect(answer.status).toBe(303)
    const targets = await targetsOf(postIdIn(answer.location))
    expect(targets.map(({ platform, kind, text, state }) => [platform, kind, text, state])).toEqual(
      [
        ['facebook', 'photo', 'Twenty crates, twenty per cent.', 'scheduled'],
        ['instagram', 'image', 'Only for Instagram', 'scheduled'],
        ['tiktok', 'photos', 'Twenty crates, twenty per cent.', 'scheduled'],
      ],
    )
    expect(targets[2]?.settings).toMatchObject({ privacy_level: 'SELF_ONLY', allow_comment: false })
    expect(test.signaled.length - before).toBe(3)
    const page = await test.cast.manager.get(answer.location ?? '')
    expect(page.text).toContain(
      'Scheduled for Thu 26 Nov 2099 10:00: Facebook, Instagram and TikTok.',
    )
  })

  it('with Publish now sets the time to now', async () => {
    const answer = await compose(
      photoForm({ channels: [channels.facebook], media: [], act: 'now', time: '' }),
    )
    const [target] = await targetsOf(postIdIn(answer.location))
    expect(Math.abs((target?.dueAt.getTime() ?? 0) - Date.now())).toBeLessThan(10_000)
    expect((await test.cast.manager.get(answer.location ?? '')).text).toContain(
      'Publishing now: Facebook.',
    )
  })

  it('is refused for a disconnected account', async () => {
    await test.sql`update channels set state = 'disconnected', token_sealed = null where id = ${channels.instagram}`
    const answer = await compose(
      photoForm({ channels: [channels.instagram], media: [await file()] }),
    )
    await test.sql`update channels set state = 'connected' where id = ${channels.instagram}`
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('is disconnected')
  })
})

describe('a text of its own', () => {
  it('of an account comes before its platform’s, which comes before the shared one', async () => {
    const saved = await compose([
      ...photoForm({
        channels: [channels.facebook, channels.instagram],
        media: [await file()],
        text: 'For all',
      }),
      ['variant.facebook', 'For Facebook'],
      [`variant.${channels.facebook}`, 'For this Page'],
      ['variant.tiktok', 'For later'],
    ])
    const postId = postIdIn(saved.location)
    expect((await targetsOf(postId)).map(({ platform, text }) => [platform, text])).toEqual([
      ['facebook', 'For this Page'],
      ['instagram', 'For all'],
    ])
    const edit = await test.cast.manager.get(`${base}/${postId}/edit`)
    expect(edit.text).toContain('>For Facebook</textarea>')
    expect(inForm(edit.text, 'variant.tiktok'), 'kept for an account that is added later').toEqual([
      'For later',
    ])
  })

  it('is dropped by its button, without script', async () => {
    const answer = await compose([
      ['text', 'For all'],
      ['channel', channels.facebook],
      ['channel', channels.instagram],
      ['variant.facebook', 'For Facebook'],
      ['variant.instagram', 'For Instagram'],
      ['tab', 'facebook'],
      ['act', 'shared:facebook'],
    ])
    expect(answer.text).not.toContain('For Facebook<')
    expect(answer.text).toContain('>For Instagram</textarea>')
    expect(answer.text).toMatch(/value="facebook"\s+id="text-tab-1" checked/)
  })
})
