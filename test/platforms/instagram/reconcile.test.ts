import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createInstagram } from '../../../platforms/instagram/index.ts'
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
let instagram: Publisher
beforeAll(async () => {
  server = await startGraphServer()
  instagram = createInstagram(server.settings).publish
  server.on('GET /v25.0/1784/content_publishing_limit', { body: { data: [] } })
})
afterAll(() => server.close())
beforeEach(() => {
  server.seen.length = 0
})

const create = 'POST /v25.0/1784/media'
const list = 'GET /v25.0/1784/media'
const account = { id: '1784', settings: {}, grantToken: 'user-token', accountToken: 'page-token' }
const draft = (part: Partial<Publication> = {}) => ({
  account,
  kind: 'image',
  text: 'Caption #1',
  media: [mediaOf()],
  ...part,
})
const status = (code: string, text = code) => ({
  body: { status_code: code, status: text, id: 'c1' },
})
const made = (...ids: string[]) => server.on(create, ...ids.map((id) => ({ body: { id } })))

describe('an attempt whose outcome is unknown', () => {
  const reconcile = async (
    answer: object,
    listed: JsonRecord[],
    attempt: Partial<AttemptToReconcile> = {},
    laterMs = 0,
  ) => {
    made('c1')
    server.on('GET /v25.0/c1', answer)
    server.on(list, { body: { data: listed } })
    const { publication, later } = publicationOf(draft())
    await instagram.prepare(publication)
    later(laterMs)
    return instagram.reconcile(publication, {
      sentAtMs: nineMs,
      boundIds: [],
      mediaFetched: null,
      ...attempt,
    })
  }
  const listed = (id: string, part: JsonRecord = {}, ms = 3_000): JsonRecord => ({
    id,
    caption: 'Caption #1',
    timestamp: new Date(nineMs + ms).toISOString().replace('.000Z', '+0000'),
    media_type: 'IMAGE',
    media_product_type: 'FEED',
    ...part,
  })
  const late = 200_000

  it('is found when the container is PUBLISHED and one post matches', async () => {
    const others = [
      listed('2', { caption: 'Other' }),
      listed('3', { media_product_type: 'REELS' }),
      listed('4', {}, -90_000),
      listed('5'),
    ]
    expect(
      await reconcile(status('PUBLISHED'), [...others, listed('1')], { boundIds: ['5'] }),
    ).toMatchObject({
      outcome: 'found',
      platformPostId: '1',
    })
    expect(server.callsOf(list)[0]?.query.since).toBe(String(nineMs / 1000 - 60))
  })

  it('is checked again while the list lags, and finally found without an id', async () => {
    expect(await reconcile(status('PUBLISHED'), [])).toMatchObject({ outcome: 'unclear' })
    expect(await reconcile(status('PUBLISHED'), [], {}, late)).toMatchObject({
      outcome: 'found',
      platformPostId: null,
    })
    expect(await reconcile(status('PUBLISHED'), [listed('1'), listed('2')])).toMatchObject({
      outcome: 'found',
      platformPostId: null,
    })
  })

  it('is absent while the container is FINISHED, but certainly only when no late effect is possible', async () => {
    expect(await reconcile(status('FINISHED'), [])).toMatchObject({
      outcome: 'absent',
      certain: false,
    })
    expect(await reconcile(status('FINISHED'), [], {}, late)).toMatchObject({
      outcome: 'absent',
      certain: true,
    })
    expect(await reconcile(status('EXPIRED'), [])).toMatchObject({
      outcome: 'absent',
      certain: true,
    })
    expect(await reconcile(status('ERROR'), [])).toMatchObject({ outcome: 'absent', certain: true })
  })

  it('is left to a person when the list shows a matching post but the container is not PUBLISHED', async () => {
    expect(await reconcile(status('FINISHED'), [listed('1')])).toMatchObject({ outcome: 'unclear' })
  })

  it('is absent, but not certainly, when the container is gone', async () => {
    expect(await reconcile(graphError(24, 2207006), [], {}, late)).toMatchObject({
      outcome: 'absent',
      certain: false,
    })
  })

  it('pauses for hours after Instagram restricted the action', async () => {
    const answer = {
      kind: 'unknown_outcome' as const,
      code: '4',
      subcode: '2207051',
      words: 'w',
      traceId: 'T',
      retryAfterMs: null,
    }
    expect(await reconcile(status('FINISHED'), [], { answer }, late)).toMatchObject({
      outcome: 'refused',
      problem: { kind: 'rate_limited', retryAfterMs: 4 * 3_600_000, traceId: 'T' },
    })
  })

  it('of a story is searched for among the stories', async () => {
    made('c1')
    server.on('GET /v25.0/c1', status('PUBLISHED'))
    const story = listed('9', { media_type: 'VIDEO', media_product_type: 'STORY' })
    server.on('GET /v25.0/1784/stories', {
      body: { data: [story, listed('8', { media_type: 'IMAGE', media_product_type: 'STORY' })] },
    })
    const { publication } = publicationOf(draft({ kind: 'story', text: '', media: [videoOf()] }))
    await instagram.prepare(publication)
    const found = await instagram.reconcile(publication, {
      sentAtMs: nineMs,
      boundIds: [],
      mediaFetched: null,
    })
    expect(found).toMatchObject({ outcome: 'found', platformPostId: '9' })
  })
})

describe('the URL of a post', () => {
  it('comes from Instagram; an unknown id is looked up', async () => {
    made('c1')
    server.on('GET /v25.0/1792', {
      body: { id: '1792', permalink: 'https://www.instagram.com/p/DAbc123/' },
    })
    server.on(list, {
      body: {
        data: [{ id: '1792', caption: 'Caption #1', timestamp: new Date(nineMs).toISOString() }],
      },
    })
    const { publication } = publicationOf(draft())
    await instagram.prepare(publication)
    const found = {
      permalink: 'https://www.instagram.com/p/DAbc123/',
      platformPostId: '1792',
      final: true,
    }
    expect(await instagram.findPermalink(publication, '1792')).toEqual(found)
    expect(await instagram.findPermalink(publication, null)).toEqual(found)
  })

  it('is requested again while the list may lag', async () => {
    made('c1')
    server.on(list, { body: { data: [] } })
    const { publication, later } = publicationOf(draft())
    await instagram.prepare(publication)
    expect(await instagram.findPermalink(publication, null)).toEqual({
      permalink: null,
      platformPostId: null,
      final: false,
    })
    later(3_700_000)
    expect(await instagram.findPermalink(publication, null)).toMatchObject({ final: true })
  })
})
