import { expect, test } from 'vitest'
import { followersAt } from '../../../local/sandbox/graph/insights/audience.ts'
import { followersAt as tiktokFollowersAt } from '../../../local/sandbox/tiktok/videos/counters.ts'
import { endingsToTell } from '../../../platforms/ending.ts'
import type { PostToMeasure } from '../../../platforms/measurer.ts'
import type { Platform } from '../../../platforms/platform.ts'
import { atTheEnd } from '../../support/at-the-end.ts'
import { draftOf, publish } from '../../support/draft.ts'
import { expectedNumbers, type LedgerNumbers } from '../../support/insights/expected-numbers.ts'
import { type Connection, type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { countingShare } from '../../support/platforms/counting-share.ts'
import { photo, video } from '../../support/publishable.ts'
import type { HostedMedia } from '../../support/servers/media-host.ts'

// Platforms on other dates: in an installation's first week, and years later.

const hourMs = 3_600_000
const ada = '10200000000000001'
const days = [
  { title: 'with an app of these days', at: '2026-11-30T10:00:00Z', told: [] },
  { title: 'a year later, when v28.0 exists', at: '2027-11-30T10:00:00Z', told: [] },
  {
    title: 'six weeks before Meta ends v25.0',
    at: '2028-06-17T10:00:00Z',
    told: ['Graph API v25.0'],
  },
  {
    title: 'after Meta ended v25.0, and answers as v26.0',
    at: '2028-08-17T10:00:00Z',
    told: ['Graph API v25.0'],
  },
]

test.each(days)(
  '$title: accounts connect, every kind of post is published once, and every number matches the platform',
  { timeout: 180_000 },
  async ({ at, told }) => {
    const rig = await startRig({ at: Date.parse(at) })
    atTheEnd(() => rig.close())
    await rig.set({
      tiktokTokenProfile: 'older',
      tiktokPhotosInVideoList: true,
      metaAppCreatedOn: at.slice(0, 10),
    })
    expect(
      endingsToTell([rig.issuer('meta'), rig.issuer('tiktok')], rig.now()).map(({ what }) => what),
    ).toEqual(told)

    const business = { id: '55500000000001', name: 'Northside Holding', relation: 'owned' }
    await rig.control('POST', '/accounts/meta/pages', {
      name: 'Held',
      people: [{ id: ada }],
      business,
    })
    const [meta, tiktok] = [await rig.connect('meta'), await rig.connect('tiktok')]
    expect(meta.offers.map(({ name }) => name)).toContain('Held')

    for (const name of ['facebook', 'instagram', 'tiktok']) {
      const connection = name === 'tiktok' ? tiktok : meta
      const posts = await publishEveryKind(rig, rig.platform(name), connection)
      await rig.advance(5 * hourMs)
      await compareNumbers(rig, rig.platform(name), connection, posts)
    }
    const calls = await rig.calls({ platform: 'facebook' })
    const servedAs = new Set(
      calls.map(({ facts, path }) => facts.servedAs ?? /\/(v\d+\.\d+)\//.exec(path)?.[1]),
    )
    expect([...servedAs]).toEqual([at > '2028-07-29' ? 'v26.0' : 'v25.0'])
  },
)

async function publishEveryKind(
  rig: Rig,
  platform: Platform,
  connection: Connection,
): Promise<PostToMeasure[]> {
  const account = connection.account(platform.name)
  const posts: PostToMeasure[] = []
  for (const { name: kind } of platform.kinds) {
    const text = kind === 'story' ? '' : `${platform.name} ${kind} ${rig.now()}`
    const link = kind === 'link' ? 'https://example.org/crates' : null
    const draft = draftOf(rig, {
      platform: platform.name,
      account,
      kind,
      text,
      link,
      media: await mediaFor(rig, kind),
    })
    const { platformPostId } = await publish(rig, draft)
    posts.push({ platformPostId: platformPostId!, kind, handles: draft.handles() })
  }
  const existing = await rig.posts({ platform: platform.name, account: account.id })
  expect(existing.length).toBe(platform.kinds.length)
  return posts
}

async function mediaFor({ host }: Rig, kind: string): Promise<HostedMedia[]> {
  const picture = (color: string, size = {}) => photo(host, color, size)
  if (kind === 'text' || kind === 'link') return []
  if (kind === 'story') return [await picture('#123123', { width: 720, height: 1280 })]
  if (kind === 'photo' || kind === 'image') return [await picture('#204060')]
  if (kind === 'photos' || kind === 'carousel')
    return [await picture('#456789'), await picture('#987654')]
  return [await video(host, `${kind} ${Math.random()}`)]
}

async function compareNumbers(
  rig: Rig,
  platform: Platform,
  connection: Connection,
  posts: PostToMeasure[],
): Promise<void> {
  const measured = posts.filter(({ kind }) => platform.measure.toldForMs(kind) !== 0)
  const measuring = {
    account: connection.account(platform.name),
    share: countingShare(),
    isRetired: () => false,
    now: rig.now,
    signal: new AbortController().signal,
  }
  await rig.control('POST', '/clock', { stopped: true })
  const { result, refusals } = await platform.measure.posts(measuring, measured)
  expect(refusals).toEqual([])
  for (const post of measured) {
    const path = `/ledger/posts/${platform.name}/${post.platformPostId}/numbers`
    const truth = await rig.control<LedgerNumbers>('GET', path)
    expect([post.kind, result.get(post.platformPostId)]).toEqual([
      post.kind,
      expectedNumbers(platform.measure, post.kind, truth),
    ])
    expect(truth.views).toBeGreaterThan(0)
  }
  expect(measured.length).toBeGreaterThan(1)
  const { followers } = (await platform.measure.followers(measuring)).result
  expect(followers).toBe(await followersOf(rig, platform.name, measuring.account.id))
  await rig.control('POST', '/clock', { stopped: false })
}

/** The current numbers in the sandbox. */
async function followersOf(rig: Rig, platform: string, id: string): Promise<number> {
  const { nowMs } = await rig.control<{ nowMs: number }>('GET', '/clock')
  if (platform === 'tiktok') {
    type Creator = { openId: string; followers: number; createdAtMs: number }
    const creator = (await rig.control<Creator[]>('GET', '/accounts/tiktok')).find(
      ({ openId }) => openId === id,
    )!
    return tiktokFollowersAt(id, creator.followers, nowMs - creator.createdAtMs)
  }
  type Accounts = Record<string, { id: string; followers: number }>
  const { pages, instagram } = await rig.control<{ pages: Accounts; instagram: Accounts }>(
    'GET',
    '/accounts/meta',
  )
  return followersAt((platform === 'facebook' ? pages : instagram)[id]!, nowMs)
}
