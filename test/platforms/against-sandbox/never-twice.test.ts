import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Draft,
  draftOf,
  prepare,
  problemOf,
  reconcile,
  send,
  sendBlindly,
  settle,
} from '../../support/draft.ts'
import { type Connection, type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { photo, video } from '../../support/publishable.ts'

let rig: Rig
let meta: Connection
let tiktok: Connection

beforeAll(async () => {
  rig = await startRig()
})
beforeEach(async () => {
  await rig.reset()
  meta = await rig.connect('meta')
  tiktok = await rig.connect('tiktok')
})
afterAll(() => rig.close())

const draft = async (platform: string, kind: string, text: string): Promise<Draft> => {
  const media =
    kind === 'text'
      ? []
      : [
          kind === 'image' || kind === 'photos'
            ? await photo(rig.host, '#999999')
            : await video(rig.host, text),
        ]
  return draftOf(rig, {
    platform,
    account: (platform === 'tiktok' ? tiktok : meta).account(platform),
    kind,
    text,
    media,
  })
}

/** Publishes the post, but the response is lost. */
const publishUnnoticed = async (endpoint: string, post: Draft): Promise<void> => {
  await prepare(rig, post)
  await rig.fault({ endpoint, when: 'after', kind: 'reset' })
  await sendBlindly(rig, post)
  for (let looks = 0; looks < 3; looks += 1) await rig.advance(5_000)
  expect(await rig.posts()).toHaveLength(1)
}

// promise: D6: after an unknown outcome, nothing publishes a prepared post twice.
describe('preparing and sending again after an unnoticed publish', () => {
  test.each(['error', 'same_id', 'duplicate'])(
    'promise D6: a container is published once, whatever a second call would do (%s)',
    async (secondMediaPublish) => {
      await rig.set({ secondMediaPublish })
      const post = await draft('instagram', 'image', 'Once')
      await publishUnnoticed('media_publish', post)
      await prepare(rig, post)
      const [made] = await rig.posts()
      expect(await send(rig, post)).toMatchObject({ state: 'published', platformPostId: made?.id })
      expect(await rig.calls({ endpoint: 'media_publish' })).toHaveLength(1)
      expect(await rig.posts()).toHaveLength(1)
    },
  )

  test.each([
    ['video', 'videos.finish'],
    ['reel', 'video_reels.finish'],
  ])('promise D6: a Facebook %s is finished once', async (kind, endpoint) => {
    const post = await draft('facebook', kind, 'Once')
    await publishUnnoticed(endpoint, post)
    await prepare(rig, post)
    expect(await send(rig, post)).toMatchObject({ state: 'processing' })
    expect(await rig.calls({ endpoint })).toHaveLength(1)
    expect(await rig.posts()).toHaveLength(1)
  })

  test('promise D6: the last chunk of a TikTok video makes one post', async () => {
    const post = await draft('tiktok', 'video', 'Once')
    await publishUnnoticed('upload', post)
    await prepare(rig, post)
    const problem = await problemOf(send(rig, post))
    expect(problem.kind).toBe('unknown_outcome')
    expect(await rig.posts()).toHaveLength(1)
    expect(await reconcile(rig, post)).toMatchObject({ outcome: 'found' })
  })

  test('promise D6: one post per video when the last of several chunks is lost before or after TikTok accepts it', async () => {
    const film = await video(rig.host, 'long', { padBytes: 65_000_000 })
    const account = tiktok.account('tiktok')
    const taken = draftOf(rig, {
      platform: 'tiktok',
      account,
      kind: 'video',
      text: 'Taken',
      media: [film],
    })
    await publishUnnoticed('upload', taken)
    const [made] = await rig.posts()
    expect(await reconcile(rig, taken)).toMatchObject({
      outcome: 'found',
      platformPostId: made?.id,
    })

    const lost = draftOf(rig, {
      platform: 'tiktok',
      account,
      kind: 'video',
      text: 'Lost',
      media: [film],
    })
    await prepare(rig, lost)
    await rig.fault({ endpoint: 'upload', when: 'before', kind: 'reset' })
    await sendBlindly(rig, lost)
    expect(await reconcile(rig, lost)).toMatchObject({ outcome: 'absent', certain: false })
    await prepare(rig, lost)
    const sinceId = String((await rig.calls()).at(-1)?.id)
    await settle(rig, lost, await send(rig, lost))
    expect(
      await rig.calls({ sinceId, endpoint: 'upload' }),
      'only the last chunk is sent again',
    ).toHaveLength(1)
    expect((await rig.posts()).map((post) => post.media[0]?.sha256)).toEqual([
      film.sha256,
      film.sha256,
    ])
  })

  test('promise D6: Facebook photos that are already in a post are not used again', async () => {
    const post = await draft('facebook', 'photos', 'Once')
    await publishUnnoticed('feed', post)
    await prepare(rig, post)
    await problemOf(send(rig, post))
    expect(await rig.posts()).toHaveLength(1)
  })

  test('promise D6: a Facebook text published while the lists lagged is noticed when Facebook refuses the second one', async () => {
    await rig.set({ listLagMs: 10 * 60_000 })
    const post = await draft('facebook', 'text', 'Once')
    await publishUnnoticed('feed', post)
    await rig.advance(4 * 60_000)
    expect(await reconcile(rig, post)).toMatchObject({ outcome: 'absent', certain: false })
    const answer = await problemOf(send(rig, post))
    expect(answer).toMatchObject({ code: '506', kind: 'unknown_outcome' })
    expect(await rig.posts()).toHaveLength(1)
    await rig.advance(7 * 60_000)
    const looked = await reconcile(rig, post, { sentAtMs: rig.now() - 7 * 60_000, answer })
    expect(['found', 'unclear']).toContain(looked.outcome)
  })
})
