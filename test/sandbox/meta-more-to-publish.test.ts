import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import type { CountedComment, LedgerPost } from '../../local/sandbox/ledger.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import {
  type Answer,
  advance,
  allScopes,
  cafe,
  control,
  graph,
  login,
  type MediaServer,
  pageToken,
  readAnswer,
  records,
  recordsInstagram,
  startMediaServer,
  startMeta,
} from './meta-cast.ts'

let sandbox: Sandbox
let media: MediaServer
let user: string
let page: string
let jpeg: Buffer
let film: Buffer

beforeAll(async () => {
  sandbox = await startMeta()
  media = await startMediaServer()
  jpeg = await makeJpeg({ width: 1080, height: 1080 })
  film = await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 })
  media.serve('/p.jpg', jpeg)
  media.serve('/v.mp4', film, { type: 'video/mp4' })
})
beforeEach(async () => {
  await control(sandbox, 'POST', '/reset')
  user = await login(sandbox, {
    scopes: [...allScopes, 'pages_read_user_content', 'instagram_manage_comments'],
  })
  page = await pageToken(sandbox, user, records)
})
afterAll(async () => {
  await sandbox.close()
  await media.close()
})

const ofPage = (path: string, more: Record<string, unknown> = {}) =>
  graph(sandbox, 'POST', path, { access_token: page, ...more })
const ofUser = (path: string, more: Record<string, unknown> = {}) =>
  graph(sandbox, 'POST', path, { access_token: user, ...more })
const get = (path: string, more: Record<string, unknown> = {}, token = page) =>
  graph(sandbox, 'GET', path, { access_token: token, ...more })
const create = (more: Record<string, unknown>) => ofUser(`/${recordsInstagram}/media`, more)
const image = (more: Record<string, unknown> = {}) =>
  create({ image_url: `${media.url}/p.jpg`, ...more })
const posts = () => control<LedgerPost[]>(sandbox, 'GET', '/ledger/posts')
const comments = () => control<CountedComment[]>(sandbox, 'GET', '/ledger/comments')
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function publish(container: Answer): Promise<string> {
  expect(container.body.error).toBeUndefined()
  for (let turn = 0; ; turn += 1) {
    await advance(sandbox, 3_000)
    const { body } = await get(`/${container.body.id}`, { fields: 'status_code' }, user)
    if (body.status_code === 'FINISHED') break
    expect([body.status_code, turn < 100]).toEqual(['IN_PROGRESS', true])
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const published = await ofUser(`/${recordsInstagram}/media_publish`, {
    creation_id: container.body.id,
  })
  return String(published.body.id)
}

async function reel(bytes: Buffer, more: Record<string, unknown> = {}): Promise<string> {
  const { body } = await ofPage(`/${records}/video_reels`, { upload_phase: 'start' })
  const sent = await fetch(String(body.upload_url), {
    method: 'POST',
    headers: { authorization: `OAuth ${page}`, offset: '0', file_size: String(bytes.length) },
    body: new Uint8Array(bytes),
  })
  expect(sent.status).toBe(200)
  const finish = { upload_phase: 'finish', video_id: body.video_id, video_state: 'PUBLISHED' }
  const finished = await ofPage(`/${records}/video_reels`, { ...finish, ...more })
  expect(finished.body).toEqual({ success: true })
  return String(body.video_id)
}

describe('what an Instagram post can include', () => {
  test('people, place, label and invited accounts are stored with the post and shown', async () => {
    const userTags = [{ username: 'ines.plays', x: 0.5, y: 0.25 }]
    const id = await publish(
      await image({
        caption: 'Sleeves',
        alt_text: 'A record',
        user_tags: userTags,
        location_id: cafe,
        collaborators: ['label.mates', 'southsideclub'],
        is_ai_generated: true,
      }),
    )
    const [post] = await posts()
    expect(post?.settings).toMatchObject({
      userTags: [userTags],
      locationId: cafe,
      collaborators: ['label.mates', 'southsideclub'],
      isAiGenerated: true,
    })
    expect(post?.media[0]?.altText).toBe('A record')
    const { body } = await get(`/${id}`, { fields: 'is_ai_generated,alt_text' }, user)
    expect(body).toEqual({ id, is_ai_generated: true, alt_text: 'A record' })
  })

  test('a reel has a cover, and a separate picture takes precedence over a frame', async () => {
    const wanted = { media_type: 'REELS', video_url: `${media.url}/v.mp4`, share_to_feed: false }
    const frame = { ...wanted, thumb_offset: 1_500, user_tags: [{ username: 'ines.plays' }] }
    await publish(await create(frame))
    await publish(await create({ ...wanted, thumb_offset: 1_500, cover_url: `${media.url}/p.jpg` }))
    expect((await posts()).map(({ settings }) => settings)).toMatchObject([
      {
        thumbOffsetMs: 1_500,
        coverSha256: null,
        shareToFeed: false,
        userTags: [[{ username: 'ines.plays', x: null, y: null }]],
      },
      { thumbOffsetMs: null, coverSha256: sha256(jpeg), shareToFeed: false },
    ])
  })

  test('a carousel has people on its items, and the label and the place on the whole', async () => {
    const first = await image({
      is_carousel_item: true,
      user_tags: [{ username: 'ines.plays', x: 0, y: 1 }],
    })
    const second = await image({ is_carousel_item: true, alt_text: 'The back' })
    await advance(sandbox, 5_000)
    const children = [first.body.id, second.body.id]
    await publish(
      await create({
        media_type: 'CAROUSEL',
        children,
        location_id: cafe,
        collaborators: ['label.mates'],
        is_ai_generated: true,
      }),
    )
    const [post] = await posts()
    expect(post?.settings).toMatchObject({
      userTags: [[{ username: 'ines.plays', x: 0, y: 1 }], []],
      locationId: cafe,
      isAiGenerated: true,
    })
    expect(post?.media.map(({ altText }) => altText)).toEqual([null, 'The back'])
  })

  test.each([
    ['four invited accounts', { collaborators: ['a', 'b', 'c', 'd'] }],
    ['an account that cannot be invited', { collaborators: ['nobody.at.all'] }],
    ['an invitation to a story', { media_type: 'STORIES', collaborators: ['label.mates'] }],
    ['an invitation to an item', { is_carousel_item: true, collaborators: ['label.mates'] }],
    ['a tag in a picture without its place', { user_tags: [{ username: 'ines.plays' }] }],
    ['a tag outside of the picture', { user_tags: [{ username: 'ines.plays', x: 1.1, y: 0 }] }],
    ['a tag of a private person', { user_tags: [{ username: 'private.person', x: 0, y: 0 }] }],
    ['a tag without a name', { user_tags: [{ x: 0, y: 0 }] }],
    ['a place that has no location', { location_id: records }],
    ['a place that is unknown', { location_id: '1' }],
    ['a place of a story', { media_type: 'STORIES', location_id: cafe }],
    ['a place of an item', { is_carousel_item: true, location_id: cafe }],
    ['the label on an item', { is_carousel_item: true, is_ai_generated: true }],
    [
      'a tag with a place in a reel',
      {
        image_url: undefined,
        media_type: 'REELS',
        video_url: 'http://x.example/v.mp4',
        user_tags: [{ username: 'ines.plays', x: 0, y: 0 }],
      },
    ],
    [
      'tags on the whole carousel',
      {
        image_url: undefined,
        media_type: 'CAROUSEL',
        children: ['1', '2'],
        user_tags: [{ username: 'ines.plays', x: 0, y: 0 }],
      },
    ],
  ])('refused with code 100: %s', async (_what, more) => {
    expect((await image(more)).body.error).toMatchObject({ code: 100 })
    expect(await posts()).toEqual([])
  })

  test('more than 20 tags fail with 100/2207040', async () => {
    const tags = Array.from({ length: 21 }, (_, index) => ({ username: `a${index}`, x: 0, y: 0 }))
    const refused = await image({ user_tags: tags })
    expect(refused.body.error).toMatchObject({ code: 100, error_subcode: 2207040 })
  })

  test.each(['audio_configuration', 'poll_attachment', 'is_comment_prompt_used', 'trial_params'])(
    'what is not simulated is refused, not ignored: %s',
    async (name) => {
      expect((await image({ [name]: 'true' })).status).toBe(501)
    },
  )
})

describe('what a Page post can include', () => {
  test('a reel: MOV or MP4, the label, a place, a cover and invited Pages', async () => {
    const mov = await makeVideo({ width: 1080, height: 1920, durationMs: 4_000, container: 'mov' })
    const id = await reel(mov, { description: 'Reel', is_ai_generated: true, place: cafe })
    const form = new FormData()
    form.set('access_token', page)
    form.set('is_preferred', 'true')
    form.set('source', new Blob([new Uint8Array(jpeg)], { type: 'image/jpeg' }), 'cover.jpg')
    const address = `${sandbox.url}/graph/v25.0/${id}/thumbnails`
    const cover = await readAnswer(await fetch(address, { method: 'POST', body: form }))
    expect(cover.body).toEqual({ success: true })
    const early = await ofPage(`/${id}/collaborators`, { target_id: cafe })
    expect(early.body.error).toMatchObject({ code: 100, error_subcode: 33 })
    await advance(sandbox, 60_000)
    const invited = await ofPage(`/${id}/collaborators`, { target_id: cafe })
    expect(invited.body).toMatchObject({ success: true, collaborator_id: expect.any(String) })
    expect(await posts()).toMatchObject([
      {
        kind: 'reel',
        media: [{ sha256: sha256(mov) }],
        settings: {
          isAiGenerated: true,
          placeId: cafe,
          coverSha256: sha256(jpeg),
          collaborators: [cafe],
        },
      },
    ])
    expect((await get(`/${id}`, { fields: 'is_ai_generated' })).body.is_ai_generated).toBe(true)
  })

  test('a place without a location is refused, and so is MOV when configured', async () => {
    const { body } = await ofPage(`/${records}/video_reels`, { upload_phase: 'start' })
    const mov = await makeVideo({ width: 1080, height: 1920, durationMs: 4_000, container: 'mov' })
    await fetch(String(body.upload_url), {
      method: 'POST',
      headers: { authorization: `OAuth ${page}`, offset: '0', file_size: String(mov.length) },
      body: new Uint8Array(mov),
    })
    const finish = { upload_phase: 'finish', video_id: body.video_id, video_state: 'PUBLISHED' }
    const placed = await ofPage(`/${records}/video_reels`, { ...finish, place: records })
    expect(placed.body.error).toMatchObject({ code: 100 })
    await control(sandbox, 'PATCH', '/settings', { facebookTakesMov: false })
    await ofPage(`/${records}/video_reels`, finish)
    await advance(sandbox, 60_000)
    const { status } = (await get(`/${body.video_id}`, { fields: 'status' })).body
    expect(status).toMatchObject({ processing_phase: { errors: [{ code: 1363024 }] } })
  })

  test('text and photos have no label: it is ignored, and the ledger records that', async () => {
    await ofPage(`/${records}/feed`, { message: 'Hello', is_ai_generated: true })
    await ofPage(`/${records}/photos`, { url: `${media.url}/p.jpg`, is_ai_generated: true })
    type Facts = { facts: { ignored?: string } }
    for (const name of ['feed', 'photos']) {
      const [call] = await control<Facts[]>(sandbox, 'GET', `/ledger/calls?endpoint=${name}`)
      expect([name, call?.facts.ignored]).toEqual([name, 'is_ai_generated'])
    }
  })

  test('the label can be added afterwards, from v27.0 on', async () => {
    const { body } = await ofPage(`/${records}/feed`, { message: 'Hello' })
    const edit = async (version: string) => {
      const address = `${sandbox.url}/graph/${version}/${body.id}`
      const form = new URLSearchParams({ access_token: page, is_ai_generated: 'true' })
      return readAnswer(await fetch(address, { method: 'POST', body: form }))
    }
    expect((await edit('v26.0')).body.error).toMatchObject({ code: 100 })
    expect((await edit('v27.0')).body).toEqual({ success: true })
    expect(await posts()).toMatchObject([{ text: 'Hello', settings: { isAiGenerated: true } }])
  })
})

describe('first comments', () => {
  test('are the same for a reel and its post, and impossible before it is published', async () => {
    const id = await reel(film)
    const early = await ofPage(`/${id}/comments`, { message: 'First' })
    expect(early.body.error).toMatchObject({ code: 100, error_subcode: 33 })
    await advance(sandbox, 60_000)
    expect((await ofPage(`/${id}/comments`, { message: 'First' })).status).toBe(200)
    const { body } = await get(`/${id}`, { fields: 'post_id' })
    const listed = await get(`/${records}_${body.post_id}/comments`, { fields: 'message' })
    expect(listed.body.data).toMatchObject([{ message: 'First' }])
    expect(await comments()).toMatchObject([
      { platform: 'facebook', postId: `${records}_${body.post_id}`, text: 'First', copies: 1 },
    ])
  })
})
