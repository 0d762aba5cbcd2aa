import type { TransactionSql } from 'postgres'
import { z } from 'zod'
import { tx } from '../../db/postgres/connect.ts'
import { type HeldPost, lockPost } from '../../db/posts/post-locks.ts'
import { type PostRow, setPostTime } from '../../db/posts/posts.ts'
import { lockSlots } from '../../db/posts/slots.ts'
import { movePost } from '../../db/posts/target-moves.ts'
import {
  type DoneAct,
  findOwnAct,
  restoreDraft,
  uncancelTargets,
  undismissTargets,
} from '../../db/posts/undoing.ts'
import type { WebDeps } from '../http/env.ts'
import { type ActOutcome, type Actor, type Done, nudged, record, timeOf } from './post-acts.ts'

/** How long an action can be undone. Milliseconds. */
export const undoMs = 3_600_000
const undoable = ['post.moved', 'post.canceled', 'target.left', 'post.discarded']

const factsSchema = z.object({
  version: z.number().int(),
  changes: z.array(z.object({ targetId: z.string(), changed: z.boolean() })),
  was: z
    .object({
      zone: z.string().nullable(),
      dueAt: z.coerce.date().nullable(),
      targets: z.record(z.string(), z.coerce.date()).default({}),
    })
    .optional(),
})
type Facts = z.infer<typeof factsSchema>

/** Whether to offer undo for an action. Whether it is still possible is checked when undoing. */
export const canUndo = (act: Pick<DoneAct, 'name' | 'facts' | 'at'>, nowMs: number): boolean => {
  const facts = factsSchema.safeParse(act.facts)
  if (!facts.success || !undoable.includes(act.name) || nowMs - act.at.getTime() > undoMs)
    return false
  return facts.data.changes.some((change) => change.changed) || facts.data.changes.length === 0
}

/**
 * `late`: a time that would be restored has passed. `conflict`: the post was changed after the
 * action, so undoing would revert that change too.
 */
export type Undone = Done | 'late'

/**
 * Undoes a person's own action on a post, in one transaction that locks the post. Refused if the
 * post was changed since.
 */
export const undo = async (
  deps: WebDeps,
  actor: Actor,
  ref: { postId: string; eventId: string },
): Promise<Undone> => {
  const now = new Date(deps.now())
  const done = await tx(deps.sql, async (t): Promise<Undone> => {
    const act = await findOwnAct(t, {
      workspaceId: actor.workspace.id,
      userId: actor.userId,
      eventId: ref.eventId,
    })
    if (!act || act.postId !== ref.postId || !canUndo(act, now.getTime())) return 'gone'
    // Before the post, like everything that gives a post a time.
    await lockSlots(t, actor.workspace.id)
    const post = await lockPost(
      t,
      { workspaceId: actor.workspace.id, postId: ref.postId },
      { discarded: act.name === 'post.discarded' },
    )
    if (!post) return 'gone'
    const facts = factsSchema.parse(act.facts)
    if (post.version !== facts.version) return 'conflict'
    const outcome = await takeBack(t, post, act.name, facts, now)
    if (outcome === 'late') return 'late'
    const eventId = await record(t, actor, {
      name: `${act.name}_undone`,
      postId: post.id,
      ...outcome,
    })
    return { postId: post.id, changes: outcome.changes, eventId }
  })
  return done === 'late' ? done : nudged(deps, done)
}

const takeBack = async (
  t: TransactionSql,
  post: PostRow & HeldPost,
  name: string,
  facts: Facts,
  now: Date,
): Promise<ActOutcome | 'late'> => {
  const changed = facts.changes.filter((change) => change.changed).map((change) => change.targetId)
  switch (name) {
    case 'post.moved':
      return moveBack(t, post, facts, changed, now)
    case 'post.canceled': {
      const changes = await uncancelTargets(t, post, changed, now)
      return changes ? { changes, dueAt: post.dueAt } : 'late'
    }
    case 'target.left':
      return { changes: await undismissTargets(t, post, changed), dueAt: null }
    default:
      await restoreDraft(
        t,
        { workspaceId: post.workspaceId, postId: post.id },
        facts.was?.dueAt ?? null,
      )
      return { changes: [], dueAt: null }
  }
}

const moveBack = async (
  t: TransactionSql,
  post: PostRow & HeldPost,
  { was }: Facts,
  changed: string[],
  now: Date,
): Promise<ActOutcome | 'late'> => {
  const dueAt = was?.targets[changed[0] ?? ''] ?? was?.dueAt ?? null
  if (changed.length > 0 && (dueAt === null || dueAt <= now)) return 'late'
  const changes = changed.length > 0 && dueAt ? await movePost(t, post, dueAt) : []
  const ref = { workspaceId: post.workspaceId, postId: post.id }
  const isMoved = changed.length === 0 || changes.some((change) => change.changed)
  if (isMoved && was?.dueAt)
    await setPostTime(t, ref, timeOf(was.dueAt, was.zone ?? post.zone ?? 'UTC'))
  else if (isMoved && post.state === 'draft')
    await setPostTime(t, ref, { wallTime: null, zone: null, dueAt: null })
  return { changes, dueAt }
}
