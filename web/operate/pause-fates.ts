import type { TransactionSql } from 'postgres'
import type { HeldPost } from '../../db/posts/post-locks.ts'
import { setPostTime } from '../../db/posts/posts.ts'
import { cancelPost, movePost } from '../../db/posts/target-moves.ts'
import { timeOf } from '../posts/post-acts.ts'
import { readVersion } from '../posts/seen.ts'
import { readWallTime } from '../time/wall-time.ts'

type Choice = { do: 'now' } | { do: 'cancel' } | { do: 'move'; dueAt: Date }
/** The decision about a post that came due. `version`: as the form showed it. */
export type Fate = Choice & { postId: string; version: number | null }

export const carryOutFate = async (
  t: TransactionSql,
  post: HeldPost,
  fate: Choice,
  zone: string,
  nowMs: number,
): Promise<void> => {
  if (fate.do === 'cancel') {
    await cancelPost(t, post)
    return
  }
  const dueAt = fate.do === 'now' ? new Date(nowMs) : fate.dueAt
  await movePost(t, post, dueAt)
  await setPostTime(t, { workspaceId: post.workspaceId, postId: post.id }, timeOf(dueAt, zone))
}

export const countFates = (fates: Fate[], what: Fate['do']): number =>
  fates.filter((fate) => fate.do === what).length

export const readFates = (
  typed: Record<string, string>,
  postIds: string[],
  zone: string,
  nowMs: number,
) => {
  const errors: Record<string, string> = {}
  const fates: Fate[] = []
  for (const postId of postIds) {
    const chosen = readChoice(typed, postId, zone, nowMs)
    if (typeof chosen === 'string') errors[postId] = chosen
    else fates.push({ ...chosen, postId, version: readVersion(typed[`version.${postId}`]) })
  }
  return { fates, errors }
}

/** The decision about a post, or the error message. */
const readChoice = (
  typed: Record<string, string>,
  postId: string,
  zone: string,
  nowMs: number,
): Choice | string => {
  const chosen = typed[`do.${postId}`]
  if (chosen === 'now' || chosen === 'cancel') return { do: chosen }
  if (chosen !== 'move') return 'Choose what to do with this post.'
  const fold = typed[`fold.${postId}`]
  const time = readWallTime(
    typed[`time.${postId}`] ?? '',
    zone,
    fold === 'earlier' || fold === 'later' ? fold : null,
  )
  if (!time.ok) return time.words
  return time.dueAt.getTime() <= nowMs
    ? 'This time has passed. Choose a later one.'
    : { do: 'move', dueAt: time.dueAt }
}
