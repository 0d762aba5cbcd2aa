import type postgres from 'postgres'
import type { Db } from '../postgres/connect.ts'
import { type PostRow, postColumns } from './posts.ts'
import type { TargetState } from './target-states.ts'

/**
 * The lock order for all code that changes posts: grants, channels, posts by id, targets by id,
 * attempts. Rows are locked `for no key update`, so that others can still write rows that refer to
 * them (notices, attempts, events). Workers that record an outcome lock one target and never wait
 * for a post, so they can't deadlock with a person's action.
 */
type PostRef = { workspaceId: string; postId: string }

declare const held: unique symbol
/** A post whose row this transaction has locked. Code that changes its targets requires one. */
export type HeldPost = { id: string; workspaceId: string; [held]: true }

/**
 * Locks a post until the transaction ends, so that two people can't act on it at once. `discarded`:
 * look for a deleted draft, to restore it.
 */
export const lockPost = async (
  t: postgres.TransactionSql,
  ref: PostRef,
  { discarded = false } = {},
): Promise<(PostRow & HeldPost) | null> => {
  const [post] = await t<(PostRow & HeldPost)[]>`
    select ${postColumns(t)} from posts
    where workspace_id = ${ref.workspaceId} and id = ${ref.postId} and (state = 'discarded') = ${discarded} for no key update`
  return post ?? null
}

/** The version of the post after the changes of this transaction. */
export const findVersion = async (t: postgres.TransactionSql, post: HeldPost): Promise<number> => {
  const [row] = await t<{ version: number }[]>`select version from posts where id = ${post.id}`
  return row?.version ?? 0
}

/** Locks several posts of a workspace, ordered by id. Leaves out posts that no longer exist. */
export const lockPosts = async (
  t: postgres.TransactionSql,
  workspaceId: string,
  postIds: string[],
): Promise<Map<string, PostRow & HeldPost>> => {
  const posts = await t<(PostRow & HeldPost)[]>`
    select ${postColumns(t)} from posts
    where workspace_id = ${workspaceId} and id = any(${postIds}::uuid[]) order by id for no key update`
  return new Map(posts.map((post) => [post.id, post]))
}

/**
 * Locks the posts that have a target in one of these states on one of these accounts, for changes
 * to a whole account.
 */
export const lockPostsOn = async (
  t: Db,
  channelIds: string[],
  states: readonly TargetState[],
): Promise<void> => {
  await t`
    select from posts
    where id in (select post_id from targets where channel_id = any(${channelIds}::uuid[]) and state = any(${[...states]}))
    order by id for no key update`
}
