import type { Problem } from '../../platforms/errors.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import type { CommentState } from './comments/comments.ts'
import type { DeletionState } from './deletions.ts'
import { isApproved } from './reviews/approved.ts'
import { openStates, stateList, type TargetState } from './target-states.ts'

export type TargetRow = {
  id: string
  workspaceId: string
  postId: string
  channelId: string
  platform: string
  channelName: string
  channelHandle: string
  kind: string
  text: string
  link: string | null
  settings: JsonRecord
  dueAt: Date
  /** It took a free slot of its account. */
  queued: boolean
  state: TargetState
  stateAt: Date
  waitingFor: string | null
  notBefore: Date | null
  /** Until when its creator can finish a draft that the platform delivered. See `markInInbox`. */
  inboxUntil: Date | null
  revision: number
  handles: JsonRecord
  handlesRevision: number | null
  attemptNumber: number
  problem: Problem | null
  platformPostId: string | null
  permalink: string | null
  sentAt: Date | null
  publishedAt: Date | null
  confirmedBy: string | null
  finishedAt: Date | null
  /**
   * The first comment: see db/posts/comments/comments.ts. `commentOpen`: there is something to do for it.
   */
  commentOpen: boolean
  commentState: CommentState | null
  commentNumber: number
  commentNotBefore: Date | null
  commentSince: Date | null
  commentProblem: Problem | null
  commentProof: string | null
  commentId: string | null
  commentedAt: Date | null
  /** Deleting it at the platform: see db/posts/deletions.ts. */
  deletionState: DeletionState | null
  deletionNumber: number
  deletionAskedAt: Date | null
  deletionNotBefore: Date | null
  deletionClaimedAt: Date | null
  deletionSentAt: Date | null
  deletionAnswer: string | null
  deletionProblem: Problem | null
  deletionProof: string | null
  deletionEndedAt: Date | null
  /** Who asked for it. Only in lists of a post's targets. */
  deletionAskedByName?: string | null
}

/** The targets of one post, ordered by channel name. */
export const listTargets = (
  sql: Db,
  ref: { workspaceId: string; postId: string },
): Promise<TargetRow[]> => sql<TargetRow[]>`
  select t.*, c.name as channel_name, c.handle as channel_handle,
    (select name from users where id = t.deletion_asked_by) as deletion_asked_by_name
  from targets t join channels c on c.id = t.channel_id
  where t.workspace_id = ${ref.workspaceId} and t.post_id = ${ref.postId}
  order by c.platform, c.name`

/**
 * `missedAt`: after this time it is too late to publish. `isPaused`: publishing is paused in its
 * workspace. `isConnected`: its account and connection are active, as far as we know. `isUnapproved`:
 * someone has to approve it as it is before it may go out.
 */
export type TargetToDrive = TargetRow & {
  missedAt: Date
  isPaused: boolean
  isConnected: boolean
  isUnapproved: boolean
}

/** A target by its id alone, for workflows, which know nothing else. */
export const findTarget = async (sql: Db, targetId: string): Promise<TargetToDrive | undefined> => {
  const [row] = await sql<TargetToDrive[]>`
    select t.*, c.name as channel_name, c.handle as channel_handle, t.due_at + w.missed_after as missed_at,
      w.paused_at is not null or i.paused_at is not null as is_paused,
      c.state = 'connected' and coalesce(g.state = 'active', false) as is_connected, not ${isApproved(sql)} as is_unapproved
    from targets t join channels c on c.id = t.channel_id left join grants g on g.id = c.grant_id
      join workspaces w on w.id = t.workspace_id cross join installation i
    where t.id = ${targetId}`
  return row
}

/** What operators find the workflows of these targets by. */
export const listSearchable = (
  sql: Db,
  ids: string[],
): Promise<
  { id: string; workspace: string; channel: string; platform: string; state: TargetState }[]
> => sql`
  select id, workspace_id as workspace, channel_id as channel, platform, state from targets where id = any(${ids}::uuid[])`

/**
 * How many unfinished targets of all workspaces are due from `from` until before `to`, at most
 * `most`.
 */
export const countOpenDue = async (
  sql: Db,
  span: { from: Date; to: Date },
  most: number,
): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from (
      select from targets
      where due_at >= ${span.from} and due_at < ${span.to} and state in ${stateList(sql, openStates)}
      limit ${most}) as due`
  return row?.count ?? 0
}

/** The account that a target publishes to, with its platform's id. */
export const findAccountOfTarget = async (
  sql: Db,
  ref: { workspaceId: string; targetId: string },
): Promise<{ platform: string; accountId: string } | undefined> => {
  const [row] = await sql<{ platform: string; accountId: string }[]>`
    select c.platform, c.account_id from targets t join channels c on c.id = t.channel_id
    where t.workspace_id = ${ref.workspaceId} and t.id = ${ref.targetId}`
  return row
}

/** The error for a platform post that already belongs to another target. */
export const isBoundAlready = (error: unknown): boolean =>
  error instanceof Error &&
  'constraint_name' in error &&
  error.constraint_name === 'targets_bound_once'

/** The post ids of a channel that already belong to a target. */
export const listBoundIds = async (
  sql: Db,
  target: { workspaceId: string; channelId: string },
): Promise<string[]> => {
  const rows = await sql<{ platformPostId: string }[]>`
    select platform_post_id from targets
    where workspace_id = ${target.workspaceId} and channel_id = ${target.channelId} and platform_post_id is not null`
  return rows.map((row) => row.platformPostId)
}

/**
 * Completes the receipt, possibly with a better id than the known one. `final` means that there is
 * nothing more to request.
 */
export const completeReceipt = async (
  sql: Db,
  targetId: string,
  receipt: { permalink: string | null; platformPostId: string | null; final: boolean },
): Promise<void> => {
  await sql`
    update targets set
      permalink = coalesce(${receipt.permalink}, permalink),
      platform_post_id = coalesce(${receipt.platformPostId}, platform_post_id),
      finished_at = case when ${receipt.final} then now() else finished_at end
    where id = ${targetId} and state = 'published'`
}

/**
 * Stores a new id that the platform gave for a published post. @throws `isBoundAlready` if another
 * post of the channel has it
 */
export const replacePostId = async (
  sql: Db,
  {
    channelId,
    targetId,
    known,
    better,
  }: { channelId: string; targetId: string; known: string; better: string },
): Promise<void> => {
  await sql`
    update targets set platform_post_id = ${better}
    where id = ${targetId} and channel_id = ${channelId} and platform_post_id = ${known} and state = 'published'`
}
