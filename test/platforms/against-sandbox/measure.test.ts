import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Account } from '../../../platforms/account.ts'
import type { Measuring, PostToMeasure } from '../../../platforms/measurer.ts'
import { draftOf, publish } from '../../support/draft.ts'
import { expectedNumbers, type LedgerNumbers } from '../../support/insights/expected-numbers.ts'
import { type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { type CountingShare, countingShare } from '../../support/platforms/counting-share.ts'
import { photo, video } from '../../support/publishable.ts'

const hourMs = 3_600_000
let rig: Rig
let accounts: Record<string, Account>
const posts: Record<string, PostToMeasure[]> = { facebook: [], instagram: [], tiktok: [] }

beforeAll(async () => {
  rig = await startRig()
  // Hours pass in this test, and nothing renews TikTok's token.
  await rig.set({
    insightsLagMs: hourMs,
    insightsCurveMs: 20 * hourMs,
    tiktokTokenProfile: 'older',
  })
  const [meta, tiktok] = [await rig.connect('meta'), await rig.connect('tiktok')]
  accounts = {
    facebook: meta.account('facebook'),
    instagram: meta.account('instagram'),
    tiktok: tiktok.account('tiktok'),
  }
  await out('facebook', 'photo', [await photo(rig.host, '#204060')])
  await out('facebook', 'reel', [await video(rig.host, 'fb reel')])
  await out('instagram', 'image', [await photo(rig.host, '#334455')])
  await out('instagram', 'reel', [await video(rig.host, 'ig reel')])
  await out('instagram', 'story', [await photo(rig.host, '#123123', { width: 720, height: 1280 })])
  for (const name of ['one', 'two']) await out('tiktok', 'video', [await video(rig.host, name)])
}, 60_000)
afterAll(() => rig.close())

const out = async (
  platform: string,
  kind: string,
  media: Parameters<typeof draftOf>[1]['media'],
) => {
  const text = kind === 'story' ? '' : `${platform} ${kind}`
  const draft = draftOf(rig, {
    platform,
    account: accounts[platform]!,
    kind,
    text,
    media: media ?? [],
  })
  const { platformPostId } = await publish(rig, draft)
  posts[platform]?.push({ platformPostId: platformPostId!, kind, handles: draft.handles() })
}

let share: CountingShare
beforeEach(() => {
  share = countingShare()
})
const measuring = (platform: string, retired: string[] = []): Measuring => ({
  account: accounts[platform]!,
  share,
  isRetired: (_, name) => retired.includes(name),
  now: rig.now,
  signal: new AbortController().signal,
})
const measure = (platform: string, retired?: string[]) =>
  rig.platform(platform).measure.posts(measuring(platform, retired), posts[platform]!)
const truth = (platform: string, id: string) =>
  rig.control<LedgerNumbers>('GET', `/ledger/posts/${platform}/${id}/numbers`)

test('before Meta has any numbers, metrics are missing, not 0', async () => {
  const { result } = await measure('instagram')
  expect([...result.values()].flatMap((numbers) => Object.values(numbers))).toEqual([])
})

test.each(['facebook', 'instagram', 'tiktok'])(
  'promise U3: %s: every number matches the platform, with one call for all posts',
  async (platform) => {
    await rig.advance(5 * hourMs)
    const sinceId = String((await rig.calls()).at(-1)?.id ?? 0)
    const { result, refusals } = await measure(platform)
    expect(refusals).toEqual([])
    const made = (await rig.calls({ sinceId })).map(({ endpoint }) => endpoint)
    const operations = made.filter((endpoint) => endpoint.endsWith('.insights'))
    expect(made.length - operations.length).toBe(1)
    expect(share.calls).toBe(operations.length || 1)
    for (const post of posts[platform]!) {
      const numbers = result.get(post.platformPostId)
      expect(numbers).toEqual(
        expectedNumbers(
          rig.platform(platform).measure,
          post.kind,
          await truth(platform, post.platformPostId),
        ),
      )
      expect(numbers?.views).toBeGreaterThan(0)
    }
  },
)

test('a metric that Meta retires is detected and reported, and the others still arrive', async () => {
  await rig.set({
    retiredMetrics: { reach: '2026-01-01', post_total_media_view_unique: '2026-01-01' },
  })
  for (const [platform, name] of [
    ['instagram', 'reach'],
    ['facebook', 'post_total_media_view_unique'],
  ] as const) {
    const { result, refusals } = await measure(platform)
    expect(new Set(refusals.map((refusal) => refusal.name))).toEqual(new Set([name]))
    const numbers = result.get(posts[platform]![0]!.platformPostId)!
    expect(numbers).not.toHaveProperty('reach')
    expect(numbers.views).toBeGreaterThan(0)
    expect((await measure(platform, [name])).refusals).toEqual([])
  }
  await rig.set({ retiredMetrics: {} })
})

test('a post that no longer exists is left out and does not affect the others', async () => {
  const gone = { platformPostId: '17900000000000001', kind: 'image', handles: {} }
  const { result } = await rig
    .platform('instagram')
    .measure.posts(measuring('instagram'), [gone, ...posts.instagram!])
  expect(result.has(gone.platformPostId)).toBe(false)
  expect(result.size).toBe(posts.instagram!.length)
})

test.each(['facebook', 'instagram', 'tiktok'])(
  'promise U3: %s: followers are read, and the last settled day if the platform provides it',
  async (platform) => {
    const { followers, accountDay } = rig.platform(platform).measure
    expect((await followers(measuring(platform))).result.followers).toBeGreaterThan(0)
    if (platform === 'tiktok') return expect(accountDay).toBeNull()
    expect((await accountDay!(measuring(platform), [])).result.day?.views).toBeGreaterThan(0)
  },
)

test('a story has no numbers after its 24 hours', async () => {
  await rig.advance(25 * hourMs)
  const { result } = await measure('instagram')
  const story = posts.instagram!.find((post) => post.kind === 'story')!
  expect(result.get(story.platformPostId) ?? {}).toEqual({})
})
