import type { Problem } from '../platforms/errors.ts'
import type { Db } from './connect.ts'

/** One thing that only a person can settle, with what hangs on it. */
export type Need =
  | {
      about: 'channel'
      channelId: string
      platform: string
      channelName: string
      reason: string | null
      /** Posts that wait for the account, and when the first is due. */
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
export const listNeeds = async (sql: Db, workspaceId: string): Promise<Need[]> => {
  const [channels, targets] = await Promise.all([
    listChannelsToReconnect(sql, workspaceId),
    listTargetsToSettle(sql, workspaceId),
  ])
  return [...channels, ...targets]
}

const listChannelsToReconnect = (sql: Db, workspaceId: string): Promise<Need[]> =>
  sql<Need[]>`
    select 'channel' as about, channels.id as channel_id, channels.platform, channels.name as channel_name,
      coalesce(channels.state_reason, grants.state_reason) as reason, waiting.count as waiting, waiting.first_due_at
    from channels join grants on grants.id = grant_id,
      lateral (
        select count(*)::int, min(due_at) as first_due_at from targets
        where channel_id = channels.id and targets.state in ('scheduled', 'preparing', 'ready')) as waiting
    where channels.workspace_id = ${workspaceId}
      and (channels.state = 'reconnect' or (channels.state = 'connected' and grants.state = 'reauthorize'))
    order by waiting.first_due_at nulls last, channels.name`

const listTargetsToSettle = (sql: Db, workspaceId: string): Promise<Need[]> =>
  sql<Need[]>`
    select 'target' as about, targets.post_id, targets.id as target_id, targets.platform, channels.name as channel_name,
      targets.state, left(targets.text, 80) as text, targets.due_at, targets.problem
    from targets join channels on channels.id = channel_id
    where targets.workspace_id = ${workspaceId} and targets.state in ('failed', 'unconfirmed', 'missed')
      and targets.finished_at is null
      and targets.state_at > now() - make_interval(days => ${askedDays})
    order by targets.state_at desc limit 20`
