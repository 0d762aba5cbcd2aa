import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import { knownFields } from '../../local/sandbox/graph/calls/known-fields.ts'
import type { CountedComment } from '../../local/sandbox/ledger.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import {
  ada,
  advance,
  allScopes,
  control,
  graph,
  login,
  type MediaServer,
  pageToken,
  records,
  recordsInstagram,
  startMediaServer,
  startMeta,
} from './meta-cast.ts'

let sandbox: Sandbox
let media: MediaServer
let user: string
let page: string
const scopes = [...allScopes, 'pages_read_user_content', 'instagram_manage_comments']

beforeAll(async () => {
  sandbox = await startMeta()
  media = await startMediaServer()
})
beforeEach(async () => {
  await control(sandbox, 'POST', '/reset')
  await connect(scopes)
})
afterAll(async () => {
  await sandbox.close()
  await media.close()
})

const connect = async (wanted: string[]) => {
  user = await login(sandbox, { scopes: wanted })
  page = await pageToken(sandbox, user, records)
}
const get = (path: string, more: Record<string, unknown> = {}, token = page) =>
  graph(sandbox, 'GET', path, { access_token: token, ...more })
const post = (path: string, more: Record<string, unknown> = {}, token = page) =>
  graph(sandbox, 'POST', path, { access_token: token, ...more })
const feedPost = async () => String((await post(`/${records}/feed`, { message: 'Hello' })).body.id)
const comments = () => control<CountedComment[]>(sandbox, 'GET', '/ledger/comments')
const image = async () => media.serve('/p.jpg', await makeJpeg({ width: 1080, height: 1080 }))
const instagramMedia = async () => {
  const container = await post(
    `/${recordsInstagram}/media`,
    { image_url: await image(), caption: 'Sleeves' },
    user,
  )
  await advance(sandbox, 5_000)
  return String(
    (await post(`/${recordsInstagram}/media_publish`, { creation_id: container.body.id }, user))
      .body.id,
  )
}

describe('comments by the account itself', () => {
  test('on a post of a Page are written with and without fields, listed, read and deleted', async () => {
    const id = await feedPost()
    const first = await post(`/${id}/comments`, { message: 'First' })
    const second = await post(`/${id}/comments`, { message: 'Second', fields: 'id,permalink_url' })
    expect(second.body).toEqual({
      id: expect.stringMatching(/^\d+_\d+$/),
      permalink_url: expect.stringContaining('comment_id='),
    })
    const { body } = await get(`/${id}/comments`, { fields: 'id,message,from' })
    expect(body.data).toEqual([
      { id: first.body.id, message: 'First', from: { name: 'Northside Records', id: records } },
      { id: second.body.id, message: 'Second', from: { name: 'Northside Records', id: records } },
    ])
    expect((await get(`/${first.body.id}`, { fields: 'message' })).body.message).toBe('First')
    expect(
      (await graph(sandbox, 'DELETE', `/${first.body.id}`, { access_token: page })).body,
    ).toEqual({ success: true })
    expect((await get(`/${id}/comments`)).body.data).toHaveLength(1)
  })

  test('on an Instagram post are created even when fields make the response 400 with 20/1772107', async () => {
    const id = await instagramMedia()
    const first = await post(`/${id}/comments`, { message: 'First' }, user)
    expect(first.body.id).toMatch(/^\d+$/)
    const second = await post(`/${id}/comments`, { message: 'Second', fields: 'id' }, user)
    expect([second.status, second.body.error?.code, second.body.error?.error_subcode]).toEqual([
      400, 20, 1772107,
    ])
    const { body } = await get(`/${id}/comments`, { fields: 'id,text,username' }, user)
    expect((body.data as { text: string }[]).map(({ text }) => text)).toEqual(['Second', 'First'])
    expect((await post(`/${first.body.id}`, { hide: 'true' }, user)).body).toEqual({
      success: true,
    })
    expect((await get(`/${first.body.id}`, { fields: 'hidden' }, user)).body.hidden).toBe(true)
  })

  test('need their permissions and the task to moderate the Page', async () => {
    const id = await feedPost()
    const ofInstagram = await instagramMedia()
    await connect(allScopes.filter((scope) => scope !== 'pages_manage_engagement'))
    for (const name of [
      'pages_manage_engagement',
      'pages_read_user_content',
      'instagram_manage_comments',
    ])
      await graph(sandbox, 'DELETE', `/${ada}/permissions/${name}`, { access_token: user })
    expect((await post(`/${id}/comments`, { message: 'No' })).body.error?.code).toBe(10)
    expect((await get(`/${id}/comments`)).body.error?.code).toBe(10)
    expect((await post(`/${ofInstagram}/comments`, { message: 'No' }, user)).body.error?.code).toBe(
      10,
    )
    await connect(scopes)
    await control(sandbox, 'POST', `/accounts/meta/pages/${records}/state`, {
      personId: ada,
      tasks: ['CREATE_CONTENT'],
    })
    expect((await post(`/${id}/comments`, { message: 'No' })).body.error?.code).toBe(200)
  })

  test('on an unknown object fail with 100/33, and what is not simulated returns 501', async () => {
    expect((await post('/999/comments', { message: 'Where' })).body.error).toMatchObject({
      code: 100,
      error_subcode: 33,
    })
    const id = await feedPost()
    expect(
      (
        await post(`/${id}/comments`, {
          message: 'Look',
          attachment_url: 'https://x.example/a.png',
        })
      ).status,
    ).toBe(501)
    expect((await post(`/${records}/comments`, { message: 'A Page' })).status).toBe(501)
  })
})

describe('a first comment', () => {
  test('fails with 100/33 right after its post is published, the same as for a missing post', async () => {
    await control(sandbox, 'PATCH', '/settings', { commentsOpenAfterMs: 60_000 })
    const { body } = await post(`/${records}/feed`, { message: 'Hello' })
    const early = await post(`/${body.id}/comments`, { message: 'First' })
    expect(early.body.error).toMatchObject({ code: 100, error_subcode: 33 })
    await advance(sandbox, 61_000)
    expect((await post(`/${body.id}/comments`, { message: 'First' })).status).toBe(200)
  })

  test('is counted twice in the ledger after a lost response and a blind repeat', async () => {
    const id = await instagramMedia()
    await control(sandbox, 'POST', '/faults', {
      platform: 'instagram',
      endpoint: 'comments',
      when: 'after',
      kind: 'error',
      code: 1,
    })
    expect((await post(`/${id}/comments`, { message: '#vinyl' }, user)).body.error?.code).toBe(1)
    expect((await comments()).map(({ copies }) => copies)).toEqual([1])
    await post(`/${id}/comments`, { message: '#vinyl' }, user)
    await post(`/${id}/comments`, { message: '#jazz' }, user)
    expect((await comments()).map(({ text, copies }) => [text, copies])).toEqual([
      ['#vinyl', 2],
      ['#vinyl', 2],
      ['#jazz', 1],
    ])
    const ofOther = await control(sandbox, 'GET', '/ledger/comments?platform=facebook')
    expect(ofOther).toEqual([])
  })

  test('counts as a comment of its post and is deleted with it', async () => {
    await control(sandbox, 'PATCH', '/settings', { insightsCurveMs: 1e15 })
    const id = await instagramMedia()
    await post(`/${id}/comments`, { message: '#vinyl' }, user)
    const { body } = await get(`/${id}`, { fields: 'comments_count' }, user)
    expect(body.comments_count).toBe(1)
    expect(await control(sandbox, 'GET', `/ledger/posts/instagram/${id}/numbers`)).toMatchObject({
      comments: 1,
      interactions: 1,
    })
    await graph(sandbox, 'DELETE', `/${id}`, { access_token: user })
    expect(await comments()).toEqual([])
  })
})

describe('stories of a Page', () => {
  const stories = async (more: object = {}) =>
    (await get(`/${records}/stories`, { ...more })).body.data as Record<string, string>[]

  test('can be made from an unpublished photo, and the story id is returned as a number', async () => {
    const photo = await post(`/${records}/photos`, { url: await image(), published: 'false' })
    const made = await post(`/${records}/photo_stories`, { photo_id: photo.body.id })
    expect(made.body).toEqual({ success: true, post_id: expect.any(Number) })
    expect(await stories()).toMatchObject([
      {
        post_id: String(made.body.post_id),
        status: 'PUBLISHED',
        media_type: 'photo',
        media_id: photo.body.id,
      },
    ])
    expect((await get(`/${records}/published_posts`)).body.data).toEqual([])
    expect(
      (await post(`/${records}/photo_stories`, { photo_id: photo.body.id })).body.error,
    ).toMatchObject({
      code: 100,
      error_subcode: 1366051,
    })
    await advance(sandbox, 25 * 3_600_000)
    expect(await stories({ status: 'PUBLISHED' })).toEqual([])
    expect(await stories()).toMatchObject([{ status: 'ARCHIVED' }])
  })

  test('can be videos that are started, uploaded and finished, and are published once processed', async () => {
    const bytes = await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 })
    const started = await post(`/${records}/video_stories`, { upload_phase: 'start' })
    expect(
      (
        await post(`/${records}/video_stories`, {
          upload_phase: 'finish',
          video_id: started.body.video_id,
        })
      ).body.error?.code,
    ).toBe(6000)
    const upload = await fetch(String(started.body.upload_url), {
      method: 'POST',
      headers: { authorization: `OAuth ${page}`, offset: '0', file_size: String(bytes.length) },
      body: new Uint8Array(bytes),
    })
    expect(await upload.json()).toMatchObject({ success: true })
    const finish = {
      upload_phase: 'finish',
      video_id: started.body.video_id,
      is_ai_generated: 'true',
    }
    const done = await post(`/${records}/video_stories`, finish)
    expect(await stories()).toEqual([])
    await advance(sandbox, 60_000)
    expect(await stories()).toMatchObject([
      { post_id: String(done.body.post_id), media_type: 'video' },
    ])
    const posts = await control<{ kind: string; settings: object }[]>(
      sandbox,
      'GET',
      '/ledger/posts',
    )
    expect(posts).toMatchObject([{ kind: 'story', settings: { isAiGenerated: true } }])
  })
})

test('a person’s accounts can be read by their own id as well as with me, but not by another person’s id', async () => {
  const mine = await get(`/${ada}/accounts`, { fields: 'id' }, user)
  expect(mine.body.data).toEqual((await get('/me/accounts', { fields: 'id' }, user)).body.data)
  expect((await get('/10200000000000002/accounts', {}, user)).body.error).toMatchObject({
    code: 100,
    error_subcode: 33,
  })
})

test('a field that Meta has is answered or refused with 501; only an invented one does not exist', {
  timeout: 60_000,
}, async () => {
  const postId = await feedPost()
  const photo = String((await post(`/${records}/photos`, { url: await image() })).body.id)
  const mediaId = await instagramMedia()
  const comment = String((await post(`/${postId}/comments`, { message: 'First' })).body.id)
  const objects = {
    Page: records,
    Post: postId,
    Photo: photo,
    IGUser: recordsInstagram,
    InstagramMedia: mediaId,
    Comment: comment,
    User: ada,
  }
  let answered = 0
  for (const [type, id] of Object.entries(objects)) {
    expect(knownFields(type).length, type).toBeGreaterThan(10)
    const token = type === 'User' || type.startsWith('I') ? user : page
    for (const fields of knownFields(type)) {
      const { status, body } = await get(`/${id}`, { fields }, token)
      // Insights require metric names.
      const isOpen =
        status === 200 || status === 501 || (fields === 'insights' && body.error?.code === 3001)
      expect([type, fields, isOpen ? 'open' : body.error]).toEqual([type, fields, 'open'])
      if (status === 200) answered += 1
    }
    const invented = await get(`/${id}`, { fields: 'shoe_size' }, token)
    expect([type, invented.status, invented.body.error?.code]).toEqual([type, 400, 100])
  }
  expect(answered).toBeGreaterThan(60)
})
