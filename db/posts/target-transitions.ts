import type postgres from 'postgres'
import type { Problem } from '../../platforms/errors.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import {
  retryableStates,
  stateList,
  type TargetState,
  underWayStates,
  unsentStates,
} from './target-states.ts'

type Fragment = postgres.PendingQuery<postgres.Row[]>

type Transition = {
  from: readonly TargetState[]
  to: TargetState
  /**
   * What it writes besides the state and its time. `given` comes from the caller. Columns of the
   * row as it was are `t.…`.
   */
  columns: (sql: Db, given: never) => Fragment
  /** A repeat in the same state doesn't restart the time of the state. */
  keepsTime?: true
}

/** It starts over, and whatever was prepared for the old revision is not sent. */
const startOver = (sql: Db): Fragment => sql`
  waiting_for = null, not_before = null, problem = null, finished_at = null, revision = t.revision + 1`

/** A person chose another time, so it no longer waits in the queue. */
const atOtherTime = (sql: Db, { dueAt }: { dueAt: Date }): Fragment => sql`
  due_at = ${dueAt}, queued = false, ${startOver(sql)}`

/** Handles of an earlier revision are of no use. */
const keepFreshHandles = (sql: Db): Fragment => sql`
  handles = case when t.handles_revision = t.revision then t.handles else '{}' end, handles_revision = t.revision`

type Content = { kind: string; text: string; link: string | null; settings: JsonRecord }
type Binding = { platformPostId: string | null; confirmedBy: string }

/**
 * Every change of a target's state: where it may start, where it leads, and the columns it writes.
 * A target that isn't in one of the `from` states stays as it is.
 */
export const transitions = {
  // A person decides.
  schedule: {
    from: [...unsentStates, ...retryableStates],
    to: 'scheduled',
    columns: (
      sql: Db,
      { content, dueAt, queued }: { content: Content; dueAt: Date; queued: boolean },
    ) => sql`
      kind = ${content.kind}, text = ${content.text}, link = ${content.link}, settings = ${sql.json(content.settings)},
      due_at = ${dueAt}, queued = ${queued}, ${startOver(sql)}`,
  },
  move: {
    from: [...unsentStates, 'missed'],
    to: 'scheduled',
    columns: atOtherTime,
  },
  retry: {
    from: retryableStates,
    to: 'scheduled',
    columns: atOtherTime,
  },
  cancel: { from: unsentStates, to: 'canceled', columns: startOver },
  uncancel: { from: ['canceled'], to: 'scheduled', columns: startOver },
  /** Its content changed without a person's schedule, so it is prepared again. */
  prepareAnew: { from: unsentStates, to: 'scheduled', columns: startOver },
  /** A person found it at the platform. */
  bind: {
    from: ['unconfirmed'],
    to: 'published',
    columns: (
      sql: Db,
      {
        platformPostId,
        confirmedBy,
        permalink,
        at,
      }: Binding & { permalink: string | null; at: Date },
    ) => sql`
      waiting_for = null, problem = null, finished_at = null, published_at = coalesce(t.sent_at, ${at}),
      platform_post_id = coalesce(${platformPostId}, t.platform_post_id), permalink = coalesce(${permalink}, t.permalink),
      confirmed_by = ${confirmedBy}`,
  },
  /**
   * A person looked, and it isn't at the platform. The handles stay, so that the platform is asked
   * once more.
   */
  sendAgain: {
    from: ['unconfirmed'],
    to: 'preparing',
    columns: (sql: Db, { dueAt }: { dueAt: Date }) => sql`
      handles = t.handles || '{"askedAgain": true}',
      waiting_for = null, not_before = null, problem = null, finished_at = null, due_at = ${dueAt}, comment_state = null`,
  },

  // Before the call.
  prepare: {
    from: ['scheduled', 'preparing'],
    to: 'preparing',
    keepsTime: true,
    columns: keepFreshHandles,
  },
  makeReady: {
    from: ['preparing'],
    to: 'ready',
    columns: (sql: Db) => sql`waiting_for = null, problem = null`,
  },
  /** There is nothing to prepare, such as for a text. */
  makeReadyAtOnce: {
    from: ['scheduled', 'preparing'],
    to: 'ready',
    columns: (sql: Db) => sql`${keepFreshHandles(sql)}, waiting_for = null, problem = null`,
  },
  /** The platform won't accept it, so it isn't sent. */
  refuseUnsent: {
    from: unsentStates,
    to: 'failed',
    columns: (sql: Db, { problem }: { problem: Problem }) =>
      sql`waiting_for = null, problem = ${sql.json(problem)}`,
  },
  miss: { from: unsentStates, to: 'missed', columns: (sql: Db) => sql`waiting_for = null` },
  /** The connection was lost: it waits for a person to reconnect. */
  awaitConnection: {
    from: unsentStates,
    to: 'scheduled',
    columns: (
      sql: Db,
      { words, problem, notBefore }: { words: string; problem: Problem; notBefore: Fragment },
    ) => sql`
      waiting_for = ${words}, problem = ${sql.json(problem)}, not_before = ${notBefore}`,
  },
  /** The account is connected again. */
  revive: { from: ['scheduled', 'failed'], to: 'scheduled', columns: startOver },
  /** Restored from a backup: it may have been published after the backup was made. */
  holdBack: {
    from: unsentStates,
    to: 'unconfirmed',
    columns: (sql: Db, { words }: { words: string }) => sql`
      waiting_for = ${words}, not_before = null, revision = t.revision + 1`,
  },

  // The call, and after it.
  claim: {
    from: ['ready'],
    to: 'sending',
    columns: (sql: Db) => sql`
      waiting_for = null, problem = null, attempt_number = t.attempt_number + 1, sent_at = null,
      inbox_until = null`,
  },
  process: {
    from: underWayStates,
    to: 'processing',
    columns: (sql: Db, { words }: { words: string }) => sql`waiting_for = ${words}`,
  },
  publish: {
    from: [...underWayStates, 'unconfirmed'],
    to: 'published',
    columns: (sql: Db, { platformPostId, confirmedBy }: Binding) => sql`
      waiting_for = null, problem = null, finished_at = null, published_at = now(),
      platform_post_id = coalesce(${platformPostId}, t.platform_post_id), confirmed_by = ${confirmedBy}`,
  },
  refuse: {
    from: underWayStates,
    to: 'failed',
    columns: (sql: Db, { problem }: { problem: Problem }) =>
      sql`waiting_for = null, problem = ${sql.json(problem)}`,
  },
  /** Clearly nothing happened: its preparation is checked before the next call. */
  tryAgainPreparing: {
    from: underWayStates,
    to: 'preparing',
    columns: (sql: Db, { words, notBefore }: { words: string; notBefore: Date | null }) => sql`
      waiting_for = ${words}, not_before = ${notBefore}`,
  },
  /** Clearly nothing happened: the next call needs no preparation. */
  tryAgainReady: {
    from: underWayStates,
    to: 'ready',
    columns: (sql: Db, { words, notBefore }: { words: string; notBefore: Date | null }) => sql`
      waiting_for = ${words}, not_before = ${notBefore}`,
  },
  /** The outcome couldn't be found out. */
  giveUp: {
    from: underWayStates,
    to: 'unconfirmed',
    columns: (sql: Db, { words }: { words: string }) => sql`waiting_for = ${words}`,
  },

  // promise: E5
  /** Everything that the platform told us about it is deleted. */
  erase: {
    from: [...underWayStates, 'published', 'unconfirmed'],
    to: 'erased',
    columns: (sql: Db) => sql`
      waiting_for = null, not_before = null, inbox_until = null, handles = '{}', handles_revision = null, problem = null,
      platform_post_id = null,
      permalink = null, confirmed_by = null, finished_at = now(), revision = t.revision + 1, comment_state = null,
      comment_id = null, comment_problem = null, comment_proof = null, comment_not_before = null,
      deletion_state = null, deletion_not_before = null, deletion_answer = null, deletion_problem = null, deletion_proof = null`,
  },
} satisfies Record<string, Transition>

export type TransitionName = keyof typeof transitions
type Given<Name extends TransitionName> =
  Parameters<(typeof transitions)[Name]['columns']> extends [Db, ...infer Rest] ? Rest : never

/** `join`: other tables, as `from …`. `returning`: instead of the columns of `Moved`. */
type Which = { where: Fragment; join?: Fragment; returning?: Fragment }
export type Moved = { id: string; workspaceId: string; revision: number }

/**
 * Moves the targets that `where` selects, in one statement, and returns those that moved. Name the
 * table `t`. The query runs when it is awaited, and can be a part of another one.
 */
export const transition = <Name extends TransitionName>(
  sql: Db,
  name: Name,
  { where, join, returning }: Which,
  ...given: Given<Name>
): postgres.PendingQuery<Moved[]> => {
  const { from, to, keepsTime, columns }: Transition = transitions[name]
  const since = keepsTime
    ? sql`case when t.state = ${to} then t.state_at else now() end`
    : sql`now()`
  return sql<Moved[]>`
    update targets t set state = ${to}, state_at = ${since}, ${(columns as (sql: Db, ...given: unknown[]) => Fragment)(sql, ...given)}
    ${join ?? sql``}
    where ${where} and t.state in ${stateList(sql, from)}
    returning ${returning ?? sql`t.id, t.workspace_id, t.revision`}`
}

/** Whether this transition can start in this state. */
export const mayStart = (name: TransitionName, state: TargetState): boolean => {
  const { from }: Transition = transitions[name]
  return from.includes(state)
}
