import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { type ComposeChannel, listChannelsToCompose } from '../../db/channels/account-facts.ts'
import { findPost } from '../../db/posts/posts.ts'
import { listTargets, type TargetRow } from '../../db/posts/targets.ts'
import type { Platform } from '../../platforms/platform.ts'
import type { MemberEnv, WebDeps } from '../http/env.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { isBeingDeleted, isDeleted, mayDeleteThere } from './deletion-receipt.ts'
import { titleOf } from './post-title.ts'

/**
 * Asks before a published post is deleted at its platform, or says how to do it there by hand. 404
 * if it isn't published.
 */
export const deleteThereForm = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
): Promise<Response> => {
  const found = await findDeletable(deps, c)
  const data = {
    ...found,
    base: `/w/${c.var.workspace.slug}`,
    title: titleOf(found.target.text || found.post.text),
    isAsked: isBeingDeleted(found.target),
  }
  return view.page(c, 'posts/delete-there', data, c.req.method === 'GET' ? 200 : 409)
}

/** Whether CrateSocial can delete the post there, as far as it can be known before the call. */
export const canDeleteThere = async (deps: WebDeps, c: Context<MemberEnv>): Promise<boolean> => {
  const { target, why } = await findDeletable(deps, c)
  return why === '' && mayDeleteThere(target)
}

/** `why`: why CrateSocial can't delete it there. Empty if it can. */
const findDeletable = async (deps: WebDeps, c: Context<MemberEnv>) => {
  const { workspace } = c.var
  const ref = { workspaceId: workspace.id, postId: idParam(c, 'post') }
  const [post, targets] = await Promise.all([findPost(deps.sql, ref), listTargets(deps.sql, ref)])
  const target = targets.find(({ id }) => id === idParam(c, 'target'))
  const platform = target && deps.platforms.platforms.get(target.platform)
  if (!post || !platform || target.state !== 'published' || isDeleted(target))
    throw new HTTPException(404)
  const accounts = await listChannelsToCompose(deps.sql, workspace.id, [target.channelId])
  const account = accounts.find(({ id }) => id === target.channelId)
  return { post, target, platform, why: whyNot(platform, target, account) }
}

const whyNot = (
  { label, remove }: Platform,
  target: TargetRow,
  account: ComposeChannel | undefined,
): string => {
  if (!remove) return `CrateSocial can’t delete posts on ${label}: its API has no call for it.`
  if (!remove.kinds.includes(target.kind))
    return `CrateSocial can’t delete this kind of post on ${label}.`
  if (account?.state !== 'connected')
    return 'This account isn’t connected, so CrateSocial can’t delete the post there.'
  const missing = remove.scopes.filter((name) => !account.scopes.includes(name))
  if (missing.length > 0)
    return `The connection doesn’t have the permission to delete posts (${missing.join(', ')}). An admin can grant it by reconnecting the account.`
  if (!target.platformPostId) return `CrateSocial doesn’t know this post’s ID on ${label}.`
  if (target.commentState === 'sending')
    return 'Its first comment is being added right now. Try again in a few minutes.'
  return ''
}
