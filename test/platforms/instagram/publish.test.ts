import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createInstagram } from '../../../platforms/instagram/index.ts'
import type { Publication, Publisher } from '../../../platforms/platform.ts'
import {
  type GraphServer,
  graphError,
  mediaOf,
  nineMs,
  publicationOf,
  startGraphServer,
} from '../graph/server.ts'
import { create, draft, limit, list, publish, status } from './publish-calls.ts'

let server: GraphServer
let instagram: Publisher
beforeAll(async () => {
  server = await startGraphServer()
  instagram = createInstagram(server.settings).publish
})
afterAll(() => server.close())
beforeEach(() => {
  server.seen.length = 0
  server.on(limit, {
    body: { data: [{ config: { quota_total: 50, quota_duration: 86400 }, quota_usage: 2 }] },
  })
})

const made = (...ids: string[]) => server.on(create, ...ids.map((id) => ({ body: { id } })))

describe('a picture', () => {
  it('is created ahead of time, polled until FINISHED, and published with one call', async () => {
    made('c1')
    server.on('GET /v25.0/c1', status('IN_PROGRESS'), status('FINISHED'))
    server.on(publish, { body: { id: '17920238422030506' } })
    const { publication, leavings } = publicationOf(
      draft({ media: [mediaOf({ altText: 'A cup' })] }),
    )
    expect(await instagram.prepare(publication)).toMatchObject({ ready: false, againInMs: 2_000 })
    expect(await instagram.prepare(publication)).toMatchObject({ ready: false })
    expect(await instagram.prepare(publication)).toEqual({ ready: true })
    expect(leavings()).toBe(0)
    expect(await instagram.send(publication)).toMatchObject({
      state: 'published',
      platformPostId: '17920238422030506',
    })
    expect(leavings()).toBe(1)
    expect(server.callsOf(create)).toHaveLength(1)
    expect(server.callsOf(create)[0]?.form).toMatchObject({
      image_url: 'https://crate.example/media/abc.jpg',
      caption: 'Caption #1',
      alt_text: 'A cup',
    })
    expect(server.callsOf(publish)[0]?.form.creation_id).toBe('c1')
    expect(server.seen.every((entry) => entry.headers.authorization === 'Bearer user-token')).toBe(
      true,
    )
  })

  it('is polled less often the longer Instagram takes', async () => {
    made('c1')
    server.on('GET /v25.0/c1', status('IN_PROGRESS'))
    const { publication, later } = publicationOf(draft())
    await instagram.prepare(publication)
    later(20_000)
    expect(await instagram.prepare(publication)).toMatchObject({ ready: false, againInMs: 10_000 })
    later(300_000)
    expect(await instagram.prepare(publication)).toMatchObject({ ready: false, againInMs: 30_000 })
  })

  it('is never published before it is FINISHED', async () => {
    made('c1')
    server.on('GET /v25.0/c1', status('IN_PROGRESS'))
    const { publication, leavings } = publicationOf(draft())
    await instagram.prepare(publication)
    await expect(instagram.send(publication)).rejects.toMatchObject({ kind: 'unavailable' })
    expect([leavings(), server.callsOf(publish).length]).toEqual([0, 0])
  })

  it('is created again when the text has changed', async () => {
    made('c1', 'c2')
    const { publication } = publicationOf(draft())
    await instagram.prepare(publication)
    publication.text = 'Another caption'
    await instagram.prepare(publication)
    expect(server.callsOf(create).map((entry) => entry.form.caption)).toEqual([
      'Caption #1',
      'Another caption',
    ])
  })

  it("is not created when the day's quota is used up", async () => {
    server.on(limit, { body: { data: [{ config: { quota_total: 50 }, quota_usage: 50 }] } })
    await expect(instagram.prepare(publicationOf(draft()).publication)).rejects.toMatchObject({
      problem: { kind: 'rate_limited', retryAfterMs: 86_400_000, subcode: '2207042' },
    })
    expect(server.callsOf(create)).toHaveLength(0)
  })

  it('waits until enough posts of a full quota are a day old, found by querying usage since different times', async () => {
    const hourMs = 3_600_000
    const postedMs = [-23, -20.5, -20.4, -1].map((hours) => nineMs + hours * hourMs)
    server.on(limit, ({ query }) => {
      const sinceMs = query.since ? Number(query.since) * 1_000 : nineMs - 24 * hourMs
      const used = postedMs.filter((at) => at >= sinceMs).length
      return { body: { data: [{ config: { quota_total: 3 }, quota_usage: used }] } }
    })
    const refused = instagram.prepare(publicationOf(draft()).publication)
    // Four posts are in the window. Two of them must be a day old before there is room for another.
    const waitMs = 3.5 * hourMs
    await expect(refused).rejects.toMatchObject({
      problem: { kind: 'rate_limited', limited: 'posts' },
    })
    const { problem } = await refused.then(
      () => ({ problem: { retryAfterMs: 0 } }),
      (error: { problem: { retryAfterMs: number } }) => error,
    )
    expect(problem.retryAfterMs).toBeGreaterThanOrEqual(waitMs)
    expect(problem.retryAfterMs).toBeLessThan(waitMs + 6 * 60_000)
    expect(server.callsOf(limit).length).toBeLessThan(14)
  })
})

describe('a container', () => {
  const prepared = async (answer: object, part: Partial<Publication> = {}) => {
    made('c1', 'c2')
    server.on('GET /v25.0/c1', answer)
    const made_ = publicationOf(draft(part))
    await instagram.prepare(made_.publication)
    return made_
  }

  it('that EXPIRED is discarded and created again', async () => {
    const { publication } = await prepared(status('EXPIRED'))
    expect(await instagram.prepare(publication)).toMatchObject({ ready: false })
    await instagram.prepare(publication)
    expect(publication.handles).toMatchObject({ main: { id: 'c2' }, remade: 0 })
  })

  it.each([
    ['Error: Media upload has failed with error code 2207026', 'rejected', '2207026'],
    ['Error: Media upload has failed with error code 2207003', 'unavailable', '2207003'],
    ['Error', 'rejected', null],
  ])('that failed gives the reason in its status: %s', async (text, kind, subcode) => {
    const { publication } = await prepared(status('ERROR', text))
    await expect(instagram.prepare(publication)).rejects.toMatchObject({
      problem: { kind, subcode },
    })
    expect(publication.handles).toMatchObject({ main: null, remade: 1 })
  })

  it('is created again at most three times', async () => {
    const { publication } = await prepared(status('ERROR', 'Error: 2207003'))
    server.on('GET /v25.0/c2', status('ERROR', 'Error: 2207003'))
    for (let round = 0; round < 3; round += 1) {
      await expect(instagram.prepare(publication)).rejects.toMatchObject({ kind: 'unavailable' })
      await instagram.prepare(publication)
    }
    await expect(instagram.prepare(publication)).rejects.toMatchObject({
      problem: {
        kind: 'rejected',
        words: 'Instagram could not fetch the file in time. It was tried 4 times.',
      },
    })
  })

  it('that stays IN_PROGRESS for 15 minutes is abandoned', async () => {
    const { publication, later } = await prepared(status('IN_PROGRESS'))
    later(16 * 60_000)
    await expect(instagram.prepare(publication)).rejects.toMatchObject({
      problem: { code: 'preparing_too_long', kind: 'unavailable' },
    })
    expect(publication.handles).toMatchObject({ main: null })
  })

  it('that is PUBLISHED is never published again, and is matched with the one post like it', async () => {
    const { publication } = await prepared(status('PUBLISHED'))
    const timestamp = new Date(nineMs + 5_000).toISOString()
    server.on(list, {
      body: {
        data: [
          {
            id: '1792',
            caption: 'Caption #1',
            timestamp,
            media_type: 'IMAGE',
            media_product_type: 'FEED',
          },
        ],
      },
    })
    expect(await instagram.prepare(publication)).toEqual({ ready: true })
    expect(await instagram.send(publication)).toMatchObject({
      state: 'published',
      platformPostId: '1792',
    })
    expect(await instagram.check(publication)).toMatchObject({
      state: 'published',
      platformPostId: '1792',
    })
    expect(server.callsOf(publish)).toHaveLength(0)
  })

  it("is read with the Page token when the person's token cannot see it", async () => {
    const { publication } = await prepared(graphError(100, 33))
    server.on('GET /v25.0/c1', graphError(100, 33), status('FINISHED'))
    expect(await instagram.prepare(publication)).toEqual({ ready: true })
    expect(server.callsOf('GET /v25.0/c1').map((entry) => entry.headers.authorization)).toEqual([
      'Bearer user-token',
      'Bearer page-token',
    ])
  })

  it('that no token can see is waited for briefly, then created again', async () => {
    const { publication, later } = await prepared(graphError(100, 33))
    expect(await instagram.prepare(publication)).toMatchObject({ ready: false })
    later(121_000)
    await expect(instagram.prepare(publication)).rejects.toMatchObject({ kind: 'unavailable' })
    await instagram.prepare(publication)
    expect(publication.handles).toMatchObject({ main: { id: 'c2' } })
  })

  it('that was created with the Page token is published with it', async () => {
    server.on(create, graphError(200), { body: { id: 'c1' } })
    server.on('GET /v25.0/c1', status('FINISHED'))
    server.on(publish, { body: { id: '1792' } })
    const { publication } = publicationOf(draft())
    await instagram.prepare(publication)
    await instagram.prepare(publication)
    await instagram.send(publication)
    expect(server.callsOf(publish)[0]?.headers.authorization).toBe('Bearer page-token')
  })

  it('is not tried with another token once the grant has expired', async () => {
    server.on(limit, graphError(190, 463))
    await expect(instagram.prepare(publicationOf(draft()).publication)).rejects.toMatchObject({
      kind: 'reauthorize',
    })
    expect(server.seen).toHaveLength(1)
  })
})

describe('a publishing call', () => {
  const ready = { contentKey: '', main: { id: 'c1', madeAtMs: nineMs, finished: true } }
  const readyPublication = async () => {
    made('c1')
    server.on('GET /v25.0/c1', status('FINISHED'))
    const { publication } = publicationOf(draft())
    await instagram.prepare(publication)
    await instagram.prepare(publication)
    expect(publication.handles).toMatchObject({ main: { ...ready.main } })
    return publication
  }

  it.each([
    [graphError(9007, 2207027), 'unavailable'],
    [graphError(24, 2207008), 'unavailable'],
    [graphError(9, 2207042), 'rate_limited'],
    [graphError(4), 'rate_limited'],
    [graphError(4, 2207051), 'unknown_outcome'],
    [graphError(24, 2207006), 'unknown_outcome'],
    [graphError(2), 'unknown_outcome'],
    [{ end: 'reset' as const }, 'unknown_outcome'],
    [{ body: {} }, 'unknown_outcome'],
  ])('answered with %j is of kind %s and is not repeated', async (answer, kind) => {
    const publication = await readyPublication()
    server.on(publish, answer)
    await expect(instagram.send(publication)).rejects.toMatchObject({ kind })
    expect(server.callsOf(publish)).toHaveLength(1)
  })
})
