import { addDays } from '../../../web/time/days.ts'
import { dateOf, startOfDay } from '../../../web/time/wall-time.ts'
import type { TestApp } from '../app.ts'
import { insertTarget } from '../connected.ts'
import { addMedia, type PlatformName } from '../posts.ts'

const zone = 'Europe/Zurich'
/** The date that many days before today, in the zone. */
export const day = (days: number): string => addDays(dateOf(new Date(), zone), -days)

/** Noon of that day, so that a clock change can't move it to another day. */
export const ago = (days: number): Date =>
  new Date(startOfDay(day(days), zone).getTime() + 12 * 3_600_000)

type Values = Partial<Record<string, number | string>>
type MeasuredPost = {
  daysAgo: number
  readings: { hours: number; views?: number; reach?: number; likes?: number }[]
  ended?: string[]
  text?: string
  kind?: string
}

/** Rows as measuring writes them, in the workspace `northside`. */
export const measuredRows = (test: TestApp, channels: Record<PlatformName, string>) => ({
  /** What an account gained on a day, or had at its end. */
  gained: async (channel: string, days: number, numbers: Values) => {
    const row = {
      workspaceId: test.workspaces.northside,
      channelId: channel,
      day: day(days),
      takenAt: ago(days),
      ...numbers,
    }
    const columns = Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        value,
      ]),
    )
    await test.sql`insert into channel_days ${test.sql(columns as Record<string, string>)}`
  },

  /** A published post with its latest metrics and all readings. */
  measured: async (platform: PlatformName, post: MeasuredPost) => {
    const { northside } = test.workspaces
    const publishedAt = ago(post.daysAgo)
    const mediaIds = [await addMedia(test.deps, northside, test.cast.admin.id)]
    const { postId, targetId } = await insertTarget(test.deps, {
      workspaceId: northside,
      channelId: channels[platform],
      platform,
      mediaIds,
      dueAt: publishedAt,
    })
    await test.sql`
      update targets set state = 'published', published_at = ${publishedAt}, finished_at = ${publishedAt},
        kind = ${post.kind ?? 'photos'}, text = ${post.text ?? 'Twenty crates'} where id = ${targetId}`
    await test.sql`select ensure_snapshot_months(${publishedAt})`
    for (const one of post.readings) {
      const takenAt = new Date(publishedAt.getTime() + one.hours * 3_600_000)
      await test.sql`insert into snapshots (workspace_id, target_id, taken_at, views, reach, likes, source)
        values (${northside}, ${targetId}, ${takenAt}, ${one.views ?? null}, ${one.reach ?? null}, ${one.likes ?? null},
          'Graph API v25.0 insights')`
    }
    const last = post.readings.at(-1)
    const viewsAt = (hours: number) =>
      post.readings.find((one) => one.hours === hours)?.views ?? null
    await test.sql`
      insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, taken_at, views, reach, likes, ended_metrics,
        source, views_at_day, views_at_week)
      values (${targetId}, ${northside}, ${channels[platform]}, ${post.kind ?? 'photos'}, ${publishedAt},
        ${new Date(publishedAt.getTime() + (last?.hours ?? 0) * 3_600_000)}, ${last?.views ?? null}, ${last?.reach ?? null},
        ${last?.likes ?? null}, ${post.ended ?? []}, 'Graph API v25.0 insights', ${viewsAt(24)}, ${viewsAt(168)})`
    return { postId, targetId }
  },
})
