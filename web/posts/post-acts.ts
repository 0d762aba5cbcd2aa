import type { TransactionSql } from 'postgres'
import { recordEvent } from '../../db/notifications/events.ts'
import { tx } from '../../db/postgres/connect.ts'
import { type CommentDecision, decideComment } from '../../db/posts/comments/decisions.ts'
import { askToDeleteThere } from '../../db/posts/deletions.ts'
import { type FormKey, keepFormKey, releaseFormKey, takeFormKey } from '../../db/posts/form-keys.ts'
import { findVersion, type HeldPost, lockPost } from '../../db/posts/post-locks.ts'
import {
  discardDraft,
  duplicatePost,
  type PostRow,
  type PostTime,
  setPostTime,
} from '../../db/posts/posts.ts'
import { setApart } from '../../db/posts/series/occurrences.ts'
import { lockSlots } from '../../db/posts/slots.ts'
import { type Decision, decideTarget } from '../../db/posts/target-decisions.ts'
import {
  cancelPost,
  cancelTarget,
  movePost,
  retryTarget,
  type TargetChange,
} from '../../db/posts/target-moves.ts'
import { listTargets, type TargetRow } from '../../db/posts/targets.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { WebDeps } from '../http/env.ts'
import { wallTimeOf } from '../time/wall-time.ts'

/** The user who acts, and the workspace. */
export type Actor = { workspace: { id: string }; userId: string }

/**
 * The post that a form is about. `version`: as the form showed it, or null if the request carries
 * none.
 */
export type Seen = { postId: string; version: number | null }

/**
 * The result of an action. `seriesId`: it started this series. `conflict`: the post was changed since the form was shown, and nothing
 * was done. `gone`: it doesn't exist.
 */
export type Done =
  | { postId: string; eventId: string; changes: TargetChange[]; seriesId?: string }
  | 'conflict'
  | 'gone'

/**
 * Gives a new time to everything that has not been sent. A draft stays a draft. Locks the slots, like
 * the queue does, so that a post that is added to the queue at the same moment sees this time.
 */
export const move = (
  deps: WebDeps,
  actor: Actor,
  seen: Seen,
  time: { dueAt: Date; zone: string },
): Promise<Done> =>
  onPost(
    deps,
    actor,
    seen,
    'post.moved',
    async (t, post) => {
      const before = await listTargets(t, { workspaceId: post.workspaceId, postId: post.id })
      const changes = await movePost(t, post, time.dueAt)
      await setApart(t, post)
      const moves = post.state === 'draft' || changes.some((change) => change.changed)
      if (moves)
        await setPostTime(
          t,
          { workspaceId: post.workspaceId, postId: post.id },
          timeOf(time.dueAt, time.zone),
        )
      return { changes, dueAt: time.dueAt, was: wasAt(post, before) }
    },
    lockSlots,
  )

/** Cancels everything that has not been sent. */
export const cancel = (deps: WebDeps, actor: Actor, seen: Seen): Promise<Done> =>
  onPost(deps, actor, seen, 'post.canceled', async (t, post) => ({
    changes: await cancelPost(t, post),
    dueAt: null,
  }))

export const cancelOne = (
  deps: WebDeps,
  actor: Actor,
  seen: Seen,
  targetId: string,
): Promise<Done> =>
  onPost(deps, actor, seen, 'post.canceled', async (t, post) => ({
    changes: await cancelTarget(t, post, targetId),
    dueAt: null,
  }))

/** Sends one failed, missed or canceled target again, now. */
export const retry = (deps: WebDeps, actor: Actor, seen: Seen, targetId: string): Promise<Done> =>
  onPost(deps, actor, seen, 'target.retried', async (t, post) => {
    const dueAt = new Date(deps.now())
    return { changes: await retryTarget(t, post, { targetId, dueAt }), dueAt }
  })

/** Applies a person's decision about a target whose outcome is unknown or that failed. */
export const decide = (
  deps: WebDeps,
  actor: Actor,
  seen: Seen,
  targetId: string,
  decision: Decision,
): Promise<Done> =>
  onPost(deps, actor, seen, decisionEvents[decision.do], async (t, post) => ({
    changes: await decideTarget(t, post, targetId, decision, new Date(deps.now())),
    dueAt: null,
  }))

/** Applies a person's decision about a first comment. */
export const decideFirstComment = (
  deps: WebDeps,
  actor: Actor,
  seen: Seen,
  targetId: string,
  decision: CommentDecision,
): Promise<Done> =>
  onPost(deps, actor, seen, commentEvents[decision], async (t, post) => ({
    changes: await decideComment(t, post, targetId, decision, new Date(deps.now())),
    dueAt: null,
  }))

/** Asks for a published post to be deleted at its platform. The target's workflow does it. */
export const deleteThere = (
  deps: WebDeps,
  actor: Actor,
  seen: Seen,
  targetId: string,
): Promise<Done> =>
  onPost(deps, actor, seen, 'deletion.asked', async (t, post) => ({
    changes: await askToDeleteThere(t, post, {
      ...{ targetId, userId: actor.userId },
      now: new Date(deps.now()),
    }),
    dueAt: null,
  }))

const commentEvents = {
  again: 'comment.sent_again',
  found: 'comment.bound',
  leave: 'comment.left',
} as const

const decisionEvents = {
  bind: 'target.bound',
  again: 'target.sent_again',
  leave: 'target.left',
} as const

/** The state before the action, needed to undo it. */
const wasOf = ({ zone, dueAt }: PostRow): JsonRecord => ({
  zone,
  dueAt: dueAt?.toISOString() ?? null,
})

/** The same with the times of its targets. */
export const wasAt = (post: PostRow, targets: TargetRow[]): JsonRecord => ({
  ...wasOf(post),
  targets: dueTimesOf(targets),
})

const dueTimesOf = (targets: TargetRow[]): JsonRecord =>
  Object.fromEntries(targets.map((target) => [target.id, target.dueAt.toISOString()]))

/**
 * Deletes a draft. Returns `gone` for a post that was ever scheduled: such posts are canceled
 * instead and keep their history.
 */
export const discard = (deps: WebDeps, actor: Actor, seen: Seen): Promise<Done> =>
  onPost(deps, actor, seen, 'post.discarded', async (t, post) =>
    (await discardDraft(t, { workspaceId: post.workspaceId, postId: post.id }))
      ? { changes: [], dueAt: null, was: wasOf(post) }
      : null,
  )

/** Creates a draft with the same content and no time. */
export const duplicate = (
  deps: WebDeps,
  actor: Actor,
  postId: string,
  key: FormKey | null,
): Promise<Done> =>
  tx(deps.sql, async (t): Promise<Done> => {
    const made = key && (await takeFormKey(t, key))
    if (made?.eventId) return { postId: made.subjectId, changes: [], eventId: made.eventId }
    const copy = await duplicatePost(t, {
      workspaceId: actor.workspace.id,
      postId,
      createdBy: actor.userId,
    })
    if (!copy) {
      if (key) await releaseFormKey(t, key.key)
      return 'gone'
    }
    const eventId = await record(t, actor, {
      name: 'post.duplicated',
      postId: copy,
      changes: [],
      dueAt: null,
    })
    if (key) await keepFormKey(t, key, { subjectId: copy, eventId })
    return { postId: copy, changes: [], eventId }
  })

/**
 * `times`: by target, if they differ. `was`: what an undo needs. `following`: what became of the
 * posts that follow in the series. `others`: their changes.
 */
export type ActOutcome = {
  changes: TargetChange[]
  dueAt: Date | null
  times?: JsonRecord
  was?: JsonRecord
  following?: JsonRecord
  others?: TargetChange[]
}

/**
 * Runs an action in a transaction that locks the post and checks its version. If `act` returns
 * null, the action is not possible and the result is `gone`. `lockFirst`: what has to be locked before
 * the post.
 */
export const onPost = async (
  deps: WebDeps,
  actor: Actor,
  { postId, version }: Seen,
  name: string | (() => string),
  act: (t: TransactionSql, post: PostRow & HeldPost) => Promise<ActOutcome | null>,
  lockFirst?: (t: TransactionSql, workspaceId: string, postId: string) => Promise<unknown>,
): Promise<Done> => {
  const workspaceId = actor.workspace.id
  const done = await tx(deps.sql, async (t): Promise<Done> => {
    await lockFirst?.(t, workspaceId, postId)
    const post = await lockPost(t, { workspaceId, postId })
    if (!post) return 'gone'
    if (version !== null && version !== post.version) return 'conflict'
    const outcome = await act(t, post)
    if (!outcome) return 'gone'
    const after = { version: await findVersion(t, post) }
    return {
      postId,
      changes: [...outcome.changes, ...(outcome.others ?? [])],
      eventId: await record(t, actor, {
        name: typeof name === 'string' ? name : name(),
        postId,
        ...after,
        ...outcome,
      }),
    }
  })
  return nudged(deps, done)
}

export const record = (
  t: TransactionSql,
  actor: Actor,
  done: ActOutcome & { name: string; postId: string; version?: number },
): Promise<string> =>
  recordEvent(t, {
    name: done.name,
    workspaceId: actor.workspace.id,
    userId: actor.userId,
    subjectId: done.postId,
    facts: {
      due_at: done.dueAt?.toISOString() ?? null,
      changes: done.changes.map(factsOf),
      ...(done.version === undefined ? {} : { version: done.version }),
      ...(done.times ? { times: done.times } : {}),
      ...(done.was ? { was: done.was } : {}),
      ...(done.following ? { following: done.following } : {}),
    },
  })

/** Account names are not written to audit lines. The page looks them up by target id. */
const factsOf = ({ channelName: _name, ...change }: TargetChange): JsonRecord => ({ ...change })

/**
 * After the commit, signals the workflows of changed targets. If Temporal is down, the relay does
 * it later.
 */
export const nudged = async (deps: WebDeps, done: Done): Promise<Done> => {
  if (typeof done === 'object')
    deps.temporal.signalTargets(
      done.changes.filter((one) => one.changed).map((one) => one.targetId),
    )
  return done
}

export const timeOf = (dueAt: Date, zone: string): PostTime => ({
  wallTime: wallTimeOf(dueAt, zone),
  zone,
  dueAt,
})
