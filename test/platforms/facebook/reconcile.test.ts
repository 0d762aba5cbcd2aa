import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFacebook } from '../../../platforms/facebook/index.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import type { AttemptToReconcile, Publication, Publisher } from '../../../platforms/platform.ts'
import {
  type GraphServer,
  graphError,
  mediaOf,
  nineMs,
  publicationOf,
  startGraphServer,
  videoOf,
} from '../graph/server.ts'

let server: GraphServer
let facebook: Publisher
beforeAll(async () => {
  server = await startGraphServer()
  facebook = createFacebook(server.settings).publish
})
afterAll(() => server.close())
beforeEach(() => {
  server.seen.length = 0
})

const list = 'GET /v25.0/1067/published_posts'
const at = (ms: number) => new Date(nineMs + ms).toISOString().replace('.000Z', '+0000')
const post = (
  id: string,
  message: string | undefined,
  ms: number,
  more: JsonRecord = {},
): JsonRecord => ({
  id: `1067_${id}`,
  ...(message === undefined ? {} : { message }),
  created_time: at(ms),
  is_published: true,
  ...more,
})
const answer = { kind: 'unknown_outcome' as const, words: 'w', traceId: null, retryAfterMs: null }
const reconcile = (
  part: Partial<Publication>,
  attempt: Partial<AttemptToReconcile> = {},
  laterMs = 0,
) => {
  const { publication, later } = publicationOf(part)
  later(laterMs)
  return facebook.reconcile(publication, {
    sentAtMs: nineMs,
    boundIds: [],
    mediaFetched: null,
    ...attempt,
  })
}

describe('a text whose send got no response', () => {
  const draft = { kind: 'text', text: 'Guten  Morgen\n\nKöln' }

  it('is found by its time and its text, whatever the spacing and Unicode composition', async () => {
    server.on(list, {
      body: { data: [post('1', 'Other', 1_000), post('2', 'Guten Morgen Ko\u0308ln ', 2_000)] },
    })
    expect(await reconcile(draft)).toMatchObject({ outcome: 'found', platformPostId: '1067_2' })
    expect(server.seen[0]?.query).toMatchObject({ since: String(nineMs / 1000 - 60), limit: '50' })
  })

  it('is absent, but not certainly, when nothing on any page of the list matches', async () => {
    const paging = { cursors: { after: 'Q2d' }, next: 'https://graph.facebook.com/next' }
    server.on(
      list,
      { body: { data: [post('1', 'Other', 1_000)], paging } },
      { body: { data: [post('3', 'More', 0)] } },
    )
    expect(await reconcile(draft)).toMatchObject({
      outcome: 'absent',
      certain: false,
      proof: 'Not among the 2 posts since the attempt.',
    })
  })

  it('is neither an earlier post nor one that belongs to another target', async () => {
    server.on(list, {
      body: { data: [post('1', draft.text, -90_000), post('2', draft.text, 1_000)] },
    })
    expect(await reconcile(draft, { boundIds: ['1067_2'] })).toMatchObject({ outcome: 'absent' })
  })

  it('is left to a person when two posts match', async () => {
    server.on(list, {
      body: { data: [post('1', draft.text, 5_000), post('2', draft.text, 1_000)] },
    })
    expect(await reconcile(draft)).toEqual({
      outcome: 'unclear',
      proof: 'Posts on the Page that may be this one: 1067_1, 1067_2.',
    })
  })

  it('is left to a person when the only post with this text has photos', async () => {
    const attachments = { data: [{ media_type: 'photo', target: { id: '7009' } }] }
    server.on(list, { body: { data: [post('1', draft.text, 5_000, { attachments })] } })
    expect(await reconcile(draft)).toMatchObject({ outcome: 'unclear' })
  })

  it('waits when the list cannot be read', async () => {
    server.on(list, graphError(2))
    await expect(reconcile(draft)).rejects.toMatchObject({ kind: 'unavailable' })
  })
})

describe('a text that Facebook called a duplicate (506)', () => {
  const draft = { kind: 'text', text: 'Hello' }
  const attempt = { answer: { ...answer, code: '506', subcode: '1455006' } }

  it('is refused once the lists have had time to show an earlier attempt of ours', async () => {
    server.on(list, { body: { data: [post('1', 'Hello', -3_600_000)] } })
    expect(await reconcile(draft, { ...attempt, boundIds: ['1067_1'] })).toMatchObject({
      outcome: 'absent',
    })
    expect(await reconcile(draft, { ...attempt, boundIds: ['1067_1'] }, 200_000)).toMatchObject({
      outcome: 'refused',
      problem: { kind: 'rejected', code: '506', words: expect.stringMatching(/Change the text/) },
    })
  })

  it('is left to a person when a post from the previous day has the same text and no target', async () => {
    server.on(list, { body: { data: [post('1', 'Hello', -3_600_000)] } })
    expect(await reconcile(draft, attempt)).toMatchObject({ outcome: 'unclear' })
    expect(server.seen[0]?.query.since).toBe(String(nineMs / 1000 - 24 * 3600 - 60))
  })
})

describe('a photo post whose send got no response', () => {
  const handles = {
    photos: {
      a: { id: '7001', atMs: nineMs - 600_000 },
      b: { id: '7002', atMs: nineMs - 590_000 },
    },
  }
  const draft = {
    kind: 'photos',
    text: 'Two',
    media: [mediaOf({ id: 'a' }), mediaOf({ id: 'b' })],
    handles,
  }
  const album = (...ids: string[]) => ({
    data: [
      {
        media_type: 'album',
        target: { id: '5002' },
        subattachments: { data: ids.map((id) => ({ media_type: 'photo', target: { id } })) },
      },
    ],
  })

  it('is found by its photos, whatever its text, even among posts with the same text', async () => {
    const other = post('1', 'Two', 2_000, { attachments: album('9001', '9002') })
    const ours = post('2', undefined, 1_000, { attachments: album('7001', '7002') })
    server.on(list, { body: { data: [other, ours] } })
    expect(await reconcile(draft)).toMatchObject({ outcome: 'found', platformPostId: '1067_2' })
    expect(server.seen[0]?.query.since).toBe(String(nineMs / 1000 - 660))
  })

  it('is found by its text when Facebook lists no photos', async () => {
    server.on(list, { body: { data: [post('1', 'Two', 1_000)] } })
    expect(await reconcile(draft)).toMatchObject({ outcome: 'found', platformPostId: '1067_1' })
  })

  it('is left to a person when only the text matches or there is no text to compare', async () => {
    server.on(list, { body: { data: [post('1', 'Two', 1_000, { attachments: album('9001') })] } })
    expect(await reconcile(draft)).toMatchObject({ outcome: 'unclear' })
    server.on(list, {
      body: { data: [post('1', undefined, 1_000, { attachments: album('9001') })] },
    })
    expect(await reconcile({ ...draft, text: '' })).toMatchObject({ outcome: 'unclear' })
  })

  it('is refused when Facebook said that a photo was already used and no post contains it', async () => {
    server.on(list, { body: { data: [] } })
    const attempt = { answer: { ...answer, code: '100', subcode: '1366051' } }
    expect(await reconcile(draft, attempt, 200_000)).toMatchObject({
      outcome: 'refused',
      problem: { kind: 'rejected' },
    })
  })
})

describe('a reel whose finish got no response', () => {
  const upload = { mediaId: 'r', videoId: '8002', begunAtMs: nineMs, uploaded: true }
  const draft = { kind: 'reel', media: [videoOf({ id: 'r' })], handles: { upload } }
  const status = (phase: string, state: string, more: JsonRecord = {}) => ({
    body: { status: { [phase]: { status: state, ...more } }, post_id: '5003' },
  })

  it.each([
    ['publishing_phase', 'complete', 0, { outcome: 'found', platformPostId: '1067_5003' }],
    ['publishing_phase', 'in_progress', 0, { outcome: 'processing' }],
    ['processing_phase', 'in_progress', 0, { outcome: 'processing' }],
    ['processing_phase', 'complete', 3_600_000, { outcome: 'unclear' }],
    ['processing_phase', 'not_started', 0, { outcome: 'absent', certain: false }],
    ['processing_phase', 'not_started', 3_600_000, { outcome: 'absent', certain: true }],
    ['processing_phase', 'error', 0, { outcome: 'refused' }],
  ])('is judged by its own status: %s %s after %i ms', async (phase, state, laterMs, expected) => {
    server.on('GET /v25.0/8002', status(phase, state))
    expect(await reconcile(draft, {}, laterMs)).toMatchObject(expected)
    expect(server.seen.map((entry) => entry.call)).toEqual(['GET /v25.0/8002'])
  })

  it('is absent, but not certainly, when Facebook does not show it', async () => {
    server.on('GET /v25.0/8002', graphError(100, 33))
    expect(await reconcile(draft, {}, 3_600_000)).toMatchObject({
      outcome: 'absent',
      certain: false,
    })
  })
})
