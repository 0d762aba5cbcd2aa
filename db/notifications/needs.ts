import type { Problem } from '../../platforms/errors.ts'
import type { Db } from '../postgres/connect.ts'
import { asJson, fromJson } from '../postgres/json-rows.ts'
import { unseenNotices } from './notifications.ts'
import { type Pause, pauseOf } from './pauses.ts'

/** One item that needs a person's attention, with what depends on it. */
export type Need =
  | {
      about: 'channel'
      channelId: string
      grantId: string
      /** When the admins were last asked to reconnect. */
      askedAt: Date | null
      platform: string
      channelName: string
      /** How many accounts were lost for the same reason. `channelName` names all of them. */
      accounts: number
      reason: string | null
      /** Posts that are on hold because of this, and when the first one is due. */
      waiting: number
      firstDueAt: Date | null
    }
  | {
      about: 'ending'
      grantId: string
      issuer: string
      grantName: string
      endsAt: Date
      askedAt: Date | null
      /** Posts that are due after the end. */
      waiting: number
      firstDueAt: Date | null
    }
  | {
      about: 'target'
      postId: string
      targetId: string
      /** The post's version, for the form that dismisses the item. */
      version: number
      platform: string
      channelName: string
      state: 'failed' | 'unconfirmed' | 'missed'
      text: string
      dueAt: Date
      problem: Problem | null
    }
  | {
      about: 'comment'
      postId: string
      targetId: string
      version: number
      platform: string
      channelName: string
      state: 'failed' | 'unconfirmed'
      text: string
      problem: Problem | null
    }

/**
 * For how many days a failed, missed or unconfirmed post counts as needing attention. After that,
 * only the calendar shows it.
 */
const askedDays = 30

/**
 * What every page of a workspace shows: items that need attention, pauses, and the number of unseen
 * notices.
 */
export type Attention = { needs: Need[]; pause: Pause; unseen: number }

/**
 * Reads everything in one statement, because every page needs it. Connections come first, because
 * posts are on hold for them.
 */
export const findStanding = async (
  sql: Db,
  { workspaceId, userId }: { workspaceId: string; userId: string },
  now = new Date(),
): Promise<Attention> => {
  const [row] = await sql<{ channels: Json; ending: Json; targets: Json; comments: Json; pause: Json; unseen: number }[]>`
    select ${asJson(sql, channelsToReconnect(sql, workspaceId))} as channels, ${asJson(sql, grantsEnding(sql, workspaceId, now))} as ending,
      ${asJson(sql, targetsToSettle(sql, workspaceId))} as targets,
      ${asJson(sql, commentsToSettle(sql, workspaceId))} as comments, ${asJson(sql, pauseOf(sql, workspaceId))} as pause,
      ${unseenNotices(sql, { workspaceId, userId })} as unseen`
  const { channels = [], ending = [], targets = [], comments = [], pause = [], unseen = 0 } = row ?? {}
  return {
    needs: [...channels, ...targets, ...comments, ...ending].map((need) => fromJson<Need>(need, dates)),
    pause: pause[0] ? fromJson<Pause>(pause[0], dates) : { workspaceAt: null, installationAt: null },
    unseen,
  }
}

type Json = Record<string, unknown>[]
const dates = ['askedAt', 'firstDueAt', 'endsAt', 'dueAt', 'workspaceAt', 'installationAt']

/**
 * One row per authorization that has ended. Accounts that were lost while their authorization is
 * active are grouped by reason.
 */
const channelsToReconnect = (sql: Db, workspaceId: string) => sql`(
    select 'channel' as about, g.id as grant_id, ${askedAt(sql)}, min(c.id::text) as channel_id, min(c.platform) as platform,
      case count(*) when 1 then min(c.name) else min(c.name) || ' and ' || (count(*) - 1) || ' more' end as channel_name, count(*)::int as accounts,
      min(coalesce(c.state_reason, g.state_reason)) as reason, sum(waiting.count)::int as waiting, min(waiting.first_due_at) as first_due_at
    from channels c join grants g on g.id = c.grant_id,
      lateral (
        select count(*)::int, min(due_at) as first_due_at from targets t
        where t.channel_id = c.id and t.state in ('scheduled', 'preparing', 'ready')) as waiting
    where c.workspace_id = ${workspaceId} and (c.state = 'reconnect' or (c.state = 'connected' and g.state = 'reauthorize'))
    group by g.id, case when g.state = 'active' then coalesce(c.state_reason, c.id::text) else g.id::text end
    order by min(waiting.first_due_at) nulls last, channel_name)`

const askedAt = (sql: Db) => sql`
  (select max(n.created_at) from notices n where n.grant_id = g.id and n.kind = 'asked') as asked_at`

/**
 * promise: U4: connections that only a person can renew, two weeks before they end. One that renews
 * automatically ends with its refresh token.
 */
const grantsEnding = (sql: Db, workspaceId: string, now: Date) => sql`(
    select 'ending' as about, g.id as grant_id, ${askedAt(sql)}, g.issuer, g.user_name as grant_name, e.ends_at, risk.count as waiting, risk.first_due_at
    from grants g, lateral (select coalesce(g.refresh_expires_at, least(g.expires_at, g.data_access_expires_at)) as ends_at) e,
      lateral (
        select count(*)::int, min(t.due_at) as first_due_at from targets t join channels c on c.id = t.channel_id
        where c.grant_id = g.id and t.state in ('scheduled', 'preparing', 'ready') and t.due_at >= e.ends_at) risk
    where g.workspace_id = ${workspaceId} and g.state = 'active' and e.ends_at between ${now} and ${now}::timestamptz + interval '14 days'
      and exists (select from channels c where c.grant_id = g.id and c.state = 'connected')
    order by e.ends_at)`

const targetsToSettle = (sql: Db, workspaceId: string) => sql`(
    select 'target' as about, targets.post_id, targets.id as target_id, targets.platform, channels.name as channel_name,
      targets.state, left(targets.text, 80) as text, targets.due_at, targets.problem, posts.version
    from targets join channels on channels.id = channel_id join posts on posts.id = targets.post_id
    where targets.workspace_id = ${workspaceId} and targets.state in ('failed', 'unconfirmed', 'missed')
      and targets.finished_at is null
      and targets.state_at > now() - make_interval(days => ${askedDays})
    order by targets.state_at desc limit 20)`

const commentsToSettle = (sql: Db, workspaceId: string) => sql`(
    select 'comment' as about, targets.post_id, targets.id as target_id, targets.platform, channels.name as channel_name,
      targets.comment_state as state, left(targets.text, 80) as text, targets.comment_problem as problem, posts.version
    from targets join channels on channels.id = channel_id join posts on posts.id = targets.post_id
    where targets.workspace_id = ${workspaceId} and targets.comment_state in ('failed', 'unconfirmed')
      and targets.state = 'published' and targets.state_at > now() - make_interval(days => ${askedDays})
    order by targets.state_at desc limit 20)`
