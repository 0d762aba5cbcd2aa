import { tx } from '../../../db/postgres/connect.ts'
import { findVersion, lockPosts } from '../../../db/posts/post-locks.ts'
import { setPostTime } from '../../../db/posts/posts.ts'
import { setApart } from '../../../db/posts/series/occurrences.ts'
import { lockSlots } from '../../../db/posts/slots.ts'
import { movePost, type TargetChange } from '../../../db/posts/target-moves.ts'
import { notBegunStates } from '../../../db/posts/target-states.ts'
import { listTargets } from '../../../db/posts/targets.ts'
import type { WebDeps } from '../../http/env.ts'
import { isId } from '../../http/ids.ts'
import { isYear } from '../../time/wall-time.ts'
import { type Actor, record, timeOf, wasAt } from '../post-acts.ts'

/** The most posts that one order moves: the grid's places, and one more for each draft beside it. */
const mostMoves = 21

export type Move = { postId: string; version: number; dueAt: Date }

/** Reads `id.version.milliseconds`. Null if one of them isn't that. */
export const readMoves = (typed: string[]): Move[] | null => {
  const moves = typed.slice(0, mostMoves + 1).map((one): Move | null => {
    const [postId, version = '', at = '', more] = one.split('.')
    if (!isId(postId) || !/^\d{1,9}$/.test(version) || !/^\d{1,15}$/.test(at)) return null
    const dueAt = new Date(Number(at))
    if (more !== undefined || !isYear(dueAt.getUTCFullYear())) return null
    return { postId, version: Number(version), dueAt }
  })
  const read = moves.filter((move) => move !== null)
  const isOnePerPost = new Set(read.map(({ postId }) => postId)).size === read.length
  return read.length === moves.length && read.length <= mostMoves && isOnePerPost ? read : null
}

/**
 * `late`: a time has passed. `changed`: a post was changed since the order was shown, or is being
 * published.
 */
type Saved = 'saved' | 'late' | 'changed'

class NotMoved extends Error {}

/** Gives all posts their new times in one transaction, or none of them. */
export const saveOrder = async (
  deps: WebDeps,
  actor: Actor,
  { moves, zone }: { moves: Move[]; zone: string },
): Promise<Saved> => {
  if (moves.some(({ dueAt }) => dueAt.getTime() <= deps.now())) return 'late'
  const workspaceId = actor.workspace.id
  try {
    const changes = await tx(deps.sql, async (t): Promise<TargetChange[]> => {
      await lockSlots(t, workspaceId)
      const ids = moves.map(({ postId }) => postId)
      const posts = await lockPosts(t, workspaceId, ids)
      const all: TargetChange[] = []
      for (const { postId, version, dueAt } of moves) {
        const post = posts.get(postId)
        if (post?.version !== version || (post.state as string) === 'discarded')
          throw new NotMoved()
        const ref = { workspaceId, postId }
        const was = wasAt(post, await listTargets(t, ref))
        const changed = await movePost(t, post, dueAt)
        if (changed.some(({ before }) => !notBegunStates.includes(before))) throw new NotMoved()
        await setPostTime(t, ref, timeOf(dueAt, zone))
        await setApart(t, post)
        const after = { version: await findVersion(t, post), changes: changed, dueAt, was }
        await record(t, actor, { name: 'post.moved', postId, ...after })
        all.push(...changed)
      }
      return all
    })
    deps.temporal.signalTargets(
      changes.filter((one) => one.changed).map(({ targetId }) => targetId),
    )
    return 'saved'
  } catch (error) {
    if (error instanceof NotMoved) return 'changed'
    throw error
  }
}
