import type { Problem } from '../../platforms/errors.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import type { CommentState } from './comments.ts'
import { openStates, preparedStates, stateList, type TargetState } from './target-states.ts'
import { type Moved, transition } from './target-transitions.ts'

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
   * The first comment: see db/posts/comments.ts. `commentOpen`: there is something to do for it.
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
}

/** The targets of one post, ordered by channel name. */
export const listTargets = (sql: Db, ref: { workspaceId: string; postId: string }): Promise<TargetRow[]> => sql<TargetRow[]>`
  select t.*, c.name as channel_name, c.handle as channel_handle
  from targets t join channels c on c.id = t.channel_id
  where t.workspace_id = ${ref.workspaceId} and t.post_id = ${ref.postId}
  order by c.platform, c.name`

/**
 * `missedAt`: after this time it is too late to publish. `isPaused`: publishing is paused in its
 * workspace. `isConnected`: its account and connection are active, as far as we know.
 */
export type TargetToDrive = TargetRow & { missedAt: Date; isPaused: boolean; isConnected: boolean }

/** A target by its id alone, for workflows, which know nothing else. */
export const findTarget = async (sql: Db, targetId: string): Promise<TargetToDrive | undefined> => {
  const [row] = await sql<TargetToDrive[]>`
    select t.*, c.name as channel_name, c.handle as channel_handle, t.due_at + w.missed_after as missed_at,
      w.paused_at is not null or i.paused_at is not null as is_paused,
      c.state = 'connected' and coalesce(g.state = 'active', false) as is_connected
    from targets t join channels c on c.id = t.channel_id left join grants g on g.id = c.grant_id
      join workspaces w on w.id = t.workspace_id cross join installation i
    where t.id = ${targetId}`
  return row
}

/** What operators find the workflows of these targets by. */
export const listSearchable = (
  sql: Db,
  ids: string[],
): Promise<{ id: string; workspace: string; channel: string; platform: string; state: TargetState }[]> => sql`
  select id, workspace_id as workspace, channel_id as channel, platform, state from targets where id = any(${ids}::uuid[])`

/**
 * How many unfinished targets of all workspaces are due from `from` until before `to`, at most
 * `most`.
 */
export const countOpenDue = async (sql: Db, span: { from: Date; to: Date }, most: number): Promise<number> => {
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
  error instanceof Error && 'constraint_name' in error && error.constraint_name === 'targets_bound_once'

/** The post ids of a channel that already belong to a target. */
export const listBoundIds = async (sql: Db, target: { workspaceId: string; channelId: string }): Promise<string[]> => {
  const rows = await sql<{ platformPostId: string }[]>`
    select platform_post_id from targets
    where workspace_id = ${target.workspaceId} and channel_id = ${target.channelId} and platform_post_id is not null`
  return rows.map((row) => row.platformPostId)
}

/** Before the call, a change of content or time must not have come first. */
const unchanged = (sql: Db, { id, revision }: { id: string; revision: number }) => sql`t.id = ${id} and t.revision = ${revision}`

/** After the call, no other attempt must have followed. */
const latest = (sql: Db, { id, attemptNumber }: { id: string; attemptNumber: number }) =>
  sql`t.id = ${id} and t.attempt_number = ${attemptNumber}`

const hasMoved = async (moving: PromiseLike<Moved[]>): Promise<boolean> => (await moving).length === 1

/** scheduled → preparing. Drops handles from an older revision. False if the row has moved on. */
export const beginPreparing = (sql: Db, target: { id: string; revision: number }): Promise<boolean> =>
  hasMoved(transition(sql, 'prepare', { where: unchanged(sql, target) }))

/**
 * Saves the handles from the platform at once. False if the target was changed or has moved on, so
 * that they are useless. `holder` is the step that got them: one that was presumed dead and returns
 * late must not overwrite the handles of a later one.
 */
export const saveHandles = async (
  sql: Db,
  target: { id: string; revision: number },
  handles: JsonRecord,
  holder: { state: TargetState; attemptNumber: number },
): Promise<boolean> => {
  const rows = await sql`
    update targets set handles = ${sql.json(handles)}
    where id = ${target.id} and handles_revision = ${target.revision}
      and state = ${holder.state} and attempt_number = ${holder.attemptNumber}
    returning id`
  return rows.length === 1
}

/** Records what comes next, in words, without changing the state. */
export const noteWaiting = async (sql: Db, target: { id: string; revision: number }, words: string): Promise<void> => {
  await sql`
    update targets set waiting_for = ${words}
    where id = ${target.id} and revision = ${target.revision} and waiting_for is distinct from ${words}`
}

/**
 * The platform has delivered it as a draft: its creator finishes it there, until `until`. False if
 * that is known already.
 */
export const markInInbox = async (sql: Db, target: { id: string; attemptNumber: number }, until: Date): Promise<boolean> => {
  const marked = await sql`
    update targets set inbox_until = ${until}
    where id = ${target.id} and attempt_number = ${target.attemptNumber} and state = 'processing' and inbox_until is null`
  return marked.count > 0
}

/** Postpones an unsent target until its platform accepts posts again. */
export const postpone = async (
  sql: Db,
  target: { id: string; revision: number },
  wait: { notBefore: Date; words: string },
): Promise<void> => {
  await sql`
    update targets set not_before = ${wait.notBefore}, waiting_for = ${wait.words}
    where id = ${target.id} and revision = ${target.revision} and state in ${stateList(sql, preparedStates)}`
}

/** preparing → ready. */
export const markReady = (sql: Db, target: { id: string; revision: number }): Promise<boolean> =>
  hasMoved(transition(sql, 'makeReady', { where: sql`${unchanged(sql, target)} and t.handles_revision = t.revision` }))

/** scheduled → ready, for a target that needs nothing ahead of its call. */
export const markReadyAtOnce = (sql: Db, target: { id: string; revision: number }): Promise<boolean> =>
  hasMoved(transition(sql, 'makeReadyAtOnce', { where: unchanged(sql, target) }))

/** Marks an unsent target as failed because the platform won't accept it. */
export const markRefusedAhead = (sql: Db, target: { id: string; revision: number }, problem: Problem): Promise<boolean> =>
  hasMoved(transition(sql, 'refuseUnsent', { where: unchanged(sql, target) }, { problem }))

/** Marks a post as missed if its time passed longer ago than the workspace allows. */
export const markMissed = (sql: Db, target: { id: string; revision: number }): Promise<boolean> =>
  hasMoved(
    transition(sql, 'miss', {
      join: sql`from workspaces w`,
      where: sql`${unchanged(sql, target)} and w.id = t.workspace_id and t.due_at + w.missed_after < now()`,
    }),
  )

/** Marks a target as published and binds it to its post at the platform. */
export const markPublished = (
  sql: Db,
  target: { id: string; attemptNumber: number },
  outcome: { platformPostId: string | null; confirmedBy: string },
): Promise<boolean> => hasMoved(transition(sql, 'publish', { where: latest(sql, target) }, outcome))

/** Sent and accepted, but the platform is still processing it. */
export const markProcessing = (sql: Db, target: { id: string; attemptNumber: number }, words: string): Promise<boolean> =>
  hasMoved(transition(sql, 'process', { where: latest(sql, target) }, { words }))

/** The platform clearly refused what was sent. */
export const markFailed = (sql: Db, target: { id: string; attemptNumber: number }, problem: Problem): Promise<boolean> =>
  hasMoved(transition(sql, 'refuse', { where: latest(sql, target) }, { problem }))

/**
 * Clearly nothing happened: the target can be claimed again, not before `notBefore`. `from`:
 * whether the preparation is checked again first. `words`: why it waits. `after`: the state of the
 * failed attempt.
 */
export type AnotherTry = {
  from: 'preparing' | 'ready'
  words: string
  notBefore: Date | null
  after?: 'sending' | 'processing'
}

export const allowAnotherTry = (
  sql: Db,
  target: { id: string; attemptNumber: number },
  { from, words, notBefore, after = 'sending' }: AnotherTry,
): Promise<boolean> => {
  const name = from === 'ready' ? 'tryAgainReady' : 'tryAgainPreparing'
  const where = sql`${latest(sql, target)} and t.state = ${after}`
  return hasMoved(transition(sql, name, { where }, { words, notBefore }))
}

/** The outcome couldn't be found out: a person decides. */
export const markUnconfirmed = (sql: Db, target: { id: string; attemptNumber: number }, words: string): Promise<boolean> =>
  hasMoved(transition(sql, 'giveUp', { where: latest(sql, target) }, { words }))

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
  { channelId, targetId, known, better }: { channelId: string; targetId: string; known: string; better: string },
): Promise<void> => {
  await sql`
    update targets set platform_post_id = ${better}
    where id = ${targetId} and channel_id = ${channelId} and platform_post_id = ${known} and state = 'published'`
}
