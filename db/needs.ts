import type { Problem } from '../platforms/errors.ts'
import type { Db } from './connect.ts'

/** One thing that only a person can settle, with what hangs on it. */
export type Need =
  | {
      about: 'channel'
      channelId: string
      platform: string
      channelName: string
      /** How many accounts what happened took; `channelName` then speaks of them all. */
      accounts: number
      reason: string | null
      /** Posts that wait for the account, and when the first is due. */
      waiting: number
      firstDueAt: Date | null
    }
  | {
      about: 'ending'
      grantId: string
      issuer: string
      grantName: string
      endsAt: Date
      /** Posts that are due after it. */
      waiting: number
      firstDueAt: Date | null
    }
  | {
      about: 'target'
      postId: string
      targetId: string
      platform: string
      channelName: string
      state: 'failed' | 'unconfirmed' | 'missed'
      text: string
      dueAt: Date
      problem: Problem | null
    }

/** Failed, missed and unconfirmed posts are asked about for this long; afterwards they stay in the calendar only. */
const askedDays = 30

/** What needs a person in a workspace, connections first since posts wait for them. */
export const listNeeds = async (sql: Db, workspaceId: string, now = new Date()): Promise<Need[]> => {
  const [channels, ending, targets] = await Promise.all([
    listChannelsToReconnect(sql, workspaceId),
    listGrantsEnding(sql, workspaceId, now),
    listTargetsToSettle(sql, workspaceId),
  ])
  return [...channels, ...targets, ...ending]
}

/** One for each authorization that is gone, and one for what took accounts away while their authorization goes on. */
const listChannelsToReconnect = (sql: Db, workspaceId: string): Promise<Need[]> =>
  sql<Need[]>`
    select 'channel' as about, min(c.id::text) as channel_id, min(c.platform) as platform,
      case count(*) when 1 then min(c.name) else min(c.name) || ' and ' || (count(*) - 1) || ' more' end as channel_name, count(*)::int as accounts,
      min(coalesce(c.state_reason, g.state_reason)) as reason, sum(waiting.count)::int as waiting, min(waiting.first_due_at) as first_due_at
    from channels c join grants g on g.id = c.grant_id,
      lateral (
        select count(*)::int, min(due_at) as first_due_at from targets t
        where t.channel_id = c.id and t.state in ('scheduled', 'preparing', 'ready')) as waiting
    where c.workspace_id = ${workspaceId} and (c.state = 'reconnect' or (c.state = 'connected' and g.state = 'reauthorize'))
    group by g.id, case when g.state = 'active' then coalesce(c.state_reason, c.id::text) else g.id::text end
    order by min(waiting.first_due_at) nulls last, channel_name`

/** promise: U4: what only a person can renew, two weeks ahead; what is renewed by itself ends with its refresh token. */
const listGrantsEnding = (sql: Db, workspaceId: string, now: Date): Promise<Need[]> =>
  sql<Need[]>`
    select 'ending' as about, g.id as grant_id, g.issuer, g.user_name as grant_name, e.ends_at, risk.count as waiting, risk.first_due_at
    from grants g, lateral (select coalesce(g.refresh_expires_at, least(g.expires_at, g.data_access_expires_at)) as ends_at) e,
      lateral (
        select count(*)::int, min(t.due_at) as first_due_at from targets t join channels c on c.id = t.channel_id
        where c.grant_id = g.id and t.state in ('scheduled', 'preparing', 'ready') and t.due_at >= e.ends_at) risk
    where g.workspace_id = ${workspaceId} and g.state = 'active' and e.ends_at between ${now} and ${now}::timestamptz + interval '14 days'
      and exists (select from channels c where c.grant_id = g.id and c.state = 'connected')
    order by e.ends_at`

const listTargetsToSettle = (sql: Db, workspaceId: string): Promise<Need[]> =>
  sql<Need[]>`
    select 'target' as about, targets.post_id, targets.id as target_id, targets.platform, channels.name as channel_name,
      targets.state, left(targets.text, 80) as text, targets.due_at, targets.problem
    from targets join channels on channels.id = channel_id
    where targets.workspace_id = ${workspaceId} and targets.state in ('failed', 'unconfirmed', 'missed')
      and targets.finished_at is null
      and targets.state_at > now() - make_interval(days => ${askedDays})
    order by targets.state_at desc limit 20`
