import { beforeAll, describe, expect, test } from 'vitest'
import { eraseHistory } from '../../db/channels/disconnecting.ts'
import { recordLimit } from '../../db/channels/limits.ts'
import { tx } from '../../db/postgres/connect.ts'
import {
  type Connected,
  type MeasuringWorld,
  startMeasuringWorld,
} from '../support/insights/measuring-world.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

let world: MeasuringWorld
let channels: Record<string, Connected>
const made: Record<string, string> = {}

const audience = { views: 900, likes: 70, comments: 6, saved: 5, shares: 4 }
const older = (platform: string, account: string, kind: string, text: string, daysAgo: number) => ({
  ...{ platform, account, kind, text, media: [], audience },
  createdAtMs: world.rig.now() - daysAgo * dayMs,
})
const addToMeta = async (post: ReturnType<typeof older>): Promise<string> => {
  const [added] = await world.rig.control<{ id: string }[]>('POST', '/accounts/meta/history', [
    post,
  ])
  return added!.id
}

beforeAll(async () => {
  world = await startMeasuringWorld()
  channels = { ...(await world.connect('meta')), ...(await world.connect('tiktok')) }
  const { facebook, instagram } = channels
  made.facebook = await addToMeta(
    older('facebook', facebook!.account.id, 'text', 'Made on Facebook', 10),
  )
  made.tooOld = await addToMeta(older('facebook', facebook!.account.id, 'text', 'Long ago', 100))
  await world.post(channels.tiktok!, 'video')
  const [ours] = await world.rig.posts({ platform: 'tiktok' })
  await addVideos(ours!.media[0]!.sha256)
  made.instagram = await addToMeta(
    older('instagram', instagram!.account.id, 'image', 'Made on Instagram', 20),
  )
}, 60_000)

const pass = (ms: number) => world.measureUntil(world.rig.now() + ms)
const rowsOf = (channel: Connected) => world.sql`
  select platform_post_id, kind, text, permalink like 'http%' as has_link, views::int as views, likes, published_at < now() as is_past
  from elsewhere_posts where channel_id = ${channel.channelId} order by published_at desc`
const truthOf = (platform: string, id: string) =>
  world.rig.control<Record<string, number>>('GET', `/ledger/posts/${platform}/${id}/numbers`)
const listCalls = async () =>
  (await world.rig.calls()).filter(({ path }) =>
    /published_posts|video_reels|\/media$|video\/list/.test(path),
  ).length

describe.sequential('posts of an account that were published elsewhere', () => {
  test('promise U3: from the last 90 days are read when the account is connected, with the platform’s numbers', {
    timeout: 60_000,
  }, async () => {
    await world.measure()
    for (const [platform, text, kind] of [
      ['facebook', 'Made on Facebook', 'text'],
      ['instagram', 'Made on Instagram', 'image'],
    ] as const) {
      const id = made[platform]!
      const { views, likes } = await truthOf(platform, id)
      expect(views).toBeGreaterThan(0)
      const expected = { platformPostId: id, kind, text, hasLink: true, views, likes, isPast: true }
      expect([...(await rowsOf(channels[platform]!))]).toEqual([expected])
    }
  })

  test('add nothing to the daily sums for what they had gained before', async () => {
    const [sums] = await world.sql`
      select coalesce(sum(views), 0)::int as views, coalesce(sum(other_views), 0)::int as other from channel_days`
    expect(sums).toEqual({ views: 0, other: 0 })
  })

  test('are listed once a day, including those published since and without those from here', {
    timeout: 60_000,
  }, async () => {
    const facebook = channels.facebook!
    const ours = await world.post(facebook, 'text')
    await pass(2 * hourMs)
    const before = await listCalls()
    await pass(2 * hourMs)
    expect(await listCalls()).toBe(before)
    const later = await addToMeta(older('facebook', facebook.account.id, 'text', 'Made since', 0))
    await pass(26 * hourMs)
    expect(await listCalls()).toBeGreaterThan(before)
    const ids = (await rowsOf(facebook)).map((row) => row.platformPostId)
    expect(ids.toSorted()).toEqual([made.facebook!, later].toSorted())
    expect(ids).not.toContain(ours.platformPostId)
  })

  test('are read page by page from TikTok’s public videos', { timeout: 60_000 }, async () => {
    const rows = await rowsOf(channels.tiktok!)
    expect(rows).toHaveLength(25)
    expect(rows.every((row) => Number(row.views) > 0 && row.kind === 'video' && row.hasLink)).toBe(
      true,
    )
  })

  test('are read one by one if the platform refuses them together, and only the refused one is skipped', {
    timeout: 60_000,
  }, async () => {
    const tiktok = channels.tiktok!
    const due = new Date(world.rig.now())
    await world.sql`update elsewhere_posts set next_at = ${due}, taken_at = null where channel_id = ${tiktok.channelId}`
    const refusal = {
      platform: 'tiktok',
      endpoint: 'video/query',
      when: 'before',
      kind: 'error',
      code: 'invalid_params',
    } as const
    await world.rig.fault({ ...refusal, times: 2 })
    await world.measure()
    const rows = await world.sql<{ isRead: boolean; isDue: boolean }[]>`
      select taken_at is not null as is_read, next_at <= ${due} as is_due from elsewhere_posts
      where channel_id = ${tiktok.channelId} order by published_at desc`
    expect(rows.map(({ isRead }) => isRead)).toEqual([
      false,
      ...Array.from({ length: rows.length - 1 }, () => true),
    ])
    expect(rows.some(({ isDue }) => isDue)).toBe(false)
  })

  test('are not read while the platform restricts reading, and are deleted when the account’s history is erased', {
    timeout: 60_000,
  }, async () => {
    const instagram = channels.instagram!
    const until = new Date(world.rig.now() + 40 * hourMs)
    await recordLimit(world.sql, instagram.channelId, {
      of: 'account',
      holds: ['reading'],
      until,
      words: 'Nearly used up.',
    })
    const before = (await world.rig.calls({ platform: 'instagram' })).length
    await pass(30 * hourMs)
    expect((await world.rig.calls({ platform: 'instagram' })).length).toBe(before)
    const readings = () => world.sql`
      select from snapshots s join elsewhere_posts e on e.id = s.elsewhere_id where e.channel_id = ${instagram.channelId}`
    const count = async () =>
      Number(
        (
          await world.sql`select count(*)::int as n from snapshots where elsewhere_id is not null`
        )[0]?.n,
      )
    const [own, all] = [(await readings()).length, await count()]
    expect(own).toBeGreaterThan(0)
    await tx(world.sql, (t) => eraseHistory(t, instagram.channelId, new Date(world.rig.now())))
    expect([...(await rowsOf(instagram))]).toEqual([])
    expect(await count(), 'their readings go with them').toBe(all - own)
  })
})

const addVideos = async (sha256: string): Promise<void> => {
  const { username } = channels.tiktok!.account.settings
  const videos = Array.from({ length: 25 }, (_, index) => ({
    ...{
      username,
      title: `Older ${index}`,
      media: sha256,
      audience: { views: 500, likes: 9, comments: 2, shares: 1 },
    },
    createdAtMs: world.rig.now() - (index + 1) * dayMs,
  }))
  await world.rig.control('POST', '/accounts/tiktok/history', videos)
}
