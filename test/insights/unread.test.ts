import { Registry } from 'prom-client'
import { beforeEach, describe, expect, it } from 'vitest'
import { notifyOfUnread } from '../../activities/insights/unread.ts'
import { findNoticeToMail } from '../../db/notifications/notice-mails.ts'
import { noticeKinds } from '../../db/notifications/notifications.ts'
import { meterFigures } from '../../web/operate/figures-meter.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const hourMs = 3_600_000
const platforms: PlatformName[] = ['facebook', 'instagram', 'tiktok']

beforeEach(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
  for (const platform of platforms) await due(platform, -5)
})

/** Makes the account's own reading due this many hours ago. */
const due = (platform: PlatformName, hoursAgo: number) =>
  test.sql`
    insert into measured_channels (channel_id, workspace_id, next_at, days_at, list_at)
    values (${channels[platform]}, ${test.workspaces.northside}, now() - make_interval(hours => ${hoursAgo}::int),
      now() + interval '1 year', now() + interval '1 year')
    on conflict (channel_id) do update set next_at = excluded.next_at`
/** A post from before the account was connected, whose reading was due 49 hours ago. */
const elsewhere = (channelId: string, { isRead }: { isRead: boolean }) => test.sql`
  insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, published_at, next_at, taken_at)
  values (${test.workspaces.northside}, ${channelId}, '1', 'image', '', now() - interval '9 days', now() - interval '49 hours',
    ${isRead ? new Date(Date.now() - 73 * hourMs) : null})`
const tell = (inHours = 0) => notifyOfUnread(test.sql, new Date(Date.now() + inHours * hourMs))
const told = () => test.sql<
  {
    id: string
    userId: string
    channelId: string | null
    facts: { accounts: number }
    byMail: boolean
  }[]
>`
  select id, user_id, channel_id, facts, by_mail from notices where kind = 'unread' order by id`

describe('promise U4: two days without readings', () => {
  it('notify the admins, also by email, once however often they are checked', async () => {
    await due('instagram', 47)
    await tell()
    expect(await told(), 'not before').toHaveLength(0)
    await tell(2)
    await Promise.all([tell(3), tell(3), tell(40)])
    const notices = await told()
    expect(notices).toMatchObject([
      { userId: test.cast.admin.id, channelId: channels.instagram, byMail: true },
    ])
    const [outbox] =
      await test.sql`select count(*)::int as n from outbox where kind = 'notice' and ref_id = ${notices[0]!.id}`
    expect(outbox?.n).toBe(1)
    expect(await findNoticeToMail(test.sql, notices[0]!.id)).toMatchObject({
      kind: 'unread',
      platform: 'instagram',
    })
    const page = await test.cast.admin.get('/w/northside/notices')
    expect(page.text.replace(/\s+/g, ' ')).toMatch(
      /Insights for [^<]+ on Instagram haven’t updated since/,
    )
    expect(page.text).toContain('href="/w/northside/insights"')
    expect(page.text).toContain('Posts still go out.')
  })

  it('of all accounts cause one notification, and an account that stops again after it was read causes another', async () => {
    await due('facebook', 49)
    await due('instagram', 30)
    await due('tiktok', 26)
    await tell()
    expect(await told()).toMatchObject([{ channelId: null, facts: { accounts: 3 } }])
    await tell(40)
    expect(await told(), 'the others reach two days later').toHaveLength(1)
    await due('facebook', -90)
    await tell(190)
    expect(await told()).toMatchObject([
      {},
      { channelId: channels.facebook, facts: { accounts: 1 } },
    ])
  })

  it('cause no notification for an ended connection, a disconnected account or a post without an id at the platform', async () => {
    await due('facebook', 100)
    await test.sql`update channels set state = 'reconnect' where id = ${channels.facebook}`
    await due('instagram', 100)
    await test.sql`
      update channels set state = 'disconnected', token_sealed = null, disconnected_at = now() where id = ${channels.instagram}`
    const { targetId } = await measuredRows(test, channels).measured('tiktok', {
      daysAgo: 9,
      readings: [{ hours: 1, views: 1 }],
    })
    await test.sql`update measured_targets set next_at = now() - interval '100 hours' where target_id = ${targetId}`
    await tell()
    expect(await told()).toHaveLength(0)
    await test.sql`update targets set platform_post_id = '77' where id = ${targetId}`
    await tell()
    expect(await told(), 'with an id it is read').toMatchObject([{ channelId: channels.tiktok }])
  })

  it.each([
    [
      "the account's days",
      (id: string) =>
        test.sql`update measured_channels set days_at = now() - interval '49 hours' where channel_id = ${id}`,
    ],
    [
      "the list of the account's own posts",
      (id: string) =>
        test.sql`update measured_channels set list_at = now() - interval '49 hours' where channel_id = ${id}`,
    ],
    ['a post that was not made here', (id: string) => elsewhere(id, { isRead: true })],
  ])('are told to the admins when only %s is overdue', async (_, make) => {
    await make(channels.instagram)
    await tell()
    expect(await told()).toMatchObject([{ channelId: channels.instagram }])
  })

  it('leave out first readings of posts from before the account was connected, which may take days', async () => {
    await elsewhere(channels.instagram, { isRead: false })
    await tell()
    expect(await told()).toHaveLength(0)
  })

  it('have a notification kind that can be stored and is emailed by default, like all others', async () => {
    const [check] = await test.sql<{ text: string }[]>`
      select pg_get_constraintdef(oid) as text from pg_constraint where conname = 'notices_kind_check'`
    expect([...check!.text.matchAll(/'(\w+)'/g)].map(([, kind]) => kind).sort()).toEqual(
      [...noticeKinds].sort(),
    )
    const [user] = await test.sql<{ kinds: string[] }[]>`
      select notices_by_mail as kinds from users where id = ${test.cast.manager.id}`
    expect([...user!.kinds].sort()).toEqual([...noticeKinds].sort())
  })

  it('are visible to operators as the time that the oldest due reading has been waiting', async () => {
    const registry = new Registry()
    const read = meterFigures(registry, test.deps)
    const figure = async () => {
      await read()
      return Number(
        /^cratesocial_oldest_overdue_reading_seconds (\S+)$/m.exec(await registry.metrics())?.[1],
      )
    }
    expect(await figure()).toBe(0)
    await due('instagram', 50)
    expect(await figure()).toBeGreaterThanOrEqual(50 * 3600)
    expect((await test.cast.operator.get('/operate')).text.replace(/\s+/g, ' ')).toMatch(
      /Overdue insights.*50 h/,
    )
    await test.sql`update measured_channels set days_at = now() - interval '70 hours'`
    expect(await figure(), "an account's days are readings, too").toBeGreaterThanOrEqual(70 * 3600)
    await test.sql`update grants set state = 'reauthorize'`
    expect(await figure(), 'a person has to reconnect, and was told').toBe(0)
  })
})
