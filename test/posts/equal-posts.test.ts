import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel } from '../support/connected.ts'
import { addMedia, connectAll, type PlatformName, photoForm, postIdIn } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const base = '/w/northside/posts'
const question = 'Publish this again?'

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})

type Given = Parameters<typeof photoForm>[0]
const send = (path: string, fields: [string, string][]) =>
  test.cast.manager.post(path, new URLSearchParams(fields))
const compose = (given: Given, more: [string, string][] = []) =>
  send(base, [...photoForm(given), ...more])
/** Schedules a post for 26 November 2099, 10:00. `same` is the form to submit it again. */
const first = async (text: string): Promise<{ postId: string; same: Given }> => {
  const media = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
  const same = { channels: [channels.facebook], media: [media], text }
  const answer = await compose(same)
  expect(answer.status).toBe(303)
  return { postId: postIdIn(answer.location), same }
}
const countOf = async (text: string): Promise<number> => {
  const [row] = await test.sql<
    { count: number }[]
  >`select count(*)::int from targets where text = ${text}`
  return row?.count ?? 0
}
const asks = async (answer: Promise<{ status: number; text: string }>): Promise<boolean> => {
  const { status, text } = await answer
  expect([status, text.includes(question)]).toEqual(
    text.includes(question) ? [422, true] : [303, false],
  )
  return status === 422
}

describe('the same text and files to the same account within a day', () => {
  it('need confirmation before anything is scheduled, with the other post shown and all input kept', async () => {
    const { postId, same } = await first('Crates in')
    const { status, text } = await compose({ ...same, time: '2099-11-27T09:00' })
    expect(status).toBe(422)
    expect(text).toContain(question)
    expect(text).toContain('Facebook · Northside Records: ')
    expect(text).toContain(
      `<a href="${base}/${postId}">a post with the same text and files</a> is scheduled for Thu 26 Nov 2099 10:00`,
    )
    expect(text).toContain('Crates in')
    expect(text).toContain('value="2099-11-27"')
    expect(text).toContain('value="09:00"')
    expect(await countOf('Crates in')).toBe(1)
  })

  it('go out once a person confirms', async () => {
    const { same } = await first('Crates out')
    expect((await compose(same, [['twice', 'yes']])).status).toBe(303)
    expect(await countOf('Crates out')).toBe(2)
  })

  it('need confirmation before they are published now', async () => {
    const { postId, same } = await first('Now and now')
    await test.sql`update targets set state = 'published', due_at = now() - interval '23 hours' where post_id = ${postId}`
    const { status, text } = await compose({ ...same, act: 'now' })
    expect([status, text.includes('was published')]).toEqual([422, true])
    expect(await countOf('Now and now')).toBe(1)
  })

  it('sent twice at once by a double click need confirmation and are scheduled once', async () => {
    const media = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
    const clicks = [1, 2, 3, 4].map(() =>
      compose({ channels: [channels.facebook], media: [media], text: 'Clicked twice' }),
    )
    const answers = (await Promise.all(clicks)).sort((a, b) => a.status - b.status)
    expect(answers.map(({ status }) => status)).toEqual([303, 422, 422, 422])
    expect(answers.slice(1).every(({ text }) => text.includes(question))).toBe(true)
    expect(await countOf('Clicked twice')).toBe(1)
  })

  it('may be saved as a draft, which sends nothing', async () => {
    const { same } = await first('Only a draft')
    expect((await compose({ ...same, act: 'save' })).status).toBe(303)
  })

  it.each(['sending', 'processing', 'published', 'unconfirmed'])(
    'need confirmation when the other is %s',
    async (state) => {
      const { postId, same } = await first(`Beside one ${state}`)
      await test.sql`update targets set state = ${state} where post_id = ${postId}`
      expect(await asks(compose(same))).toBe(true)
    },
  )

  it.each(['failed', 'missed', 'canceled'])(
    'need no confirmation when the other is %s',
    async (state) => {
      const { postId, same } = await first(`Beside one ${state}`)
      await test.sql`update targets set state = ${state} where post_id = ${postId}`
      expect(await asks(compose(same))).toBe(false)
    },
  )
})

describe('what does not count as the same post', () => {
  it.each<[string, (same: Given) => Given | Promise<Given>]>([
    ['another text', (same) => ({ ...same, text: `${same.text}!` })],
    ['another account', (same) => ({ ...same, channels: [channels.instagram] })],
    [
      'another file',
      async (same) => ({
        ...same,
        media: [await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)],
      }),
    ],
    ['no file', (same) => ({ ...same, media: [] })],
    ['24 hours later', (same) => ({ ...same, time: '2099-11-27T10:00' })],
    ['24 hours earlier', (same) => ({ ...same, time: '2099-11-25T10:00' })],
  ])('%s', async (name, changed) => {
    const { same } = await first(`Not with ${name}`)
    expect(await asks(compose(await changed(same)))).toBe(false)
  })

  it('another link', async () => {
    const link = (link: string): [string, string][] => [['link', link]]
    const given = { channels: [channels.facebook], media: [], text: 'Read this' }
    expect(await asks(compose(given, link('https://example.org/one')))).toBe(false)
    expect(await asks(compose(given, link('https://example.org/two')))).toBe(false)
    expect(await asks(compose(given, link('https://example.org/one')))).toBe(true)
  })

  it('another first comment', async () => {
    const comment = (text: string): [string, string][] => [
      [`${channels.facebook}.first_comment`, text],
    ]
    const { same } = await first('Link below')
    expect(await asks(compose(same, comment('https://example.org/one')))).toBe(false)
    expect(await asks(compose(same, comment('https://example.org/two')))).toBe(false)
    expect(await asks(compose(same, comment('https://example.org/one')))).toBe(true)
  })

  it('another kind, such as a story next to the post', async () => {
    const kind = (name: string): [string, string][] => [[`kind.${channels.facebook}`, name]]
    const { same } = await first('')
    expect(await asks(compose(same, kind('story')))).toBe(false)
    expect(await asks(compose(same, kind('story')))).toBe(true)
  })

  it('another part of the same picture', async () => {
    const { same } = await first('The whole, then a part')
    const edits = (text: string): [string, string][] => [[`edits.${same.media[0]}`, text]]
    const left = '{"crop":{"x":0,"y":0,"width":0.5,"height":1}}'
    const right = '{"crop":{"x":0.5,"y":0,"width":0.5,"height":1}}'
    expect(await asks(compose(same, edits(left)))).toBe(false)
    expect(await asks(compose(same, edits(right)))).toBe(false)
    expect(await asks(compose(same, edits(right)))).toBe(true)
    expect(await asks(compose(same))).toBe(true)
  })

  it('the post itself, edited', async () => {
    const { postId, same } = await first('Edited only in time')
    const edit = await test.cast.manager.get(`${base}/${postId}/edit`)
    const version = edit.text.match(/name="version" value="(\d+)"/)?.[1] ?? ''
    const form = photoForm({ ...same, time: '2099-11-26T12:00' })
    expect(await asks(send(`${base}/${postId}`, [...form, ['version', version]]))).toBe(false)
  })

  it('a post in another workspace, which stays invisible', async () => {
    const workspaceId = test.workspaces.elsewhere
    const elsewhere = await insertChannel(test.deps, {
      workspaceId,
      userId: test.cast.outsider.id,
      platform: 'facebook',
    })
    const given = { channels: [elsewhere.channelId], media: [], text: 'Seen nowhere else' }
    const outsider = () =>
      test.cast.outsider.post('/w/elsewhere/posts', new URLSearchParams(photoForm(given)))
    expect((await outsider()).status).toBe(303)
    expect(await asks(compose({ ...given, channels: [channels.facebook] }))).toBe(false)
    expect((await outsider()).text).toContain(question)
    expect(
      await asks(
        compose({
          ...given,
          channels: [elsewhere.channelId, channels.facebook],
          time: '2099-12-26T10:00',
        }),
      ),
    ).toBe(false)
  })
})

it('other people, another place or another label do not make it a different post', async () => {
  const media = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
  const given = { channels: [channels.instagram], media: [media], text: 'With whom' }
  const field = (name: string, value: string): [string, string] => [
    `${channels.instagram}.${name}`,
    value,
  ]
  expect(await asks(compose(given, [field('collaborators', '@ada')]))).toBe(false)
  const more = [
    field('collaborators', '@ben'),
    field('location_id', '123456'),
    field('is_ai_generated', 'on'),
  ]
  expect(await asks(compose(given, more))).toBe(true)
})

it('a file uploaded a second time counts as the same file', async () => {
  const { same } = await first('By its bytes')
  const again = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id)
  await test.sql`update media set sha256 = (select sha256 from media where id = ${same.media[0] ?? ''}) where id = ${again}`
  expect(await asks(compose({ ...same, media: [again] }))).toBe(true)
})
