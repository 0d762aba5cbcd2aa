import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../../support/app.ts'
import {
  addMedia,
  connectAll,
  type PlatformName,
  photoForm,
  postIdIn,
} from '../../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const base = '/w/northside/posts'
const tall = { width: 1080, height: 1920 }
/** What Instagram takes of a picture of 1080 × 1920. */
const fourToFive = '{"crop":{"x":0,"y":0.2,"width":1,"height":0.703125}}'
const turned = '{"crop":{"x":0,"y":0.2,"width":1,"height":0.5},"rotate":180}'

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})

const file = (facts: Parameters<typeof addMedia>[3] = {}) =>
  addMedia(test.deps, test.workspaces.northside, test.cast.manager.id, facts)
const send = (fields: [string, string][], path = base) =>
  test.cast.manager.post(path, new URLSearchParams(fields))
const storedOf = async (postId: string) =>
  (
    await test.sql<
      { edits: unknown }[]
    >`select edits from post_media where post_id = ${postId} order by position`
  ).map(({ edits }) => edits)
const editsIn = (html: string, media: string) =>
  html
    .match(new RegExp(`name="edits\\.${media}"[^>]*value="([^"]*)"`))?.[1]
    ?.replaceAll('&quot;', '"') ?? null
const form = (media: string[], edits: string, act: string): [string, string][] => [
  ...photoForm({ channels: [channels.instagram], media, act }),
  [`edits.${media[0]}`, edits],
]

describe('edits of a file', () => {
  it('are part of the post: saved, shown again, kept by the next save and by a duplicate', async () => {
    const media = [await file(tall), await file()]
    const postId = postIdIn((await send(form(media, turned, 'save'))).location)
    expect(await storedOf(postId)).toEqual([JSON.parse(turned), null])
    const edit = await test.cast.manager.get(`${base}/${postId}/edit`)
    expect(editsIn(edit.text, media[0]!)).toBe(turned)
    expect(editsIn(edit.text, media[1]!)).toBe('')
    const version = edit.text.match(/name="version" value="(\d+)"/)?.[1] ?? ''
    const again = form(media, editsIn(edit.text, media[0]!) ?? '', 'save')
    await send([...again, ['version', version], ['left', '0']], `${base}/${postId}`)
    expect(await storedOf(postId)).toEqual([JSON.parse(turned), null])
    const copy = postIdIn((await send([], `${base}/${postId}/duplicate`)).location)
    expect(copy).not.toBe(postId)
    expect(await storedOf(copy)).toEqual([JSON.parse(turned), null])
  })

  it('move with their file, and go with it', async () => {
    const media = [await file(tall), await file()]
    const moved = await send(
      [...form(media, turned, 'check'), ['act', 'x']].map(([name, value]): [string, string] => [
        name ?? '',
        name === 'act' ? `down:${media[0]}` : (value ?? ''),
      ]),
    )
    expect(editsIn(moved.text, media[0]!)).toBe(turned)
    const kept = form([media[1]!], '', 'save')
    const postId = postIdIn((await send([...kept, [`edits.${media[0]}`, turned]])).location)
    expect(await storedOf(postId)).toEqual([null])
  })

  it('decide what platforms say about size, ratio and length', async () => {
    const picture = [await file(tall)]
    const asIs = await send(form(picture, '', 'check'), `${base}/check`)
    expect(asIs.text).toContain('This one is taller')
    const cropped = await send(form(picture, fourToFive, 'check'), `${base}/check`)
    expect(cropped.text).not.toContain('This one is taller')
    const video = [await file({ kind: 'video', durationMs: 20 * 60_000 })]
    const long = await send(form(video, '', 'check'), `${base}/check`)
    expect(long.text).toContain('is longer than 15 minutes')
    const trimmed = await send(
      form(video, '{"trim":{"startMs":60000,"endMs":360000}}', 'check'),
      `${base}/check`,
    )
    expect(trimmed.text).not.toContain('is longer than 15 minutes')
    const short = await send(
      form(video, '{"trim":{"startMs":60000,"endMs":61000}}', 'check'),
      `${base}/check`,
    )
    expect(short.text).toContain('is shorter than 3 seconds')
  })

  it('must fit the file before the post is scheduled', async () => {
    const trimmed = await send(
      form([await file()], '{"trim":{"startMs":0,"endMs":2000}}', 'schedule'),
    )
    expect(trimmed.status).toBe(422)
    expect(trimmed.text).toContain('A picture can’t be trimmed.')
    const tiny = await send(
      form([await file()], '{"crop":{"x":0,"y":0,"width":0.01,"height":1}}', 'schedule'),
    )
    expect(tiny.status).toBe(422)
    expect(tiny.text).toContain('at least 64 pixels')
  })

  it.each([
    '{"crop":{"x":NaN,"y":0,"width":1,"height":1}}',
    '{"crop":{"x":-1,"y":0,"width":0.5,"height":1}}',
    '{"crop":{"x":0,"y":0,"width":1e9,"height":1}}',
    '{"rotate":91}',
    '{"trim":{"startMs":0,"endMs":1e12}}',
    '{"filter":"sepia"}',
    `{"crop":${'['.repeat(60_000)}`,
  ])('are refused unless the form could have made them: %.60j', async (edits) => {
    const media = [await file()]
    for (const act of ['save', 'schedule', 'check'])
      expect(
        (await send(form(media, edits, act), act === 'check' ? `${base}/check` : base)).status,
      ).toBe(400)
    expect(await test.sql`select from post_media where media_id = ${media[0]!}`).toHaveLength(0)
  })

  it('of another workspace’s file are refused like those of a deleted file, and make no post', async () => {
    const theirs = await addMedia(test.deps, test.workspaces.elsewhere, test.cast.outsider.id)
    const answer = await send(form([theirs], turned, 'save'))
    expect([answer.status, answer.location]).toEqual([422, null])
    expect(answer.text).toContain('A file of this post was deleted from the media library.')
    expect(await test.sql`select from post_media where media_id = ${theirs}`).toEqual([])
  })
})
