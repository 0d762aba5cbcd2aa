import type { TargetState } from '../../db/posts/target-states.ts'
import { isOpen, isUnsent } from '../../db/posts/target-states.ts'
import type { TargetRow, TargetToDrive } from '../../db/posts/targets.ts'
import type { Searchable } from '../../workflows/names.ts'
import { jitterMs } from '../retry.ts'
import { mostLeadMs } from './lead-time.ts'

/**
 * What an activity reports of a target's row, and the workflow decides by. Times are epoch
 * milliseconds on the clock of the worker that read the row.
 */
export type TargetFacts = Searchable & {
  /** `gone`: there is no such row any more. */
  state: TargetState | 'gone'
  /** Whether there is anything left to do. */
  isOpen: boolean
  /** When the row was read. */
  readAt: number
  /** From when on it is prepared. */
  prepareAt: number
  /** Whether nothing has to be done ahead of its call, so that it is ready at `prepareAt`. */
  isReadyAtOnce: boolean
  /** From when on a worker has it and waits for the exact time. */
  armAt: number
  /** A worker of its send that reports nothing for this long is considered dead. */
  mostSilentMs: number
  /** What its first comment needs now: the call, or a look whether it was written. */
  comment: 'write' | 'find' | null
  /** From when on the comment is written. */
  commentAt: number
  /** What deleting it at the platform needs now, if a person asked: the call, or a look. */
  deletion: 'send' | 'look' | null
  /** From when on that call is made. */
  deletionAt: number
  /** What it waits for, for admins. */
  words: string
}

/** What the row alone doesn't say. `leadMs`: how long before its time a send is armed. */
export type Given = { prepareAheadMs: number; isReadyAtOnce: boolean; leadMs: number }

/** The end of a pause sends a signal. This is how often to check in case it was lost. */
const pausedLookMs = 15 * 60_000
/** A worker counts as silent after a third of the remaining time, but not sooner than this. */
const leastSilentMs = 20_000
/** An approval sends a signal. This is how often to check a post without one, in case it was lost. */
const unapprovedLookMs = 6 * 3_600_000
/** How often to look at a post that is too late, until the database agrees. */
const overdueLookMs = 30_000

/**
 * The facts of a row. Preparing and arming get a jitter from the id, so that a thousand posts of
 * the same minute don't start in the same second. The send time itself has no jitter.
 */
export const factsOf = (target: TargetToDrive, nowMs: number, given: Given): TargetFacts => {
  const armAt = target.isUnapproved
    ? nowMs + unapprovedLookMs
    : unsentTime(target, nowMs, armAtMs(target, given.leadMs))
  const comment = commentNeed(target, nowMs)
  return {
    state: target.state,
    isOpen: hasWork(target),
    readAt: nowMs,
    prepareAt: unsentTime(target, nowMs, prepareAtMs(target, given.prepareAheadMs)),
    isReadyAtOnce: given.isReadyAtOnce,
    armAt,
    mostSilentMs: mostSilentMs(target.dueAt.getTime() - Math.max(armAt, nowMs)),
    comment,
    commentAt: commentAtMs(target, nowMs),
    deletion: deletionNeed(target),
    deletionAt: deletionAtMs(target),
    words: wordsOf(target),
  }
}

/** A target whose row was deleted. */
export const factsOfNothing = (nowMs: number): TargetFacts => ({
  state: 'gone',
  isOpen: false,
  readAt: nowMs,
  prepareAt: nowMs,
  isReadyAtOnce: false,
  armAt: nowMs,
  mostSilentMs: leastSilentMs,
  comment: null,
  commentAt: nowMs,
  deletion: null,
  deletionAt: nowMs,
  words: 'The post no longer exists',
})

/** Whether the row asks for a step now. An activity that isn't asked for does nothing. */
export const asks = {
  toBeReady: (target: TargetToDrive, nowMs: number, prepareAheadMs: number): boolean =>
    isToPrepare(target) &&
    !target.isPaused &&
    !isHeld(target, nowMs) &&
    nowMs >= prepareAtMs(target, prepareAheadMs),
  toSend: (target: TargetToDrive, nowMs: number): boolean =>
    target.state === 'ready' &&
    !target.isPaused &&
    !target.isUnapproved &&
    nowMs >= earliestSendMs(target),
  toReconcile: ({ state }: TargetToDrive): boolean => state === 'sending',
  toCheck: ({ state }: TargetToDrive): boolean => state === 'processing',
  toFinish: (target: TargetToDrive, nowMs: number): boolean =>
    target.state === 'published' &&
    !target.finishedAt &&
    deletionNeed(target) === null &&
    commentNeed(target, nowMs) === null,
  toComment: (target: TargetToDrive, nowMs: number): boolean =>
    commentNeed(target, nowMs) === 'write' && nowMs >= commentAtMs(target, nowMs),
  toFindComment: (target: TargetToDrive, nowMs: number): boolean =>
    commentNeed(target, nowMs) === 'find',
  toDelete: (target: TargetToDrive, nowMs: number): boolean =>
    deletionNeed(target) === 'send' && nowMs >= deletionAtMs(target),
  toLookIfGone: (target: TargetToDrive): boolean => deletionNeed(target) === 'look',
}

/**
 * Too late by the workspace's rule. While publishing is paused, nothing is missed. A post without
 * approval is held, not missed.
 */
export const isOverdue = (target: TargetToDrive, nowMs: number): boolean =>
  isUnsent(target.state) &&
  !target.isPaused &&
  !target.isUnapproved &&
  target.missedAt.getTime() < nowMs

/** Its time came before its approval. It is prepared before its time, so that it can be on time. */
const isHeld = (target: TargetToDrive, nowMs: number): boolean =>
  target.isUnapproved && target.dueAt.getTime() <= nowMs

export const sendAtMs = (target: TargetRow): number =>
  Math.max(target.dueAt.getTime(), notBeforeMs(target))

const isToPrepare = ({ state }: TargetRow): boolean =>
  state === 'scheduled' || state === 'preparing'

const hasWork = (target: TargetRow): boolean =>
  isOpen(target.state) ||
  (target.state === 'published' &&
    (target.commentOpen || !target.finishedAt || deletionNeed(target) !== null))

const notBeforeMs = ({ notBefore }: TargetRow): number => notBefore?.getTime() ?? 0

const prepareAtMs = (target: TargetRow, aheadMs: number): number =>
  Math.max(target.dueAt.getTime() - aheadMs + jitterMs(target.id, aheadMs / 3), notBeforeMs(target))

/**
 * A target that has to wait for the platform isn't armed early: it waits in a timer, not in an
 * activity.
 */
const armAtMs = (target: TargetRow, leadMs: number): number =>
  Math.max(target.dueAt.getTime() - leadMs + jitterMs(target.id, leadMs / 3), notBeforeMs(target))

/** The lead time may have become shorter since the workflow was told, so the longest one counts. */
const earliestSendMs = (target: TargetRow): number =>
  Math.max(target.dueAt.getTime() - mostLeadMs, notBeforeMs(target))

/**
 * While publishing is paused, the row is read again after a while, but not before `atMs`. Otherwise,
 * no wait is longer than until the post is too late: then it is marked as missed and reported.
 */
const unsentTime = (target: TargetToDrive, nowMs: number, atMs: number): number => {
  if (target.isPaused) return Math.max(atMs, nowMs + pausedLookMs)
  if (isHeld(target, nowMs)) return nowMs + unapprovedLookMs
  // It could not be marked as missed, because the database's clock is behind.
  if (isOverdue(target, nowMs)) return nowMs + overdueLookMs
  return Math.min(atMs, target.missedAt.getTime() + 1_000)
}

/** A send is armed at most `mostLeadMs` ahead, whatever the row says. */
const mostSilentMs = (aheadMs: number): number =>
  Math.max(leastSilentMs, Math.round(Math.min(aheadMs, mostLeadMs) / 3))

/**
 * The first comment waits until the post's URL is known, which shows that others can see it. The
 * receipt may take longer, and is completed while the comment waits.
 */
const commentNeed = (target: TargetToDrive, nowMs: number): TargetFacts['comment'] => {
  if (!target.commentOpen) return null
  if (target.commentState === 'sending') return 'find'
  if (target.finishedAt) return 'write'
  return target.permalink !== null && nowMs >= commentAtMs(target, nowMs) ? 'write' : null
}

/** What has left decides nothing: until a look has shown the outcome, no other call is made. */
const deletionNeed = ({ state, deletionState }: TargetRow): TargetFacts['deletion'] => {
  if (state !== 'published') return null
  if (deletionState === 'sending') return 'look'
  return deletionState === 'asked' ? 'send' : null
}

const deletionAtMs = ({ deletionNotBefore }: TargetRow): number => deletionNotBefore?.getTime() ?? 0

/** During a pause, first comments wait too, because they are public. */
const commentAtMs = (target: TargetToDrive, nowMs: number): number =>
  target.isPaused ? nowMs + pausedLookMs : (target.commentNotBefore?.getTime() ?? 0)

const wordsOf = (target: TargetToDrive): string => {
  if (target.isPaused && isUnsent(target.state)) return 'Paused: nothing is sent'
  if (target.isUnapproved && isUnsent(target.state)) return 'Waiting for approval'
  if (target.state === 'processing' && target.inboxUntil) return inInbox
  if (target.state === 'published' && deletionNeed(target)) return beingDeleted
  if (target.state !== 'published' || !target.commentOpen) return words[target.state]
  return `Published; ${target.isPaused ? 'paused, so the' : 'its'} first comment waits`
}

const beingDeleted = 'Published. A person asked to delete it at the platform'
const inInbox = 'Delivered to the inbox as a draft. Its creator finishes it there'

const words: Record<TargetState, string> = {
  scheduled: 'Waiting to be prepared',
  preparing: 'Waiting before it is prepared again',
  ready: 'Ready, waiting for its time',
  sending: 'Sent, and the outcome is not known yet',
  processing: 'Sent, and the platform is processing it',
  published: 'Published',
  failed: 'The platform refused it',
  unconfirmed: 'The outcome is unknown. A person decides',
  missed: 'Missed',
  canceled: 'Canceled',
  erased: 'Sent. The data of its account was deleted',
}
