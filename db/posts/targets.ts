import type { Problem } from '../platforms/errors.ts'
import type { JsonRecord } from '../platforms/platform.ts'
import type { Db } from './connect.ts'
import type { TargetState } from './target-states.ts'

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
}

/** The targets of one post, in the order of their channels' names. */
export const listTargets = (sql: Db, ref: { workspaceId: string; postId: string }): Promise<TargetRow[]> => sql<TargetRow[]>`
  select t.*, c.name as channel_name, c.handle as channel_handle
  from targets t join channels c on c.id = t.channel_id
  where t.workspace_id = ${ref.workspaceId} and t.post_id = ${ref.postId}
  order by c.platform, c.name`

/** `missedAt`: after this it is too late for it. `isPaused`: nothing of its workspace is sent now. */
export type TargetToDrive = TargetRow & { missedAt: Date; isPaused: boolean }

/** One target by its id alone: for workflows, which know nothing else. */
export const findTarget = async (sql: Db, targetId: string): Promise<TargetToDrive | undefined> => {
  const [row] = await sql<TargetToDrive[]>`
    select t.*, c.name as channel_name, c.handle as channel_handle, t.due_at + w.missed_after as missed_at,
      w.paused_at is not null or i.paused_at is not null as is_paused
    from targets t join channels c on c.id = t.channel_id join workspaces w on w.id = t.workspace_id cross join installation i
    where t.id = ${targetId}`
  return row
}

/** How many that are not over are due from `from` up to `to`, in all workspaces; none are counted beyond `most`. */
export const countOpenDue = async (sql: Db, span: { from: Date; to: Date }, most: number): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from (
      select from targets
      where due_at >= ${span.from} and due_at < ${span.to} and state in ('scheduled', 'preparing', 'ready', 'sending', 'processing')
      limit ${most}) as due`
  return row?.count ?? 0
}

/** Which account a target goes to, as its platform knows it. */
export const findAccountOfTarget = async (
  sql: Db,
  ref: { workspaceId: string; targetId: string },
): Promise<{ platform: string; accountId: string } | undefined> => {
  const [row] = await sql<{ platform: string; accountId: string }[]>`
    select c.platform, c.account_id from targets t join channels c on c.id = t.channel_id
    where t.workspace_id = ${ref.workspaceId} and t.id = ${ref.targetId}`
  return row
}

/** A platform's post belongs to one target: the database refused a second. */
export const isBoundAlready = (error: unknown): boolean =>
  error instanceof Error && 'constraint_name' in error && error.constraint_name === 'targets_bound_once'

/** Which of these post ids of a channel are bound already: `targets_bound_once` in words. */
export const listBoundIds = async (sql: Db, target: { workspaceId: string; channelId: string }): Promise<string[]> => {
  const rows = await sql<{ platformPostId: string }[]>`
    select platform_post_id from targets
    where workspace_id = ${target.workspaceId} and channel_id = ${target.channelId} and platform_post_id is not null`
  return rows.map((row) => row.platformPostId)
}

/** scheduled → preparing; handles made for an older revision are dropped. False when the row has moved on. */
export const beginPreparing = async (sql: Db, target: { id: string; revision: number }): Promise<boolean> => {
  const rows = await sql`
    update targets set
      state = 'preparing',
      state_at = case when state = 'preparing' then state_at else now() end,
      handles = case when handles_revision = revision then handles else '{}' end,
      handles_revision = revision
    where id = ${target.id} and revision = ${target.revision} and state in ('scheduled', 'preparing')
    returning id`
  return rows.length === 1
}

/**
 * Keeps what the platform gave, at once. False when the target was changed or has moved on meanwhile: the handles are for nothing
 * then. `holder` is the step that made them: one that was taken for dead and comes back late must not overwrite a later one's.
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

/** Writes what comes next, in words, without touching the state. */
export const noteWaiting = async (sql: Db, target: { id: string; revision: number }, words: string): Promise<void> => {
  await sql`
    update targets set waiting_for = ${words}
    where id = ${target.id} and revision = ${target.revision} and waiting_for is distinct from ${words}`
}

/** An unsent target whose platform takes nothing before this time. */
export const postpone = async (
  sql: Db,
  target: { id: string; revision: number },
  wait: { notBefore: Date; words: string },
): Promise<void> => {
  await sql`
    update targets set not_before = ${wait.notBefore}, waiting_for = ${wait.words}
    where id = ${target.id} and revision = ${target.revision} and state in ('preparing', 'ready')`
}

/** preparing → ready. */
export const markReady = async (sql: Db, target: { id: string; revision: number }): Promise<boolean> => {
  const rows = await sql`
    update targets set state = 'ready', state_at = now(), waiting_for = null, problem = null
    where id = ${target.id} and revision = ${target.revision} and handles_revision = revision and state = 'preparing'
    returning id`
  return rows.length === 1
}

/** An unsent target that the platform will not take: failed, with what it said. */
export const markRefusedAhead = async (sql: Db, target: { id: string; revision: number }, problem: Problem): Promise<boolean> => {
  const rows = await sql`
    update targets set state = 'failed', state_at = now(), waiting_for = null, problem = ${sql.json(problem)}
    where id = ${target.id} and revision = ${target.revision} and state in ('scheduled', 'preparing', 'ready')
    returning id`
  return rows.length === 1
}

/** A post whose time passed longer ago than the workspace allows. */
export const markMissed = async (sql: Db, target: { id: string; revision: number }): Promise<boolean> => {
  const rows = await sql`
    update targets t set state = 'missed', state_at = now(), waiting_for = null
    from workspaces w
    where t.id = ${target.id} and w.id = t.workspace_id and t.revision = ${target.revision}
      and t.state in ('scheduled', 'preparing', 'ready') and t.due_at + w.missed_after < now()
    returning t.id`
  return rows.length === 1
}

/** Bound to its post at the platform and out: the state at which nothing can go wrong any more. */
export const markPublished = async (
  sql: Db,
  target: { id: string; attemptNumber: number },
  outcome: { platformPostId: string | null; confirmedBy: string },
): Promise<boolean> => {
  const rows = await sql`
    update targets set
      state = 'published', state_at = now(), waiting_for = null, problem = null, published_at = now(),
      platform_post_id = coalesce(${outcome.platformPostId}, platform_post_id), confirmed_by = ${outcome.confirmedBy}
    where id = ${target.id} and attempt_number = ${target.attemptNumber} and state in ('sending', 'processing', 'unconfirmed')
    returning id`
  return rows.length === 1
}

/** Sent and taken, but the platform is still at work. */
export const markProcessing = async (sql: Db, target: { id: string; attemptNumber: number }, words: string): Promise<boolean> => {
  const rows = await sql`
    update targets set state = 'processing', state_at = now(), waiting_for = ${words}
    where id = ${target.id} and attempt_number = ${target.attemptNumber} and state in ('sending', 'processing')
    returning id`
  return rows.length === 1
}

/** The platform refused what was sent: a clear no. */
export const markFailed = async (sql: Db, target: { id: string; attemptNumber: number }, problem: Problem): Promise<boolean> => {
  const rows = await sql`
    update targets set state = 'failed', state_at = now(), waiting_for = null, problem = ${sql.json(problem)}
    where id = ${target.id} and attempt_number = ${target.attemptNumber} and state in ('sending', 'processing')
    returning id`
  return rows.length === 1
}

/**
 * A clear "nothing happened": the target may be claimed again, not before `notBefore`; `from` says whether what was prepared is
 * looked at once more before. `words` say why it waits. `after`: where the attempt that came to nothing stands.
 */
export type AnotherTry = {
  from: 'preparing' | 'ready'
  words: string
  notBefore: Date | null
  after?: 'sending' | 'processing'
}

export const allowAnotherTry = async (
  sql: Db,
  target: { id: string; attemptNumber: number },
  again: AnotherTry,
): Promise<boolean> => {
  const rows = await sql`
    update targets set state = ${again.from}, state_at = now(), waiting_for = ${again.words}, not_before = ${again.notBefore}
    where id = ${target.id} and attempt_number = ${target.attemptNumber} and state = ${again.after ?? 'sending'}
    returning id`
  return rows.length === 1
}

/** The outcome could not be found out: a person decides. */
export const markUnconfirmed = async (
  sql: Db,
  target: { id: string; attemptNumber: number },
  words: string,
): Promise<boolean> => {
  const rows = await sql`
    update targets set state = 'unconfirmed', state_at = now(), waiting_for = ${words}
    where id = ${target.id} and attempt_number = ${target.attemptNumber} and state in ('sending', 'processing')
    returning id`
  return rows.length === 1
}

/** Completes the receipt; `final` ends all asking. */
export const completeReceipt = async (
  sql: Db,
  targetId: string,
  receipt: { permalink: string | null; platformPostId: string | null; final: boolean },
): Promise<void> => {
  await sql`
    update targets set
      permalink = coalesce(${receipt.permalink}, permalink),
      platform_post_id = coalesce(platform_post_id, ${receipt.platformPostId}),
      finished_at = case when ${receipt.final} then now() else finished_at end
    where id = ${targetId} and state = 'published'`
}
