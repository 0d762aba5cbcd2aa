import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Draft,
  draftOf,
  prepare,
  problemOf,
  publicOnTiktok,
  publish,
  reconcile,
  send,
  settle,
} from '../../support/draft.ts'
import { type Connection, type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { photo, video } from '../../support/publishable.ts'

let rig: Rig
let tiktok: Connection
const northside = '/accounts/tiktok/northside.records/state'

beforeAll(async () => {
  rig = await startRig()
})
beforeEach(async () => {
  await rig.reset()
  tiktok = await rig.connect('tiktok')
})
afterAll(() => rig.close())

const filmDraft = async (
  settings = publicOnTiktok,
  facts: Parameters<typeof video>[2] = {},
): Promise<Draft> => {
  const media = [await video(rig.host, 'film', facts)]
  return draftOf(rig, {
    platform: 'tiktok',
    account: tiktok.account('tiktok'),
    kind: 'video',
    text: 'New crate',
    media,
    settings,
  })
}
const photoDraft = async (text = 'Finds'): Promise<Draft> =>
  draftOf(rig, {
    platform: 'tiktok',
    account: tiktok.account('tiktok'),
    kind: 'photos',
    text,
    media: [await photo(rig.host, '#999999')],
  })

const refusalOf = async (draft: Draft) => {
  const all = async () => {
    await prepare(rig, draft)
    await settle(rig, draft, await send(rig, draft))
  }
  const problem = await problemOf(all())
  expect(await rig.posts()).toEqual([])
  return problem
}

describe('an unaudited app', () => {
  beforeEach(() => rig.set({ tiktokAudited: false }))

  test('cannot post to a public account, not even for the owner only, and the error says what to do', async () => {
    const expected = {
      kind: 'rejected',
      code: 'unaudited_client_can_only_post_to_private_accounts',
      words: expect.stringMatching(/private/),
    }
    expect(await refusalOf(await filmDraft())).toMatchObject(expected)
    expect(
      await refusalOf(await filmDraft({ ...publicOnTiktok, privacy_level: 'SELF_ONLY' })),
    ).toMatchObject(expected)
  })

  test('can post to a private account for the owner only', async () => {
    await rig.control('POST', northside, { private: true })
    await publish(rig, await filmDraft({ ...publicOnTiktok, privacy_level: 'SELF_ONLY' }))
    expect(await rig.posts()).toMatchObject([{ visibility: 'SELF_ONLY', permalink: null }])
  })
})

describe('caps', () => {
  const caps = [
    ['the posts of a day', { postsElsewhere: 15 }, {}, 'spam_risk_too_many_posts', /24 hours/],
    ['a ban', { banned: true }, {}, 'spam_risk_user_banned_from_posting', /blocked/],
    [
      'the accounts of a day',
      {},
      { tiktokActiveUserCap: 0 },
      'reached_active_user_cap',
      /24 hours/,
    ],
  ] as const

  test.each(caps)(
    '%s: reported before anything is sent, and at the init',
    async (_name, creator, settings, code, words) => {
      const ready = await photoDraft()
      await prepare(rig, ready)
      await rig.control('POST', northside, creator)
      await rig.set(settings)
      const expected = { kind: 'rejected', code, words: expect.stringMatching(words) }
      expect(await refusalOf(await photoDraft())).toMatchObject(expected)
      expect(await problemOf(send(rig, ready))).toMatchObject(expected)
      expect(await rig.posts()).toEqual([])
    },
  )

  test('six inits a minute: the seventh waits for the next window and is then published', async () => {
    const drafts = await Promise.all(
      Array.from({ length: 7 }, (_, index) => photoDraft(`Number ${index}`)),
    )
    for (const draft of drafts) await prepare(rig, draft)
    for (const draft of drafts.slice(0, 6)) await send(rig, draft)
    const seventh = drafts[6] as Draft
    const problem = await problemOf(send(rig, seventh))
    expect(problem).toMatchObject({ kind: 'rate_limited', code: 'rate_limit_exceeded' })
    expect(problem.retryAfterMs).toBeGreaterThanOrEqual(60_000)
    await rig.advance(problem.retryAfterMs ?? 0)
    await publish(rig, seventh)
    expect(await rig.posts()).toHaveLength(7)
  })
})

describe('when TikTok changed its options after the post was composed', () => {
  test('visibility, comments and length are checked again before anything is sent', async () => {
    await rig.control('POST', northside, { private: true })
    expect(await refusalOf(await filmDraft())).toMatchObject({
      kind: 'rejected',
      code: 'privacy_not_offered',
    })
    await rig.control('POST', northside, { private: false, commentsOff: true })
    expect(await refusalOf(await filmDraft())).toMatchObject({
      kind: 'rejected',
      code: 'comment_off',
    })
    await rig.control('POST', northside, { commentsOff: false, maxDurationSec: 3 })
    expect(await refusalOf(await filmDraft())).toMatchObject({ kind: 'rejected', code: 'duration' })
    expect(await rig.calls({ endpoint: 'video/init' })).toEqual([])
  })

  test('promise D7: nothing is requested from TikTok without consent', async () => {
    const sinceId = String((await rig.calls()).at(-1)?.id)
    expect(await refusalOf(await filmDraft({ ...publicOnTiktok, consent_at: '' }))).toMatchObject({
      code: 'consent_missing',
    })
    expect(await rig.calls({ sinceId })).toEqual([])
  })
})

test('a caption that is too long is refused at the init, with the reason from TikTok', async () => {
  const draft = draftOf(rig, {
    platform: 'tiktok',
    account: tiktok.account('tiktok'),
    kind: 'video',
    text: 'x'.repeat(2_201),
    media: [await video(rig.host, 'film')],
  })
  expect(await refusalOf(draft)).toMatchObject({ kind: 'rejected', code: 'invalid_params' })
})

test('a video that TikTok cannot use fails after it was accepted, with the reason', async () => {
  expect(
    await refusalOf(await filmDraft(publicOnTiktok, { width: 320, height: 320 })),
  ).toMatchObject({
    kind: 'rejected',
    code: 'picture_size_check_failed',
  })
})

describe('tokens', () => {
  test('that expired can be renewed, and polling of the same post continues with the new one', async () => {
    const draft = await photoDraft()
    await prepare(rig, draft)
    const sent = await send(rig, draft)
    await rig.control('POST', '/accounts/tiktok/northside.records/expire-tokens', {})
    expect(await problemOf(settle(rig, draft, sent))).toMatchObject({
      kind: 'reauthorize',
      code: 'access_token_invalid',
    })
    const renewed = await rig.issuer('tiktok').renew(tiktok.tokens, new AbortController().signal)
    const publication = draft.publication
    const account = { ...publication().account, grantToken: renewed?.accessToken ?? '' }
    await settle(
      rig,
      { ...draft, publication: (signal) => ({ ...publication(signal), account }) },
      sent,
    )
    expect(await rig.posts()).toHaveLength(1)
  })

  test('that the person removed in the app, or that lack the permission to publish, are refused', async () => {
    const draft = await filmDraft()
    await rig.control('POST', '/accounts/tiktok/northside.records/disconnect', {})
    expect(await refusalOf(draft)).toMatchObject({
      kind: 'reauthorize',
      code: 'access_token_invalid',
    })
    tiktok = await rig.connect('tiktok', { untick: ['video.publish'] })
    expect(await refusalOf(await filmDraft())).toMatchObject({
      kind: 'permission',
      code: 'scope_not_authorized',
    })
  })
})

describe('known TikTok quirks', () => {
  test('a publish id that is unknown for some seconds is checked again, and the post is published', async () => {
    await rig.set({ tiktokUnknownPublishIdMs: 8_000 })
    await publish(rig, await filmDraft())
    expect(await rig.posts()).toHaveLength(1)
  })

  test('a public id that is never listed leaves the post published, and its URL is requested again', async () => {
    await rig.set({ tiktokNeverListPublicId: true })
    const draft = await filmDraft()
    await prepare(rig, draft)
    expect(await settle(rig, draft, await send(rig, draft))).toBeNull()
    await rig.advance(10_000)
    const found = await rig.platform('tiktok').publish.findPermalink(draft.publication(), null)
    expect(found).toMatchObject({
      permalink: expect.stringContaining('/@northside.records'),
      platformPostId: null,
      final: false,
    })
  })

  test('endless processing is never reported as published or absent', async () => {
    await rig.set({ tiktokEndlessProcessing: true })
    const draft = await filmDraft()
    await prepare(rig, draft)
    await send(rig, draft)
    for (let looks = 0; looks < 5; looks += 1) {
      await rig.advance(600_000)
      expect(await rig.platform('tiktok').publish.check(draft.publication())).toMatchObject({
        state: 'processing',
      })
      expect(await reconcile(rig, draft)).toMatchObject({ outcome: 'processing' })
    }
  })

  test('an upload that expires after an hour starts again and makes one post', async () => {
    const draft = await filmDraft()
    await prepare(rig, draft)
    await rig.advance(61 * 60_000)
    expect(await problemOf(send(rig, draft))).toMatchObject({
      kind: 'unavailable',
      code: 'prepare_again',
    })
    await publish(rig, draft)
    expect(await rig.posts()).toHaveLength(1)
  })
})
