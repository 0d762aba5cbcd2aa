import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import { knownFields, knownTypes } from '../../local/sandbox/graph/calls/known-fields.ts'
import { knownCalls } from '../../local/sandbox/graph/calls/known-parameters.ts'
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
} from '../sandbox/meta-cast.ts'
import { callsOf, hasField, metaSpec } from './meta-spec.ts'

// What the sandbox accepts and returns is in the published spec. For what it lacks, it returns 501,
// never a wrong response.

let sandbox: Sandbox
let media: MediaServer
let ids: Record<string, string>
let tokens: { user: string; page: string }

beforeAll(async () => {
  sandbox = await startMeta()
  media = await startMediaServer()
  const user = await login(sandbox, {
    scopes: [...allScopes, 'pages_read_user_content', 'instagram_manage_comments'],
  })
  tokens = { user, page: await pageToken(sandbox, user, records) }
  ids = await makeObjects()
}, 60_000)
afterAll(async () => {
  await sandbox.close()
  await media.close()
})

const post = async (
  path: string,
  parameters: Record<string, unknown>,
  token: keyof typeof tokens = 'page',
) => {
  const { body } = await graph(sandbox, 'POST', path, {
    access_token: tokens[token],
    ...parameters,
  })
  if (body.error) throw new Error(`${path}: ${JSON.stringify(body.error)}`)
  return body as Record<string, string>
}

/** One object of each type that the sandbox has. */
async function makeObjects(): Promise<Record<string, string>> {
  const image = media.serve('/p.jpg', await makeJpeg({ width: 1080, height: 1080 }))
  const film = await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 })
  const business = { id: '55500000000001', name: 'Northside Holding', relation: 'owned' }
  await control(sandbox, 'POST', '/accounts/meta/pages', {
    name: 'Held',
    people: [{ id: ada }],
    business,
  })
  const feed = await post(`/${records}/feed`, { message: 'Hello' })
  const photo = await post(`/${records}/photos`, { url: image, published: false })
  const video = await post(`/${records}/videos`, {
    file_url: media.serve('/v.mp4', film, { type: 'video/mp4' }),
  })
  const container = await post(`/${recordsInstagram}/media`, { image_url: image }, 'user')
  await advance(sandbox, 60_000)
  const made = await post(
    `/${recordsInstagram}/media_publish`,
    { creation_id: container.id },
    'user',
  )
  return {
    Page: records,
    PagePost: feed.id!,
    Photo: photo.id!,
    AdVideo: video.id!,
    IGUser: recordsInstagram,
    IGMedia: made.id!,
    Comment: (await post(`/${feed.id}/comments`, { message: 'First' })).id!,
    IGComment: (await post(`/${made.id}/comments`, { message: 'First' }, 'user')).id!,
    User: ada,
    Business: business.id,
  }
}

/** The calls in the spec that the sandbox supports. All others must return 501. */
const served: Record<string, string> = {
  Page: 'GET/ GET/feed POST/feed GET/insights POST/photo_stories POST/photos GET/posts GET/published_posts GET/scheduled_posts GET/stories GET/video_reels POST/video_reels POST/video_stories GET/videos POST/videos',
  PagePost: 'DELETE/ GET/ POST/ GET/comments POST/comments GET/insights',
  Photo: 'DELETE/ GET/ GET/comments POST/comments GET/insights',
  AdVideo:
    'DELETE/ GET/ GET/comments POST/comments POST/collaborators POST/thumbnails GET/video_insights',
  IGUser:
    'GET/ GET/content_publishing_limit GET/insights GET/media POST/media POST/media_publish GET/stories',
  IGMedia: 'DELETE/ GET/ POST/ GET/comments POST/comments GET/insights',
  Comment: 'DELETE/ GET/ POST/',
  IGComment: 'DELETE/ GET/ POST/',
  User: 'GET/ GET/accounts GET/assigned_pages GET/businesses GET/permissions DELETE/permissions',
  Business: 'GET/ GET/client_pages GET/owned_pages',
}

const ownerOf = (object: string): keyof typeof tokens =>
  /^(IG|User|Business)/.test(object) ? 'user' : 'page'

describe('the Meta sandbox', () => {
  test.each(Object.keys(served))(
    '%s: every call in the spec that is not supported returns 501, and no other does',
    { timeout: 60_000 },
    async (object) => {
      const answers = new Map<string, number>()
      const expected = new Set(served[object]?.split(' '))
      for (const { method, edge } of metaSpec.objects[object]?.calls ?? []) {
        // Supported calls have side effects, and have their own tests.
        if (expected.has(`${method}${edge}`)) continue
        const path = `/${ids[object]}${edge === '/' ? '' : edge}`
        const { status } = await graph(sandbox, method as 'GET', path, {
          access_token: tokens[ownerOf(object)],
        })
        answers.set(`${method} ${edge}`, status)
      }
      expect([...answers].filter(([, status]) => status !== 501)).toEqual([])
      expect(answers.size).toBeGreaterThan(0)
      for (const call of expected) {
        const [, method = '', edge = ''] = call.match(/^([A-Z]+)(.*)$/) ?? []
        expect([call, callsOf([object], method, edge).length]).toEqual([call, 1])
      }
    },
  )

  test('accepts only parameters that are in the spec or in the document listed for them', () => {
    const unknown = [...knownCalls].flatMap(([name, { takes }]) =>
      takes
        .filter((parameter) => !specOf(name).includes(parameter))
        .map((parameter) => `${name} ${parameter}`),
    )
    expect(unknown).toEqual(Object.keys(beyondSpec))
  })

  test('lists every parameter in the spec, whether it accepts it or not', () => {
    const paging = ['limit', 'fields']
    for (const [name, { takes, notHere }] of knownCalls) {
      const missing = specOf(name).filter(
        (one) => !paging.includes(one) && ![...takes, ...notHere].includes(one),
      )
      expect([name, missing]).toEqual([name, []])
    }
  })

  test('returns 501 for a parameter in the spec that it does not accept, before anything happens', {
    timeout: 60_000,
  }, async () => {
    const before = await control<unknown[]>(sandbox, 'GET', '/ledger/posts')
    let asked = 0
    for (const [name, { object, edge }] of Object.entries(writes)) {
      for (const parameter of knownCalls.get(name)?.notHere ?? []) {
        const given = { access_token: tokens[ownerOf(object)], message: 'Hello', [parameter]: '1' }
        const { status } = await graph(sandbox, 'POST', `/${ids[object]}${edge}`, given)
        expect([name, parameter, status]).toEqual([name, parameter, 501])
        asked += 1
      }
    }
    expect(asked).toBeGreaterThan(200)
    expect(await control<unknown[]>(sandbox, 'GET', '/ledger/posts')).toEqual(before)
  })

  test('ignores an unknown parameter and records that in the ledger', async () => {
    await post(`/${records}/feed`, { message: 'Hello again', mesage: 'Hullo' })
    const calls = await control<{ facts: object }[]>(sandbox, 'GET', '/ledger/calls?endpoint=feed')
    expect(calls.at(-1)?.facts).toMatchObject({ ignored: 'mesage' })
  })

  test('lists every field in the spec, and only those others that a document describes', () => {
    const unknown = knownTypes.flatMap((type) =>
      knownFields(type)
        .filter((field) => field !== 'id' && !hasField(namesOf[type] ?? [type], field))
        .map((field) => `${type} ${field}`),
    )
    expect(unknown).toEqual(Object.keys(fieldsBeyondSpec))
    for (const type of knownTypes.filter((one) => one !== 'MediaBuilder')) {
      const fields = (namesOf[type] ?? [type]).flatMap(
        (name) => metaSpec.objects[name]?.fields ?? [],
      )
      expect([
        type,
        fields.filter((field) => field !== 'id' && !knownFields(type).includes(field)),
      ]).toEqual([type, []])
    }
  })
})

const namesOf: Record<string, string[]> = {
  Post: ['PagePost', 'Post'],
  Video: ['AdVideo'],
  InstagramMedia: ['IGMedia'],
  PageStory: ['Stories'],
}

/** The sandbox's names for its write calls, and where they are in the spec. */
const writes: Record<string, { object: string; edge: string }> = {
  feed: { object: 'Page', edge: '/feed' },
  photos: { object: 'Page', edge: '/photos' },
  videos: { object: 'Page', edge: '/videos' },
  video_reels: { object: 'Page', edge: '/video_reels' },
  video_stories: { object: 'Page', edge: '/video_stories' },
  media: { object: 'IGUser', edge: '/media' },
  comments: { object: 'PagePost', edge: '/comments' },
}

/** Where the spec has each call that the sandbox names. */
const places: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(writes).map(([name, { object, edge }]) => [name, `${object} POST ${edge}`]),
  ),
  photo_stories: 'Page POST /photo_stories',
  thumbnails: 'AdVideo POST /thumbnails',
  collaborators: 'AdVideo POST /collaborators',
  comments: 'PagePost,Photo,AdVideo,IGMedia POST /comments',
  'comments.list': 'PagePost,Photo,AdVideo,IGMedia GET /comments',
  'comment.edit': 'Comment,IGComment POST /',
  'comment.read': 'Comment,IGComment GET /',
  'post.edit': 'PagePost POST /',
  'post.read': 'PagePost,Post GET /',
  'page.read': 'Page GET /',
  'published_posts.list': 'Page GET /published_posts',
  'posts.list': 'Page GET /posts',
  'feed.list': 'Page GET /feed',
  'videos.list': 'Page GET /videos',
  'video_reels.list': 'Page GET /video_reels',
  'page.stories.list': 'Page GET /stories',
  'page.insights': 'Page GET /insights',
  'post.insights': 'PagePost GET /insights',
  'video.insights': 'AdVideo GET /video_insights',
  media_publish: 'IGUser POST /media_publish',
  'media.edit': 'IGMedia POST /',
  'media.read': 'IGMedia GET /',
  'media.list': 'IGUser GET /media',
  'account.read': 'IGUser GET /',
  'account.insights': 'IGUser GET /insights',
  'media.insights': 'IGMedia GET /insights',
  content_publishing_limit: 'IGUser GET /content_publishing_limit',
  'me.accounts': 'User GET /accounts',
  'me.permissions': 'User GET /permissions',
  'me.assigned_pages': 'User GET /assigned_pages',
  'permissions.delete': 'User DELETE /permissions',
}

function specOf(name: string): string[] {
  const [objects = '', method = '', edge = ''] = places[name]?.split(' ') ?? []
  const calls = callsOf(objects.split(','), method, edge)
  if (calls.length === 0) throw new Error(`the spec has no call for the sandbox's ${name}`)
  return calls.flatMap(({ params }) => Object.keys(params))
}

const docs = 'https://developers.facebook.com/docs'

/** Parameters that are in documents but not in the SDK. */
const beyondSpec: Record<string, string> = {
  'photos source': `${docs}/graph-api/reference/page/photos`,
  'post.edit is_ai_generated':
    'https://developers.facebook.com/blog, 4 November 2026: v27.0; the name is a guess',
  ...Object.fromEntries(
    ['published_posts', 'posts', 'feed', 'videos'].flatMap((list) =>
      ['since', 'until'].map((name) => [`${list}.list ${name}`, `${docs}/graph-api/results`]),
    ),
  ),
}

/** The SDK has no Instagram container. The two edges are newer than it (September 28, 2026). */
const fieldsBeyondSpec: Record<string, string> = {
  'InstagramMedia poll_attachment': `${docs}/instagram-platform/changelog`,
  'InstagramMedia prompt_response': `${docs}/instagram-platform/changelog`,
  ...Object.fromEntries(
    ['copyright_check_status', 'status', 'status_code', 'video_status'].map((name) => [
      `MediaBuilder ${name}`,
      `${docs}/instagram-platform/instagram-graph-api/reference/ig-container`,
    ]),
  ),
}
