import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Account } from '../../../platforms/account.ts'
import type { Measuring, PostToMeasure } from '../../../platforms/measurer.ts'
import { draftOf, publish, publishWithoutReceipt } from '../../support/draft.ts'
import { type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { type CountingShare, countingShare } from '../../support/platforms/counting-share.ts'
import { photo, video } from '../../support/publishable.ts'

const hourMs = 3_600_000
let rig: Rig
let account: Account
beforeAll(async () => {
  rig = await startRig()
})
beforeEach(async () => {
  await rig.reset()
  await rig.set({ insightsLagMs: 0, insightsCurveMs: 10 * hourMs })
  account = (await rig.connect('meta')).account('facebook')
})
afterAll(() => rig.close())

let share: CountingShare
beforeEach(() => {
  share = countingShare()
})
const measuring = (): Measuring => ({
  account,
  share,
  isRetired: () => false,
  now: rig.now,
  signal: new AbortController().signal,
})
const measure = (posts: PostToMeasure[]) =>
  rig.platform('facebook').measure.posts(measuring(), posts)
const out = async (kind: string, text = `A ${kind}`): Promise<PostToMeasure> => {
  const media =
    kind === 'text'
      ? []
      : [kind === 'photo' ? await photo(rig.host, '#204060') : await video(rig.host, text)]
  const draft = draftOf(rig, { platform: 'facebook', account, kind, text, media })
  const { platformPostId } = await publish(rig, draft)
  return { platformPostId: platformPostId!, kind, handles: draft.handles() }
}
const callsSince = async (sinceId: string) =>
  (await rig.calls({ sinceId })).map(({ endpoint, status }) => ({ endpoint, status }))
const lastCall = async () => String((await rig.calls()).at(-1)?.id ?? 0)
const page = (state: object) =>
  rig.control('POST', `/accounts/meta/pages/${account.id}/state`, state)

describe('measuring posts in one batch', () => {
  test('reads 50 posts with one call, for an app that cannot use multi-ID requests', async () => {
    const posts: PostToMeasure[] = []
    while (posts.length < 50) posts.push(await out('text', `Post ${posts.length}`))
    await rig.advance(5 * hourMs)
    const before = await lastCall()
    const { result } = await measure(posts)
    expect([result.size, share.calls]).toEqual([50, 50])
    expect([...result.values()].every(({ views = 0 }) => views > 0)).toBe(true)
    expect((await callsSince(before)).filter(({ endpoint }) => endpoint === 'batch')).toHaveLength(
      1,
    )
  })

  test('requests an operation that Meta did not finish again separately, so that no number is missing', async () => {
    const posts = [await out('text', 'One'), await out('text', 'Two')]
    await rig.advance(5 * hourMs)
    await rig.fault({
      platform: 'facebook',
      endpoint: 'post.insights',
      kind: 'reset',
      when: 'before',
      times: 1,
    })
    const { result, unanswered } = await measure(posts)
    expect([result.size, unanswered.size, share.calls]).toEqual([2, 0, 3])
  })

  test('keeps the numbers of the other posts when one fails', async () => {
    const posts = [await out('text', 'One'), await out('text', 'Two')]
    await rig.advance(5 * hourMs)
    await rig.fault({
      platform: 'facebook',
      endpoint: 'post.insights',
      kind: 'error',
      code: 2,
      when: 'before',
      times: 1,
    })
    const { result, unanswered } = await measure(posts)
    expect([result.size, [...unanswered.values()].map(({ kind }) => kind)]).toEqual([
      1,
      ['unavailable'],
    ])
  })

  test('reports a rate limit or an expired token as such, not as an error of one post', async () => {
    const posts = [await out('text', 'One'), await out('text', 'Two')]
    for (const [code, kind] of [
      [80001, 'rate_limited'],
      [190, 'reauthorize'],
    ] as const) {
      await rig.fault({
        platform: 'facebook',
        endpoint: 'post.insights',
        kind: 'error',
        code,
        when: 'before',
        times: 1,
      })
      await expect(measure(posts)).rejects.toMatchObject({ kind })
    }
  })
})

describe('a small Page', () => {
  test('gets the numbers that Facebook provides; the one it withholds is marked as not given for this account', async () => {
    const posts = [
      await out('photo'),
      await out('photo', 'Two'),
      await out('photo', 'Three'),
      await out('text'),
    ]
    await page({ isSmall: true })
    await rig.advance(5 * hourMs)
    const { result, refusals, notGiven, unanswered, problem } = await measure(posts)
    expect([refusals, unanswered.size, problem]).toEqual([[], 0, null])
    expect(new Set(notGiven)).toEqual(new Set(['reach']))
    for (const { platformPostId } of posts) {
      const numbers = result.get(platformPostId)!
      expect(numbers.views).toBeGreaterThan(0)
      expect(numbers).toHaveProperty('likes')
      expect(numbers).not.toHaveProperty('reach')
    }
  })

  test('is told apart from a missing role, where every metric is refused and a permission is missing', async () => {
    const posts = [await out('photo'), await out('photo', 'Two')]
    await rig.fault({
      platform: 'facebook',
      endpoint: 'post.insights',
      kind: 'error',
      code: 200,
      when: 'before',
      times: 100,
    })
    await expect(measure(posts)).rejects.toMatchObject({ kind: 'permission' })
  })

  test('gets followers and the other number when one number of the account is withheld', async () => {
    await rig.advance(72 * hourMs)
    const refusal = {
      platform: 'facebook',
      endpoint: 'page.insights',
      kind: 'error' as const,
      code: 200,
      when: 'before' as const,
    }
    await rig.fault({ ...refusal, times: 2 }) // both metrics together, then one of them separately
    const { result: followers } = await rig.platform('facebook').measure.followers(measuring())
    expect(followers.followers).toBeGreaterThan(0)
    const { result, refusals } = await rig.platform('facebook').measure.accountDay!(measuring(), [])
    expect([result.day?.views, result.day?.reach].filter((value) => value !== null)).toHaveLength(1)
    expect(refusals).toEqual([])
  })
})

describe('a refused metric', () => {
  test('is reported with the object it was refused for, and only if that object returned other metrics', async () => {
    const posts = [await out('photo'), await out('photo', 'Two'), await out('text')]
    await rig.advance(5 * hourMs)
    await rig.set({ retiredMetrics: { post_total_media_view_unique: '2026-01-01' } })
    const { refusals, result } = await measure(posts)
    expect(result.size).toBe(3)
    const name = 'post_total_media_view_unique'
    const expected = posts.map(({ kind, platformPostId: object }) => ({ kind, name, object }))
    expect(refusals).toEqual(expect.arrayContaining(expected))
    expect(refusals).toHaveLength(3)
  })

  test('is not reported when the object returns no numbers at all', async () => {
    const bare: PostToMeasure = { ...(await out('video')), kind: 'photo' }
    const videoId = (bare.handles.upload as { videoId: string }).videoId
    const { refusals, unanswered } = await measure([
      { ...bare, platformPostId: videoId },
      await out('photo'),
    ])
    expect(refusals).toEqual([])
    expect([...unanswered.keys()]).toEqual([videoId])
  })
})

describe('a video whose post id Facebook has not provided yet', () => {
  /** Published, but the receipt is incomplete. */
  const outWithoutPostId = async (kind: string) => {
    const draft = draftOf(rig, {
      platform: 'facebook',
      account,
      kind,
      text: kind,
      media: [await video(rig.host, kind)],
    })
    const { platformPostId } = await publishWithoutReceipt(rig, draft)
    return { draft, platformPostId: platformPostId!, kind, handles: draft.handles() }
  }

  test('is measured by its own id, and by its post id as soon as there is one', async () => {
    await rig.set({ videoPostIdLagMs: 48 * hourMs })
    const posts = [await outWithoutPostId('video'), await outWithoutPostId('reel')]
    expect(posts.every(({ platformPostId }) => !platformPostId.includes('_'))).toBe(true)
    await rig.advance(5 * hourMs)
    const early = await measure(posts)
    expect([early.betterIds.size, early.refusals, early.unanswered.size]).toEqual([0, [], 0])
    for (const { platformPostId } of posts)
      expect(early.result.get(platformPostId)!.views).toBeGreaterThan(0)
    await rig.advance(48 * hourMs)
    const later = await measure(posts)
    expect([...later.betterIds.keys()]).toEqual(posts.map(({ platformPostId }) => platformPostId))
    for (const id of later.betterIds.values())
      expect(id).toMatch(new RegExp(`^${account.id}_\\d+$`))
    for (const { platformPostId } of posts)
      expect(later.result.get(platformPostId)!.views).toBeGreaterThan(0)
  })

  test('is looked up again whenever its URL is requested, until its post id is known', async () => {
    await rig.set({ videoPostIdLagMs: hourMs })
    const { draft, platformPostId: bare } = await outWithoutPostId('reel')
    const { findPermalink } = rig.platform('facebook').publish
    const early = await findPermalink(draft.publication(), bare)
    expect([early.platformPostId, early.final, early.permalink !== null]).toEqual([
      bare,
      false,
      true,
    ])
    await rig.advance(2 * hourMs)
    const later = await findPermalink(draft.publication(), bare)
    expect(later.platformPostId).toMatch(new RegExp(`^${account.id}_\\d+$`))
    expect(later.final).toBe(true)
  })
})
