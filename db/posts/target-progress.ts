import type { Problem } from '../../platforms/errors.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import { preparedStates, stateList, type TargetState } from './target-states.ts'
import { type Moved, transition } from './target-transitions.ts'

/** Before the call, a change of content or time must not have come first. */
const unchanged = (sql: Db, { id, revision }: { id: string; revision: number }) =>
  sql`t.id = ${id} and t.revision = ${revision}`

/** After the call, no other attempt must have followed. */
const latest = (sql: Db, { id, attemptNumber }: { id: string; attemptNumber: number }) =>
  sql`t.id = ${id} and t.attempt_number = ${attemptNumber}`

const hasMoved = async (moving: PromiseLike<Moved[]>): Promise<boolean> =>
  (await moving).length === 1

/** scheduled → preparing. Drops handles from an older revision. False if the row has moved on. */
export const beginPreparing = (
  sql: Db,
  target: { id: string; revision: number },
): Promise<boolean> => hasMoved(transition(sql, 'prepare', { where: unchanged(sql, target) }))

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
export const noteWaiting = async (
  sql: Db,
  target: { id: string; revision: number },
  words: string,
): Promise<void> => {
  await sql`
    update targets set waiting_for = ${words}
    where id = ${target.id} and revision = ${target.revision} and waiting_for is distinct from ${words}`
}

/**
 * The platform has delivered it as a draft: its creator finishes it there, until `until`. False if
 * that is known already.
 */
export const markInInbox = async (
  sql: Db,
  target: { id: string; attemptNumber: number },
  until: Date,
): Promise<boolean> => {
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
  hasMoved(
    transition(sql, 'makeReady', {
      where: sql`${unchanged(sql, target)} and t.handles_revision = t.revision`,
    }),
  )

/** scheduled → ready, for a target that needs nothing ahead of its call. */
export const markReadyAtOnce = (
  sql: Db,
  target: { id: string; revision: number },
): Promise<boolean> =>
  hasMoved(transition(sql, 'makeReadyAtOnce', { where: unchanged(sql, target) }))

/** Marks an unsent target as failed because the platform won't accept it. */
export const markRefusedAhead = (
  sql: Db,
  target: { id: string; revision: number },
  problem: Problem,
): Promise<boolean> =>
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
export const markProcessing = (
  sql: Db,
  target: { id: string; attemptNumber: number },
  words: string,
): Promise<boolean> =>
  hasMoved(transition(sql, 'process', { where: latest(sql, target) }, { words }))

/** The platform clearly refused what was sent. */
export const markFailed = (
  sql: Db,
  target: { id: string; attemptNumber: number },
  problem: Problem,
): Promise<boolean> =>
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
export const markUnconfirmed = (
  sql: Db,
  target: { id: string; attemptNumber: number },
  words: string,
): Promise<boolean> =>
  hasMoved(transition(sql, 'giveUp', { where: latest(sql, target) }, { words }))
