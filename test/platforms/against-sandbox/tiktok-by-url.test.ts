import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  draftOf,
  prepare,
  problemOf,
  publicOnTiktok,
  publish,
  receipt,
  reconcile,
  send,
  sendBlindly,
  settle,
} from '../../support/draft.ts'
import { type Connection, type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { photo, video } from '../../support/publishable.ts'
import type { HostedMedia } from '../../support/servers/media-host.ts'

let rig: Rig
let tiktok: Connection
let film: HostedMedia
let picture: HostedMedia

beforeAll(async () => {
  rig = await startRig({ env: { TIKTOK_VIDEO_SOURCE: 'PULL_FROM_URL' } })
})
beforeEach(async () => {
  await rig.reset()
  tiktok = await rig.connect('tiktok')
  film = await video(rig.host, 'pulled', { padBytes: 20_000 })
  picture = await photo(rig.host, '#445566')
})
afterAll(() => rig.close())

const draft = (
  kind: 'video' | 'photos',
  more: { settings?: typeof publicOnTiktok; media?: HostedMedia[] } = {},
) =>
  draftOf(rig, {
    platform: 'tiktok',
    account: tiktok.account('tiktok'),
    kind,
    text: 'Pulled #vinyl',
    media: [kind === 'video' ? film : picture],
    ...more,
  })

describe('a video that TikTok fetches', () => {
  test('is published once, byte for byte, with its init as the only call', async () => {
    const post = draft('video')
    const { permalink, platformPostId } = await publish(rig, post)
    const posts = await rig.posts()
    expect(posts).toHaveLength(1)
    expect(posts[0]).toMatchObject({
      kind: 'video',
      text: 'Pulled #vinyl',
      permalink,
      id: platformPostId,
    })
    expect(posts[0]?.media[0]?.sha256).toBe(film.sha256)
    expect(rig.host.fetchesOf(film)).toBe(1)
    expect(await rig.calls({ endpoint: 'upload' })).toEqual([])
    expect((await fetch(permalink ?? '')).status).toBe(200)
  })

  test('leaves nothing at TikTok before the send', async () => {
    await prepare(rig, draft('video'))
    expect(await rig.calls({ endpoint: 'video/init' })).toEqual([])
    expect(rig.host.fetchesOf(film)).toBe(0)
  })

  test('fails with the reason when its URL cannot be read', async () => {
    const post = draft('video')
    await prepare(rig, post)
    rig.host.break(404)
    const sent = await send(rig, post)
    expect(await problemOf(settle(rig, post, sent))).toMatchObject({ code: 'video_pull_failed' })
    expect(await rig.posts()).toEqual([])
    rig.host.break(null)
    await publish(rig, post)
    expect(await rig.posts()).toHaveLength(1)
  })

  test('is refused from an unverified URL', async () => {
    await rig.set({ tiktokVerifiedPrefixes: ['https://elsewhere.example/'] })
    const post = draft('video')
    await prepare(rig, post)
    expect(await problemOf(send(rig, post))).toMatchObject({
      kind: 'rejected',
      code: 'url_ownership_unverified',
      words: expect.stringMatching(/verif/i),
    })
  })
})

describe.each(['video', 'photos'] as const)('a %s init without a response', (kind) => {
  const endpoint = kind === 'video' ? 'video/init' : 'content/init'
  const file = () => (kind === 'video' ? film : picture)

  test.each(['reset', 'timeout', 'html503', 'truncated', 'error'] as const)(
    'is found by its traces if it took effect (%s)',
    async (fault) => {
      if (kind === 'photos') await rig.set({ tiktokPhotosInVideoList: true })
      const post = draft(kind)
      await prepare(rig, post)
      await rig.fault({ endpoint, when: 'after', kind: fault, delayMs: 200 })
      expect(await sendBlindly(rig, post)).toMatchObject({ kind: 'unknown_outcome' })
      await rig.advance(1_000)
      expect(
        await reconcile(rig, post, { mediaFetched: rig.host.fetchesOf(file()) > 0 }),
      ).toMatchObject({ outcome: 'unclear' })
      await rig.advance(10_000)
      await rig.advance(10_000)
      const [made] = await rig.posts()
      expect(
        await reconcile(rig, post, { mediaFetched: rig.host.fetchesOf(file()) > 0 }),
      ).toMatchObject({
        outcome: 'found',
        platformPostId: made?.id,
      })
      expect(
        await reconcile(rig, post, { mediaFetched: true, boundIds: [made?.id ?? ''] }),
      ).toMatchObject({ outcome: 'unclear' })
    },
  )

  test.each(['reset', 'timeout', 'html503', 'truncated', 'error'] as const)(
    'is absent if it failed before its effect (%s)',
    async (fault) => {
      const post = draft(kind)
      await prepare(rig, post)
      await rig.fault({ endpoint, when: 'before', kind: fault, delayMs: 200 })
      expect(await sendBlindly(rig, post)).toMatchObject({ kind: 'unknown_outcome' })
      await rig.advance(60_000)
      const looked = await reconcile(rig, post, { mediaFetched: rig.host.fetchesOf(file()) > 0 })
      expect(looked).toMatchObject({ outcome: 'absent' })
      expect(await rig.posts()).toEqual([])
    },
  )

  test('is not certainly absent while it may take effect late, and is noticed once it does', async () => {
    const post = draft(kind)
    await prepare(rig, post)
    await rig.fault({ endpoint, when: 'late', kind: 'reset', delayMs: 40_000 })
    await sendBlindly(rig, post)
    await rig.advance(10_000)
    expect(await reconcile(rig, post, { mediaFetched: false })).toMatchObject({
      outcome: 'absent',
      certain: false,
    })
    await rig.advance(40_000)
    await rig.advance(5_000)
    expect(rig.host.fetchesOf(file())).toBe(1)
    expect(await reconcile(rig, post, { mediaFetched: true })).not.toMatchObject({
      outcome: 'absent',
    })
  })
})

test('a private post is published without an id, and its URL is the profile', async () => {
  const post = draft('video', { settings: { ...publicOnTiktok, privacy_level: 'SELF_ONLY' } })
  await prepare(rig, post)
  expect(await settle(rig, post, await send(rig, post))).toBeNull()
  const found = await receipt(rig, post, null)
  expect(found).toEqual({
    permalink: `${rig.sandbox.url}/tiktok/@northside.records`,
    platformPostId: null,
    final: true,
  })
  expect((await fetch(found.permalink ?? '')).status).toBe(200)
})
