import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Account } from '../../../platforms/account.ts'
import type { Measuring, PostToMeasure } from '../../../platforms/measurer.ts'
import { ownNames } from '../../../platforms/own-metrics.ts'
import { draftOf, publish } from '../../support/draft.ts'
import { expectedNumbers, type LedgerNumbers } from '../../support/insights/expected-numbers.ts'
import { type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { countingShare } from '../../support/platforms/counting-share.ts'
import { photo, video } from '../../support/publishable.ts'

const hourMs = 3_600_000
let rig: Rig
let accounts: Record<string, Account>
const posts: Record<string, PostToMeasure[]> = { facebook: [], instagram: [] }

beforeAll(async () => {
  rig = await startRig()
  await rig.set({ insightsLagMs: hourMs, insightsCurveMs: 20 * hourMs })
  const meta = await rig.connect('meta')
  accounts = { facebook: meta.account('facebook'), instagram: meta.account('instagram') }
  const film = await video(rig.host, 'film', { durationMs: 8_000 })
  const pictures = [await photo(rig.host, '#204060'), await photo(rig.host, '#987654')]
  const story = await photo(rig.host, '#123123', { width: 720, height: 1280 })
  await out('facebook', 'text', [])
  await out('facebook', 'link', [], 'https://example.com/crates')
  await out('facebook', 'video', [film])
  await out('facebook', 'reel', [film])
  await out('instagram', 'image', pictures.slice(0, 1))
  await out('instagram', 'carousel', pictures)
  await out('instagram', 'reel', [film])
  await out('instagram', 'story', [story])
  await rig.advance(6 * hourMs)
}, 90_000)
afterAll(() => rig.close())

const out = async (
  platform: string,
  kind: string,
  media: Parameters<typeof draftOf>[1]['media'],
  link?: string,
) => {
  const text = kind === 'story' ? '' : `${platform} ${kind}`
  const draft = draftOf(rig, {
    platform,
    account: accounts[platform]!,
    kind,
    text,
    media: media ?? [],
    ...(link ? { link } : {}),
  })
  const { platformPostId } = await publish(rig, draft)
  posts[platform]?.push({ platformPostId: platformPostId!, kind, handles: draft.handles() })
}
const measuring = (platform: string): Measuring => ({
  account: accounts[platform]!,
  share: countingShare(),
  isRetired: () => false,
  now: rig.now,
  signal: new AbortController().signal,
})
const measurer = (platform: string) => rig.platform(platform).measure
const measure = (platform: string) =>
  measurer(platform).posts(measuring(platform), posts[platform]!)
const numbersOf = async (platform: string, kind: string) => {
  const { result } = await measure(platform)
  return result.get(posts[platform]!.find((post) => post.kind === kind)!.platformPostId)
}

const expectedOf = {
  facebook: {
    text: ['clicks'],
    link: ['clicks', 'link_clicks'],
    video: ['average_watch_time', 'clicks', 'watch_time'],
    reel: ['average_watch_time', 'watch_time'],
  },
  instagram: {
    image: ['follows', 'profile_visits'],
    carousel: ['follows', 'profile_visits'],
    reel: ['average_watch_time', 'watch_time'],
    story: ['follows', 'link_clicks', 'profile_visits'],
  },
} as const

test.each(['facebook', 'instagram'] as const)(
  'promise U3: %s: watch time, follows, visits and clicks match the platform for each kind, and no name is refused',
  async (platform) => {
    await rig.control('POST', '/clock', { stopped: true })
    const { result, refusals, notGiven, unanswered } = await measure(platform)
    expect([refusals, notGiven, unanswered.size]).toEqual([[], [], 0])
    for (const { platformPostId, kind } of posts[platform]!) {
      const truth = await rig.control<LedgerNumbers>(
        'GET',
        `/ledger/posts/${platform}/${platformPostId}/numbers`,
      )
      const numbers = result.get(platformPostId)!
      expect([kind, numbers]).toEqual([kind, expectedNumbers(measurer(platform), kind, truth)])
      const own = Object.keys(ownNames(measurer(platform).ownMetrics, kind))
      expect([kind, own.toSorted()]).toEqual([kind, expectedOf[platform][kind as never]])
      for (const name of own)
        expect([kind, name, typeof numbers[name]]).toEqual([kind, name, 'number'])
    }
    await rig.control('POST', '/clock', { stopped: false })
    expect((await numbersOf(platform, 'reel'))?.average_watch_time).toBeGreaterThan(0)
    expect((await numbersOf(platform, 'reel'))?.average_watch_time).toBeLessThanOrEqual(8_000)
  },
)

test('a version of Meta that has no link clicks of stories still gives the rest of a story, and the refusal is reported', async () => {
  await rig.set({ retiredMetrics: { link_clicks: '2026-01-01' } })
  const { refusals } = await measure('instagram')
  expect(refusals.map(({ kind, name }) => ({ kind, name }))).toEqual([
    { kind: 'story', name: 'link_clicks' },
  ])
  const story = await numbersOf('instagram', 'story')
  expect(Object.keys(story ?? {}).toSorted()).toEqual([
    'follows',
    'profile_visits',
    'reach',
    'shares',
    'views',
  ])
  expect(story?.views).toBeGreaterThan(0)
  await rig.set({ retiredMetrics: {} })
})
