import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeImage } from '../../../local/media/media-files.ts'
import type { MediaFacts } from '../../../platforms/platform.ts'
import {
  type Draft,
  type DraftWanted,
  draftOf,
  prepare,
  problemOf,
  publish,
  send,
  settle,
} from '../../support/draft.ts'
import { type Connection, type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { photo, video } from '../../support/publishable.ts'

let rig: Rig
let meta: Connection
const ada = '10200000000000001'

beforeAll(async () => {
  rig = await startRig()
})
beforeEach(async () => {
  await rig.reset()
  meta = await rig.connect('meta')
})
afterAll(() => rig.close())

type Wanted = Partial<DraftWanted> & { kind: string }
const on = (platform: string, wanted: Wanted): Draft =>
  draftOf(rig, { platform, account: meta.account(platform), ...wanted })
const facebook = (wanted: Wanted) => on('facebook', wanted)
const instagram = (wanted: Wanted) => on('instagram', wanted)

/** The problem, whichever step is refused. Nothing must be published. */
const refusalOf = async (draft: Draft) => {
  const all = async () => {
    await prepare(rig, draft)
    await settle(rig, draft, await send(rig, draft))
  }
  const problem = await problemOf(all())
  expect(await rig.posts()).toEqual([])
  return problem
}

const png = async (facts: Partial<MediaFacts> = {}) =>
  rig.host.offer(await makeImage({ width: 640, height: 640, format: 'png' }), {
    contentType: 'image/png',
    ...facts,
  })

describe('Instagram refuses', () => {
  test('a PNG', async () => {
    expect(await refusalOf(instagram({ kind: 'image', media: [await png()] }))).toMatchObject({
      kind: 'rejected',
      code: '36001',
      words: expect.stringMatching(/JPEG/),
    })
  })

  test('a picture that is too wide', async () => {
    const wide = await photo(rig.host, '#777777', { width: 900, height: 300 })
    expect(await refusalOf(instagram({ kind: 'image', media: [wide] }))).toMatchObject({
      kind: 'rejected',
      code: '36003',
      words: expect.stringMatching(/1\.91:1/),
    })
  })

  test('a picture of more than 8 MB', async () => {
    const bytes = await makeImage({ width: 640, height: 640, padBytes: 8_500_000 })
    expect(
      await refusalOf(instagram({ kind: 'image', media: [rig.host.offer(bytes, {})] })),
    ).toMatchObject({
      kind: 'rejected',
      code: '36000',
    })
  })

  test('a caption of more than 2,200 characters', async () => {
    const media = [await photo(rig.host, '#777777')]
    expect(
      await refusalOf(instagram({ kind: 'image', text: 'x'.repeat(2_201), media })),
    ).toMatchObject({
      kind: 'rejected',
      code: '36004',
      words: expect.stringMatching(/2,200/),
    })
  })

  test('a file that it cannot fetch, and a retry succeeds once it can', async () => {
    const media = [await photo(rig.host, '#777777')]
    rig.host.break(404)
    const draft = instagram({ kind: 'image', media })
    expect(await refusalOf(draft)).toMatchObject({
      code: '9004',
      words: expect.stringMatching(/fetch/),
    })
    rig.host.break(null)
    await publish(rig, draft)
    expect(await rig.posts()).toHaveLength(1)
  })

  test('a reel that is too short, after processing it, and names the item in a carousel', async () => {
    const short = await video(rig.host, 'short', { durationMs: 1_000 })
    expect(await refusalOf(instagram({ kind: 'reel', media: [short] }))).toMatchObject({
      kind: 'rejected',
      subcode: '2207026',
    })
    const media = [await photo(rig.host, '#777777'), short]
    expect(await refusalOf(instagram({ kind: 'carousel', media }))).toMatchObject({
      words: expect.stringMatching(/^Item 2: /),
    })
  })

  test('more posts than its quota, during preparation and when the quota fills up before sending', async () => {
    const ready = instagram({
      kind: 'image',
      text: 'Ready',
      media: [await photo(rig.host, '#777777')],
    })
    await prepare(rig, ready)
    await rig.set({ instagramQuotaTotal: 0 })
    const late = instagram({
      kind: 'image',
      text: 'Too late',
      media: [await photo(rig.host, '#888888')],
    })
    expect(await refusalOf(late)).toMatchObject({ kind: 'rate_limited', subcode: '2207042' })
    expect(await problemOf(send(rig, ready))).toMatchObject({
      kind: 'rate_limited',
      code: '9',
      subcode: '2207042',
    })
    await rig.set({ instagramQuotaTotal: 50 })
    await publish(rig, ready)
    expect(await rig.posts()).toHaveLength(1)
  })

  test('more posts than its quota, and its usage numbers give the time of the next try', async () => {
    const hourMs = 3_600_000
    await rig.set({ instagramQuotaTotal: 2 })
    await publish(
      rig,
      instagram({ kind: 'image', text: 'First', media: [await photo(rig.host, '#777777')] }),
    )
    await rig.advance(3 * hourMs)
    await publish(
      rig,
      instagram({ kind: 'image', text: 'Second', media: [await photo(rig.host, '#888888')] }),
    )
    await rig.advance(hourMs)
    const third = instagram({
      kind: 'image',
      text: 'Third',
      media: [await photo(rig.host, '#999999')],
    })
    const { retryAfterMs } = await problemOf(prepare(rig, third))
    expect(retryAfterMs).toBeGreaterThan(19.9 * hourMs)
    expect(retryAfterMs).toBeLessThan(20.1 * hourMs)
    await rig.advance(retryAfterMs ?? 0)
    await publish(rig, third)
    expect(await rig.posts()).toHaveLength(3)
  })
})

describe('Meta ends the connection', () => {
  const states = [
    ['expired', '463', /expired/i],
    ['revoked', '458', /removed/i],
    ['password_changed', '460', /password/i],
    ['logged_out', '467', /signed out/i],
    ['checkpoint', '459', /Facebook/],
  ] as const

  test.each(states)(
    'token %s: 190/%s asks the person to reconnect, with the reason',
    async (tokens, subcode, words) => {
      const text = facebook({ kind: 'text', text: 'Nobody hears this' })
      await prepare(rig, text)
      const image = instagram({ kind: 'image', media: [await photo(rig.host, '#777777')] })
      await rig.control('POST', `/accounts/meta/people/${ada}/state`, { tokens })
      for (const status of [400, 401]) {
        await rig.set({ tokenErrorStatus: status })
        const expected = {
          kind: 'reauthorize',
          code: '190',
          subcode,
          words: expect.stringMatching(words),
        }
        expect(await refusalOf(image)).toMatchObject(expected)
        // A Page token doesn't expire with the person's token.
        if (tokens !== 'expired') expect(await problemOf(send(rig, text))).toMatchObject(expected)
      }
    },
  )

  test('reports a lost Page role, a missing content task and a missing permission', async () => {
    const draft = facebook({ kind: 'text', text: 'Not allowed' })
    await rig.control('POST', `/accounts/meta/pages/${meta.account('facebook').id}/state`, {
      personId: ada,
      tasks: ['ANALYZE'],
    })
    expect(await refusalOf(draft)).toMatchObject({ kind: 'permission', code: '200' })
    await rig.control('POST', `/accounts/meta/pages/${meta.account('facebook').id}/state`, {
      personId: ada,
      role: 'lost',
    })
    expect(await refusalOf(draft)).toMatchObject({
      kind: 'reauthorize',
      code: '190',
      subcode: '492',
    })
    await rig.reset()
    meta = await rig.connect('meta', { untick: ['pages_manage_posts'] })
    expect(await refusalOf(facebook({ kind: 'text', text: 'Not allowed' }))).toMatchObject({
      kind: 'permission',
      code: '200',
    })
    await rig.reset()
    meta = await rig.connect('meta', { untick: ['instagram_content_publish'] })
    const image = instagram({ kind: 'image', media: [await photo(rig.host, '#777777')] })
    expect(await refusalOf(image)).toMatchObject({ kind: 'permission', code: '10' })
  })
})

describe('Meta asks to slow down', () => {
  const limits = [
    ['facebook', 'feed', 4, undefined, 15],
    ['facebook', 'feed', 17, undefined, 15],
    ['facebook', 'feed', 32, undefined, 15],
    ['facebook', 'feed', 80001, undefined, 19],
    ['instagram', 'media', 4, undefined, 15],
    ['instagram', 'media', 80002, undefined, 19],
    ['instagram', 'media_publish', 80002, undefined, 19],
  ] as const

  test.each(limits)(
    '%s %s returns %d: not published, the wait is known',
    async (platform, endpoint, code, subcode, minutes) => {
      const media = platform === 'instagram' ? [await photo(rig.host, '#777777')] : []
      const draft = on(platform, {
        kind: platform === 'instagram' ? 'image' : 'text',
        text: 'Slowly',
        media,
      })
      await rig.fault({ endpoint, when: 'before', kind: 'error', code, subcode })
      const problem = await refusalOf(draft)
      expect(problem).toMatchObject({ kind: 'rate_limited', code: String(code) })
      expect(Math.round((problem.retryAfterMs ?? 0) / 60_000)).toBeGreaterThanOrEqual(minutes)
      await publish(rig, draft)
      expect(await rig.posts()).toHaveLength(1)
    },
  )

  test('Instagram reads that fail with the Page token (May 2026) do not stop a post', async () => {
    await rig.set({ pageTokenReadsFail: true })
    await publish(
      rig,
      instagram({
        kind: 'image',
        text: 'As the person',
        media: [await photo(rig.host, '#777777')],
      }),
    )
    expect(await rig.posts()).toHaveLength(1)
  })
})
