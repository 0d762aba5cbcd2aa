import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Draft,
  draftOf,
  prepare,
  receipt,
  reconcile,
  send,
  sendBlindly,
  settle,
} from '../../support/draft.ts'
import {
  type Connection,
  type FaultWanted,
  type Rig,
  startRig,
} from '../../support/platforms/against-sandbox.ts'
import { photo, video } from '../../support/publishable.ts'
import type { HostedMedia } from '../../support/servers/media-host.ts'

let rig: Rig
let meta: Connection
let tiktok: Connection
const files: Record<string, HostedMedia> = {}

beforeAll(async () => {
  rig = await startRig()
  files.one = await photo(rig.host, '#111111')
  files.two = await photo(rig.host, '#222222')
  files.film = await video(rig.host, 'film')
})
beforeEach(async () => {
  await rig.reset()
  meta = await rig.connect('meta')
  tiktok = await rig.connect('tiktok')
})
afterAll(() => rig.close())

type Way = { platform: string; kind: string; media: string[]; endpoint: string }

/** Each way to publish, and the irreversible call's name in the ledger. */
const ways: Way[] = [
  { platform: 'facebook', kind: 'text', media: [], endpoint: 'feed' },
  { platform: 'facebook', kind: 'photos', media: ['one', 'two'], endpoint: 'feed' },
  { platform: 'facebook', kind: 'video', media: ['film'], endpoint: 'videos.finish' },
  { platform: 'facebook', kind: 'reel', media: ['film'], endpoint: 'video_reels.finish' },
  { platform: 'facebook', kind: 'story', media: ['one'], endpoint: 'photo_stories' },
  { platform: 'facebook', kind: 'story', media: ['film'], endpoint: 'video_stories.finish' },
  { platform: 'instagram', kind: 'image', media: ['one'], endpoint: 'media_publish' },
  { platform: 'instagram', kind: 'carousel', media: ['one', 'film'], endpoint: 'media_publish' },
  { platform: 'instagram', kind: 'reel', media: ['film'], endpoint: 'media_publish' },
  { platform: 'instagram', kind: 'story', media: ['one'], endpoint: 'media_publish' },
  { platform: 'tiktok', kind: 'video', media: ['film'], endpoint: 'upload' },
]

type Fault = Pick<FaultWanted, 'kind' | 'code' | 'subcode' | 'delayMs'> & { name: string }

const broken: Fault[] = [
  { name: 'reset', kind: 'reset' },
  { name: 'timeout', kind: 'timeout', delayMs: 150 },
  { name: 'a page of HTML with 503', kind: 'html503' },
]
/** Only Meta has these. TikTok's upload host returns only a status. */
const metaFaults: Fault[] = [
  { name: 'half an answer', kind: 'truncated' },
  { name: 'error 1', kind: 'error', code: 1 },
  { name: 'error 2', kind: 'error', code: 2 },
]
const instagramFaults: Fault[] = [
  { name: 'error 4-2207051', kind: 'error', code: 4, subcode: 2207051 },
  { name: 'error -1-2207001', kind: 'error', code: -1, subcode: 2207001 },
]

const faultsOf = ({ platform }: Way): Fault[] => [
  ...broken,
  ...(platform === 'tiktok' ? [] : metaFaults),
  ...(platform === 'instagram' ? instagramFaults : []),
]

const isProcessed = ({ platform, media }: Way): boolean =>
  platform === 'tiktok' || (platform === 'facebook' && media.includes('film'))

const readyDraft = async (way: Way): Promise<Draft> => {
  const account = (way.platform === 'tiktok' ? tiktok : meta).account(way.platform)
  const text = way.kind === 'story' ? '' : 'Did it go out?'
  const media = way.media.flatMap((name) => files[name] ?? [])
  const draft = draftOf(rig, { platform: way.platform, account, kind: way.kind, text, media })
  await prepare(rig, draft)
  return draft
}

const disturb = (
  way: Way,
  when: FaultWanted['when'],
  { name: _, ...fault }: Fault,
  delayMs?: number,
): Promise<void> =>
  rig.fault({
    endpoint: way.endpoint,
    when,
    ...fault,
    ...(delayMs === undefined ? {} : { delayMs }),
  })

/**
 * If the platform is still processing the post, waits first. That it is processing is certain, not
 * a guess.
 */
const reconcileToTheEnd = async (way: Way, draft: Draft) => {
  if (isProcessed(way)) {
    expect(await reconcile(rig, draft)).toMatchObject({ outcome: 'processing' })
    for (let looks = 0; looks < 4; looks += 1) await rig.advance(5_000)
  }
  return reconcile(rig, draft)
}

for (const way of ways) {
  describe(`${way.platform} ${way.kind} ${way.media.join(' and ')}`, () => {
    for (const fault of faultsOf(way)) {
      // promise: D6
      test(`promise D6: published, then ${fault.name}: found with its id, and one post exists`, async () => {
        const draft = await readyDraft(way)
        await disturb(way, 'after', fault)
        expect(await sendBlindly(rig, draft)).toMatchObject({ kind: 'unknown_outcome' })
        const found = await reconcileToTheEnd(way, draft)
        const posts = await rig.posts()
        expect(posts).toHaveLength(1)
        expect(found).toMatchObject({ outcome: 'found', platformPostId: posts[0]?.id })
        expect(await receipt(rig, draft, posts[0]?.id ?? null)).toMatchObject({
          permalink: posts[0]?.permalink,
          final: true,
        })
      })

      test(`promise D6: ${fault.name} before it is published: absent, and another attempt makes the one post`, async () => {
        const draft = await readyDraft(way)
        await disturb(way, 'before', fault)
        const answer = await sendBlindly(rig, draft)
        expect(answer).toMatchObject({ kind: 'unknown_outcome' })
        expect(await reconcile(rig, draft)).toMatchObject({ outcome: 'absent', certain: false })
        await rig.advance(5 * 60_000)
        const outcome = fault.subcode === 2207051 ? 'refused' : 'absent'
        expect(await reconcile(rig, draft, { answer })).toMatchObject({ outcome })
        expect(await rig.posts()).toEqual([])
        await prepare(rig, draft)
        await settle(rig, draft, await send(rig, draft))
        expect(await rig.posts()).toHaveLength(1)
      })
    }

    test('promise D6: published late, after the response was lost: not certainly absent at first, found once it exists', async () => {
      const draft = await readyDraft(way)
      await disturb(way, 'late', { name: 'reset', kind: 'reset' }, 30_000)
      await sendBlindly(rig, draft)
      expect(await reconcile(rig, draft)).toMatchObject({ outcome: 'absent', certain: false })
      await rig.advance(31_000)
      const found = await reconcileToTheEnd(way, draft)
      const posts = await rig.posts()
      expect(posts).toHaveLength(1)
      expect(found).toMatchObject({ outcome: 'found', platformPostId: posts[0]?.id })
    })

    if (way.platform !== 'tiktok')
      test('promise D6: published while the lists lag: not found at first, but not certainly absent', async () => {
        await rig.set({ listLagMs: 60_000 })
        const draft = await readyDraft(way)
        await disturb(way, 'after', { name: 'reset', kind: 'reset' })
        await sendBlindly(rig, draft)
        const first = await reconcile(rig, draft)
        expect(first.outcome).not.toBe('found')
        if (first.outcome === 'absent') expect(first.certain).toBe(false)
        for (let looks = 0; looks < 3; looks += 1) await rig.advance(25_000)
        const posts = await rig.posts()
        expect(await reconcile(rig, draft)).toMatchObject({
          outcome: 'found',
          platformPostId: posts[0]?.id,
        })
      })

    if (way.platform !== 'tiktok')
      test('an older post that looks the same is never mistaken for it', async () => {
        const older = await readyDraft(way)
        const id = await settle(rig, older, await send(rig, older))
        // The Page refuses the same text twice in a row, so another post is needed in between.
        const between = await readyDraft({
          platform: 'facebook',
          kind: 'link',
          media: [],
          endpoint: 'feed',
        })
        if (way.platform === 'facebook')
          await send(rig, {
            ...between,
            publication: () => ({ ...between.publication(), text: 'Between' }),
          })
        // Clocks may differ by a minute. Anything older can't be from this attempt.
        await rig.advance(90_000)
        const draft = await readyDraft(way)
        await disturb(way, 'before', { name: 'reset', kind: 'reset' })
        await sendBlindly(rig, draft)
        expect((await reconcile(rig, draft, { boundIds: id ? [id] : [] })).outcome).toBe('absent')
        expect((await reconcile(rig, draft)).outcome).not.toBe('found')
      })
  })
}
