import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeImage, makeJpeg } from '../../local/media/media-files.ts'
import type { LedgerPost } from '../../local/sandbox/ledger.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import {
  type Answer,
  advance,
  control,
  graph,
  login,
  type MediaServer,
  pageToken,
  readAnswer,
  records,
  startMediaServer,
  startMeta,
} from './meta-cast.ts'

let sandbox: Sandbox
let media: MediaServer
let access_token: string
beforeAll(async () => {
  sandbox = await startMeta()
})
beforeEach(async () => {
  await control(sandbox, 'POST', '/reset')
  media = await startMediaServer()
  access_token = await pageToken(sandbox, await login(sandbox), records)
})
afterEach(() => media.close())
afterAll(() => sandbox.close())

const post = (edge: string, parameters: Record<string, unknown>): Promise<Answer> =>
  graph(sandbox, 'POST', `/${records}/${edge}`, { access_token, ...parameters })
const get = (path: string, parameters: Record<string, unknown> = {}): Promise<Answer> =>
  graph(sandbox, 'GET', path, { access_token, ...parameters })
const posts = () =>
  control<LedgerPost[]>(sandbox, 'GET', `/ledger/posts?platform=facebook&account=${records}`)
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

test('a photo post: id is the photo, post_id the post, and the bytes are unchanged', async () => {
  const bytes = await makeJpeg({ width: 800, height: 600 })
  const { body } = await post('photos', {
    url: media.serve('/p.jpg', bytes),
    caption: 'A photo',
    alt_text_custom: 'Blue',
  })
  expect(body.post_id).toMatch(new RegExp(`^${records}_`))
  expect(body.id).not.toBe(body.post_id)
  const [shown] = await posts()
  expect(shown).toMatchObject({ id: body.post_id, kind: 'photo', text: 'A photo' })
  expect(shown?.media).toMatchObject([
    { sha256: sha256(bytes), contentType: 'image/jpeg', sizeBytes: bytes.length, altText: 'Blue' },
  ])
  const copy = await fetch(sandbox.url + shown?.media[0]?.url)
  expect(sha256(Buffer.from(await copy.arrayBuffer()))).toBe(sha256(bytes))
  const [, request] = media.requests
  expect(request?.headers).not.toHaveProperty('cookie')
})

test('a photo can be sent as a file, and fields can be read after the write', async () => {
  const form = new FormData()
  form.set('access_token', access_token)
  form.set('caption', 'File')
  form.set(
    'source',
    new Blob([new Uint8Array(await makeJpeg({ width: 300, height: 300 }))]),
    'x.jpg',
  )
  const { body } = await readAnswer(
    await fetch(`${sandbox.url}/graph/v25.0/${records}/photos?fields=permalink_url`, {
      method: 'POST',
      body: form,
    }),
  )
  expect(body.permalink_url).toContain('/photo/?fbid=')
  expect(await posts()).toMatchObject([{ kind: 'photo', text: 'File' }])
})

test('several unpublished photos become one post in order, and none can be used twice', async () => {
  const colors = ['red', 'green', 'blue']
  const files = await Promise.all(
    colors.map((color) => makeJpeg({ width: 400, height: 400, color })),
  )
  const ids: string[] = []
  for (const [index, file] of files.entries()) {
    const { body } = await post('photos', {
      url: media.serve(`/${index}.jpg`, file),
      published: false,
    })
    expect(Object.keys(body)).toEqual(['id'])
    ids.push(String(body.id))
  }
  expect(await posts()).toEqual([])
  const form = new URLSearchParams({ access_token, message: 'Three' })
  for (const [index, id] of ids.entries())
    form.set(`attached_media[${index}]`, JSON.stringify({ media_fbid: id }))
  const { status, body } = await readAnswer(
    await fetch(`${sandbox.url}/graph/v25.0/${records}/feed`, { method: 'POST', body: form }),
  )
  expect(status).toBe(200)
  const [shown] = await posts()
  expect(shown?.media.map((photo) => photo.sha256)).toEqual(files.map(sha256))
  const attached = await get(`/${body.id}`, { fields: 'attachments{media_type,subattachments}' })
  expect(attached.body.attachments).toMatchObject({
    data: [{ media_type: 'album', subattachments: { data: [{}, {}, {}] } }],
  })
  const twice = await post('feed', { message: 'Twice', attached_media: [{ media_fbid: ids[0] }] })
  expect(twice.body.error).toMatchObject({ code: 100, error_subcode: 1366051 })
})

test('an unpublished photo is deleted after a day', async () => {
  const { body } = await post('photos', {
    url: media.serve('/p.jpg', await makeJpeg({ width: 400, height: 400 })),
    published: false,
  })
  await advance(sandbox, 86_400_000)
  expect(
    (await post('feed', { attached_media: [{ media_fbid: body.id }] })).body.error,
  ).toMatchObject({
    code: 100,
    error_subcode: 1366051,
  })
  expect((await get(`/${body.id}`)).body.error).toMatchObject({ code: 100, error_subcode: 33 })
})

test('photos are checked by their bytes', async () => {
  const jpeg = await makeJpeg({ width: 400, height: 400 })
  const error = async (body: Buffer | string, more = {}) =>
    (await post('photos', { url: media.serve('/x.jpg', body, more) })).body.error
  expect(await error('<!doctype html><p>Log in', { type: 'image/jpeg' })).toMatchObject({
    code: 324,
  })
  expect(await error(await makeImage({ width: 40, height: 40, format: 'webp' }))).toMatchObject({
    code: 324,
  })
  expect(await error(jpeg.subarray(0, jpeg.length / 2))).toMatchObject({ code: 324 })
  expect(await error(jpeg, { status: 403 })).toMatchObject({ code: 324 })
  expect(
    await error(jpeg, { status: 302, headers: { location: media.serve('/real.jpg', jpeg) } }),
  ).toMatchObject({ code: 324 })
  expect(
    await error(await makeJpeg({ width: 400, height: 400, padBytes: 10_000_000 })),
  ).toMatchObject({
    code: 324,
    error_subcode: 1366046,
  })
  media.serve('/robots.txt', 'User-agent: *\nDisallow: /x', { type: 'text/plain' })
  expect(await error(jpeg)).toMatchObject({ code: 324 })
  expect(await posts()).toEqual([])
})
